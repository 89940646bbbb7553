"""Where cells run: this process, or worker processes."""
