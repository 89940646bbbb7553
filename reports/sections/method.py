"""On what terms the architectures were compared: how to read the page, budget, exceptions."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from harness.experiment.matrix import SIZE, Budget
from harness.experiment.recommended import FILE
from harness.experiment.record import BODY_ALONE, NOT_MATCHED
from harness.experiment.record import NOT_LEARNED as LIMIT
from harness.experiment.store import Store
from reports import document as doc
from reports.analysis.cells import UNLEARNED, Cell
from reports.analysis.difference import METHOD
from reports.analysis.results import Part, Results
from reports.analysis.solved import RULE
from reports.analysis.squares import by_task
from reports.formats import leaves, listed, plain_value, plural
from reports.sections import hyperparameters, skill

PLACE = 160

READING = {
    "Skill": (
        "is (score − floor) / (ceiling − floor) on the test split. The floor is the score of the "
        "best trivial predictor, the ceiling the best score that can be reached. Skill has no "
        "lower end: colours stop at −0.5, numbers do not."
    ),
    "Perfect": (
        "is a ceiling where nobody knows the best reachable score. Skill 1 may be out of reach, "
        "and such a task looks harder than it is."
    ),
    "Not learned within the budget": (
        f"({UNLEARNED}) is an outcome of its own: a training that ended well with a skill of at "
        f"most {LIMIT:g} on validation, which is what guesses have. It says nothing of what an "
        "architecture can do with other updates, rates or starts, so it is neither “worse” nor "
        f"“not shown to differ”. Alone the mark means all seeds, 2{UNLEARNED} two of them. What is "
        "fitted, as the HMM, has no budget of updates and is judged by the same rule. In means and "
        "ranks over tasks it counts with its skill, cut off at 0 and 1."
    ),
    "Intervals": (
        "are 95 % Student t intervals over seeds, unless it says otherwise. They say nothing about "
        f"other tasks or other data. {RULE} A mean over tasks has that of a mean of independent "
        "means (Welch and Satterthwaite), if each of its tasks has one. How often intervals and "
        "tests err: docs/coverage.md."
    ),
    "Differ, and not shown to differ.": " ".join(METHOD),
    "A hole": (
        "is a cell without a score, and is left out of means, ranks and tests; over tasks only "
        "those are compared where all have a skill. But a training that diverged did not solve "
        "its task, counts as 0 where skill is shown against the learning rate, and a lag without "
        "a score was not learned."
    ),
}
BASELINES = {
    "A baseline": (
        "knows next to nothing of sequences ({names}). Of those that serve a task, the one that "
        "did best on validation is shown. Baselines are not ranked and win nothing."
    ),
    "†": "marks an architecture whose mean is no better than the baseline’s.",
    "Lead": (
        "is how much more skill an architecture has than the baseline, mean over seeds. The best "
        "of several leads by luck too."
    ),
}


def blocks(results: Results, store: Store) -> list[doc.Block]:
    """How to read the page, budget, parts, tuning, exceptions, machines."""
    return [
        doc.Heading("Method and fairness", "method"),
        *_reading(results),
        *_budget(results),
        *_parts(results),
        *hyperparameters.blocks(results, store),
        *_exceptions(results),
        *_environment(results),
    ]


def _reading(results: Results) -> Iterator[doc.Block]:
    yield doc.Heading("How to read this page", "reading", 3)
    for word, meaning in (READING | (BASELINES if results.baselines else {})).items():
        said = meaning.replace("{names}", listed(results.baselines))
        yield doc.Paragraph((doc.Strong(word), f" {said}"))


def _budget(results: Results) -> Iterator[doc.Block]:
    terms = results.plan.get("budget") or {}
    match = terms.get("match", "parameters")
    yield doc.Heading("The budget", "budget", 3)
    yield doc.Paragraph(
        "Every network got the same: in one seed the same examples in the same order, and these "
        "limits. What is fitted, as the HMM, got as many examples as updates times batch, or all "
        "there are. What was chosen was chosen on the validation split, of which at most 512 "
        "examples are scored while a network trains; in this run each cell used the test split "
        "once. "
        f"{_matched(results, match)}".strip()
    )
    chosen = dict.fromkeys((results.plan.get("tuning") or {}).get("space", {}), "tuned")
    chosen |= dict.fromkeys(results.plan.get("recommended") or [], f"recommended ({FILE})")
    shown = [name for name in terms if name == SIZE[match] or name not in SIZE.values()]
    meanings = {name: field.description for name, field in Budget.model_fields.items()}
    columns: dict[str, Callable[[str], doc.Text]] = {
        "term": doc.Code,
        "value": lambda name: chosen.get(name) or plain_value(terms[name]),
        "meaning": lambda name: meanings.get(name) or "",
    }
    if shown:
        yield doc.table_of(shown, columns)
    if other := results.plan.get("budgets"):
        yield doc.Paragraph("On these tasks it differs, for all architectures alike:")
        yield doc.Listing(tuple((doc.Code(task), f": {_terms(of)}") for task, of in other.items()))


def _terms(terms: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {plain_value(value)}" for name, value in terms.items())


def _matched(results: Results, match: str) -> str:
    """How closely the sizes were matched; what is fitted has no size to choose."""
    records = [c.record for c in results.cells
               if c.record and not c.hole and NOT_MATCHED not in c.record.notes
               and c.architecture not in results.baselines]  # fmt: skip
    counts = [r.flops if match == "flops" else r.matched_parameters for r in records]
    if not (known := [count for count in counts if count]):
        return ""
    of = "FLOPs of an update" if match == "flops" else "Parameters without the shared embedding"
    alone = dict.fromkeys(r.task for r in records if BODY_ALONE in r.notes)
    said = f"{of}, over the networks: {min(known):,.0f} to {max(known):,.0f}."
    return said + (f" On {listed(alone, 99)}, {BODY_ALONE}." if alone else "")


def _parts(results: Results) -> Iterator[doc.Block]:
    if not results.parts:
        return
    budgets = {part["name"]: part.get("budget", {}) for part in results.plan.get("parts", [])}
    columns: dict[str, Callable[[Part], str]] = {
        "part": lambda part: part.name,
        "what is done": lambda part: part.probe or "scored",
        "tasks": lambda part: f"{len(part.results.tasks):,}",
        "architectures": lambda part: f"{len({c.architecture for c in part.results.cells}):,}",
        "seeds": lambda part: f"{len(part.results.seeds):,}",
        "cells": lambda part: ", ".join(
            f"{count:,} {outcome}" for outcome, count in part.results.counts.items() if count
        ),
        "terms that differ": lambda part: _terms(budgets.get(part.name, {})),
    }
    yield doc.Heading("Parts of this matrix", "parts", 3)
    yield doc.table_of(results.parts.values(), columns)
    for part in results.parts.values():
        squares = by_task(part.results)
        if not all(square.hole for square in squares.values()):
            tasks = [task.name for task in part.results.tasks]
            scores = skill.table("task", tasks, part.results.columns, squares)
            yield doc.Fold(f"Skill in the part {part.name}", (scores,))


def _exceptions(results: Results) -> Iterator[doc.Block]:
    yield doc.Heading("Exceptions from equal terms", "exceptions", 3)
    noted: dict[str, list[Cell]] = {}
    for cell in results.all_cells:
        for note in dict.fromkeys(cell.record.notes if cell.record else ()):
            noted.setdefault(note, []).append(cell)
    columns: dict[str, Callable[[str], doc.Text]] = {
        "architectures": lambda note: doc.codes(dict.fromkeys(c.architecture for c in noted[note])),
        "what was not equal": str,
        "tasks": lambda note: doc.codes(dict.fromkeys(c.task for c in noted[note])),
        "cells": lambda note: str(len(noted[note])),
    }
    yield doc.table_of(noted, columns) if noted else doc.Paragraph("The records note none.")


def _environment(results: Results) -> Iterator[doc.Block]:
    yield doc.Heading("The environment", "environment", 3)
    cells = Counter(c.record.environment for c in results.all_cells if c.record)
    for name, description in results.environments.items():
        yield doc.Paragraph((f"{plural(cells[name], 'cell')} ran in ", doc.Code(name), "."))
        if rows := tuple((doc.Code(at), plain_value(of)) for at, of in leaves(description, ".")):
            yield doc.Table((), rows)
