"""Tasks on real data: one file for each data set, read from the package that ships it."""
