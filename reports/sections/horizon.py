"""What each one remembers: memory horizons."""

from __future__ import annotations

from collections.abc import Mapping

from reports.analysis.evidence import Evidence
from reports.analysis.horizon import LEARNED, Horizon, horizon
from reports.analysis.results import Part
from reports.figures import horizon as drawing
from reports.formats import listed, skill_with_spread
from reports.sections.section import Figure, Section, Table
from reports.sections.told import command, parts_of

Horizons = Mapping[tuple[str, str], Horizon]
"""By task and architecture."""
PLAIN = "rnn"
"""The architecture that the others are held against."""


def section(evidence: Evidence) -> Section | None:
    """Skill against lag, and the horizon of each architecture on each task."""
    sought = [(part, _horizons(part)) for part in parts_of(evidence, "horizon")]
    sought = [(part, found) for part, found in sought if found]
    if not sought:
        return None
    figures, tables = [], []
    for part, found in sought:
        drawn = drawing.draw(part.name, found, evidence.results.architectures, _told(found, part))
        figures.append(Figure(drawn, _finding(found, part), _table(found, part),
                              command(evidence, [part])))  # fmt: skip
        tables.append((
            "Skill at each lag: mean over seeds and half of its 95 % interval. Empty: not tried.",
            _skills(found, part),
        ))  # fmt: skip
    return Section(
        "horizon",
        "What each one remembers",
        (
            *(_answer(found, part) for part, found in sought),
            "A memory horizon is the longest lag that at least half of the seeds learn, which is "
            f"to reach a skill of {LEARNED:g} on test examples, with no shorter lag that fewer "
            "learn. Each lag is trained anew, from the shortest on; after the first one that "
            "fails, longer ones are not tried. Intervals are those of the horizon over seeds "
            "drawn with replacement.",
            "It is a horizon under this budget: with more updates, or other ones, an architecture "
            "may learn to look further back.",
        ),
        tuple(figures),
        tuple(tables),
    )


def _horizons(part: Part) -> Horizons:
    tasks = dict.fromkeys(cell.task_name for cell in part.results.cells)
    every = {(t, a): horizon(part, t, a) for t in tasks for a in part.results.architectures}
    return {pair: found for pair, found in every.items() if found.steps is not None}


def steps(number: int | None, part: Part) -> str:
    """A horizon in steps: ``20``; ``< 5`` where not even the shortest lag was learned."""
    return f"{number:,}" if number else f"< {part.lags[0]}"


def size(found: Horizon, part: Part) -> str:
    """A horizon with its interval: ``20 [10, 50]``; ``≥ 1,000`` where the grid ends there."""
    if found.steps is None:
        return ""
    text = f"≥ {found.steps:,}" if found.open else steps(found.steps, part)
    if found.low == found.high == found.steps:
        return text
    return f"{text} [{steps(found.low, part)}, {steps(found.high, part)}]"


def _finding(found: Horizons, part: Part) -> str:
    """Task by task: who reaches furthest, and where the plain RNN stops."""
    sentences = []
    for task in dict.fromkeys(task for task, _ in found):
        of_task = {a: h for (t, a), h in found.items() if t == task}
        best = max(h.steps or 0 for h in of_task.values())
        furthest = [a for a, h in of_task.items() if h.steps == best]
        if not best:
            sentences.append(f"On {task} none learns even a lag of {part.lags[0]}.")
            continue
        verb = "reach" if len(furthest) > 1 else "reaches"
        reach = size(of_task[furthest[0]], part) if len(furthest) == 1 else f"{best:,}"
        sentence = f"On {task} {listed(furthest, 99)} {verb} furthest: {reach} steps"
        if PLAIN in of_task and PLAIN not in furthest:
            sentence += f"; {PLAIN} {_stops(of_task[PLAIN], part)}"
        elif rest := [a for a in of_task if a not in furthest]:
            second = max(rest, key=lambda a: of_task[a].steps or 0)
            sentence += f", before {second}, which {_stops(of_task[second], part)}"
        sentences.append(f"{sentence}.")
    return " ".join(sentences)


def _stops(found: Horizon, part: Part) -> str:
    if not found.steps:
        return f"does not learn even {part.lags[0]}"
    return f"stops at {size(found, part)}"


def _answer(found: Horizons, part: Part) -> str:
    """The horizons in one sentence, over all tasks."""
    reach: dict[str, list[str]] = {}
    for (_, architecture), each in found.items():
        reach.setdefault(architecture, []).append(
            f"≥ {each.steps:,}" if each.open else steps(each.steps, part)
        )
    tasks = list(dict.fromkeys(task for task, _ in found))
    told = [f"{a} {' / '.join(numbers)}" for a, numbers in reach.items()]
    return f"Steps remembered on {' / '.join(tasks)}: {'; '.join(told)}."


def _told(found: Horizons, part: Part) -> str:
    return "; ".join(f"{t}, {a}: horizon {size(h, part)}" for (t, a), h in found.items())


def _table(found: Horizons, part: Part) -> Table:
    tasks = tuple(dict.fromkeys(task for task, _ in found))
    rows = []
    for architecture in dict.fromkeys(a for _, a in found):
        of = [found.get((task, architecture), Horizon()) for task in tasks]
        counts = sorted({h.n for h in of if h.n})
        numbers = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
        rows.append((architecture, *(size(h, part) for h in of), numbers))
    return Table(("architecture", *(f"{task}, steps" for task in tasks), "seeds"), tuple(rows))


def _skills(found: Horizons, part: Part) -> Table:
    rows = [
        (t, a, *(skill_with_spread(h.skills[lag]) if lag in h.skills else "" for lag in part.lags))
        for (t, a), h in found.items()
    ]
    return Table(("task", "architecture", *(f"lag {lag:,}" for lag in part.lags)), tuple(rows))
