"""How the architectures do against each task's baseline."""

from __future__ import annotations

from reports.analysis.results import Results
from reports.analysis.statistics import Summary, summarize


def lead(results: Results, task: str, architecture: str) -> Summary:
    """How far an architecture is ahead of a task's baseline, in skill: mean and interval of the
    differences over the seeds that both have. Empty where either has none."""
    best = results.best_baselines.get(task)
    group = results.groups.get((task, architecture))
    if best is None or group is None or architecture not in results.architectures:
        return Summary()
    theirs = {c.seed: c.skill for c in results.groups[task, best].cells}
    differences = []
    for cell in group.cells:
        level = theirs.get(cell.seed)
        if cell.skill is not None and level is not None:
            differences.append(cell.skill - level)
    return summarize(differences)


def behind(results: Results, task: str, architecture: str) -> bool:
    """Whether the mean of an architecture is no better than the baseline's."""
    mean = lead(results, task, architecture).mean
    return mean is not None and mean <= 0


def leader(results: Results, task: str) -> str | None:
    """The architecture that is furthest ahead of the baseline, or least behind."""
    leads = {a: lead(results, task, a).mean for a in results.architectures}
    known = {a: mean for a, mean in leads.items() if mean is not None}
    return max(known, key=lambda a: known[a]) if known else None
