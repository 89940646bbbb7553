"""Compiled recurrences for the CPU: RNN, LSTM and GRU, forward and backward."""
