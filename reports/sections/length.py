"""Lengths never seen: skill on sequences longer than those of training."""

from __future__ import annotations

from collections.abc import Mapping

from reports.analysis.evidence import Evidence
from reports.analysis.horizon import LEARNED
from reports.analysis.statistics import Summary, summarize
from reports.document import Block, Figure, Heading, Table, paragraphs
from reports.figures import lines
from reports.formats import each, listed, skill, skill_with_spread, verb
from reports.sections import reproduction
from tasks.task import LONGER

PLACE, TITLE, COMMAND = 60, "Lengths never seen", "harness probe length-generalisation"

Skills = Mapping[str, Mapping[str, Mapping[int, Summary]]]
"""By task and architecture, then by how many times the length of training."""

SCALE = lines.Scale("length, times that of training", "skill", 2, ends=lines.SKILL,
                    levels=(0, LEARNED), unit="×", apart=1.02)  # fmt: skip


def blocks(evidence: Evidence) -> list[Block]:
    """Skill at one, two, four, ... times the length of training."""
    survey, figures = evidence.results.architectures, []
    for part in evidence.parts("length"):
        skills = _skills(evidence, part.name)
        finding = _finding(skills)
        panels = [lines.Panel(task, of_task) for task, of_task in skills.items()]
        if drawn := lines.draw(part.name, panels, SCALE, survey):
            command = reproduction.of_parts(evidence.results, [part])
            figures.append(Figure(drawn, finding, _table(skills), command))
    if not figures:
        return []
    return [
        Heading(TITLE, "length"),
        *paragraphs(
            "Each network is trained on sequences up to one length and tested, without further "
            "training, on longer ones of the same task, against the floor and the ceiling of each "
            f"length. What a network with a skill below {LEARNED:g} at the length of training does "
            "at others shows nothing: it has not learned the task under this budget.",
        ),
        *figures,
    ]


def _skills(evidence: Evidence, part: str) -> Skills:
    """Of the pairs with a test at a length that was not trained on."""
    skills: dict[str, dict[str, dict[int, Summary]]] = {}
    for task in evidence.tasks(part):
        for a in evidence.architectures(part):
            splits = {1: "test"} | {n: f"test@{n}x" for n in LONGER}
            by_length = {n: evidence.skills(part, task, a, split) for n, split in splits.items()}
            if any(by_length[n] for n in LONGER):
                known = {n: summarize(s.values()) for n, s in by_length.items() if s or n == 1}
                skills.setdefault(task, {})[a] = known
    return skills


def _finding(skills: Skills) -> str:
    """Task by task: of those that learned it, who still can at the greatest length."""
    sentences = []
    for task, of_task in skills.items():
        longest = max(factor for by_length in of_task.values() for factor in by_length)
        able = {a: by_length for a, by_length in of_task.items() if _reached(by_length, 1)}
        kept = [a for a, by_length in able.items() if _reached(by_length, longest)]
        lost = {a: s[longest].mean for a, s in able.items() if a not in kept and longest in s}
        if not able:
            sentences.append(f"On {task} none learned the length of training.")
            continue
        still = f"{listed(kept, 99) or 'none'} still {verb(kept or 'x', 'has', 'have')}"
        rest = f"; the others fall to: {each(lost, skill)}" if lost else ""
        sentences.append(
            f"On {task} {len(able)} of {len(of_task)} learned the length of training; at "
            f"{longest} times that length {still} a skill of {LEARNED:g} or more{rest}."
        )
    return " ".join(sentences)


def _reached(by_length: Mapping[int, Summary], factor: int) -> bool:
    mean = by_length[factor].mean if factor in by_length else None
    return mean is not None and mean >= LEARNED


def _table(skills: Skills) -> Table:
    pairs = [(task, a, s) for task, of_task in skills.items() for a, s in of_task.items()]
    factors = sorted({factor for _, _, by_length in pairs for factor in by_length})
    heads = ("task", "architecture", *(f"skill at {factor}×" for factor in factors), "seeds")
    rows = [
        (task, a, *(skill_with_spread(s.get(factor, Summary())) for factor in factors),
         str(max(of.n for of in s.values())))
        for task, a, s in pairs
    ]  # fmt: skip
    return Table(heads, tuple(rows))
