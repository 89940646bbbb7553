"""The head of the page: the question, the answer, and how many cells ended how."""

from __future__ import annotations

from collections.abc import Mapping

from reports.analysis.material import CLAIMS, Material
from reports.document import Block, Counts, Heading, Link, Note, Paragraph, Text, plain
from reports.sections import answer
from reports.sections.reasons import Reasons


def blocks(material: Material, leads: Mapping[str, Text]) -> list[Block]:
    """``leads``: what the sections answer first, by their anchors. It is all that a matrix of parts
    has to say."""
    results, alone = material.results, material.only_user_data
    said: list[Text] = [s for choice in material.user_data for s in Reasons(choice).sentences]
    said += [] if alone else answer.answer(material.judged)
    said += [] if results.cells else leads.values()
    said += answer.shortfalls(results)
    if results.name == CLAIMS and "claims" in leads:
        said.append(Link(plain(leads["claims"]), "#claims"))
    description = results.plan.get("description")
    made: list[Block] = [Heading(answer.question(results, alone), level=1)]
    if results.cells and description:
        made.append(Note(description))
    made += [Paragraph(sentence, lead=True) for sentence in said]
    counts = [(number, outcome) for outcome, number in results.counts.items()]
    made.append(Counts(((len(results.all_cells), "planned"), *counts)))
    if results.corrupted:
        unreadable = "; ".join(results.corrupted)
        made.append(Note(f"Records that could not be read, and count as not run: {unreadable}."))
    return made
