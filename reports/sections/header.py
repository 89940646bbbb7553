"""The head of the page: the question, the answer, what fell short, how many cells ended how."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from harness.experiment.record import PENDING
from reports.analysis.advice import Choice
from reports.analysis.cells import UNLEARNED
from reports.analysis.results import Results
from reports.document import Block, Counts, Heading, Link, Note, Paragraph, Text, plain
from reports.formats import plural, verb
from reports.sections import answer
from reports.sections.advice import reasons

PLACE = 0


def blocks(results: Results, leads: Mapping[str, Text]) -> list[Block]:
    """``leads``: what the sections answer first, by their anchors. It is all that a matrix of parts
    has to say."""
    said: list[Text] = []
    for pair in results.controls:
        said += reasons(Choice(results, *pair))
    said += [] if results.only_user_data else answer.first(results.without_controls)
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
    sizes: dict[str, Collection[Any]] = {
        "task": results.tasks,
        "architecture": results.architectures,
        "baseline": results.baselines,
        "seed": results.seeds,
        "part": results.parts,
        "cell": results.all_cells,
    }
    return f"{results.name}: {', '.join(plural(len(m), word) for word, m in sizes.items() if m)}"


def _question(results: Results) -> str:
    if results.only_user_data:
        return "Which architecture does this data need?"
    if not results.cells or not results.architectures:
        return results.plan.get("description") or "What came of this matrix?"
    names, tasks = results.architectures, plural(len(results.tasks), "task")
    steps = (results.plan.get("budget") or {}).get("steps")
    equal = f"the same examples{f' and at most {steps:,} updates' if steps else ''}"
    who = f"{verb(names, 'does', 'do')} {plural(len(names), 'architecture')}"
    return f"What {who} learn of {tasks}, given {equal}?"


def shortfalls(results: Results) -> Iterator[str]:
    """What failed, what was not learned, and what has not run yet."""
    every = plural(len(results.all_cells), "cell")
    if failed := results.failures:
        kinds = Counter(cell.outcome for cell in failed).most_common()
        counts = ", ".join(f"{count} {kind}" for kind, count in kinds)
        yield f"{len(failed):,} of {every} did not end well: {counts}."
    known = [c.learned for c in results.without_controls.cells if c.learned is not None]
    if lost := known.count(False):
        trained = plural(len(known), "training")
        yield (
            f"In {lost:,} of {trained}, fits included, nothing was learned within the budget "
            f"({UNLEARNED})."
        )
    if results.answers:
        asked = plural(len(results.answers), "training")
        yield f"{asked} diverged in parts that ask for just that: these are answers, no failures."
    if pending := results.counts.get(PENDING):
        yield f"Not run yet: {pending:,} of {every}; what is said here may change."
