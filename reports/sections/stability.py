"""How stable training is, with clipping of the gradient and without."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reports.analysis.evidence import Evidence
from reports.analysis.stability import PARTS, trainings
from reports.analysis.statistics import paired, summarize
from reports.document import Block, Figure, Heading, Table, paragraphs
from reports.figures import stability as drawing
from reports.formats import (
    amount,
    each,
    geometric_with_interval,
    listed,
    skill_with_spread,
    with_interval,
)
from reports.sections import reproduction

if TYPE_CHECKING:
    from pandas import DataFrame

PLACE, TITLE, COMMAND = 90, "How stable training is", "harness probe stability"


def blocks(evidence: Evidence) -> list[Block]:
    """Spread of the loss and of the gradient, clipped updates and diverged seeds."""
    frame = trainings(evidence)
    if frame.empty:
        return []
    tasks = [(part, task) for part in PARTS.values() for task in evidence.tasks(part)]
    titles = {task: evidence.task_name(part, task) for part, task in tasks}
    finding, table = _finding(frame), _table(frame)
    drawn = drawing.draw("stability", _traces(frame), titles)
    command = reproduction.of_parts(evidence.results, evidence.parts(*PARTS.values()))
    made: list[Block] = [
        Heading(TITLE, "stability"),
        *paragraphs(
            *([] if drawn else [finding]),
            "The spread is the standard deviation of the change of the log loss from one update "
            "to the next: 0.1 is a loss that changes by about a tenth each time, in part because "
            "each update has a new batch. Where the norm of an update's gradient is above the "
            "limit, the gradient is clipped: scaled down to that norm. Without clipping, the share "
            "is of those that would have been.",
            "The figure shows the first seed that diverged or, where none did, the first seed; of "
            "each stretch of updates the lowest and the highest loss.",
        ),
    ]
    if drawn:
        return [*made, Figure(drawn, finding, table, command)]
    caption = "Spread, large gradients and diverged seeds."
    return [*made, replace(table, caption=caption, name="stability-table-1")]


def _traces(frame: DataFrame) -> DataFrame:
    """Of each the first seed that diverged or, where none did, the first."""
    known = frame[frame["losses"].notna()].sort_values("diverged", ascending=False, kind="stable")
    return known.drop_duplicates(["task", "architecture", "how"]).sort_index()


def _finding(frame: DataFrame) -> str:
    """Whose loss swings most, what clipping changes, and who diverged."""
    sentences = []
    for task, of_task in frame.groupby("task", sort=False):
        losses = of_task.dropna(subset="loss").groupby(["how", "architecture"], sort=False)["loss"]
        means = losses.mean()
        if set(means.index.unique("how")) != set(PARTS):
            continue
        off = means["off"]
        swings = f"of {off.idxmax()} swings most, by {amount(off.max())} from update to update"
        least = f", that of {off.idxmin()} least, by {amount(off.min())}" if len(off) > 1 else ""
        sentences += [f"On {task}, without clipping, the loss {swings}{least}.", _clipping(of_task)]
    for how, word in (("off", "without"), ("on", "with")):
        of = frame[frame["how"] == how]
        counts = of.groupby(["task", "architecture"], sort=False)["diverged"].sum()
        who = each({f"{a} on {task}": n for (task, a), n in counts.items() if n}, str)
        if len(of):
            total = f"{counts.sum()} of {len(of)} trainings"
            sentences.append(f"Diverged {word} clipping: {total}{f' ({who})' if who else ''}.")
    return " ".join(sentences)


def _clipping(of_task: DataFrame) -> str:
    """With whom clipping changes the swings, by seeds in pairs."""
    changes = {}
    for a, of in of_task.groupby("architecture", sort=False):
        seeds = {how: dict(zip(o["seed"], o["loss"], strict=True)) for how, o in of.groupby("how")}
        if len(seeds) == len(PARTS):
            changes[str(a)] = paired(seeds["on"], seeds["off"])
    less = [a for a, change in changes.items() if change.high is not None and change.high < 0]
    more = [a for a, change in changes.items() if change.low is not None and change.low > 0]
    ways = [f"{way} with {listed(who, 99)}" for way, who in (("less", less), ("more", more)) if who]
    if not ways:
        return "With clipping no loss is shown to swing less or more."
    others = len(changes) - len(less) - len(more)
    rest = f"; with the other {others} it is not shown to differ" if others else ""
    return f"With clipping it swings {' and '.join(ways)}{rest}."


def _table(frame: DataFrame) -> Table:
    heads = ("task", "architecture", "clipping", "spread of the log loss",
             "spread of the log gradient norm", "updates above the limit, %",
             "largest gradient norm", "diverged", "skill")  # fmt: skip
    rows = [
        (task, a, f"to {of['limit'].iloc[0]:g}" if how == "on" else "none",
         with_interval(of["loss"]), with_interval(of["norm"]), with_interval(100 * of["clipped"]),
         geometric_with_interval(of["largest"]), f"{of['diverged'].sum()} of {len(of)}",
         skill_with_spread(summarize(of["skill"])))
        for (task, a), both in frame.groupby(["task", "architecture"], sort=False)
        for how, of in both.groupby("how", sort=False)
    ]  # fmt: skip
    return Table(heads, tuple(rows))
