"""The words in figures, by key, from a catalogue: ``reports/language/en.toml``.

A further language is a file beside it with the same keys, and its name as ``LANGUAGE``.
"""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path

LANGUAGE = "en"


def say(key: str, /, **values: object) -> str:
    """The words of a key such as ``horizon.lag``, with ``{name}`` replaced by what is given for
    it. Raises KeyError for a key that the catalogue lacks and for a value that it asks for."""
    table, _, name = key.partition(".")
    return catalogue(LANGUAGE)[table][name].format_map(values)


@functools.cache
def catalogue(language: str) -> dict[str, dict[str, str]]:
    """All words of a language: a table for each figure, with a text for each key."""
    path = Path(__file__).parent / "language" / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
