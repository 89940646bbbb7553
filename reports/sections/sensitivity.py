"""How much the learning rate matters: skill on validation against it, and what is recommended."""

from harness.experiment.recommended import FILE, Tried, best
from harness.experiment.store import Store
from reports.analysis.results import Results
from reports.analysis.sensitivity import by_rate, settings
from reports.analysis.statistics import Summary
from reports.analysis.trials import edge
from reports.document import Block, Figure, Heading, Paragraph, Table
from reports.figures import lines
from reports.formats import plural, skill

PLACE = 95
ARROWS = {"low": " ↓", "high": " ↑", "": ""}
SCALE = lines.Scale("learning rate", "skill on validation", 10, ends=lines.SKILL, levels=(0,))


def blocks(results: Results, store: Store) -> list[Block]:
    """A panel for each kind of task; empty where nothing was tried."""
    tried = settings(store, results)
    if tried.empty:
        return []
    kinds = list(tried["kind"].unique())
    lines_of = by_rate(tried)
    panels = [
        lines.Panel(kind, {
            a: {r.learning_rate: Summary(1, r.skill) for r in of.itertuples()}
            for a, of in lines_of[lines_of["kind"] == kind].groupby("architecture", sort=False)
        })
        for kind in kinds
    ]  # fmt: skip
    drawn = lines.draw("sensitivity", panels, SCALE, results.architectures)
    if drawn is None:
        return []
    of_each = tried.groupby(["kind", "architecture"], sort=False)
    chosen = [best(Tried(*row) for row in of.itertuples(index=False)) for _, of in of_each]
    rates = sorted(tried["learning_rate"].unique())
    at_edge = [edge(row.learning_rate, rates) for row in chosen]
    rows = tuple(
        (row.kind, row.architecture, f"{row.learning_rate:g}{ARROWS[end]}", row.start,
         skill(row.skill), str(row.trainings))
        for row, end in zip(chosen, at_edge, strict=True)
    )  # fmt: skip
    heads = ("kind of task", "architecture", "best learning rate", "start", "skill", "trainings")
    whose = (
        f"those behind the recommended terms ({FILE})"
        if results.plan.get("recommended")
        else "the tuning trials of this matrix, which chooses on each task apart"
    )
    finding = (
        f"Skill on validation against the learning rate, at the best start at each: {whose}. "
        f"{sum(map(bool, at_edge))} of {plural(len(rows), 'best rate')} at the edge of what was "
        "tried."
    )
    return [
        Heading("How much the learning rate matters", "sensitivity"),
        Paragraph(
            "At one rate for all, rates are ranked and not architectures. So each architecture has "
            "a rate of its own, and a start where it has any to choose, by validation on seeds "
            "that are not reported. Where several rates have the same skill to two decimals, the "
            "one in the middle of those tried counts, and of starts the one with the most skill "
            "over all rates. ↓ ↑: the lowest or the highest that was tried; the best may lie "
            "beyond."
        ),
        Figure(drawn, finding, Table(heads, rows), data=tried.to_csv(index=False)),
    ]
