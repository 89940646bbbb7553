"""Why: how much of the gradient reaches the steps before the output."""

import re

from pandas import DataFrame, Series

from reports import formats
from reports.analysis.evidence import Evidence
from reports.analysis.probes import WHEN, flows
from reports.analysis.statistics import summarize
from reports.document import Block, Figure, Table, section
from reports.figures import gradient_flow as drawing
from reports.sections import reproduction

PLACE, TITLE, COMMAND = 50, "Why: what is left of the gradient", "harness probe gradient-flow"

PLAIN = "rnn"


def blocks(evidence: Evidence) -> list[Block]:
    """Gradient norm against lag, and its decay, of every architecture that has a gradient."""
    figures, findings = [], []
    for part in evidence.parts(probe="gradient-flow"):
        command = reproduction.of_parts(evidence.results, [part])
        for at, task in enumerate(evidence.tasks(part.name)):
            frame = flows(evidence, part.name, task)
            if not len(frame):
                continue
            name = f"{part.name}-{at}" if at else part.name
            drawn = drawing.draw(name, frame, evidence.results.architectures)
            finding = f"Gradient norm up to {frame['longest'].max():,} steps back, on {task}."
            figures.append(Figure(drawn, finding, _table(frame), command))
            findings.append(_finding(frame, task))
    about = (
        "At this part's own learning rate and start, not at recommended ones; after training means "
        "after its updates, whether the task was learned or not. Measured is the norm of the "
        "gradient of the last output's loss at the input of each earlier step, mean over "
        "validation examples. Through k steps it is a product of k Jacobians, which fades or "
        "explodes exponentially (Bengio et al. 1994; Pascanu et al. 2013). The factor a step is "
        "that of the exponential fitted over all lags; where its R² is low, it says little. The "
        "Lyapunov exponent is the mean growth of a small change of the state a step, in nats: "
        "below 0 the change dies out, above 0 it grows."
    )
    return section(TITLE, "gradient-flow", [*findings, about], figures)


def _finding(frame: DataFrame, task: str) -> str:
    """What the plain RNN loses a step, before training and after, and whose gradient ends."""
    plain = frame[frame["architecture"] == PLAIN]
    changes = {
        WHEN[str(when)]: f"{rate:.3f} (R² {of['r2'].mean():.3f})"
        for when, of in plain.groupby("when", sort=False)
        if (rate := formats.geometric(of["rate"])[0])
    }
    ends = frame.groupby("architecture", sort=False)["zero_beyond"].max().dropna()
    windows = {str(a): f"{steps:,.0f} steps back" for a, steps in ends.items()}
    factors = f"of {PLAIN} changes by a factor a step: {formats.each(changes, str)}"
    zero = f" Beyond a window it is exactly zero: that of {formats.each(windows, str)}."
    said = factors if changes else "norms are in the figure"
    return f"On {task} the gradient {said}.{zero if windows else ''}"


def _share(shares: Series) -> str:
    """``0.16``, ``2.8e-7`` or ``none``."""
    if (shares == 0).any():
        return "none"
    ratio = formats.geometric(shares)[0]
    if ratio is None or 0.001 <= ratio < 1000:
        return formats.amount(ratio)
    return re.sub(r"e([+-])0?", lambda e: f"e{e[1].strip('+')}", f"{ratio:.1e}")


def _table(frame: DataFrame) -> Table:
    heads = ("architecture", "when", "factor a step [95 %]", "R²", "the same at the hidden state",
             f"norm {frame['longest'].max():,} steps back, of that at the output",
             "zero beyond lag", "Lyapunov exponent", "spectral radius", "seeds")  # fmt: skip
    rows = [
        (a, WHEN[when], formats.geometric_with_interval(of["rate"], _factor),
         _factor(summarize(of["r2"]).mean),
         formats.geometric_with_interval(of["hidden_rate"], _factor), _share(of["left"]),
         "" if of["zero_beyond"].isna().all() else f"{int(of['zero_beyond'].max()):,}",
         formats.with_interval(of["lyapunov"]), formats.with_interval(of["spectral_radius"]),
         f"{len(of)}")
        for (a, when), of in frame.groupby(["architecture", "when"], sort=False)
    ]  # fmt: skip
    return Table(heads, tuple(rows))


def _factor(rate: float | None) -> str:
    return "" if rate is None else f"{rate:.3f}"
