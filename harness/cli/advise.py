"""harness advise"""

import shlex
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.options import DEFAULT_OUT, Json, Out, StoredMatrix, beside, print_json, show
from harness.errors import UserError, nearest
from harness.experiment.store import Store

if TYPE_CHECKING:
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
    store = Store(out)
    given = [store.plan(matrix)["matrix"]] if matrix else store.plans()
    answers = _from_file(store, task, given) if ".toml" in task else _by_name(store, task, given)
    if json:
        print_json([
            asdict(a) | {"task": a.task.name, "metric": a.task.metric,
                         "higher_is_better": a.task.higher_is_better}
            for a in answers
        ])  # fmt: skip
        return
    from reports.sections.advice import blocks

    for advice in answers:
        show(blocks(advice))
        print()
    first = answers[0]
    planned = {n: {cell["task"] for cell in store.plan(n)["cells"]} for n in store.plans()}
    others = [n for n, tasks in planned.items() if first.task.name in tasks and n != first.matrix]
    if others and not matrix:
        told = f"This is from matrix {first.matrix}; it was run in {', '.join(others)} too"
        print(f"{told}: see --matrix.")


def _by_name(store: Store, pattern: str, matrices: list[str]) -> "list[Advice]":
    """Advice on the tasks that a pattern names, from the matrix planned last that has any."""
    from harness.experiment.matrix import matches
    from harness.experiment.registry import task_declarations

    labels = {name: {cell["task"] for cell in store.plan(name)["cells"]} for name in matrices}
    for name, known in labels.items():
        chosen = {pattern} & known or {task for task in known if matches(task, pattern)}
        if answers := _advice(store, name, chosen):
            return answers
    declared = task_declarations()
    what_next = nearest(pattern, {*declared}.union(*labels.values()))
    if any(matches(name, pattern.split("[")[0]) for name in declared):
        what_next = f"run first: harness run --task {shlex.quote(pattern)}{beside(store.out)}"
    raise UserError(f"--task {pattern}: has no results in {store.out}; {what_next}")


def _from_file(store: Store, file: str, matrices: list[str]) -> "list[Advice]":
    """Advice on the task that a file declares, if what is stored is of the data as it is now."""
    from harness.experiment.request import Request
    from harness.experiment.user_data import choose, described

    chosen = choose(Request(tasks=[file]))
    label, mine = chosen.tasks[0], described(chosen)
    changed = ""
    for name in sorted(matrices, key=lambda name: name != mine.name):
        if answers := _advice(store, name, {label}):
            if name != mine.name or store.plan(name)["description"] == mine.description:
                return answers
            changed = ": what is stored is of other data or settings"
    run = f"harness run --task {shlex.quote(file)}{beside(store.out)} --arch '*'"
    raise UserError(f"--task {file}: has no results in {store.out}{changed}; run first: {run}")


def _advice(store: Store, matrix: str, labels: set[str]) -> "list[Advice]":
    """Advice on those of the tasks of a matrix that have any score."""
    from reports.analysis.results import read
    from reports.sections.advice import advise

    results = read(store, matrix)
    scored = {cell.task for cell in results.cells if not cell.hole} & labels
    return [advise(results, task) for task in results.without_controls.tasks if task.name in scored]
