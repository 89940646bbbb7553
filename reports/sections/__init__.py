"""The report's sections: each answers one question of the page, in blocks."""
