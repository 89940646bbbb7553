"""What each one remembers: memory horizons."""

from __future__ import annotations

from collections.abc import Mapping

from reports.analysis.evidence import Evidence
from reports.analysis.horizon import LEARNED, Horizon
from reports.analysis.results import Part
from reports.document import Block, Figure, Heading, Table, paragraphs, table_of
from reports.figures import lines
from reports.figures.style import Drawing
from reports.formats import ends, listed, skill_with_spread, verb
from reports.sections import reproduction

PLACE, TITLE, COMMAND = 40, "What each one remembers", "harness probe horizon"

Horizons = Mapping[str, Mapping[str, Horizon]]
"""By task, then by architecture."""
PLAIN = "rnn"
"""The architecture that the others are compared with."""
SCALE = lines.Scale("lag, steps", "skill", 10, ends=lines.SKILL, levels=(0, LEARNED), apart=1.03,
                    ended="longer lags not tried")  # fmt: skip


def blocks(evidence: Evidence) -> list[Block]:
    """Skill against lag, and the horizon of each architecture on each task."""
    measured = [
        (part, horizons)
        for part in evidence.parts(probe="horizon")
        if (horizons := _horizons(evidence, part))
    ]
    if not measured:
        return []
    figures = [
        Figure(drawn, _finding(horizons, part), _table(horizons, part),
               reproduction.of_parts(evidence.results, [part]))
        for part, horizons in measured
        if (drawn := _draw(part, horizons, evidence.results.architectures))
    ]  # fmt: skip
    return [
        Heading(TITLE, "horizon"),
        *paragraphs(
            *(_answer(horizons, part) for part, horizons in measured),
            "A memory horizon is the longest lag up to which at least half of the seeds learn "
            f"every lag: reach a skill of {LEARNED:g} on test examples. Each lag has a new "
            "network, the shortest first; after the first lag that fails, longer ones are not "
            "tried. Intervals: over seeds drawn with replacement. A horizon holds for this "
            "budget: with other updates an architecture may look further back.",
        ),
        *figures,
        *(_skills(*each, f"horizon-table-{at}") for at, each in enumerate(measured, 1)),
    ]


def _horizons(evidence: Evidence, part: Part) -> Horizons:
    horizons: dict[str, dict[str, Horizon]] = {}
    for task in dict.fromkeys(cell.task_name for cell in part.results.cells):
        for a in part.results.architectures:
            horizon = evidence.horizon(part.name, task, a)
            if horizon.steps is not None:
                horizons.setdefault(task, {})[a] = horizon
    return horizons


def _draw(part: Part, horizons: Horizons, survey: tuple[str, ...]) -> Drawing | None:
    """A panel for each task; a ring at the end of a line where no longer lag was tried."""
    panels = [
        lines.Panel(
            task,
            {a: h.skills for a, h in of_task.items()},
            ended=[a for a, h in of_task.items() if _longest(h) > (h.steps or 0)],
        )
        for task, of_task in horizons.items()
    ]
    return lines.draw(part.name, panels, SCALE, survey)


def _longest(horizon: Horizon) -> int:
    """The longest lag that was tried."""
    return max((lag for lag, s in horizon.skills.items() if s.mean is not None), default=0)


def _size(horizon: Horizon, part: Part) -> str:
    """``20``; ``≥ 1,000`` where the longest lag that was tried is learned."""
    return f"≥ {horizon.steps:,}" if horizon.open else _steps(horizon.steps, part)


def _steps(number: int | None, part: Part) -> str:
    """``20``; ``< 5`` where not even the shortest lag was learned."""
    return f"{number:,}" if number else f"< {part.lags[0]}"


def _with_interval(horizon: Horizon, part: Part) -> str:
    """``20 [10, 50]``."""
    size, low, high = _size(horizon, part), horizon.low, horizon.high
    if low == high == horizon.steps:
        return size
    return f"{size} [{_steps(low, part)}, {_steps(high, part)}]"


def _finding(horizons: Horizons, part: Part) -> str:
    """Task by task: who reaches furthest, and how far the plain RNN or else the next best does."""
    sentences = []
    for task, of in horizons.items():
        ranked = sorted(of, key=lambda a: -(of[a].steps or 0))
        best = of[ranked[0]].steps
        if not best:
            sentences.append(f"On {task} none learns even a lag of {part.lags[0]}.")
            continue
        furthest = [a for a in ranked if of[a].steps == best]
        reach = _with_interval(of[ranked[0]], part) if len(furthest) == 1 else f"{best:,}"
        verbs = verb(furthest, "reaches", "reach")
        text = f"On {task} {listed(furthest, 99)} {verbs} furthest: {reach} steps"
        if rest := ranked[len(furthest) :]:
            other = PLAIN if PLAIN in rest else rest[0]
            text += f"; {other}: {_with_interval(of[other], part)}"
        sentences.append(f"{text}.")
    return " ".join(sentences)


def _names(horizons: Horizons) -> list[str]:
    return list(dict.fromkeys(a for of_task in horizons.values() for a in of_task))


def _answer(horizons: Horizons, part: Part) -> str:
    """The horizons in one sentence, over all tasks."""
    each = "; ".join(
        f"{a} {' / '.join(_size(of[a], part) for of in horizons.values() if a in of)}"
        for a in _names(horizons)
    )
    return f"Steps remembered on {' / '.join(horizons)}: {each}."


def _table(horizons: Horizons, part: Part) -> Table:
    tasks = {
        f"{task}, steps": {a: _with_interval(horizon, part) for a, horizon in of_task.items()}
        for task, of_task in horizons.items()
    }
    seeds = {"seeds": lambda a: ends(of[a].n for of in horizons.values() if a in of)}
    return table_of(_names(horizons), {"architecture": str, **tasks, **seeds})


def _skills(part: Part, horizons: Horizons, name: str) -> Table:
    return Table(
        ("task", "architecture", *(f"lag {lag:,}" for lag in part.lags)),
        tuple(
            (t, a, *(skill_with_spread(h.skills[n]) if n in h.skills else "" for n in part.lags))
            for t, of_task in horizons.items()
            for a, h in of_task.items()
        ),
        "Skill at each lag: mean over seeds and half of its 95 % interval. Empty: not tried.",
        name,
    )
