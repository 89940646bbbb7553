"""Inside one cell: from a cell to its record."""
