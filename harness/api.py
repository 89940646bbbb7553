"""The public functions: what the command line does, from a notebook or a script.

    import harness
    table = harness.run("quick", tasks=["recall"], architectures=["lstm", "gru"])

In a script, call ``run`` under ``if __name__ == "__main__":``; worker processes import the script.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from harness import engine
from harness import matrix as matrices
from harness.errors import UserError
from harness.execute.local import Settings, available_cores
from harness.plan import Wanted
from harness.registry import add_plugin
from harness.store import Store

if TYPE_CHECKING:
    import pandas

DEFAULT_OUT = "harness-out"


def run(
    matrix: str = "quick",
    *,
    tasks: Sequence[str] = (),
    architectures: Sequence[str] = (),
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

    matrix: name of a shipped matrix, or path of a TOML file.
    tasks, architectures: globs, or names with parameters (``lstm[layers=2]``), to choose by.
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
        architectures=architectures,
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
    architectures: Sequence[str],
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
    chosen = load_matrix(matrix, seeds, plugins)
    for name, value in (("--jobs", jobs), ("--timeout", timeout)):
        if value is not None and value < (0 if name == "--jobs" else 1e-3):
            raise UserError(f"{name} {value:g}: must be positive")
    check_device(device)
    cores = available_cores() if jobs is None else jobs
    store = Store(out)
    store.create()
    settings = Settings(cores, timeout, store.out / "data", device, tuple(plugins))
    return engine.run(
        chosen,
        store,
        settings,
        Wanted(retry_failed, fresh, timeout),
        tasks=list(tasks),
        architectures=list(architectures),
        partial=bool(tasks or architectures or seeds),
        command=command,
        watcher=watcher,
        build_report=build_report if report else None,
        meanwhile=_import_for_report if report else None,
        track=track,
    )


def load_matrix(
    matrix: str, seeds: int | None = None, plugins: Sequence[str] = ()
) -> matrices.Matrix:
    """A matrix, with another number of seeds if wanted; raises UserError."""
    for plugin in plugins:
        add_plugin(plugin)
    chosen = matrices.load(matrix)
    if seeds is not None:
        if seeds < 1:
            raise UserError(f"--seeds {seeds}: must be at least 1")
        chosen = chosen.model_copy(update={"seeds": list(range(seeds))})
    return chosen


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

    Columns: id, task, architecture, seed, outcome, reason, metric, validation, test, skill,
    parameters, seconds. Cells not run yet are there, as pending. Raises UserError.
    """
    import pandas

    return pandas.DataFrame(Store(out).results(matrix))


def build_report(store: Store, matrix: str | None = None) -> Path:
    """Build the report of a matrix from its records; returns the path of the page."""
    from reports.build import build

    return build(store, matrix)


def _import_for_report() -> None:
    import jinja2  # noqa: F401
    import seaborn  # noqa: F401

    import reports.build  # noqa: F401
