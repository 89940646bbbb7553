"""A user's own file as a task."""
