"""The public functions: what the command line does, from a notebook or a script.

    import harness
    table = harness.run("quick", tasks=["recall"], architectures=["lstm", "gru"])

In a script, call ``run`` under ``if __name__ == "__main__":``; worker processes import the script.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness import runner as engine
from harness.errors import UserError
from harness.experiment import user_data as owns
from harness.experiment.matrix import Matrix
from harness.experiment.plan import Wanted
from harness.experiment.registry import add_plugin
from harness.experiment.store import Store
from harness.workers.local import Settings, available_cores

if TYPE_CHECKING:
    import pandas

DEFAULT_OUT = "harness-out"


def run(
    matrix: str = "",
    *,
    tasks: Sequence[str] = (),
    own: Mapping[str, Any] | None = None,
    architectures: Sequence[str] = (),
    parts: Sequence[str] = (),
    seeds: int | None = None,
    out: str | Path = DEFAULT_OUT,
    jobs: int | None = None,
    device: str = "cpu",
    timeout: float | None = None,
    retry_failed: bool = False,
    fresh: bool = False,
    plugins: Sequence[str] = (),
    track: bool = True,
    report: bool = True,
) -> pandas.DataFrame:
    """Run what is missing of a matrix and return its results, one row for each planned cell.

    matrix: name of a shipped matrix, or path of a TOML file; ``quick`` if not named, or a matrix
    for the user's own tasks alone, where there are any.
    tasks, architectures: globs, or names with parameters (``lstm[layers=2]``), to choose by; of
    tasks also files with a ``[task]`` table. own: what would stand in such a table.
    parts: globs over the names of the matrix's parts; all other cells are then left out.
    seeds: how many, instead of the matrix's own.
    out: folder of the results. jobs: worker processes, as many as cores by default; 0 runs the
    cells in this process, without isolation or time-outs.
    timeout: seconds a cell may take, instead of the budget's cap.
    retry_failed: run failed cells again. fresh: run all cells again.
    plugins: Python files with more tasks and architectures.
    track: log to MLflow. report: build the report.
    Raises UserError for what is wrong with the arguments, KeyboardInterrupt on Ctrl-C (after
    everything finished was stored).
    """
    result = run_matrix(
        matrix,
        tasks=tasks,
        own=own,
        architectures=architectures,
        parts=parts,
        seeds=seeds,
        out=out,
        jobs=jobs,
        device=device,
        timeout=timeout,
        retry_failed=retry_failed,
        fresh=fresh,
        plugins=plugins,
        track=track,
        report=report,
    )
    if result.interrupted:
        raise KeyboardInterrupt
    return results(out, result.matrix)


def run_matrix(
    matrix: str,
    *,
    tasks: Sequence[str],
    own: Mapping[str, Any] | None,
    architectures: Sequence[str],
    parts: Sequence[str],
    seeds: int | None,
    out: str | Path,
    jobs: int | None,
    device: str,
    timeout: float | None,
    retry_failed: bool,
    fresh: bool,
    plugins: Sequence[str],
    track: bool,
    report: bool,
    command: str = "harness.run",
    watcher: engine.Watcher | None = None,
) -> engine.Result:
    """``run`` for the command line: with a watcher, and with all that is to be told after."""
    chosen = choose(matrix, tasks, own, architectures, seeds, plugins)
    narrowed = bool(tasks or architectures or seeds or parts)
    return run_chosen(
        chosen.matrix,
        tasks=chosen.tasks,
        architectures=architectures,
        parts=parts,
        partial=narrowed and not _outdated(chosen, Store(out)),
        out=out,
        jobs=jobs,
        device=device,
        wanted=Wanted(retry_failed, fresh, timeout),
        plugins=plugins,
        track=track,
        report=report,
        command=command,
        watcher=watcher,
    )


def run_chosen(
    matrix: Matrix,
    *,
    tasks: Sequence[str] = (),
    architectures: Sequence[str] = (),
    parts: Sequence[str] = (),
    partial: bool = False,
    out: str | Path,
    jobs: int | None,
    device: str = "cpu",
    wanted: Wanted | None = None,
    plugins: Sequence[str],
    track: bool = True,
    report: bool = True,
    command: str,
    watcher: engine.Watcher | None,
) -> engine.Result:
    """Run what is missing of a matrix that is at hand; raises UserError."""
    wanted = wanted or Wanted()
    for name, value in (("--jobs", jobs), ("--timeout", wanted.timeout)):
        if value is not None and value < (0 if name == "--jobs" else 1e-3):
            raise UserError(f"{name} {value:g}: must be positive")
    check_device(device)
    cores = available_cores() if jobs is None else jobs
    store = Store(out)
    store.create()
    return engine.run(
        matrix,
        store,
        Settings(cores, wanted.timeout, store.out / "data", device, tuple(plugins)),
        wanted,
        tasks=list(tasks),
        architectures=list(architectures),
        parts=list(parts) or None,
        partial=partial,
        command=command,
        watcher=watcher,
        build_report=build_report if report else None,
        meanwhile=_import_for_report if report else None,
        track=track,
    )


def choose(
    matrix: str,
    tasks: Sequence[str] = (),
    own: Mapping[str, Any] | None = None,
    architectures: Sequence[str] = (),
    seeds: int | None = None,
    plugins: Sequence[str] = (),
) -> owns.Chosen:
    """The matrix to be run, with another number of seeds if wanted, and the patterns that choose
    its tasks; raises UserError."""
    for plugin in plugins:
        add_plugin(plugin)
    chosen = owns.choose(matrix, tasks, architectures, own)
    if seeds is None:
        return chosen
    if seeds < 1:
        raise UserError(f"--seeds {seeds}: must be at least 1")
    parts = [part.model_copy(update={"seeds": None}) for part in chosen.matrix.parts]
    some = chosen.matrix.model_copy(update={"seeds": list(range(seeds)), "parts": parts})
    return replace(chosen, matrix=some)


def _outdated(chosen: owns.Chosen, store: Store) -> bool:
    """Whether what is planned for the user's own task is about other data or settings."""
    if not chosen.own or chosen.matrix.name not in store.plans():
        return False
    return store.plan(chosen.matrix.name)["description"] != chosen.matrix.description


