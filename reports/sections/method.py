"""On what terms the architectures were compared: how to read the page, budget, exceptions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.experiment.store import Store
from reports.analysis.difference import METHOD
from reports.analysis.results import Results
from reports.document import Block, Code, Heading, Listing, Paragraph, Strong, Table, codes
from reports.formats import leaves, listed, plain_value, plural
from reports.sections import hyperparameters, parts

PLACE = 160

READING = {
    "Skill": (
        "is (score − floor) / (ceiling − floor), from the scores on the test split. The floor is "
        "the score of the best trivial predictor, measured on the same split; the ceiling is the "
        "best score that can be reached. So 0 means “knows nothing” and 1 “solved”, whatever the "
        "metric. Skill has no lower end. Colours stop at −0.5, numbers do not."
    ),
    "Perfect": (
        "is the name of the ceiling where nobody knows the best reachable score: it is then the "
        "perfect one. Skill 1 may be out of reach, and such a task looks harder than it is."
    ),
    "Intervals": (
        "are 95 % Student t intervals over seeds, unless it says otherwise: how far could the mean "
        "move with other seeds? They say nothing about other tasks or other data. With one seed "
        "there is none. A mean over tasks has the interval of a mean of independent means (Welch "
        "and Satterthwaite)."
    ),
    "Differ, and not shown to differ.": " ".join(METHOD),
    "A hole": (
        "is a cell without a score. It has its reason, counts nowhere as zero, and is left out of "
        "means; comparisons over tasks use only those where all compared architectures have a "
        "skill."
    ),
}
BASELINES = {
    "A baseline": (
        "knows nothing of sequences, or next to nothing ({names}): what a sequence model should "
        "beat. Of those that serve a task, the one that did best on validation stands beside the "
        "floor. Baselines are not ranked and win nothing."
    ),
    "†": "marks an architecture whose mean is no better than the baseline’s.",
    "Lead": (
        "is how much more skill an architecture has than the baseline: the mean of the differences "
        "over seeds, with its 95 % interval. The best of several architectures leads by luck too."
    ),
}
BUDGET = {
    "steps": "training updates, at most",
    "batch": "examples in an update",
    "match": "what is made equal by turning the width",
    "parameters": "parameters to match, without the shared embedding",
    "flops": "floating-point operations of an update, to match",
    "width": "width of all",
    "embedding": "size of the shared embedding of tokens",
    "optimizer": "optimizer",
    "learning_rate": "learning rate",
    "schedule": "learning-rate schedule",
    "dropout": "share of features left out before and after the body, in training",
    "clip_norm": "gradient norm is clipped at",
    "evaluate_every": "updates between two evaluations on validation",
    "patience": "evaluations without improvement before training ends",
    "beam": "beams with which a decoder is tested beside greedy decoding",
    "solved": "training ends when validation reaches this skill",
    "seconds": "seconds a cell may take",
}
SIZES = {"parameters": "parameters", "flops": "flops", "none": "width"}
"""The term of the budget that says the size, by what is matched."""
MATCHED = {
    "parameters": "Parameters held to the budget",
    "flops": "FLOPs of an update, held to the budget",
    "none": "Sizes were not matched; parameters without the shared embedding",
}


def blocks(results: Results, store: Store) -> list[Block]:
    """All of it, with the parts of the matrix and its tuning."""
    return [
        Heading("Method and fairness", "method"),
        *_reading(results),
        *_budget(results),
        *parts.blocks(results),
        *hyperparameters.blocks(results, store),
        *_exceptions(results),
        *_environment(results),
    ]


def _reading(results: Results) -> Iterator[Block]:
    yield Heading("How to read this page", "reading", 3)
    for word, meaning in (READING | (BASELINES if results.baselines else {})).items():
        said = meaning.replace("{names}", listed(results.baselines))
        yield Paragraph((Strong(word), f" {said}"))


def _budget(results: Results) -> Iterator[Block]:
    """Every term but sizes that were not matched, and the tasks whose budget differs."""
    yield Heading("The budget", "budget", 3)
    yield Paragraph(
        "Every architecture got the same: in one seed the same examples in the same order, and "
        "these limits. What was chosen was chosen on the validation split; the test split was used "
        f"once. {_matched(results)}".strip()
    )
    terms = results.plan.get("budget") or {}
    size = SIZES.get(terms.get("match", ""))
    tuned = (results.plan.get("tuning") or {}).get("space", {})
    rows = tuple(
        (Code(name), "tuned" if name in tuned else plain_value(value), BUDGET.get(name, ""))
        for name, value in terms.items()
        if size is None or name == size or name not in SIZES.values()
    )
    if rows:
        yield Table(("term", "value", "meaning"), rows)
    if other := results.plan.get("budgets"):
        yield Paragraph("On these tasks it differs, for all architectures alike:")
        yield Listing(tuple((Code(task), f": {_terms(terms)}") for task, terms in other.items()))


def _terms(terms: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {plain_value(value)}" for name, value in terms.items())


def _matched(results: Results) -> str:
    """How closely the sizes were matched, over all cells with a score but those of the
    baselines, which have no size to choose."""
    match = (results.plan.get("budget") or {}).get("match", "parameters")
    counts = [
        count
        for c in results.cells
        if c.record and not c.hole and c.architecture not in results.baselines
        if (count := c.record.flops if match == "flops" else c.record.matched_parameters)
    ]
    if not counts:
        return ""
    return (
        f"{MATCHED[match]}, over {plural(len(counts), 'scored cell')}: "
        f"{min(counts):,.0f} to {max(counts):,.0f}."
    )


def _exceptions(results: Results) -> Iterator[Block]:
    """The notes of all records, each once, with whom and what they concern."""
    yield Heading("Exceptions from equal terms", "exceptions", 3)
    noted: dict[str, list[tuple[str, str]]] = {}
    for cell in results.all_cells:
        for note in dict.fromkeys(cell.record.notes if cell.record else ()):
            noted.setdefault(note, []).append((cell.architecture, cell.task))
    if not noted:
        yield Paragraph("The records note none.")
        return
    rows = [
        (codes(dict.fromkeys(a for a, _ in cells)), note,
         codes(dict.fromkeys(task for _, task in cells)), str(len(cells)))
        for note, cells in noted.items()
    ]  # fmt: skip
    yield Table(("architectures", "what was not equal", "tasks", "cells"), tuple(rows))


def _environment(results: Results) -> Iterator[Block]:
    """Each machine, with the number of cells that ran there."""
    yield Heading("The environment", "environment", 3)
    if not results.environments:
        yield Paragraph("No record names one yet.")
    for name, description in results.environments.items():
        cells = sum(c.record is not None and c.record.environment == name
                    for c in results.all_cells)  # fmt: skip
        gone = "" if description else ", whose description is gone"
        yield Paragraph((f"{plural(cells, 'cell')} ran in environment ", Code(name), f"{gone}."))
        if rows := tuple((Code(at), plain_value(of)) for at, of in leaves(description or {}, ".")):
            yield Table((), rows)
