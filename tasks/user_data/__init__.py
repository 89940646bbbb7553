"""A user's file as a task."""
