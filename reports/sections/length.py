"""Lengths never seen: skill on sequences longer than those of training."""

from collections.abc import Mapping

from reports.analysis.evidence import Evidence
from reports.analysis.horizon import LEARNED
from reports.analysis.solved import mean
from reports.analysis.statistics import Summary
from reports.document import Block, Figure, Table, section
from reports.figures import lines
from reports.formats import listed, skill_with_spread
from reports.sections import reproduction
from tasks.task import LONGER

PLACE, TITLE, COMMAND = 60, "Lengths never seen", "harness probe length-generalisation"

Skills = Mapping[str, Mapping[str, Mapping[int, Summary]]]
"""By task and architecture, then by how many times the length of training."""

SCALE = lines.Scale("length, times that of training", "skill", 2, ends=lines.SKILL,
                    levels=(0, LEARNED), apart=1.02)  # fmt: skip


def blocks(evidence: Evidence) -> list[Block]:
    """Skill at one, two, four, ... times the length of training."""
    figures, findings = [], []
    for part in evidence.parts("length"):
        skills = _skills(evidence, part.name)
        panels = [lines.Panel(task, of_task) for task, of_task in skills.items()]
        if drawn := lines.draw(part.name, panels, SCALE, evidence.results.architectures):
            command = reproduction.of_parts(evidence.results, [part])
            finding = "Skill at the length of training (1) and at its multiples."
            figures.append(Figure(drawn, finding, _table(skills), command))
            findings.append(_finding(skills))
    about = (
        "Each network is tested, without further training, on longer sequences, against the floor "
        f"and the ceiling of each length. With a skill below {LEARNED:g} at the length of training "
        "it has not learned the task under this budget, and the others show nothing."
    )
    return section(TITLE, "length", [*findings, about], figures)


def _skills(evidence: Evidence, part: str) -> Skills:
    """Of the pairs with a test at a length that was not trained on."""
    skills: dict[str, dict[str, dict[int, Summary]]] = {}
    for info in evidence.part(part).tasks:
        task = info.name
        for a in evidence.architectures(part):
            splits = {1: "test"} | {n: f"test@{n}x" for n in LONGER}
            by_length = {n: evidence.skills(part, task, a, split) for n, split in splits.items()}
            if any(by_length[n] for n in LONGER):
                means = {n: mean(s.values(), info) for n, s in by_length.items()}
                known = {n: found for n, found in means.items() if found.n or n == 1}
                skills.setdefault(task, {})[a] = known
    return skills


def _finding(skills: Skills) -> str:
    sentences = []
    for task, of_task in skills.items():
        longest = max(factor for by_length in of_task.values() for factor in by_length)
        reached = {
            n: [a for a, s in of_task.items() if (s.get(n, Summary()).mean or 0.0) >= LEARNED]
            for n in (1, longest)
        }
        able, kept = reached[1], [a for a in reached[1] if a in reached[longest]]
        learned = f"On {task} {len(able)} of {len(of_task)} learned the length of training"
        left = f"; at {longest} times that length still: {listed(kept, 99) or 'none'}"
        sentences.append(f"{learned}{left if able else ''}.")
    return " ".join(sentences)


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
