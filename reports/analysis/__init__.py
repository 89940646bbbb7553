"""Numbers only: what the records say."""
