"""What is inside a few models: the figures of ``harness.probes.gallery``, in a section."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reports.figures import internals as figures
from reports.formats import plural
from reports.sections.internals import caption
from reports.sections.section import Figure, Section, Table
from reports.sections.shown import Shown, as_csv

Numbers = Mapping[str, Any]


def section(gallery: Sequence[Numbers]) -> Section | None:
    """Each cell's figures with their findings; None without any."""
    shown = [figure for at, inside in enumerate(gallery, 1) for figure in _figures(at, inside)]
    if not shown:
        return None
    return Section(
        "inside",
        "Inside",
        (
            f"What {plural(len(gallery), 'trained model')} did with one sequence each: gates and "
            "states, attention, filters, hidden Markov states. They illustrate and prove nothing: "
            "of each kind the model that does best on a telling task was taken.",
            "Any other cell: harness show CELL --internals.",
        ),
        tuple(shown),
    )


def _figures(at: int, inside: Numbers) -> Iterator[Figure]:
    drawings = figures.draw_all(f"inside-{at}", dict(inside))
    for drawing, part in zip(drawings, inside["parts"], strict=True):
        rows = tuple(_flat(part.get("numbers", {})))
        yield Shown(drawing, caption(dict(inside), part), Table(("number", "value"), rows),
                    f"harness show {inside['id']} --internals", _data(part))  # fmt: skip


def _data(part: Numbers) -> str:
    """The arrays of a part as CSV: a line for each row of each panel or head."""
    if "panels" in part:
        names = part.get("rows") or [f"unit {unit}" for unit in part["units"]]
        rows = [
            (panel["name"], name, *values)
            for panel in part["panels"]
            for name, values in zip(names, panel["values"], strict=True)
        ]
        steps = max((len(row) - 2 for row in rows), default=0)
        return as_csv(("panel", "row", *(f"step {i + 1}" for i in range(steps))), rows)
    if "heads" in part:
        rows = [
            (head["head"], name, *values)
            for head in part["heads"]
            for name, values in zip(part["rows"], head["values"], strict=True)
        ]
        return as_csv(("head", "row", *part["columns"]), rows)
    left = {name: value for name, value in part.items() if name not in ("form", "name", "numbers")}
    return as_csv(("what", "value"), _flat(left))


def _flat(value: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """The numbers in nested documents, each with the way to it."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(inner, f"{prefix} {key}".strip().replace("_", " "))
    elif isinstance(value, list):
        for i, inner in enumerate(value, 1):
            yield from _flat(inner, f"{prefix} {i}".strip())
    elif value is not None:
        yield prefix, f"{value:.4g}" if isinstance(value, float) else str(value)
