"""The head of the page: the question, the answer, what fell short, how many cells ended how."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from reports.analysis.advice import Choice
from reports.analysis.results import Results
from reports.analysis.user_data import controls, only_user_data, without_controls
from reports.document import Block, Counts, Heading, Link, Note, Paragraph, Text, plain
from reports.formats import listed, plural
from reports.sections import answer
from reports.sections.reasons import Reasons

PLACE = 0
ENDED = {
    "timeout": "ran out of time",
    "out-of-memory": "ran out of memory",
    "unavailable": "lacked their data",
    "interrupted": "were interrupted",
}
"""Outcomes in a sentence, where their names do not fit one."""


def blocks(results: Results, leads: Mapping[str, Text]) -> list[Block]:
    """``leads``: what the sections answer first, by their anchors. It is all that a matrix of parts
    has to say."""
    said: list[Text] = []
    for pair in controls(results):
        said += Reasons(Choice(results, *pair)).sentences
    said += [] if only_user_data(results) else answer.first(without_controls(results))
    said += [] if results.cells else leads.values()
    said += shortfalls(results)
    if results.name == "claims" and "claims" in leads:
        said.append(Link(plain(leads["claims"]), "#claims"))
    made: list[Block] = [Heading(_question(results), level=1)]
    if results.cells and results.plan.get("description"):
        made.append(Note(results.plan["description"]))
    made += [Paragraph(sentence, lead=True) for sentence in said]
    counts = [(number, outcome) for outcome, number in results.counts.items()]
    made.append(Counts(((len(results.all_cells), "planned"), *counts)))
    if results.corrupted:
        unreadable = "; ".join(results.corrupted)
        made.append(Note(f"Records that could not be read, and count as not run: {unreadable}."))
    return made


def title(results: Results) -> str:
    """The page's name: the matrix and its size."""
    if not results.cells and results.parts:
        sizes = [(results.parts, "part"), (results.all_cells, "cell")]
        return f"{results.name}: {', '.join(plural(len(many), word) for many, word in sizes)}"
    columns = plural(len(results.architectures), "architecture")
    if results.baselines:
        columns += f" and {plural(len(results.baselines), 'baseline')}"
    tasks, seeds = plural(len(results.tasks), "task"), plural(len(results.seeds), "seed")
    return f"{results.name}: {tasks} × {columns} × {seeds}"


def _question(results: Results) -> str:
    """What the matrix was run to find out."""
    if only_user_data(results):
        return "Which architecture does this data need?"
    if not results.cells or not results.architectures:
        return results.plan.get("description") or "What came of this matrix?"
    names, tasks = results.architectures, results.tasks
    one = tasks[0].name if len(tasks) == 1 else ""
    asked = f"What does {names[0]} learn of {one or f'{len(tasks)} tasks'}"
    if len(names) > 1:
        which = f"{one} best" if one else f"which of {len(tasks)} tasks"
        asked = f"Which of {len(names)} architectures learns {which}"
    budget = results.plan.get("budget") or {}
    equal = [f"at most {budget['steps']:,} updates"] if budget.get("steps") else []
    if budget.get("match", "parameters") == "parameters" and budget.get("parameters"):
        equal.append(f"{budget['parameters']:,} parameters")
    terms = ", ".join(filter(None, ["the same examples", listed(equal)]))
    return f"{asked}, given {terms}?"


def shortfalls(results: Results) -> Iterator[str]:
    """What failed, and what has not run yet."""
    every = plural(len(results.all_cells), "cell")
    if failed := results.failures:
        kinds = Counter(cell.outcome for cell in failed).most_common()
        counts = ", ".join(f"{count} {ENDED.get(kind, kind)}" for kind, count in kinds)
        names = {cell.architecture for cell in failed}
        whose = f", all of {min(names)}" if len(names) == 1 else ""
        yield f"{len(failed):,} of {every} did not end well{whose}: {counts}."
    if results.answers:
        asked = plural(len(results.answers), "training")
        yield f"{asked} diverged in parts that ask for just that: these are answers, no failures."
    nothing_ran = results.pending == len(results.all_cells) and results.cells
    if results.pending and not nothing_ran:  # else the answer says so
        have = "has" if results.pending == 1 else "have"
        yield f"{results.pending:,} of {every} {have} not run yet; what is said here may change."
