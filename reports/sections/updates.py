"""Skill against updates: who learns with how many, since at one budget alone it is who is fast."""

from __future__ import annotations

from reports.analysis.results import Results
from reports.analysis.statistics import Summary
from reports.analysis.updates import Reached, cap, lines, places, reached
from reports.document import Block, Figure, Heading, Note, Paragraph, Table, as_csv
from reports.figures import lines as drawing
from reports.formats import each, plural, skill_with_spread

PLACE = 35
CSV = ("task", "architecture", "updates", "skill", "half", "seeds")
SCALE = drawing.Scale(
    "updates", "best skill so far", 2, ends=drawing.SKILL, levels=(0,), apart=1.03
)

MOST = 25
"""Tasks that are drawn: more panels are none that anybody reads; the table has all."""


def blocks(results: Results) -> list[Block]:
    """A panel for each task; empty where no record's curve has skills."""
    found = reached(results)
    told = lines(results, found)
    panels = [drawing.Panel(task, of) for task, of in told.items()]
    drawn = drawing.draw("updates", panels[:MOST], SCALE, results.architectures)
    if drawn is None:
        return []
    rows = [
        (task, a, at, s) for task, of in told.items() for a, line in of.items()
        for at, s in line.items() if s.n
    ]  # fmt: skip
    data = as_csv(CSV, [(*names, s.mean, s.half, s.n) for *names, s in rows])
    return [
        Heading("Skill against updates", "updates"),
        Paragraph(
            "At one budget alone a ranking says who is fast. This is the best skill on validation "
            "that a training had reached by so many updates: the cap and, doubling, what leads "
            "to it; at a learning rate that falls towards the cap it is less than a shorter budget "
            "would reach. One that stopped earlier, as solved or without progress, keeps its last "
            "value. Mean over seeds, with the 95 % interval where a mean may have one. What is "
            "fitted, as the HMM, has no updates and is not shown."
        ),
        *([Note(f"Drawn: the first {MOST} of {len(panels)} tasks.")] if len(panels) > MOST else []),
        Figure(drawn, _finding(results, found), _table(told), data=data),
    ]


def _table(told: dict[str, dict[str, dict[int, Summary]]]) -> Table:
    """A row for each architecture on each task, a column for each number of updates."""
    budgets = sorted({at for of in told.values() for line in of.values() for at in line})
    rows = tuple(
        (task, a, *(skill_with_spread(line.get(at, Summary())) for at in budgets),
         str(max(s.n for s in line.values())))
        for task, of in told.items() for a, line in of.items()
    )  # fmt: skip
    return Table(("task", "architecture", *(f"after {at:,}" for at in budgets), "seeds"), rows)


def _finding(results: Results, found: Reached) -> str:
    """Who would be ranked otherwise at the smallest budget shown."""
    many, ranks = places(results, found)
    if len(ranks) < 2:
        return "Best skill on validation so far, against updates."
    caps = {cap(results, task) for task in found}
    ends = {(int(t.index[0]), int(t.index[-1])) for t in found.values()}
    early, late = "the smallest budget shown", "the cap"
    if len(caps) == len(ends) == 1:
        early, late = (f"{at:,} updates" for at in next(iter(ends)))
    moved = {
        a: f"(place {first}, not {last})" for a, (first, last) in ranks.items() if first != last
    }
    who = each(moved, str) if moved else "nobody"
    how = f"by mean skill on validation over {plural(many, 'task')}, of {len(ranks)} compared"
    note = " No test says that they differ." if moved else ""
    return f"At {early} {who} would be ranked otherwise than at {late}, {how}.{note}"
