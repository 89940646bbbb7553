"""How the gradient changes with each step back from the output."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from reports.analysis.evidence import Evidence, frame_of

if TYPE_CHECKING:
    from pandas import DataFrame

WHEN = {"initial": "at initialisation", "trained": "after training"}
"""The two times at which the probe measures."""


def flows(evidence: Evidence, part: str, task: str) -> DataFrame:
    """A row for each architecture, ``when`` (initial, trained) and seed that was measured.

    ``norms``: of the gradient at the input, by lag, mean over validation examples. ``rate``: the
    factor a step of the exponential that is fitted to them; ``r2``: the share of the variance that
    it explains; ``zero_beyond``: the last lag with a gradient, of an architecture that sees no
    further. ``hidden_rate``: the factor at the hidden state of the topmost layer. ``longest``: the
    longest lag; ``left``: the norm there as a share of that at the output's own step.
    ``lyapunov``, ``spectral_radius``: of a recurrent step. See ``harness.probes.gradients``.
    """
    return frame_of([
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
