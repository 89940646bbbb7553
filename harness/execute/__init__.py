"""Where cells run. An executor maps ``run_cell`` over cells and yields records as they end."""
