"""What the user's own data needs: what to take, the scores, and what was done with the file."""

from __future__ import annotations

from reports import formats
from reports.analysis.advice import Choice
from reports.analysis.difference import METHOD
from reports.analysis.results import Results
from reports.analysis.user_data import controls
from reports.document import Block, Code, Heading, Paragraph, Table, Text
from reports.sections.advice import advise
from reports.sections.reasons import Reasons

PLACE = 20


def blocks(results: Results) -> list[Block]:
    """A part for each task of the user's own; empty where there are none with a record."""
    made: list[Block] = []
    for task, control in controls(results):
        choice = Choice(results, task, control)
        made += [
            Heading(task.name, level=3),
            Paragraph(advise(results, task).recommendation, lead=True),
            _scores(choice, formats.metric(task)),
            Paragraph("What was found in the file, and what was done with it:"),
            Table((), tuple(choice.facts.items())),
        ]
    return [Heading("Your data", "own"), Paragraph(" ".join(METHOD)), *made] if made else []


def answers(results: Results) -> list[Block]:
    """The scores and what they say, for the end of a run."""
    made: list[Block] = []
    for task, control in controls(results):
        choice = Choice(results, task, control)
        caption = f"{task.name}: {formats.metric(task)}, test split"
        made += [_scores(choice, "score", caption), *map(Paragraph, Reasons(choice).sentences)]
    return made


def _scores(choice: Choice, head: str, caption: str = "") -> Table:
    """Architectures and baselines with a score, best first, with the control row beside it."""
    reasons, control, baselines = Reasons(choice), choice.control, choice.results.baselines
    rows: list[tuple[Text, ...]] = []
    for name in choice.scored:
        beside = [reasons.score(name, control) if choice.has(name, control) else ""]
        rows.append(
            (
                (Code(name), " (baseline)" * (name in baselines)),
                reasons.score(name),
                *(beside if control else []),
                formats.skill_with_spread(choice.group(name).skill),
                formats.seconds(choice.seconds(name)),
                formats.number(choice.group(name).mean_of("parameters")),
            )
        )
    shuffled = ["order shuffled"] if control else []
    heads = ("architecture", head, *shuffled, "skill", "training", "parameters")
    quiet = tuple(at for at, name in enumerate(choice.scored) if name in baselines)
    return Table(heads, tuple(rows), caption, quiet=quiet)
