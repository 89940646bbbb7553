"""What the user's own data needs: what to take, the scores, and what was done with the file."""

from reports import formats
from reports.analysis.advice import Choice
from reports.analysis.difference import METHOD
from reports.analysis.results import Results
from reports.document import Block, Code, Heading, Paragraph, Table, table_of
from reports.sections.advice import advise, reasons, score

PLACE = 20


def blocks(results: Results) -> list[Block]:
    """A part for each task of the user's own; empty where there are none with a record."""
    made: list[Block] = []
    for task, control in results.controls:
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
    for task, control in results.controls:
        choice = Choice(results, task, control)
        caption = f"{task.name}: {formats.metric(task)}, test split"
        made += [_scores(choice, "score", caption), *map(Paragraph, reasons(choice))]
    return made


def _scores(choice: Choice, head: str, caption: str = "") -> Table:
    """Architectures and baselines with a score, best first, with the control row beside it."""
    control, baselines = choice.control, choice.results.baselines
    known = [a for t, a in choice.results.groups if control and t == control.name]
    shuffled = {a: score(choice, a, control) for a in known}
    return table_of(
        choice.scored,
        {
            "architecture": lambda a: (Code(a), " (baseline)" * (a in baselines)),
            head: lambda a: score(choice, a),
            **({"order shuffled": shuffled} if control else {}),
            "skill": lambda a: formats.skill_with_spread(choice.group(a).skill),
            "training": lambda a: formats.seconds(choice.seconds(a)),
            "parameters": lambda a: formats.number(choice.group(a).mean_of("parameters")),
        },
        caption=caption,
        quiet=tuple(at for at, a in enumerate(choice.scored) if a in baselines),
    )
