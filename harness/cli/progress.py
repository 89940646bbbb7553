"""What a run shows while it runs: a live table in a terminal, plain lines elsewhere."""

import math
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from harness.cli.options import console
from harness.experiment.cell import Cell
from harness.experiment.cost import Costs
from harness.experiment.record import FINE, Record
from harness.runner import Watcher
from reports.formats import plural, seconds

FEW = 100
"""Cells from which on it takes noticeable time to ask each."""


@contextmanager
def progress(quiet: bool = False) -> Iterator[Watcher]:
    """The watcher that suits where the output goes."""
    if quiet or not sys.stdout.isatty():
        yield Watcher() if quiet else Lines()
        return
    from rich.live import Live

    with Live(console=console(), refresh_per_second=4, transient=True) as live:
        yield Table(live)


class Lines(Watcher):
    """One line for each cell that ends."""

    def __init__(self) -> None:
        self.left: dict[str, Cell] = {}
        self.total, self.counts = 0, Counter[str]()
        self.now_running: list[Cell] = []
        self.started, self.reckoned = time.monotonic(), -math.inf

    def begun(self, cells: list[Cell], cached: list[Record], costs: Costs, jobs: int) -> None:
        more, done = {cell.id: cell for cell in cells}, {record.id for record in cached}
        new = {name: cell for name, cell in more.items() if name not in done}
        self.left |= new
        self.total, self.costs, self.jobs = self.total + len(more), costs, max(jobs, 1)
        self.counts.update(record.outcome for record in cached)
        kind = "tuning trials" if cells and cells[0].kind == "trial" else "cells"
        where = f"on {plural(jobs, 'worker')}" if jobs else "in this process"
        if new:
            self.say(
                f"{len(more)} {kind}: {len(done)} done before, {len(new)} to run {where}, "
                f"about {self.remaining()}"
            )

    def remaining(self) -> str:
        """The predicted time to the end of what is known to be run; reckoned once a second, since
        that asks each cell that is left."""
        if time.monotonic() > self.reckoned + 1 or len(self.left) < FEW:
            self.seconds = self.costs.remaining(self.left.values()) / self.jobs
            self.reckoned = time.monotonic()
        return seconds(self.seconds)

    def ended(self, record: Record) -> None:
        self.left.pop(record.id, None)
        self.counts[record.outcome] += 1
        self.costs.add(record)
        eta = f"  ({self.remaining()} left)" if self.left else ""
        self.say(f"[{self.total - len(self.left)}/{self.total}] {describe(record)}{eta}")

    def say(self, line: str) -> None:
        """Print a line at once, also into a pipe."""
        print(line, flush=True)


class Table(Lines):
    """A bar with counts, what is running, and the latest scores."""

    def __init__(self, live: Any):
        super().__init__()
        self.live = live
        self.latest: deque[Record] = deque(maxlen=8)

    def running(self, cells: list[Cell]) -> None:
        self.now_running = cells
        self.say()

    def ended(self, record: Record) -> None:
        self.latest.append(record)
        super().ended(record)

    def over(self) -> None:
        self.live.update("building the report ...")

    def say(self, line: str = "") -> None:
        """Bring the picture up to date."""
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.text import Text

        done = self.total - len(self.left)
        bad = sum(count for outcome, count in self.counts.items() if outcome not in FINE)
        head = (
            f"{done}/{self.total} done  {bad} failed  {len(self.now_running)} running  "
            f"{seconds(time.monotonic() - self.started)} gone, "
            f"about {self.remaining()} left"
        )
        running = "running: " + "; ".join(cell.label for cell in self.now_running)
        latest = [Text(describe(r), style="" if r.outcome in FINE else "red") for r in self.latest]
        bar = ProgressBar(total=max(self.total, 1), completed=done, width=32)
        self.live.update(Group(bar, Text(head), Text(running, style="dim"), *latest))


def describe(record: Record) -> str:
    """One line about a finished cell."""
    head = f"{record.outcome:<4} {record.task} · {record.architecture} · seed {record.seed}"
    head += f" · {record.probe}" if record.probe else ""
    if record.kind == "trial":
        chosen = record.chosen or {"learning rate": record.key["budget"]["learning_rate"]}
        head += "".join(f" · {name} {value}" for name, value in chosen.items())
    score = record.test if record.test is not None else record.validation
    tail = f"{record.seconds.get('total', 0):.1f} s"
    if score is None:
        return f"{head}  {tail}  {record.reason[:100]}"
    skill = f"  skill {record.skill:.2f}" if record.skill is not None else ""
    return f"{head}  {record.metric} {score:.4g}{skill}  {tail}"
