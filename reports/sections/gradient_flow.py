"""Why: how much of the gradient reaches the steps before the output."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from reports import formats
from reports.analysis.evidence import Evidence
from reports.analysis.gradient_flow import WHEN, flows
from reports.analysis.statistics import summarize
from reports.document import Block, Figure, Heading, Table, paragraphs
from reports.figures import gradient_flow as drawing
from reports.sections import reproduction

if TYPE_CHECKING:
    from pandas import DataFrame

PLACE, TITLE, COMMAND = 50, "Why: what is left of the gradient", "harness probe gradient-flow"

PLAIN = "rnn"
STRAIGHT = 0.9
"""R² from which on the change by one factor a step is stated."""


def blocks(evidence: Evidence) -> list[Block]:
    """Gradient norm against lag, and its decay, of every architecture that has a gradient."""
    figures, answers = [], []
    for part in evidence.parts(probe="gradient-flow"):
        command = reproduction.of_parts(evidence.results, [part])
        for at, task in enumerate(evidence.tasks(part.name)):
            frame = flows(evidence, part.name, task)
            if not len(frame):
                continue
            finding, name = _finding(frame, task), f"{part.name}-{at}" if at else part.name
            drawn = drawing.draw(name, frame, evidence.results.architectures)
            figures.append(Figure(drawn, finding, _table(frame), command))
            answers.append(_answer(frame, task))
    if not figures:
        return []
    return [
        Heading(TITLE, "gradient-flow"),
        *paragraphs(
            *filter(None, answers),
            "The gradient through k steps of a recurrent network is a product of k Jacobians: "
            "where these shrink it, it falls exponentially with k, and where they stretch it, it "
            "grows (Bengio et al. 1994; Pascanu et al. 2013).",
            "Measured is the norm of the gradient of the last output's loss at the input of each "
            "earlier step, in double precision, mean over validation examples. The factor a step "
            "is that of the exponential fitted to it over all lags; where its R² is low, it says "
            "little. The Lyapunov exponent is the mean growth of a small change of the state a "
            "step, in nats: below 0 the change dies out, above 0 it grows.",
        ),
        *figures,
    ]


def _percent(rate: float) -> str:
    """The change a step, without its direction: ``13.2 %``."""
    return f"{100 * abs(rate - 1):.3g} %"


def _finding(frame: DataFrame, task: str) -> str:
    """What the plain RNN loses a step, who loses least, whose gradient grows, and who has none."""
    initial = frame[frame["when"] == "initial"].groupby("architecture", sort=False)
    rates = {str(a): formats.geometric(rates)[0] for a, rates in initial["rate"]}
    r2, windows = initial["r2"].mean(), initial["zero_beyond"].max().dropna().astype(int)
    others = [a for a in rates if a != PLAIN and a not in windows]
    known = {a: rate for a in others if r2[a] >= STRAIGHT and (rate := rates[a]) is not None}
    falling = {a: known[a] for a in sorted(known, key=lambda a: -known[a]) if known[a] < 1}
    growing = {a: rate for a, rate in known.items() if rate > 1}
    uneven = [a for a in others if not r2[a] >= STRAIGHT]
    ends = {a: f"{steps:,}" for a, steps in windows.items()}
    said = {
        "{}.": _plain(frame),
        "Lost a step at initialisation by the others: {}.": formats.each(falling, _percent),
        "At initialisation it grows a step with {}.": formats.each(growing, _percent),
        "It does not fall by one factor a step with {}.": formats.listed(uneven, 99),
        "It is exactly zero beyond the window, where the line ends, with {} steps back.": (
            formats.each(ends, str)
        ),
    }
    return f"{task}: {' '.join(text.format(what) for text, what in said.items() if what)}"


def _plain(frame: DataFrame) -> str:
    """Of the plain RNN, before training and after."""
    changes = []
    for when, of in frame[frame["architecture"] == PLAIN].groupby("when", sort=False):
        if rate := formats.geometric(of["rate"])[0]:
            way = f"{'falls' if rate < 1 else 'grows'} by {_percent(rate)} a step"
            changes.append(f"{way} {WHEN[str(when)]} (R² {of['r2'].mean():.3f})")
    return f"The gradient of {PLAIN} {' and '.join(changes)}" if changes else ""


def _left(shares: Iterable[float]) -> float | None:
    """Geometric mean of what is left at the longest lag."""
    shares = list(shares)
    return 0.0 if 0 in shares else formats.geometric(shares)[0]


def _answer(frame: DataFrame, task: str) -> str:
    """What is left at the longest lag, at initialisation."""
    groups = frame[frame["when"] == "initial"].groupby("architecture", sort=False)["left"]
    left = {a: share for a, shares in groups if (share := _left(shares)) is not None}
    shares = "; ".join(f"{a} {_share(left[a])}" for a in sorted(left, key=lambda a: -left[a]))
    return shares and (
        "Of the gradient at the output's own step, this share is left "
        f"{frame['longest'].max():,} steps before it, at initialisation on {task}: {shares}."
    )


def _share(ratio: float | None) -> str:
    """``0.16``, ``2.8e-7`` or ``none``."""
    if not ratio:
        return "" if ratio is None else "none"
    if 0.001 <= ratio < 1000:
        return formats.amount(ratio)
    return re.sub(r"e([+-])0?", lambda e: f"e{e[1].strip('+')}", f"{ratio:.1e}")


def _table(frame: DataFrame) -> Table:
    heads = ("architecture", "when", "factor a step [95 %]", "R²", "the same at the hidden state",
             f"norm {frame['longest'].max():,} steps back, of that at the output",
             "zero beyond lag", "Lyapunov exponent", "spectral radius", "seeds")  # fmt: skip
    rows = [
        (a, WHEN[when], formats.geometric_with_interval(of["rate"], _factor),
         _factor(summarize(of["r2"]).mean),
         formats.geometric_with_interval(of["hidden_rate"], _factor), _share(_left(of["left"])),
         "" if of["zero_beyond"].isna().all() else f"{int(of['zero_beyond'].max()):,}",
         formats.with_interval(of["lyapunov"]), formats.with_interval(of["spectral_radius"]),
         f"{len(of)}")
        for (a, when), of in frame.groupby(["architecture", "when"], sort=False)
    ]  # fmt: skip
    return Table(heads, tuple(rows))


def _factor(rate: float | None) -> str:
    return "" if rate is None else f"{rate:.3f}"