def check_device(device: str) -> None:
    """Raise UserError unless torch knows and has the device."""
    if device == "cpu":
        return
    import torch

    try:
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise UserError(f"--device {device}: not to be had here ({reason}); use cpu") from None


def results(out: str | Path = DEFAULT_OUT, matrix: str | None = None) -> pandas.DataFrame:
    """Results as a table, one row for each planned cell of the matrix last run, or of another.

    Columns: id, task, architecture, seed, part, outcome, reason, metric, validation, test, skill,
    parameters, seconds. Cells not run yet are there, as pending. Raises UserError.
    """
    from reports.analysis.frame import RESULTS

    return frame(out, matrix)[list(RESULTS)]


def frame(out: str | Path = DEFAULT_OUT, matrix: str | None = None) -> pandas.DataFrame:
    """All that records say of cells, one row for each planned cell of the matrix last run, or of
    another; tuning trials are left out. The columns are in docs/frames.md. Raises UserError."""
    from reports.analysis import frame, results

    return frame.cells(results.read(Store(out), matrix))


def scores(out: str | Path = DEFAULT_OUT, matrix: str | None = None) -> pandas.DataFrame:
    """Every metric on every split, one row for each of both and each cell that has scores. The
    columns are in docs/frames.md. Raises UserError."""
    from reports.analysis import frame, results

    return frame.scores(results.read(Store(out), matrix))


def curves(out: str | Path = DEFAULT_OUT, matrix: str | None = None) -> pandas.DataFrame:
    """Learning curves, one row for each evaluation in the training of each cell. The columns are
    in docs/frames.md. Raises UserError."""
    from reports.analysis import frame, results

    return frame.curves(results.read(Store(out), matrix))


def build_report(store: Store, matrix: str | None = None) -> Path:
    """Build the report of a matrix from its records; returns the path of the page."""
    from harness.probes.gallery import gallery
    from reports.build import build

    return build(store, matrix, gallery(store, matrix))


def _import_for_report() -> None:
    import jinja2  # noqa: F401
    import seaborn  # noqa: F401

    import reports.build  # noqa: F401
