"""Inside one cell: run_cell, the training loop, metrics, size matching."""
