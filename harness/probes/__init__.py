"""Measurements beside the score: what the cells of a matrix's part are asked for."""
