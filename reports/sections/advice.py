"""Which architecture to take for a task, and what that rests on."""

from __future__ import annotations

from reports import formats
from reports.analysis.advice import Advice
from reports.document import Block, Heading, Listing, Paragraph, Strong, Table


def blocks(advice: Advice) -> list[Block]:
    """The recommendation, every architecture with its score and cost, the reasons."""
    lists = {"why": advice.sentences, "rests on": advice.rests_on, "firmer with": advice.firmer}
    return [
        Paragraph(Strong(advice.recommendation), lead=True),
        _table(advice),
        *(
            block
            for title, sentences in lists.items()
            if sentences
            for block in (Heading(title, level=3), Listing(tuple(sentences)))
        ),
    ]


def _table(advice: Advice) -> Table:
    heads = ("architecture", "score", "skill", "best ahead", "p (Holm)", "training", "parameters",
             "is")  # fmt: skip
    score = formats.scores_of(advice.task, [row["score"] for row in advice.rows])
    rows = [
        (
            row["architecture"] + (" (baseline)" if row["baseline"] else ""),
            score(row["score"]) + ("" if row["score_half"] is None else
                                   f" ±{score(row['score_half'])}"),
            f"{formats.skill(row['skill'])} {formats.spread(row['skill_half'])}".strip(),
            f"{formats.skill(row['best_ahead'])} {formats.spread(row['best_ahead_half'])}".strip(),
            formats.p_value(row["p_holm"]),
            formats.seconds(row["seconds"]),
            formats.number(row["parameters"]),
            row["standing"],
        )
        for row in advice.rows
    ]  # fmt: skip
    return Table(heads, tuple(rows))
