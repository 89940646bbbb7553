r"""A table in LaTeX with booktabs, to be taken in by ``\input``: with caption and label, scaled to
the width of the text if it is wide. Needs ``\usepackage{booktabs,graphicx}``."""

import re

import pandas

from reports.document import Cell, Table, Text, plain

WIDE = 6
"""Columns of numbers beyond which a table is scaled to the width of the text."""
SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "−": r"$-$",
    "±": r"$\pm$",
    "×": r"$\times$",
    "°": r"\textdegree{}",
    "…": r"\ldots{}",
    "∅": r"$\emptyset$",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
}


def latex(table: Table, label: str) -> str:
    """The whole ``table``. The best cells are bold, those near them are starred."""
    rows = [[inline(cell) for cell in row] for row in table.rows]
    text = pandas.DataFrame(rows, columns=list(map(escaped, table.heads))).style
    lines = text.hide(axis="index").to_latex(
        hrules=True,
        position_float="centering",
        caption=inline(table.caption),
        label=f"tab:{re.sub('[^0-9A-Za-z]', '-', label)}",
        column_format="l" + "r" * (len(table.heads) - 1),
    )
    if len(table.heads) - 1 > WIDE:  # pandas cannot scale a table
        lines = lines.replace(r"\begin{tabular}", "\\resizebox{\\textwidth}{!}{%\n\\begin{tabular}")
        lines = lines.replace(r"\end{tabular}", "\\end{tabular}%\n}")
    return "% needs \\usepackage{booktabs,graphicx}\n" + lines


def inline(text: Text | Cell) -> str:
    """A text with its mark; ``5.8e+05`` is set as a power of ten."""
    number = escaped(plain(text))
    number = re.sub(r"\b(\d\.\d)e([+-]\d+)", lambda m: rf"${m[1]}\times10^{{{int(m[2])}}}$", number)
    match text:
        case Cell(mark="best"):
            return rf"\textbf{{{number}}}"
        case Cell(mark="near"):
            return rf"{number}\textsuperscript{{*}}"
    return number


def escaped(text: str) -> str:
    """A text as LaTeX prints it. That of pandas leaves <, >, | and all signs beyond ASCII."""
    return "".join(SPECIAL.get(character, character) for character in " ".join(text.split()))
