"""How long architectures take for an operation, for a machine on which nothing was measured yet.

Made by `python benchmarks/rates.py OUT`, from the records of a run of the matrix `quick` and,
for what it lacks, of every architecture on the README's own data. (`transformer`: of older ones.)
"""

LENGTH = 64
"""Steps of a sequence, where a task's data would have to be opened to know."""

RATES: dict[str, float] = {
    "attention_encoder_decoder": 2.1e-09,
    "bigru": 4.4e-11,
    "bilstm": 5e-11,
    "birnn": 4.7e-11,
    "cnn": 4.6e-11,
    "encoder_decoder": 4.1e-10,
    "fnn_window": 3e-11,
    "gru": 3.7e-11,
    "lstm": 3.1e-11,
    "min_gru": 1.3e-10,
    "rnn": 3.1e-11,
    "s4d": 1.2e-10,
    "self_attention": 8.5e-11,
    "tcn": 7.1e-11,
    "transformer": 7.1e-11,
}
