"""How a file of the user's own becomes examples; the task itself is in ``tasks.own``."""
