"""What the harness adds to the training it is there for.

    python benchmarks/overhead.py              100 no-op cells, cold and cached
    python benchmarks/overhead.py --out DIR    of a finished run that computed all its cells: the
                                               share of core-seconds outside updates, and how
                                               long workers stood idle at its end

A no-op cell goes the whole way: planned, sent to a worker process, time-limited, recorded
atomically, logged to MLflow. It trains one step of a tiny network. Seconds are wall-clock, and
beside them those of a core that the run's own process and its tracker used. Aims: at most 5 s cold
and 0.6 s cached; of the core-seconds of the matrix quick at most 10 % outside updates; the last
worker alone for less than 5 % of the run.
"""

from __future__ import annotations

import argparse
import heapq
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

MATRIX = """
seeds = 100
tasks = ["recall[lag=1]"]
architectures = ["noop"]
[budget]
steps = 1
batch = 1
parameters = 50
embedding = 2
"""

PLUGIN = '''
from torch import nn
from architectures.architecture import architecture

@architecture("noop")
class NoOp(nn.Module):
    """One linear layer."""
    def __init__(self, features, width, signature):
        super().__init__()
        self.layer = nn.Linear(features, width)
    def forward(self, x, lengths):
        return self.layer(x)
'''


class Took(NamedTuple):
    """Seconds of one whole ``harness run``, start of Python included."""

    wall: float
    core: float
    """of the process itself and its tracker, without its workers"""


def timed(folder: Path) -> Took:
    """Run the matrix once."""
    command = [sys.executable, "-m", "harness", "run", "--matrix", "noop.toml"]
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [*command, "--plugin", "noop.py"], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    core = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Took(wall, core)


def hundred_cells(repeats: int) -> None:
    """Print the median and the range of cold and cached runs."""
    cold, cached = [], []
    for _ in range(repeats):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "noop.toml").write_text(MATRIX)
            (folder / "noop.py").write_text(PLUGIN)
            cold.append(timed(folder))
            cached.append(timed(folder))
    for name, runs in (("cold", cold), ("cached", cached)):
        wall = [run.wall for run in runs]
        print(
            f"100 no-op cells, {name}: median {statistics.median(wall):.2f} s "
            f"({min(wall):.2f} to {max(wall):.2f}, {repeats} runs), "
            f"of one core {statistics.median(run.core for run in runs):.2f} s"
        )


def share_outside(out: Path) -> None:
    """Print where the core-seconds of a finished run went.

    Updates are what records call training: the update loop, and fitting. The rest is start and
    planning, data, validation and test scores, records, MLflow, the report, and standing idle.
    """
    plan = json.loads(max((out / "plans").glob("*.json"), key=os.path.getmtime).read_text())
    files = {row["id"]: out / "records" / f"{row['id']}.json" for row in plan["cells"]}
    records = [json.loads(file.read_text()) for file in files.values() if file.exists()]
    jobs = json.loads((out / "environments" / f"{records[0]['environment']}.json").read_text())[
        "jobs"
    ]
    spans = [tuple(_seconds(record[when]) for when in ("started", "ended")) for record in records]
    page = out / "report" / plan["matrix"] / "index.html"
    first = min(_seconds(plan["created"]), *(start for start, _ in spans))
    last = max(end for _, end in spans)
    wall = max(last, page.stat().st_mtime) - first
    parts = ("training", "evaluation", "data", "total")
    spent = {part: sum(r["seconds"].get(part, 0.0) for r in records) for part in parts}
    inside = spent["total"] - spent["training"] - spent["evaluation"] - spent["data"]
    free = jobs * (last - first) - spent["total"]
    total = jobs * wall
    idle = sum(last - end for end in _last_ends(spans, jobs))
    print(f"{len(records)} cells, {wall:.0f} s on {jobs} workers: {total:.0f} core-seconds")
    for name, seconds in {
        "updates": spent["training"],
        "evaluation (validation and test scores)": spent["evaluation"],
        "data": spent["data"],
        "rest of the cells (size matching, counting FLOPs, ...)": inside,
        "start, and between cells": free - idle,
        "idle at the end, before the last cell ended": idle,
        "after the last cell (report, MLflow)": total - jobs * (last - first),
    }.items():
        print(f"  {seconds / total:6.1%}  {name}")
    print(f"outside updates: {1 - spent['training'] / total:.1%}")
    _share_of_peak(records)


def _share_of_peak(records: list[dict]) -> None:
    """Print what share of a core's matrix products the updates of the networks reach."""
    from kernels import peak

    top = peak() / 1e9
    rates: dict[str, list[float]] = {}
    for record in records:
        if record["kind"] == "score" and record["flops"] and record["seconds"].get("training"):
            rate = record["flops"] * record["steps"] / record["seconds"]["training"] / 1e9
            rates.setdefault(record["architecture"], []).append(rate)
    every = [rate for of in rates.values() for rate in of]
    print(f"of the {top:.0f} GFLOP/s of a matrix product on one core, median of the cells:")
    for name, of in sorted(rates.items()) + [("all", every)]:
        print(f"  {statistics.median(of) / top:6.1%}  {name} ({statistics.median(of):.1f} GFLOP/s)")


def _seconds(time_of_day: str) -> float:
    return datetime.fromisoformat(time_of_day).timestamp()


def _last_ends(spans: list[tuple[float, ...]], jobs: int) -> list[float]:
    """When each worker ended its last cell, each cell given to the one that was free longest."""
    free = [min(start for start, _ in spans)] * jobs
    for _, end in sorted(spans):
        heapq.heapreplace(free, end)
    return free


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--out", type=Path, help="folder of a finished run to look into")
    arguments = parser.parse_args()
    if arguments.out:
        share_outside(arguments.out)
    else:
        hundred_cells(arguments.repeats)
