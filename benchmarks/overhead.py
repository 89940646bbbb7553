"""What the harness adds to the training it is there for.

    python benchmarks/overhead.py              100 no-op cells, cold and cached
    python benchmarks/overhead.py --out DIR    also: the share of core-seconds that a finished
                                               run spent outside its cells' training

A no-op cell goes the whole way: planned, sent to a worker process, time-limited, recorded
atomically, logged to MLflow. It trains one step of a tiny network. Aim: at most 5 s cold, 1.5 s
cached; of the quick matrix's core-seconds at most 10 % outside training.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

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


def timed(folder: Path) -> float:
    """Wall-clock seconds of one whole ``harness run``, start of Python included."""
    command = [sys.executable, "-m", "harness", "run", "--matrix", "noop.toml"]
    started = time.perf_counter()
    done = subprocess.run(
        [*command, "--plugin", "noop.py"], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return time.perf_counter() - started


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
    for name, times in (("cold", cold), ("cached", cached)):
        print(
            f"100 no-op cells, {name}: median {statistics.median(times):.2f} s "
            f"({min(times):.2f} to {max(times):.2f}, {repeats} runs)"
        )


def share_outside(out: Path) -> None:
    """Print the share of a finished run's core-seconds that no cell spent training.

    Training is the seconds of the update loop and of fitting; outside it are start, planning,
    loading data, validation and test scores, records, MLflow and the report.
    """
    records = [json.loads(path.read_text()) for path in (out / "records").glob("[!.]*.json")]
    plan = json.loads(max((out / "plans").glob("*.json")).read_text())
    jobs = json.loads(next((out / "environments").glob("*.json")).read_text())["jobs"]
    ends = [record["ended"] for record in records]
    page = out / "report" / plan["matrix"] / "index.html"
    started = min(datetime.fromisoformat(record["started"]).timestamp() for record in records)
    last = max(datetime.fromisoformat(end).timestamp() for end in ends)
    wall = max(last, page.stat().st_mtime) - started
    total = jobs * wall
    sums = {
        part: sum(record["seconds"].get(part, 0.0) for record in records)
        for part in ("training", "evaluation", "data", "total")
    }
    print(f"wall {wall:.0f} s on {jobs} workers: {total:.0f} core-seconds")
    print(f"  training    {sums['training'] / total:6.1%}")
    print(f"  evaluation  {sums['evaluation'] / total:6.1%}  (validation and test scores)")
    print(f"  data        {sums['data'] / total:6.1%}")
    rest = sums["total"] - sums["training"] - sums["evaluation"] - sums["data"]
    print(f"  in cells    {rest / total:6.1%}  (size matching, counting FLOPs, ...)")
    print(f"  harness     {1 - sums['total'] / total:6.1%}  (start, records, report, idle)")
    outside = 1 - (sums["training"] + sums["evaluation"] + sums["data"]) / total
    print(f"  outside training, its data and its scores: {outside:.1%}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--out", type=Path, help="folder of a finished run to look into")
    arguments = parser.parse_args()
    if arguments.out:
        share_outside(arguments.out)
    else:
        hundred_cells(arguments.repeats)
