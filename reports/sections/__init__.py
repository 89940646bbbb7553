"""The report's sections: each answers one question in blocks. ``reports/report.py`` says how they
become a page."""
