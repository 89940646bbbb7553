"""Textbook claims on trial: one file for each, judged from records alone."""
