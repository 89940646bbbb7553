"""What each one remembers: memory horizons."""

from collections.abc import Mapping

from reports.analysis.evidence import Evidence
from reports.analysis.horizon import FEWEST, LEARNED, Horizon
from reports.analysis.results import Part
from reports.analysis.statistics import Summary
from reports.document import Block, Figure, Table, section, table_of
from reports.figures import lines
from reports.formats import ends, listed, skill_with_spread, verb
from reports.sections import reproduction

PLACE, TITLE, COMMAND = 40, "What each one remembers", "harness probe horizon"

Horizons = Mapping[str, Mapping[str, Horizon]]
"""By task, then by architecture."""
SCALE = lines.Scale("lag, steps", "skill", 10, ends=lines.SKILL, levels=(0, LEARNED), apart=1.03,
                    ended="longer lags not tried")  # fmt: skip


def blocks(evidence: Evidence) -> list[Block]:
    """Skill against lag, and the horizon of each architecture on each task."""
    found = [(part, _horizons(evidence, part)) for part in evidence.parts(probe="horizon")]
    measured = [(part, horizons) for part, horizons in found if horizons]
    figures: list[Figure | Table] = []
    for part, horizons in measured:
        panels = []
        for task, of in horizons.items():
            ended = [a for a, h in of.items() if max(h.skills) > (h.steps or 0)]
            panels.append(lines.Panel(task, {a: h.skills for a, h in of.items()}, ended=ended))
        if drawn := lines.draw(part.name, panels, SCALE, evidence.results.architectures):
            command = reproduction.of_parts(evidence.results, [part])
            finding = f"Skill against lag; learned from {LEARNED:g} on."
            figures.append(Figure(drawn, finding, _table(horizons, part), command))
    findings = [_finding(horizons, part) for part, horizons in measured]
    tables = [_skills(*each, f"horizon-table-{at}") for at, each in enumerate(measured, 1)]
    about = (
        "A memory horizon is the longest lag up to which at least half of the seeds learn every "
        f"lag: reach a skill of {LEARNED:g} on test examples, with a new network for each lag; "
        "after the first lag that fails, longer ones are not tried. Intervals, from "
        f"{FEWEST} seeds on: over seeds drawn with replacement. With other budgets an architecture "
        "may look further back."
    )
    return section(TITLE, "horizon", [*findings, about], [*figures, *tables])


def _horizons(evidence: Evidence, part: Part) -> Horizons:
    horizons: dict[str, dict[str, Horizon]] = {}
    for task in dict.fromkeys(cell.task_name for cell in part.results.cells):
        for a in part.results.architectures:
            horizon = evidence.horizon(part.name, task, a)
            if horizon.steps is not None:
                horizons.setdefault(task, {})[a] = horizon
    return horizons


def _steps(number: int | None, part: Part) -> str:
    """``20``; ``< 5`` where not even the shortest lag was learned."""
    return f"{number:,}" if number else f"< {part.lags[0]}"


def _with_interval(horizon: Horizon, part: Part) -> str:
    """``20 [10, 50]``; ``≥ 1,000`` where the longest lag of the grid is learned."""
    steps, *ends = (_steps(n, part) for n in (horizon.steps, horizon.low, horizon.high))
    size = f"≥ {steps}" if horizon.open else steps
    if horizon.low is None:
        return size
    return size if set(ends) == {steps} else f"{size} [{', '.join(ends)}]"


def _finding(horizons: Horizons, part: Part) -> str:
    sentences = []
    for task, of in horizons.items():
        best = max(h.steps or 0 for h in of.values())
        furthest = [a for a, h in of.items() if h.steps == best]
        least = "≥ " if any(h.open for h in of.values()) else ""
        who = f"{listed(furthest, 99)} {verb(furthest, 'remembers', 'remember')}"
        text = f"On {task} {who} furthest: {least}{best:,} steps."
        sentences.append(text if best else f"On {task} none learns even a lag of {part.lags[0]}.")
    return " ".join(sentences)


def _table(horizons: Horizons, part: Part) -> Table:
    tasks = {
        f"{task}, steps": {a: _with_interval(horizon, part) for a, horizon in of_task.items()}
        for task, of_task in horizons.items()
    }
    seeds = {"seeds": lambda a: ends(of[a].n for of in horizons.values() if a in of)}
    names = dict.fromkeys(a for of_task in horizons.values() for a in of_task)
    return table_of(names, {"architecture": str, **tasks, **seeds})


def _skills(part: Part, horizons: Horizons, name: str) -> Table:
    rows = [
        (task, a, *(skill_with_spread(h.skills.get(lag, Summary())) for lag in part.lags))
        for task, of_task in horizons.items()
        for a, h in of_task.items()
    ]
    heads = ("task", "architecture", *(f"lag {lag:,}" for lag in part.lags))
    caption = "Skill at each lag: mean over seeds. Empty: not tried."
    return Table(heads, tuple(rows), caption, name)
