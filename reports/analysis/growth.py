"""How the cost of an update grows with the length, the batch or the width."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from reports.analysis.evidence import Evidence, frame_of
from reports.analysis.results import Part
from reports.analysis.statistics import Summary, fit_slope

if TYPE_CHECKING:
    from pandas import DataFrame

AXES = ("length", "batch", "width")
"""What a cost grows with."""
KERNEL, EQUATIONS = "kernel", "equations"
"""As the library computes it, and by the equations, step by step."""
LEAST_SIZES = 4
"""Fewest sizes that an exponent is fitted to, where there are as many."""


def costs(evidence: Evidence) -> DataFrame:
    """What an update costs as the length, the batch or the width grows.

    A row for each ``axis`` that grows, architecture, ``size``, seed and ``how`` it is computed
    (kernel, equations). ``seconds``: the least of several. ``memory``: MiB that the forward pass
    keeps for the backward pass; by the equations only where it differs. ``flops``,
    ``critical_path`` (operations) and ``parameters`` are the same both ways, and stand at the
    kernel. NaN: not measured. Architectures of which only one size was measured are left out.
    """
    frame = frame_of(
        {"axis": axis, "architecture": a, "size": m[axis], "seed": seed, "how": how}
        | _of_update(m, how)
        for axis, parts in parts_by_axis(evidence).items()
        for part in parts
        for a in part.results.architectures
        for task in evidence.tasks(part.name)
        for seed, m in evidence.measured(part.name, task, a).items()
        for how in (KERNEL, EQUATIONS)
    )
    if frame.empty:
        return frame
    return frame[frame.groupby(["axis", "architecture"])["size"].transform("nunique") > 1]


def parts_by_axis(evidence: Evidence) -> dict[str, list[Part]]:
    """The parts that measure costs, by what grows."""
    parts = evidence.parts(probe="cost")
    named = {axis: [part for part in parts if axis in part.name] for axis in AXES[1:]}
    return {"length": [part for part in parts if part not in sum(named.values(), [])]} | named


def _of_update(measured: Mapping[str, Any], how: str) -> dict[str, float | None]:
    kernel = measured[KERNEL]
    if how == EQUATIONS:
        kept = kernel["equations_memory"]
        other = None if kept == kernel["activation_memory"] else kept
        return {"seconds": measured.get(EQUATIONS, {}).get("seconds"), "memory": other}
    return {
        "seconds": kernel["seconds"],
        "flops": kernel["flops"],
        "memory": kernel["activation_memory"],
        "critical_path": kernel["critical_path"],
        "parameters": kernel["matched_parameters"],
    }


def exponents(frame: DataFrame, cost: str) -> list[Summary]:
    """The power that a cost grows with, fitted for each seed; only costs above 0 count."""
    seeds = frame[frame[cost] > 0].groupby("seed")
    fits = [exponent(of["size"], of[cost]) for _, of in seeds]
    return [fit for fit in fits if fit is not None]


def exponent(sizes: Iterable[float], costs: Iterable[float]) -> Summary | None:
    """The slope of log(cost) against log(size), of the larger half of the sizes, four at least
    where there are as many: at small sizes what does not grow outweighs what does. None with
    fewer than two sizes."""
    points = list(zip(sizes, costs, strict=True))
    unlike = sorted({size for size, _ in points})
    if len(unlike) < 2:
        return None
    least = unlike[-max(LEAST_SIZES, -(-len(unlike) // 2)) :][0]
    kept = [(math.log(size), math.log(cost)) for size, cost in points if size >= least]
    return fit_slope([x for x, _ in kept], [y for _, y in kept])


def path_formula(lengths: Mapping[int, int]) -> str:
    """A critical path as a formula of the length T, where it is a straight line through all that
    was counted: ``3 T + 7``, or ``80`` where it does not grow; else nothing."""
    (first, start), *others = sorted(lengths.items())
    if not others:
        return ""
    last, end = others[-1]
    slope, rest = divmod(end - start, last - first)
    constant = start - slope * first
    if rest or any(slope * length + constant != path for length, path in others):
        return ""
    if not slope:
        return f"{constant:,}"
    sign = "+" if constant >= 0 else "−"
    return f"{'' if slope == 1 else f'{slope:,} '}T {sign} {abs(constant):,}"
