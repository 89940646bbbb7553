"""How the verbs grow with the records of a matrix, and a run's own memory with trained weights.

    python benchmarks/growth.py                          100, 1,000 and 10,000 made-up records
    python benchmarks/growth.py --records 1000 4000      of other sizes; --verbs plan report
    python benchmarks/growth.py --weights                a run's own memory, with trained weights

The records are made up, by `benchmarks/simulated/records.py`. Each verb runs in a process of its
own, so its seconds include the start of Python; its memory is the most that it, or a process that
it started, held at once. In brackets stand the seconds of processor time, which vary less where
the machine has other work, and from one size to the next their exponent: 1 where ten times the
records take ten times as long. ``cached`` is a run with nothing left to train, its report in place.
Writing every record to the tracker takes longest by far, so beyond 1,000 records it is left out:
``--verbs sync`` measures it.
"""

from __future__ import annotations

import argparse
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

MATRIX = "made.toml"
VERBS = {
    "plan": ("plan", "--matrix", MATRIX),
    "status": ("status",),
    "results": ("results",),
    "report": ("report",),
    "cached": ("run", "--matrix", MATRIX, "--jobs", "1"),
    "sync": ("sync",),
}
"""What is typed after ``harness``; the report comes before the cached run, which then finds it."""
HERE = Path(__file__).parent
SYNCED = 1000
"""Most records that are written to the tracker if nothing else is said."""
CELLS = (10, 40)
"""How many cells with a million weights each are run."""
HEAVY = """
tasks = ["recall[lag=1]"]
architectures = ["heavy"]
[budget]
steps = 1
batch = 1
match = "none"
width = 2
"""
PLUGIN = '''
import torch
from torch import nn
from architectures.architecture import architecture

@architecture("heavy")
class Heavy(nn.Module):
    """One linear layer, and 4 MiB of weights that do nothing."""
    def __init__(self, features, width, signature):
        super().__init__()
        self.layer = nn.Linear(features, width)
        self.ballast = nn.Parameter(torch.zeros(2**20))
    def forward(self, x, lengths):
        return self.layer(x) + 0 * self.ballast[0]
'''


class Spent(NamedTuple):
    """What one command took: seconds of wall clock and of the processor, MiB at most."""

    seconds: float
    processor: float
    memory: float


def harness(folder: Path, *arguments: str, watch: Callable[[int], None] = lambda _: None) -> Spent:
    """Run one command in the folder; exits where it fails. ``watch`` is called with the id of its
    process a few times a second."""
    with tempfile.TemporaryFile() as said:
        started = time.perf_counter()
        command = [sys.executable, "-m", "harness", *arguments]
        process = subprocess.Popen(command, cwd=folder, stdout=said, stderr=said)
        while not (waited := os.wait4(process.pid, os.WNOHANG))[0]:
            watch(process.pid)
            time.sleep(0.01)
        seconds, (_, status, usage) = time.perf_counter() - started, waited
        if status:
            said.seek(0)
            sys.exit(f"{' '.join(arguments)}: {said.read().decode()}")
        return Spent(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def size(folder: Path) -> float:
    """MB of the files under a folder."""
    return sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()) / 1e6


def measured(records: int, verbs: Sequence[str]) -> tuple[dict[str, Spent], str]:
    """What each verb took with so many records, and what they and their report take on the disk."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        started = time.perf_counter()
        # Not in this process: one that it starts is charged with the memory that it had by then.
        make = f"from simulated.records import fill; print(fill('{folder / MATRIX}', {records}))"
        shape = subprocess.check_output([sys.executable, "-c", make], cwd=HERE, text=True).strip()
        made = time.perf_counter() - started
        spent = {verb: harness(folder, *VERBS[verb]) for verb in verbs}
        told = f"{records:,} records, {shape}: made in {made:.0f} s"
        stored = folder / "harness-out" / "records"
        for kind in (".json", ".npz", ".safetensors"):
            files = [f.stat().st_size for f in stored.glob(f"*{kind}")]
            told += f", {len(files):,} {kind} {sum(files) / 1e6:.1f} MB"
        report = folder / "harness-out" / "report"
        for page in report.rglob("*.html"):
            told += f", {page.name} {page.stat().st_size / 1e6:.1f} MB"
        return spent, told + f", all of the report {size(report):.1f} MB"


def growth(sizes: Sequence[int], verbs: Sequence[str]) -> None:
    """Print a table: each verb's seconds and memory by number of records, and the exponents."""
    found, told = {}, []
    for records in sizes:
        some = verbs or [v for v in VERBS if v != "sync" or records <= SYNCED]
        found[records], said = measured(records, some)
        told.append(said)
    steps = [f"{a:,} to {b:,}" for a, b in zip(sizes, sizes[1:], strict=False)]
    print("| verb | " + " | ".join([*(f"{n:,} records" for n in sizes), *steps]) + " |")
    print("| --- |" + " ---: |" * (len(sizes) + len(steps)))
    for verb in VERBS:
        of = [found[n].get(verb) for n in sizes]
        if any(of):
            cells = [
                f"{s.seconds:.2f} ({s.processor:.2f}) s, {s.memory:.0f} MiB" if s else ""
                for s in of
            ]
            for at in range(1, len(sizes)):
                one, other = of[at - 1], of[at]
                ratio = math.log(sizes[at] / sizes[at - 1])
                slope = math.log(other.processor / one.processor) / ratio if one and other else None
                cells.append("" if slope is None else f"{slope:.2f}")
            print(f"| {verb} | " + " | ".join(cells) + " |")
    print("", *told, sep="\n")


def own_memory() -> None:
    """Print the most memory that the process of a run itself held, by how many cells ended."""
    for cells in CELLS:
        with tempfile.TemporaryDirectory() as name:
            folder, seen = Path(name), [0.0]
            (folder / MATRIX).write_text(f"seeds = {cells}\n{HEAVY}")
            (folder / "heavy.py").write_text(PLUGIN)
            run = ("run", "--matrix", MATRIX, "--plugin", "heavy.py", "--jobs", "1")
            harness(folder, *run, watch=lambda process, seen=seen: seen.append(_held(process)))
            weights = size(folder / "harness-out" / "records")
            print(f"{cells} cells: {max(seen):.0f} MiB at most, {weights:.0f} MB of records")


def _held(process: int) -> float:
    """MiB that a process held at most so far; 0 where it has just ended."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024
    except (OSError, IndexError):
        return 0.0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, nargs="+", default=[100, 1000, 10_000])
    parser.add_argument("--verbs", nargs="+", choices=VERBS, help="only these")
    parser.add_argument("--weights", action="store_true", help="a run's own memory instead")
    arguments = parser.parse_args()
    if arguments.weights:
        sys.exit(own_memory())
    growth(arguments.records, [v for v in VERBS if v in (arguments.verbs or ())])
