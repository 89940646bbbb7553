"""What the user's own data needs: what to take, the scores, and what was done with the file."""

from __future__ import annotations

from reports import formats
from reports.analysis.advice import advise
from reports.analysis.difference import METHOD
from reports.analysis.results import Results
from reports.analysis.user_data import Judge, read
from reports.document import Block, Code, Heading, Paragraph, Table, Terms, Text


def blocks(results: Results) -> list[Block]:
    """A part for each task of the user's own; empty where there are none with a record."""
    found: list[Block] = []
    for judge in read(results):
        found += [
            Heading(judge.task.name, level=3),
            Paragraph(advise(results, judge.task).recommendation, lead=True),
            _scores(judge, formats.metric(judge.task)),
            Paragraph("What was found in the file, and what was done with it:"),
            Terms(tuple(judge.facts.items())),
        ]
    return [Heading("Your data", "own"), Paragraph(" ".join(METHOD)), *found] if found else []


def answers(results: Results) -> list[Block]:
    """The scores and what they say, for the end of a run."""
    found: list[Block] = []
    for judge in read(results):
        caption = f"{judge.task.name}: {formats.metric(judge.task)}, test split"
        found += [_scores(judge, "score", caption), *map(Paragraph, judge.sentences)]
    return found


def _scores(judge: Judge, head: str, caption: str = "") -> Table:
    """Architectures and baselines with a score, best first, with the control row beside it."""
    results, control = judge.results, judge.control
    names = [a for a in (*judge.order, *results.baselines) if judge.has(a, judge.task)]
    names.sort(key=judge.loss)
    rows: list[tuple[Text, ...]] = []
    for name in names:
        beside = [judge.told(name, control) if judge.has(name, control) else ""] if control else []
        rows.append(
            (
                (Code(name), " (baseline)" * (name in results.baselines)),
                judge.told(name),
                *beside,
                formats.skill_with_spread(judge.group(name).skill),
                formats.seconds(judge.seconds(name)),
                formats.number(judge.group(name).mean_of("parameters")),
            )
        )
    shuffled = ["order shuffled"] if control else []
    heads = ("architecture", head, *shuffled, "skill", "training", "parameters")
    quiet = tuple(at for at, name in enumerate(names) if name in results.baselines)
    return Table(heads, tuple(rows), caption, quiet=quiet)
