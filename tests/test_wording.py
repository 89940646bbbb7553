"""The words in figures are those of the catalogue: none is baked in, none is there for nothing."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

import reports.figures.internals
import reports.wording
from reports.figures.style import Drawing, style

MAP = [[0.2, 0.8], [0.6, 0.4]]
INTERNALS = {
    "symbols": ["p", "q"],
    "steps": 5,
    "vectors": False,
    "parts": [
        {"form": "units", "name": "units", "numbers": {"gates": {"reset_gate": {"mean": 0.5}}},
         "panels": [{"name": "reset gate", "values": MAP, "gate": True}]},
        {"form": "attention", "name": "within", "rows": ["p", "q"], "columns": ["p", "q"],
         "alignment": [], "layer": 1, "cross": False,
         "heads": [{"head": 1, "values": MAP}, {"head": 2, "values": MAP}]},
        {"form": "attention", "name": "across", "rows": ["p", "q"], "columns": ["p", "q"],
         "alignment": [[0, 1]], "layer": 2, "cross": True, "heads": [{"head": 1, "values": MAP}]},
        {"form": "filters", "name": "filters", "filters": [
            {"filter": 3, "share": 0.5, "ngrams": [{"symbols": ["p", "q"], "output": 1.5}]},
            {"filter": 4, "share": 0.2, "span": 2, "window": MAP}]},
        {"form": "chain", "name": "symbols", "start": [0.5, 0.5], "transitions": MAP,
         "emissions": MAP, "emitted": ["p", "q"]},
        {"form": "chain", "name": "numbers", "start": [1.0], "transitions": [[1.0]],
         "means": [[0.3, -0.1]]},
        {"form": "path", "name": "path", "posterior": MAP, "path": [1, 0]},
    ],
}  # fmt: skip
"""What the internals probe says, as much of it as is drawn."""

NAMES = (
    r"(fnn_window|rnn|lstm|gru|birnn|bilstm|bigru|cnn|tcn|ridge|self_attention|recall|copy|parity"
    r"|adding|weather|oscillator|reset gate|p|q)(\[[\w=.,]*\])?"
)
DATA = re.compile(rf"{NAMES}([,:]? {NAMES})*|[≤−-]?[\d.,e+ -]+", re.IGNORECASE)
"""Numbers, and names of tasks, architectures and symbols."""


@pytest.fixture
def swapped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another language, in which a text is its key, with what is put in, after a ¤."""
    known = reports.wording.catalogue("en")
    other = {
        table: {key: f"¤{key} {' '.join(_places(text))}" for key, text in texts.items()}
        for table, texts in known.items()
    }
    monkeypatch.setattr(reports.wording, "catalogue", lambda language: other)


def _places(text: str) -> list[str]:
    return ["{" + name + "}" for _, name, _, _ in string.Formatter().parse(text) if name]


def baked(drawing: Drawing, *data: str) -> list[str]:
    """The words in a drawing that are neither in the catalogue nor data."""
    texts = [unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)<", drawing.svg)]
    assert any("¤" in text for text in texts)
    return [t for t in texts if "¤" not in t and t not in data and not DATA.fullmatch(t)]


def test_no_words_are_baked_into_the_figures_of_the_internals(swapped, monkeypatch):
    monkeypatch.setattr(reports.figures.internals, "caption", lambda internals, part: "")
    with style():
        drawings = reports.figures.internals.draw_all("inside", INTERNALS)
    assert len(drawings) == len(INTERNALS["parts"])
    assert {drawing.name: baked(drawing) for drawing in drawings if baked(drawing)} == {}


def test_every_text_of_the_catalogue_is_asked_for_and_every_one_asked_for_is_there():
    known = {f"{t}.{key}" for t, texts in reports.wording.catalogue("en").items() for key in texts}
    package = Path(reports.wording.__file__).parent
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in package.rglob("*.py")]
    texts = {n.value for t in trees for n in ast.walk(t) if isinstance(n, ast.Constant)}
    used: set[str] = set()
    for key in (key for tree in trees for key in _asked_for(tree)):
        if isinstance(key, str):
            found = {key} & known
        else:  # what completes it is a text of the program
            found = {k for k in known if (m := key.fullmatch(k)) and m[1] in texts}
        assert found, key
        used |= found
    assert used == known


def _asked_for(tree: ast.Module) -> Iterator[str | re.Pattern[str]]:
    """The keys that a module says; of an f-string, the pattern of its keys."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "say":
            key = call.args[0]
            for one in (key.body, key.orelse) if isinstance(key, ast.IfExp) else (key,):
                if isinstance(one, ast.JoinedStr):
                    yield re.compile("".join(
                        re.escape(str(part.value)) if isinstance(part, ast.Constant) else "(.+)"
                        for part in one.values))  # fmt: skip
                else:
                    yield ast.literal_eval(one)
