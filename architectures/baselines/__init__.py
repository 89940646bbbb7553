"""What any sequence model should beat."""
