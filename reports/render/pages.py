"""Templates filled in: the pages in HTML, and the report in Markdown."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from reports import formats

TEMPLATES = Path(__file__).parent / "templates"
LANGUAGES = Path(__file__).parent.parent / "language"
LONG = 44
"""Letters from which on a table has a column of sentences, which may break into lines."""


def render(template: str, context: dict[str, Any]) -> str:
    """A template filled in; every string that comes from outside is escaped."""
    import jinja2
    from markupsafe import Markup

    from reports.figures.style import printable

    def clean(value: Any) -> Any:
        plain = isinstance(value, str) and not isinstance(value, Markup)
        return printable(value) if plain else value

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=template.endswith(".html"),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        finalize=clean,
    )
    environment.filters |= {
        "plural": formats.plural,
        "listed": formats.listed,
        "skill": formats.skill,
        "with_spread": formats.skill_with_spread,
        "md": markdown_text,
        "code": markdown_code,
        "svg": lambda drawing: Markup(drawing.inline),
        "wordy": wordy,
        "texts": texts,
    }
    css = Markup((TEMPLATES / "page.css").read_text(encoding="utf-8"))
    return environment.get_template(template).render(context | {"css": css})


def languages() -> tuple[str, ...]:
    """The languages that a report can be had in."""
    return tuple(sorted(path.stem for path in LANGUAGES.glob("*.toml")))


def wordy(table: Any) -> bool:
    """Whether a table holds sentences, which may break into lines."""
    return any(len(cell) > LONG for row in table.rows for cell in row)


def texts(table: Any) -> list[bool]:
    """Of each column, whether it holds words rather than numbers."""
    return [
        2 * sum(row[at][:1].isalpha() for row in table.rows)
        > sum(bool(row[at]) for row in table.rows)
        for at in range(len(table.heads))
    ]


def markdown_text(text: Any) -> str:
    """A string that Markdown and its tables take literally, on one line."""
    flat = " ".join(str(text).split())
    return re.sub(r"([\\`*_{}\[\]<>|])", r"\\\1", flat)


def markdown_code(text: Any) -> str:
    """A name as inline code, in a table too."""
    return "`" + " ".join(str(text).split()).replace("`", "'").replace("|", "\\|") + "`"
