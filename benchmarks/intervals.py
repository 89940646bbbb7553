"""How often the report's intervals miss the truth and its tests reject what is true.

    python benchmarks/intervals.py            print the table of docs/coverage.md
    python benchmarks/intervals.py --runs 100 fewer simulated data sets, at most this many each

Data of known truth are simulated and given to the functions that the report calls.
"""

from __future__ import annotations

import argparse

from simulated import CASES
from simulated.samples import Case

HEAD = "| method | data | n: errors, % | holds from n |\n| --- | --- | --- | ---: |"


def row(case: Case, runs: int) -> str:
    """One row; what errs more often than it may is bold."""
    shares = {n: case.errors(n, runs) / runs for n in case.of}
    texts = [
        f"{n}: **{100 * share:.1f}**" if share > case.allowed else f"{n}: {100 * share:.1f}"
        for n, share in shares.items()
    ]
    holds = "-" if case.holds is None else f"{case.holds}"
    return f"| {case.what} | {case.sample} | {', '.join(texts)} | {holds} |"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=10**9)
    most = parser.parse_args().runs
    print(HEAD)
    for case in CASES:
        print(row(case, min(case.runs, most)), flush=True)
