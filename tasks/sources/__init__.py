"""Readers of formats and corpora that several tasks share."""
