"""What learns: one file for each architecture."""
