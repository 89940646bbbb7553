"""A report as HTML, Markdown, LaTeX."""
