"""A GRU whose gates are held is the plain recurrent network."""

from __future__ import annotations

from reports.analysis.evidence import Evidence
from reports.claims.claim import Claim, Judgement, exactly, missing
from reports.figures.style import COLOURS, PALE, Drawing, canvas, finish
from reports.formats import listed
from reports.wording import say

PART = "contains-rnn"
HELD = "gru[hold_reset=1,hold_update=0]"
COMPARED = ("outputs", "gradients")


def judge(evidence: Evidence) -> Judgement:
    found = _found(evidence)
    if not found:
        return missing()
    tolerance = found[0][1]["tolerance"]
    largest = {name: max(measured[name] for _, measured in found) for name in COMPARED}
    holds = [max(measured[name] for name in COMPARED) <= tolerance for _, measured in found]
    reason = (
        f"A GRU with its reset gate held at 1 and its update gate at 0 and an RNN were given the "
        f"same weights, number for number, and the same examples, in {len(found)} cases on "
        f"{listed(list(dict.fromkeys(task for task, _ in found)))}. The largest difference, as a "
        f"share of the largest number compared, is {_small(largest['outputs'])} in the outputs and "
        f"{_small(largest['gradients'])} in the gradients; rounding in 32 bits may make up to "
        f"{_small(tolerance)}. {sum(holds)} of {len(holds)} cases agree to that. So whatever a GRU "
        "of this kind cannot do, for want of gates, the RNN cannot either, and the reverse; a GRU "
        "with free gates contains both."
    )
    table = (
        ("task", "seed", *COMPARED, "tolerance"),
        *((task, str(seed), *(f"{m[name]:.3g}" for name in (*COMPARED, "tolerance")))
          for task in evidence.tasks(PART)
          for seed, m in evidence.measured(PART, task, HELD).items()),
    )  # fmt: skip
    return exactly(holds, max(largest.values()), "largest relative difference", reason, table)


def draw(evidence: Evidence, judgement: Judgement) -> Drawing | None:
    """Every difference, on a logarithmic axis, against the tolerance."""
    found = _found(evidence)
    if not found:
        return None
    tasks = list(dict.fromkeys(task for task, _ in found))
    rows = [(task, name) for task in tasks for name in COMPARED]
    figure, axes = canvas(7.2, 0.75 + 0.27 * len(rows), (2.4, 0.3, 0.2, 0.5))
    tolerance = found[0][1]["tolerance"]
    least = 1e-9
    axes.set_xscale("log")
    for y, (task, name) in enumerate(rows):
        values = [max(least, m[name]) for t, m in found if t == task]
        axes.plot(values, [y] * len(values), linestyle="none", marker="o", markersize=4,
                  alpha=0.6, markeredgewidth=0, color=COLOURS[COMPARED.index(name)])  # fmt: skip
    axes.axvline(tolerance, color=PALE, linewidth=1, linestyle=(0, (4, 2)))
    axes.annotate("tolerance", (tolerance, 1), xycoords=("data", "axes fraction"),
                  ha="right", xytext=(-3, -2), textcoords="offset points", va="top", fontsize=8,
                  color=PALE)  # fmt: skip
    worst = max(m[name] for _, m in found for name in COMPARED)
    axes.set_xlim(least / 2, 10 * max(tolerance, worst))
    axes.xaxis.set_major_formatter(lambda v, _: f"≤ {v:.0e}" if v <= least else f"{v:.0e}")
    axes.xaxis.set_minor_formatter(lambda value, _: "")
    axes.set_yticks(range(len(rows)), [say(f"claims.held_{name}", task=t) for t, name in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("largest difference, as a share of the largest number")
    alt = f"Differences between the GRU with held gates and the RNN, at most {_small(worst)}; tolerance {_small(tolerance)}."
    return finish(figure, f"claim-{CLAIM.id}", alt)


def _found(evidence: Evidence) -> list[tuple[str, dict]]:
    return [
        (task, measured)
        for task in evidence.tasks(PART)
        for measured in evidence.measured(PART, task, HELD).values()
    ]


def _small(value: float) -> str:
    return f"{value:.0e}" if value else "0"


CLAIM = Claim(
    id="gru-contains-rnn",
    statement="A GRU whose reset gate is held at 1 and whose update gate is held at 0 is the plain "
    "recurrent network.",
    source="Follows from the equations of Cho et al. 2014 (Learning phrase representations using "
    "RNN encoder-decoder, EMNLP), with the update gate as the share of the old state that is kept",
    needs=(PART,),
    criterion="Computed, not sampled: with the same weights and inputs, outputs and gradients of "
    "the two agree to 1e-5 of their largest number, the rounding of 32-bit arithmetic, on every "
    "task and with every seed.",
    judge=judge,
    draw=draw,
)
