"""Lengths never seen: skill on sequences longer than those of training."""

from __future__ import annotations

import re
from collections.abc import Mapping

from reports.analysis.evidence import Evidence
from reports.analysis.horizon import LEARNED
from reports.analysis.results import Part
from reports.analysis.statistics import Summary, summarize
from reports.figures import length as drawing
from reports.formats import listed, skill, skill_with_spread
from reports.sections.section import Figure, Section, Table
from reports.sections.told import command, parts_named

Skills = Mapping[tuple[str, str], Mapping[int, Summary]]
"""By task and architecture, then by how many times the length of training."""
LONGER = re.compile(r"test@(\d+)x")


def section(evidence: Evidence) -> Section | None:
    """Skill at one, two, four, ... times the length of training."""
    figures = []
    for part in parts_named(evidence, "length"):
        skills = _skills(evidence, part)
        if skills:
            drawn = drawing.draw(part.name, skills, evidence.results.architectures, _told(skills))
            figures.append(
                Figure(drawn, _finding(skills), _table(skills), command(evidence, [part]))
            )
    if not figures:
        return None
    return Section(
        "length",
        "Lengths never seen",
        (
            "Each network is trained on sequences up to one length and tested, without further "
            "training, on longer ones of the same task. Skill at each length is measured against "
            "the floor and the ceiling of that length: 0 is guessing, 1 is perfect.",
            f"Who does not reach a skill of {LEARNED:g} at the length of training has not learned "
            "the task under this budget, and what it does at other lengths shows nothing.",
        ),
        tuple(figures),
    )


def _skills(evidence: Evidence, part: Part) -> Skills:
    """Of the pairs with a test at a length that was not trained on."""
    found = {}
    for task in evidence.tasks(part.name):
        for architecture in part.results.architectures:
            cells = evidence.cells(part.name, task, architecture)
            splits = {s for c in cells if c.record is not None and c.ok for s in c.record.skills}
            factors = {int(match[1]): s for s in splits if (match := LONGER.fullmatch(s))}
            if factors:
                found[task, architecture] = {
                    factor: summarize(evidence.skills(part.name, task, architecture, s).values())
                    for factor, s in [(1, "test"), *sorted(factors.items())]
                }
    return found


def _finding(skills: Skills) -> str:
    """Task by task: of those that learned it, who still can at the greatest length."""
    sentences = []
    for task in dict.fromkeys(task for task, _ in skills):
        of_task = {a: found for (t, a), found in skills.items() if t == task}
        longest = max(factor for found in of_task.values() for factor in found)
        learned = {a: found for a, found in of_task.items() if _reached(found, 1)}
        kept = [a for a, found in learned.items() if _reached(found, longest)]
        lost = [
            f"{a} {skill(found[longest].mean)}"
            for a, found in learned.items()
            if a not in kept and longest in found
        ]
        if not learned:
            sentences.append(f"On {task} none learned the length of training.")
            continue
        still = f"{listed(kept, 99) or 'none'} still {'has' if len(kept) < 2 else 'have'}"
        sentence = (
            f"On {task} {len(learned)} of {len(of_task)} learned the length of training; at "
            f"{longest} times that length {still} a skill of {LEARNED:g} or more"
        )
        if lost:
            sentence += f", and there is left: {listed(lost, 99)}"
        sentences.append(f"{sentence}.")
    return " ".join(sentences)


def _reached(found: Mapping[int, Summary], factor: int) -> bool:
    mean = found[factor].mean if factor in found else None
    return mean is not None and mean >= LEARNED


def _told(skills: Skills) -> str:
    return "; ".join(
        f"{task}, {a}: {', '.join(skill(s.mean) for s in found.values())}"
        for (task, a), found in skills.items()
    )


def _table(skills: Skills) -> Table:
    factors = sorted({factor for found in skills.values() for factor in found})
    rows = [
        (
            task,
            a,
            *(skill_with_spread(found.get(factor, Summary())) for factor in factors),
            str(max(s.n for s in found.values())),
        )
        for (task, a), found in skills.items()
    ]
    heads = ("task", "architecture", *(f"skill at {factor}×" for factor in factors), "seeds")
    return Table(heads, tuple(rows))
