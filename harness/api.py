"""The public functions: what the command line does, from a notebook or a script.

    import harness
    table = harness.run("quick", tasks=["recall"], architectures=["lstm", "gru"])

In a script, call ``run`` under ``if __name__ == "__main__":``; worker processes import the script.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness import runner
from harness.errors import UserError
from harness.experiment.request import DEFAULT_OUT, Request
from harness.experiment.store import Store

if TYPE_CHECKING:
    import pandas


def run(
    matrix: str = "",
    *,
    tasks: Sequence[str] = (),
    user_data: Mapping[str, Any] | None = None,
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
    for the tasks from the user's data alone, where there are any.
    tasks, architectures: globs, or names with parameters (``lstm[layers=2]``), to choose by; of
    tasks also files with a ``[task]`` table. user_data: what would stand in such a table.
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
    result = execute(Request(**locals()))
    if result.interrupted:
        raise KeyboardInterrupt
    return results(out, result.matrix)


def execute(request: Request, watcher: runner.Watcher | None = None) -> runner.Result:
    """``run`` for the command line: with a watcher, and with all that it prints after."""
    check_device(request.device)
    return runner.run(
        request,
        watcher=watcher,
        build_report=build_report if request.report else None,
        meanwhile=_import_for_report if request.report else None,
    )


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
    """Results as a table, one row for each planned cell of the matrix last run, or of another;
    a cell that two parts of it ask for has two.

    Columns: id, task, architecture, seed, part, outcome, reason, metric, validation, test, skill,
    parameters, seconds. Cells not run yet are there, as pending. Raises UserError.
    """
    from reports.analysis import frame, results

    return frame.planned(results.read(Store(out), matrix))


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
