"""Textbook claims: one file for each, tested on records alone."""
