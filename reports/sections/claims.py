"""The claims as a page of their own, fit for a wall."""

from __future__ import annotations

from typing import Any

from reports.claims.entries import Entry
from reports.sections.section import Figure, Table

HEADS = ("comparison", "mean", "95 % interval", "claimed", "seeds", "p for", "p against")


def figure_of(entry: Entry) -> Figure | None:
    """A claim's figure with the numbers that it shows; None where there is none."""
    if entry.figure is None:
        return None
    rows = tuple(
        (r.label, r.mean, r.interval, r.claimed, str(r.n), r.p_for, r.p_against) for r in entry.rows
    )
    table = Table(HEADS, rows)
    if entry.table:  # what is counted or computed has no comparisons
        table = Table(entry.table[0], entry.table[1:])
    elif not rows:
        told = (entry.id, entry.verdict, entry.effect, entry.interval, str(entry.n))
        table = Table(("claim", "verdict", "effect", "95 % interval", "n"), (told,))
    return Figure(entry.figure, entry.reason, table, entry.command)


def context(page: dict[str, Any]) -> dict[str, Any]:
    """What the template shows."""
    return {
        "results": page["results"],
        "claims": page["claims"],
        "note": page["beside"].claims_note,
        "figures": {entry.id: figure_of(entry) for entry in page["claims"].entries},
    }
