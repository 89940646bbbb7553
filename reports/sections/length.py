"""Lengths never seen: skill on sequences longer than those of training."""

from __future__ import annotations

from collections.abc import Mapping

from reports.analysis.evidence import Evidence
from reports.analysis.horizon import LEARNED
from reports.analysis.statistics import Summary, summarize
from reports.document import Block, Figure, Heading, Table, paragraphs
from reports.figures import lines
from reports.formats import listed, skill, skill_with_spread
from reports.sections import reproduction
from tasks.task import LONGER

PLACE, TITLE, COMMAND = 60, "Lengths never seen", "harness probe length-generalisation"

Skills = Mapping[tuple[str, str], Mapping[int, Summary]]
"""By task and architecture, then by how many times the length of training."""

SCALE = lines.Scale("length, times that of training", "skill", 2, ends=lines.SKILL,
                    levels=(0, LEARNED), unit="×", apart=1.02)  # fmt: skip


def blocks(evidence: Evidence) -> list[Block]:
    """Skill at one, two, four, ... times the length of training."""
    survey, figures = evidence.results.architectures, []
    for part in evidence.parts("length"):
        skills = _skills(evidence, part.name)
        panels = [
            lines.Panel(task, {a: of for (t, a), of in skills.items() if t == task})
            for task in dict.fromkeys(task for task, _ in skills)
        ]
        finding = _finding(skills)
        alt = f"Skill against the length of the test sequences. {finding}"
        if drawn := lines.draw(part.name, panels, SCALE, alt, survey, lines.Layout()):
            command = reproduction.of_parts(evidence.results, [part])
            figures.append(Figure(drawn, finding, _table(skills), command))
    if not figures:
        return []
    return [
        Heading(TITLE, "length"),
        *paragraphs(
            "Each network is trained on sequences up to one length and tested, without further "
            "training, on longer ones of the same task. Skill at each length is measured against "
            "the floor and the ceiling of that length: 0 is guessing, 1 is perfect.",
            f"A network with a skill below {LEARNED:g} at the length of training has not learned "
            "the task under this budget: what it does at other lengths shows nothing.",
        ),
        *figures,
    ]


def _skills(evidence: Evidence, part: str) -> Skills:
    """Of the pairs with a test at a length that was not trained on."""
    skills = {}
    for task in evidence.tasks(part):
        for a in evidence.architectures(part):
            cells = evidence.cells(part, task, a)
            splits = {s for c in cells if c.record is not None and c.ok for s in c.record.skills}
            longer = {n: f"test@{n}x" for n in LONGER if f"test@{n}x" in splits}
            if longer:
                skills[task, a] = {
                    factor: summarize(evidence.skills(part, task, a, split).values())
                    for factor, split in ({1: "test"} | longer).items()
                }
    return skills


def _finding(skills: Skills) -> str:
    """Task by task: of those that learned it, who still can at the greatest length."""
    sentences = []
    for task in dict.fromkeys(task for task, _ in skills):
        of_task = {a: by_length for (t, a), by_length in skills.items() if t == task}
        longest = max(factor for by_length in of_task.values() for factor in by_length)
        able = {a: by_length for a, by_length in of_task.items() if _reached(by_length, 1)}
        kept = [a for a, by_length in able.items() if _reached(by_length, longest)]
        lost = [
            f"{a} {skill(by_length[longest].mean)}"
            for a, by_length in able.items()
            if a not in kept and longest in by_length
        ]
        if not able:
            sentences.append(f"On {task} none learned the length of training.")
            continue
        still = f"{listed(kept, 99) or 'none'} still {'has' if len(kept) < 2 else 'have'}"
        rest = f"; the others fall to: {listed(lost, 99)}" if lost else ""
        sentences.append(
            f"On {task} {len(able)} of {len(of_task)} learned the length of training; at "
            f"{longest} times that length {still} a skill of {LEARNED:g} or more{rest}."
        )
    return " ".join(sentences)


def _reached(by_length: Mapping[int, Summary], factor: int) -> bool:
    mean = by_length[factor].mean if factor in by_length else None
    return mean is not None and mean >= LEARNED


def _table(skills: Skills) -> Table:
    factors = sorted({factor for by_length in skills.values() for factor in by_length})
    rows = [
        (
            task,
            a,
            *(skill_with_spread(by_length.get(factor, Summary())) for factor in factors),
            str(max(s.n for s in by_length.values())),
        )
        for (task, a), by_length in skills.items()
    ]
    heads = ("task", "architecture", *(f"skill at {factor}×" for factor in factors), "seeds")
    return Table(heads, tuple(rows))
