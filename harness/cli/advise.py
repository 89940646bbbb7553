"""harness advise"""

from __future__ import annotations

import shlex
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.cli.options import DEFAULT_OUT, Json, Out, StoredMatrix, console, print_json
from harness.errors import UserError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.experiment.store import Store
    from reports.sections.advice import Advice


def main(
    task: Annotated[
        str,
        typer.Option("--task", help="A task with results, a glob, or the file of a task of your "
                     "own, like mydata.toml."),
    ],
    matrix: StoredMatrix = None,
    out: Out = DEFAULT_OUT,
    json: Json = False,
) -> None:  # fmt: skip
    """Say which architecture to take for a task: the cheapest not shown to differ from the best.

    Nothing is computed but from stored results; it says what they are, and what would make the
    advice firmer.

    Examples:

        harness advise --task mydata.toml

        harness advise --task 'recall*' --matrix quick
    """
    from harness.experiment.store import Store

    store = Store(out)
    given = [store.plan(matrix)["matrix"]] if matrix else store.plans()
    answers = _from_file(store, task, given) if ".toml" in task else _by_name(store, task, given)
    if json:
        print_json([_plain(advice) for advice in answers])
        return
    from reports.render.terminal import show
    from reports.sections.advice import blocks

    screen = console()
    for advice in answers:
        show(screen, blocks(advice))
        screen.print()
    others = [n for n in store.plans() if n != answers[0].matrix and _has(store, n, answers[0])]
    if others and not matrix:
        screen.print(f"This is from matrix {answers[0].matrix}; it was run in {', '.join(others)} "
                     "too: see --matrix.", markup=False)  # fmt: skip


def _by_name(store: Store, pattern: str, matrices: list[str]) -> list[Advice]:
    """Advice on the tasks that a pattern names, from the matrix planned last that has any."""
    from harness.experiment.matrix import matches

    known: dict[str, None] = {}
    for name in matrices:
        labels = list(dict.fromkeys(cell["task"] for cell in store.plan(name)["cells"]))
        known |= dict.fromkeys(labels)
        chosen = [t for t in labels if t == pattern] or [t for t in labels if matches(t, pattern)]
        if answers := _advice(store, name, chosen):
            return answers
    raise UserError(
        f"--task {pattern}: has no results in {store.out}. {_what_next(store, pattern, known)}"
    )


def _what_next(store: Store, pattern: str, known: Iterable[str]) -> str:
    """The command that makes results, or the names that may have been meant."""
    from harness.experiment.matrix import matches
    from harness.experiment.registry import task_declarations

    tasks = task_declarations()
    if any(matches(name, pattern.split("[")[0]) for name in tasks):
        return f"Run first: {_run(store, shlex.quote(pattern))}"
    hint = nearest(pattern, {*known, *tasks})
    return f"{hint[0].upper()}{hint[1:]}"


def _run(store: Store, task: str) -> str:
    where = "" if store.out == DEFAULT_OUT.absolute() else f" --out {shlex.quote(str(store.out))}"
    return f"harness run --task {task}{where}"


def _from_file(store: Store, file: str, matrices: list[str]) -> list[Advice]:
    """Advice on the task that a file declares, if what is stored is of the data as it is now."""
    from harness.experiment.request import Request
    from harness.experiment.user_data import choose, described

    run = f"{_run(store, shlex.quote(file))} --arch '*'"
    chosen = choose(Request(tasks=[file]))
    label, mine = chosen.tasks[0], described(chosen)
    changed = ""
    for name in sorted(matrices, key=lambda name: name != mine.name):
        plan = store.plan(name)
        if answers := _advice(store, name, [label]):
            if name != mine.name or plan["description"] == mine.description:
                return answers
            changed = ": what is stored is of other data or settings"
    raise UserError(f"--task {file}: has no results in {store.out}{changed}. Run first: {run}")


def _advice(store: Store, matrix: str, labels: list[str]) -> list[Advice]:
    """Advice on those of the tasks of a matrix that have any score."""
    from reports.analysis.results import read
    from reports.analysis.user_data import without_controls
    from reports.sections.advice import advise

    if not labels:
        return []
    results = read(store, matrix)
    tasks = [t for t in without_controls(results).tasks if t.name in labels]
    scored = {cell.task for cell in results.cells if not cell.hole}
    return [advise(results, task) for task in tasks if task.name in scored]


def _has(store: Store, matrix: str, advice: Advice) -> bool:
    return any(cell["task"] == advice.task.name for cell in store.plan(matrix)["cells"])


def _plain(advice: Advice) -> dict[str, Any]:
    return asdict(advice) | {"task": advice.task.name, "metric": advice.task.metric,
                             "higher_is_better": advice.task.higher_is_better}  # fmt: skip
