"""How long architectures take for an operation, for a machine on which nothing was measured yet.

Made by `python benchmarks/rates.py OUT`, from the records of a run of the matrix `quick`.
"""

LENGTH = 64
"""Steps of a sequence, where a task's data would have to be opened to know."""

RATES: dict[str, float] = {
    "attention_encoder_decoder": 2.5e-09,
    "bigru": 1.4e-10,
    "bilstm": 8.3e-11,
    "birnn": 7.2e-11,
    "cnn": 9.1e-11,
    "encoder_decoder": 6.1e-10,
    "fnn_window": 3.8e-11,
    "gru": 1e-10,
    "lstm": 5.2e-11,
    "min_gru": 7.6e-11,
    "rnn": 5.7e-11,
    "s4d": 9.1e-11,
    "self_attention": 1e-10,
    "tcn": 1.4e-10,
    "transformer": 7.1e-11,
}
