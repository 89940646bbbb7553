"""harness doctor"""

import contextlib
import re
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import typer

from harness.cli.options import DEFAULT_OUT, Out
from harness.errors import UserError
from harness.experiment.store import Store
from harness.workers.local import available_cores


def main(out: Out = DEFAULT_OUT) -> None:
    """Check this machine: libraries, data packages, cores, memory, disk, the results folder.

    Example:

        harness doctor
    """
    worst = 0
    for verdict, message in checks(out):
        print(f"{verdict:<8}{message}")
        worst = max(worst, verdict == "wrong")
    raise typer.Exit(worst)


def checks(out: Path) -> Iterator[tuple[str, str]]:
    """Verdict (good, missing or wrong) and message of each check."""
    from harness.experiment.environment import describe, installed
    from harness.experiment.registry import make_task, spec_of, task_declarations
    from harness.tracking.tracker import tracking_uri
    from tasks.task import Stored, Unavailable

    machine = describe("cpu", available_cores())
    yield "good", f"Python {machine['python']} on {machine['system']}, {machine['processor']}"
    with contextlib.suppress(PackageNotFoundError):  # Harness itself may run from its source
        needed = [line for line in requires("harness") or () if "extra ==" not in line]
        for name in (re.split(r"[^\w.-]", line)[0] for line in needed):
            if not installed(name):
                yield "wrong", f"{name} is not installed: python -m pip install harness"
    yield "good", f"libraries: {', '.join(map(' '.join, machine['libraries'].items()))}"
    yield "good", f"{available_cores()} cores to use, {machine['memory_gib']} GiB of memory"
    for name in task_declarations():
        task = make_task(spec_of(name, "task", "doctor"))
        if isinstance(task, Stored) and "missing" in task.data_version():
            try:
                task.load()
            except Unavailable as error:
                yield "missing", f"task {name}: {error}"
    store = Store(out)
    existed = store.out.exists()
    try:
        store.create()
        free = shutil.disk_usage(store.out).free / 2**30
        yield "good" if free > 1 else "wrong", f"{store.out} can be written, {free:.0f} GiB free"
        if not existed:
            shutil.rmtree(store.out)
    except UserError as error:
        yield "wrong", str(error)
    yield "good", f"MLflow logs to {tracking_uri(store.out)}"
    if sys.platform == "win32":
        yield "missing", "no fork server on Windows: workers start slowly"
