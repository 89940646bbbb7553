"""A rehearsal of the trial of the textbook's claims: each part, on few updates and two seeds.

    python benchmarks/rehearsal.py --out DIR && harness claims --out DIR

It shows that every cell trains and every statement can be judged, before days are spent on it. Its
verdicts are worth nothing, and the page says so.
"""

import argparse
import sys
from pathlib import Path

from harness.api import execute
from harness.experiment.matrix import Matrix, Part, load
from harness.experiment.request import Request


def rehearsal(steps: int, seeds: int) -> Matrix:
    """The matrix ``claims`` with so many updates at most, and so many of its seeds, but for the
    parts that have seeds of their own."""
    whole = load("claims")
    few = {"steps": steps, "evaluate_every": max(1, steps // 4)}
    own = whole.budget.model_copy(update=few)
    return whole.model_copy(
        update={
            "seeds": whole.seeds[:seeds],
            "budget": own,
            "parts": [_shortened(part, few) for part in whole.parts],
        }
    )


def _shortened(part: Part, few: dict[str, int]) -> Part:
    """With its own seeds, if it has some: a claim without them is not complete."""
    budget = part.budget if part.probe in ("cost", "size") else (part.budget or {}) | few
    return part.model_copy(update={"budget": budget})


def main() -> int:
    """Exits with 1 where a cell failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("harness-out"))
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--seeds", type=int, default=2)
    given = parser.parse_args()
    matrix = rehearsal(given.steps, given.seeds)
    return int(not execute(Request(matrix, out=given.out, track=False)).fine)


if __name__ == "__main__":
    sys.exit(main())
