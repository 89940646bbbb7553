"""Tasks drawn at random, with a known difficulty, floor and ceiling."""
