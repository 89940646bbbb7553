"""The MLflow sink and its UI."""
