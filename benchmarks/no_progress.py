"""How often does the stop at *no progress* end a training that would have learned?

    harness run --matrix && python benchmarks/no_progress.py --out no-progress

trains the cells of ``quick`` that were stopped so once more, without this stop, in a folder of
their own, and counts those that had not learned (0.9 of the skill on validation) and then do.
"""

import argparse
import sys
from pathlib import Path

from harness.api import execute
from harness.experiment.matrix import Part, load
from harness.experiment.record import LEARNED, NOT_LEARNED, Record
from harness.experiment.request import Request
from harness.experiment.store import Store


def scored(out: Path) -> dict[tuple[str, str, int], Record]:
    """The networks' records of a folder that hold scores, by task, architecture and seed."""
    store = Store(out)
    records = [store.get(cell) for cell in store.ids()]
    kept = [r for r in records if r and r.kind == "score" and r.curve]
    return {(r.task, r.architecture, r.seed): r for r in kept}


def main() -> int:
    """Prints the counts; exits with 1 where a cell failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", type=Path, default=Path("harness-out"), help="the run of quick")
    parser.add_argument("--out", type=Path, default=Path("no-progress"))
    given = parser.parse_args()
    stopped = {k: r for k, r in scored(given.quick).items() if r.stopped == "patience"}
    quick = load("quick")
    parts = [
        Part(name=f"pair-{number}", tasks=[task], architectures=[architecture])
        for number, (task, architecture) in enumerate(sorted({k[:2] for k in stopped}))
    ]
    budget = quick.budget.model_copy(update={"patience": 0})
    matrix = quick.model_copy(
        update={"budget": budget, "parts": parts, "tasks": [], "architectures": []}
    )
    fine = execute(Request(matrix, out=given.out, track=False, report=False)).fine
    longer = scored(given.out)
    both = {key: (record, longer[key]) for key, record in stopped.items() if key in longer}
    for what, least in (("learned (0.9)", LEARNED), ("more than guesses (0.05)", NOT_LEARNED)):
        late = [k for k, (short, long) in both.items() if _best(short) < least <= _best(long)]
        print(f"{what}: {len(late)} of {len(both)} that were stopped {late}")
    return int(not fine)


def _best(record: Record) -> float:
    return record.skills["validation"]


if __name__ == "__main__":
    sys.exit(main())
