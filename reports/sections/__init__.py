"""The sections of a report: each answers one question, in blocks; `reports.build` finds them."""
