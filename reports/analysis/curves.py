"""Learning curves: validation score against updates, over the seeds of an architecture."""

import numpy as np
import pandas

from reports.analysis import frame
from reports.analysis.results import Results, TaskInfo

POINTS = 60
"""Points kept of a curve: more make no difference in print."""


def bands(results: Results, task: TaskInfo) -> dict[str, pandas.DataFrame]:
    """The architectures that have curves on a task, in the order of the plan: by updates the
    ``middle`` (mean), ``low`` (lowest) and ``high`` (highest) over the seeds.

    A seed that stopped early counts with its last value, so that the mean does not jump.
    """
    points = frame.curves(results, task.name)
    points = points[points.main].dropna(subset=["step", "validation"])
    found = {}
    for name in results.architectures:
        of = points[points.architecture == name].astype({"step": float})
        if not of.empty:
            table = of.pivot_table("validation", "step", "seed", "last")
            table = table.interpolate("index", limit_direction="both")
            table = table.iloc[evenly(len(table), POINTS)]
            ends = {"low": table.min(axis=1), "high": table.max(axis=1)}
            found[name] = pandas.DataFrame({"middle": table.mean(axis=1)} | ends)
    return found


def evenly(length: int, most: int) -> np.ndarray:
    """At most so many of the places 0 to ``length`` - 1, evenly spread, with the first and last."""
    return np.unique(np.linspace(0, length - 1, min(most, length)).round().astype(int))
