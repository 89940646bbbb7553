"""What each one remembers: memory horizons."""

from __future__ import annotations

from collections.abc import Mapping

from reports.analysis.evidence import Evidence
from reports.analysis.horizon import LEARNED, Horizon
from reports.analysis.results import Part
from reports.document import Block, Figure, Heading, Table, paragraphs
from reports.figures import lines
from reports.figures.style import Drawing
from reports.formats import listed, skill_with_spread
from reports.sections import reproduction

PLACE, TITLE, COMMAND = 40, "What each one remembers", "harness probe horizon"

Horizons = Mapping[tuple[str, str], Horizon]
"""By task and architecture."""
PLAIN = "rnn"
"""The architecture that the others are compared with."""


def blocks(evidence: Evidence) -> list[Block]:
    """Skill against lag, and the horizon of each architecture on each task."""
    measured = [(part, _horizons(evidence, part)) for part in evidence.parts(probe="horizon")]
    measured = [(part, horizons) for part, horizons in measured if horizons]
    if not measured:
        return []
    figures = [
        Figure(
            drawn,
            _finding(horizons, part),
            _table(horizons, part),
            reproduction.of_parts(evidence.results, [part]),
        )
        for part, horizons in measured
        if (drawn := _draw(part, horizons, evidence.results.architectures))
    ]
    tables = [_skills(*each, f"horizon-table-{at}") for at, each in enumerate(measured, 1)]
    return [
        Heading(TITLE, "horizon"),
        *paragraphs(
            *(_answer(horizons, part) for part, horizons in measured),
            "A memory horizon is the longest lag up to which every lag is learned by at least "
            f"half of the seeds. To learn a lag is to reach a skill of {LEARNED:g} on test "
            "examples. A new network is trained for each lag, from the shortest on; after the "
            "first lag that fails, longer ones are not tried. Intervals are those of the horizon "
            "over seeds drawn with replacement.",
            "A horizon holds for this budget: with more updates, or other ones, an architecture "
            "may learn to look further back.",
        ),
        *figures,
        *tables,
    ]


def _horizons(evidence: Evidence, part: Part) -> Horizons:
    tasks = dict.fromkeys(cell.task_name for cell in part.results.cells)
    pairs = [(task, a) for task in tasks for a in part.results.architectures]
    every = {pair: evidence.horizon(part.name, *pair) for pair in pairs}
    return {pair: horizon for pair, horizon in every.items() if horizon.steps is not None}


def _draw(part: Part, horizons: Horizons, survey: tuple[str, ...]) -> Drawing | None:
    """A panel for each task; a ring at the end of a line where no longer lag was tried."""
    ended = {
        pair
        for pair, horizon in horizons.items()
        if (tried := [lag for lag, s in horizon.skills.items() if s.mean is not None])
        and tried[-1] > (horizon.steps or 0)
    }
    panels = [
        lines.Panel(
            task,
            {a: h.skills for (t, a), h in horizons.items() if t == task},
            ended=[a for t, a in ended if t == task],
        )
        for task in dict.fromkeys(task for task, _ in horizons)
    ]
    scale = lines.Scale("lag, steps", "skill", 10, ends=lines.SKILL, levels=(0, LEARNED),
                        apart=1.03, ended="longer lags not tried")  # fmt: skip
    alt = f"Skill against lag on a logarithmic axis. {_finding(horizons, part)}"
    return lines.draw(part.name, panels, scale, alt, survey, lines.Layout())


def _steps(number: int | None, part: Part) -> str:
    """``20``; ``< 5`` where not even the shortest lag was learned."""
    return f"{number:,}" if number else f"< {part.lags[0]}"


def _size(horizon: Horizon, part: Part) -> str:
    """``20``; ``≥ 1,000`` where the longest lag that was tried is learned."""
    return f"≥ {horizon.steps:,}" if horizon.open else _steps(horizon.steps, part)


def _with_interval(horizon: Horizon, part: Part) -> str:
    """``20 [10, 50]``."""
    if horizon.steps is None or horizon.low == horizon.high == horizon.steps:
        return "" if horizon.steps is None else _size(horizon, part)
    ends = f"[{_steps(horizon.low, part)}, {_steps(horizon.high, part)}]"
    return f"{_size(horizon, part)} {ends}"


def _finding(horizons: Horizons, part: Part) -> str:
    """Task by task: who reaches furthest, and where the plain RNN stops."""
    sentences = []
    for task in dict.fromkeys(task for task, _ in horizons):
        of_task = {a: h for (t, a), h in horizons.items() if t == task}
        best = max(h.steps or 0 for h in of_task.values())
        furthest = [a for a, h in of_task.items() if h.steps == best]
        if not best:
            sentences.append(f"On {task} none learns even a lag of {part.lags[0]}.")
            continue
        alone = len(furthest) == 1
        reach = _with_interval(of_task[furthest[0]], part) if alone else f"{best:,}"
        verb = "reaches" if alone else "reach"
        sentence = f"On {task} {listed(furthest, 99)} {verb} furthest: {reach} steps"
        if PLAIN in of_task and PLAIN not in furthest:
            sentence += f"; {PLAIN} {_stops(of_task[PLAIN], part)}"
        elif rest := [a for a in of_task if a not in furthest]:
            second = max(rest, key=lambda a: of_task[a].steps or 0)
            sentence += f", before {second}, which {_stops(of_task[second], part)}"
        sentences.append(f"{sentence}.")
    return " ".join(sentences)


def _stops(horizon: Horizon, part: Part) -> str:
    if not horizon.steps:
        return f"does not learn even {part.lags[0]}"
    return f"stops at {_with_interval(horizon, part)}"


def _answer(horizons: Horizons, part: Part) -> str:
    """The horizons in one sentence, over all tasks."""
    reach: dict[str, list[str]] = {}
    for (_, architecture), horizon in horizons.items():
        reach.setdefault(architecture, []).append(_size(horizon, part))
    tasks = " / ".join(dict.fromkeys(task for task, _ in horizons))
    each = "; ".join(f"{a} {' / '.join(sizes)}" for a, sizes in reach.items())
    return f"Steps remembered on {tasks}: {each}."


def _table(horizons: Horizons, part: Part) -> Table:
    tasks = tuple(dict.fromkeys(task for task, _ in horizons))
    rows = []
    for architecture in dict.fromkeys(a for _, a in horizons):
        of = [horizons.get((task, architecture), Horizon()) for task in tasks]
        counts = sorted({h.n for h in of if h.n})
        seeds = " to ".join(f"{n}" for n in dict.fromkeys((counts[0], counts[-1])))
        rows.append((architecture, *(_with_interval(h, part) for h in of), seeds))
    return Table(("architecture", *(f"{task}, steps" for task in tasks), "seeds"), tuple(rows))


def _skills(part: Part, horizons: Horizons, name: str) -> Table:
    return Table(
        ("task", "architecture", *(f"lag {lag:,}" for lag in part.lags)),
        tuple(
            (t, a, *(skill_with_spread(h.skills[n]) if n in h.skills else "" for n in part.lags))
            for (t, a), h in horizons.items()
        ),
        "Skill at each lag: mean over seeds and half of its 95 % interval. Empty: not tried.",
        name,
    )
