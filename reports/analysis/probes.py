"""What probes measured, as frames: the flow of gradients, how stable training is, what it costs."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas
from pandas import DataFrame

from harness.experiment.record import Outcome
from reports.analysis.cells import Cell
from reports.analysis.evidence import Evidence
from reports.analysis.results import Part
from reports.analysis.statistics import Summary, fit_slope

WHEN = {"initial": "at initialisation", "trained": "after training"}
"""The two times at which the probe measures."""
CLIP = {"on": "clip-on", "off": "clip-off"}
"""The part in which gradients are clipped, and the one in which they are not."""
LIMIT = 1.0
"""The gradient norm from which on an update counts as large where none is clipped."""
AXES = ("length", "batch", "width")
"""What a cost grows with."""
KERNEL, EQUATIONS = "kernel", "equations"
"""As the library computes it, and by the equations, step by step."""
LEAST_SIZES = 4
"""Fewest sizes that an exponent is fitted to, where there are as many."""


def flows(evidence: Evidence, part: str, task: str) -> DataFrame:
    """A row for each architecture, ``when`` (initial, trained) and seed that was measured.

    ``norms``: of the gradient at the input, by lag, mean over validation examples. ``rate``: the
    factor a step of the exponential that is fitted to them; ``r2``: the share of the variance that
    it explains; ``zero_beyond``: the last lag with a gradient, of an architecture that sees no
    further. ``hidden_rate``: the factor at the hidden state of the topmost layer. ``longest``: the
    longest lag; ``left``: the norm there as a share of that at the output's own step.
    ``lyapunov``, ``spectral_radius``: of a recurrent step. See ``harness.probes.gradients``.
    """
    return _frame([
        {"architecture": a, "when": when, "seed": seed} | _of_seed(measured[when])
        for a in evidence.architectures(part)
        for seed, measured in evidence.measured(part, task, a).items()
        for when in WHEN
    ])  # fmt: skip


def _of_seed(flow: Mapping[str, Any]) -> dict[str, Any]:
    norms, fit = flow["norms"]["input"]["mean"], flow["norms"]["input"]["decay"]
    top = max((place for place in flow["norms"] if place.startswith("hidden_l")), default=None)
    jacobian = flow["jacobian"] or {}
    return {
        "norms": norms,
        **{number: fit[number] for number in ("rate", "r2", "zero_beyond")},
        "hidden_rate": flow["norms"][top]["decay"]["rate"] if top else None,
        "longest": flow["lags"][-1],
        "left": None if not norms[0] or norms[-1] is None else norms[-1] / norms[0],
        "recurrent": bool(jacobian),
        **{number: jacobian.get(number) for number in ("lyapunov", "spectral_radius")},
    }


def trainings(evidence: Evidence) -> DataFrame:
    """A row for each task, architecture, ``how`` (on, off: whether gradients are clipped) and seed.

    ``diverged``: the loss was in the end no number. ``limit``: the gradient norm beyond which an
    update is clipped, or would be; ``clipped``: the share of such updates. ``losses``: by update.
    ``loss``, ``norm``: the spread of the loss, and of the gradient's norm before clipping, from
    update to update, see ``step_to_step``; ``largest``: the largest norm that was a number.
    """
    return _frame(
        {"task": task, "architecture": a, "how": how, "seed": cell.seed,
         "diverged": cell.outcome == Outcome.DIVERGED, "skill": cell.skill}
        | _of_updates(evidence.read_updates(cell.id), limit)
        for how, part in CLIP.items()
        for task in evidence.tasks(part)
        for a in evidence.architectures(part)
        if (limit := _limit(evidence.cells(part, task, a)))
        for cell in evidence.cells(part, task, a)
    )  # fmt: skip


def _limit(cells: Iterable[Cell]) -> float | None:
    """None where none of them has run."""
    budgets = [c.record.key.get("budget", {}) for c in cells if c.record and not c.refused]
    return (budgets[0].get("clip_norm") or LIMIT) if budgets else None


def _of_updates(arrays: Mapping[str, np.ndarray], limit: float) -> dict[str, Any]:
    norms = arrays.get("norm", np.array([]))
    numbers = norms[np.isfinite(norms)]
    return {
        "limit": limit,
        "losses": arrays.get("loss"),
        **{of: step_to_step(arrays.get(of, np.array([]))) for of in ("loss", "norm")},
        "clipped": float(1 - np.mean(norms <= limit)) if len(norms) else None,
        "largest": float(numbers.max()) if len(numbers) else None,
    }


def step_to_step(values: np.ndarray) -> float | None:
    """Standard deviation (n - 1 in the denominator) of log(value after) - log(value before), over
    the steps at both ends of which it is a positive number; None with fewer than two of them."""
    known = np.isfinite(values) & (values > 0)
    logs = np.log(np.where(known, values, 1.0))
    changes = np.diff(logs)[known[1:] & known[:-1]]
    return float(changes.std(ddof=1)) if len(changes) > 1 else None


def costs(evidence: Evidence) -> DataFrame:
    """What an update costs as the length, the batch or the width grows.

    A row for each ``axis`` that grows, architecture, ``size``, seed and ``how`` it is computed
    (kernel, equations). ``seconds``: the least of several. ``memory``: MiB that the forward pass
    keeps for the backward pass; by the equations only where it differs. ``flops``,
    ``critical_path`` (operations) and ``parameters`` are the same both ways, and stand at the
    kernel. NaN: not measured. Architectures of which only one size was measured are left out.
    """
    frame = _frame(
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
    kept, other = kernel["activation_memory"], kernel["equations_memory"]
    if how == EQUATIONS:
        seconds = measured.get(EQUATIONS, {}).get("seconds")
        return {"seconds": seconds, "memory": None if other == kept else other}
    same = {number: kernel[number] for number in ("seconds", "flops", "critical_path")}
    return same | {"memory": kept, "parameters": kernel["matched_parameters"]}


def exponents(frame: DataFrame, cost: str) -> list[Summary]:
    """The power that a cost grows with, fitted for each seed; only costs above 0 count."""
    seeds = frame[frame[cost] > 0].groupby("seed")
    return [fit for _, of in seeds if (fit := exponent(of["size"], of[cost]))]


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
    if len(lengths) < 2:
        return ""
    (first, start), *_, (last, end) = sorted(lengths.items())
    slope = (end - start) // (last - first)
    constant = start - slope * first
    if any(slope * length + constant != path for length, path in lengths.items()):
        return ""
    grows = {0: "", 1: "T + "}.get(slope, f"{slope:,} T + ")
    return f"{grows}{constant:,}".replace("+ -", "− ")


def _frame(rows: Iterable[Mapping[str, Any]]) -> DataFrame:
    """Rows as a frame, None as NaN: a column of numbers stays one where all are missing."""
    nan = float("nan")
    return pandas.DataFrame([{k: nan if v is None else v for k, v in row.items()} for row in rows])
