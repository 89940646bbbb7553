"""Why: how much of the gradient reaches the steps before the output."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from reports.analysis.evidence import Evidence
from reports.analysis.statistics import summarize
from reports.figures import gradient_flow as drawing
from reports.figures.gradient_flow import WHEN
from reports.formats import amount, geometric, geometric_with_interval, listed, with_interval
from reports.sections.section import Figure, Section, Table
from reports.sections.told import command, parts_of

Flows = Mapping[str, Mapping[int, Mapping[str, Any]]]
"""By architecture and seed: what the probe found."""
PLAIN = "rnn"
STRAIGHT = 0.9
"""Share of the variance of the log norm from which on a change by one factor a step is told."""
WORDS = {"initial": "at initialisation", "trained": "after training"}


def section(evidence: Evidence) -> Section | None:
    """Gradient norm against lag, and its decay, of every architecture that has a gradient."""
    figures, answers = [], []
    survey = evidence.results.architectures
    for part in parts_of(evidence, "gradient-flow"):
        for number, task in enumerate(evidence.tasks(part.name)):
            flows = {a: evidence.measured(part.name, task, a) for a in part.results.architectures}
            flows = {a: found for a, found in flows.items() if found}
            if not flows:
                continue
            norms = {
                (a, when): [m[when]["norms"]["input"]["mean"] for m in found.values()]
                for a, found in flows.items()
                for when in WHEN
            }
            name = f"{part.name}-{number}" if number else part.name
            recurrent = [a for a in flows if _recurrent(flows, a)]
            drawn = drawing.draw(name, norms, recurrent, survey, _told(flows), task)
            figures.append(
                Figure(drawn, _finding(flows, task), _table(flows), command(evidence, [part]))
            )
            answers.append(_answer(flows, task))
    if not figures:
        return None
    return Section(
        "gradient-flow",
        "Why: what is left of the gradient",
        (
            *filter(None, answers),
            "What a network is to learn from a step, it learns through the gradient that reaches "
            "it. The gradient through k steps of a recurrent network is a product of k Jacobians: "
            "where these shrink it, it falls exponentially with k, and where they stretch it, it "
            "grows (Bengio et al. 1994; Pascanu et al. 2013).",
            "Measured is the norm of the gradient of the last output's loss at the input of each "
            "step before, in double precision, mean over validation examples. The factor a step "
            "is that of the exponential fitted to it over all lags, with the share R² of the "
            "variance of the log norm that it explains: it says little where R² is low. The "
            "Lyapunov exponent is the mean growth of a small change of the state a step, in nats: "
            "below 0 it dies out, above it grows.",
        ),
        tuple(figures),
    )


def _recurrent(flows: Flows, architecture: str) -> bool:
    return any(m[when]["jacobian"] for m in flows[architecture].values() for when in WHEN)


def _fits(flows: Flows, architecture: str, when: str, name: str) -> list[float | None]:
    return [m[when]["norms"]["input"]["decay"][name] for m in flows[architecture].values()]


def _rate(flows: Flows, architecture: str, when: str) -> float | None:
    """The factor a step, geometric mean over seeds."""
    return geometric(_fits(flows, architecture, when, "rate"))[0]


def _r2(flows: Flows, architecture: str, when: str) -> float | None:
    return summarize(_fits(flows, architecture, when, "r2")).mean


def _percent(rate: float) -> str:
    """The change a step, without its direction: ``13.2 %``."""
    return f"{100 * abs(rate - 1):.3g} %"


def _a_step(rate: float) -> str:
    """``falls by 14 % a step``."""
    if abs(rate - 1) < 0.0005:
        return "stays as it is from step to step"
    return f"{'falls' if rate < 1 else 'grows'} by {_percent(rate)} a step"


def _finding(flows: Flows, task: str) -> str:
    """What the plain RNN loses a step, who loses least, whose gradient grows, and who has none."""
    sentences = []
    if PLAIN in flows:
        sentences.append(_plain(flows))
    rates = {
        a: rate
        for a in flows
        if a != PLAIN and (_r2(flows, a, "initial") or 0) >= STRAIGHT
        if (rate := _rate(flows, a, "initial")) is not None
        if not _window(flows, a)
    }
    fading = {a: rate for a, rate in rates.items() if rate < 1}
    if fading:
        order = sorted(fading, key=lambda a: -fading[a])
        told = [f"{a} {_percent(fading[a])}" for a in order]
        sentences.append(f"Lost a step at initialisation by the others: {listed(told, 99)}.")
    growing = [f"{a} {_percent(r)}" for a, r in rates.items() if r > 1]
    if growing:
        sentences.append(f"At initialisation it grows a step with {listed(growing, 99)}.")
    even = [
        a for a in flows
        if a != PLAIN and not _window(flows, a)
        and (_r2(flows, a, "initial") or 0) < STRAIGHT
    ]  # fmt: skip
    if even:
        sentences.append(f"It does not fall by one factor a step with {listed(even, 99)}.")
    ends = [f"{a} {last:,}" for a in flows if (last := _window(flows, a))]
    if ends:
        sentences.append(
            f"It is exactly zero beyond the window, where the line ends, with {listed(ends, 99)} "
            "steps back."
        )
    return f"{task}: {' '.join(sentences)}"


def _plain(flows: Flows) -> str:
    """Of the plain RNN, before training and after."""
    told = []
    for when in WHEN:
        rate, r2 = _rate(flows, PLAIN, when), _r2(flows, PLAIN, when)
        if rate is not None and r2 is not None:
            told.append(f"{_a_step(rate)} {WORDS[when]} (R² {r2:.3f})")
    return f"The gradient of {PLAIN} {' and '.join(told)}." if told else ""


def _window(flows: Flows, architecture: str) -> int | None:
    """The last step back that has a gradient, of an architecture that sees no further."""
    found = _fits(flows, architecture, "initial", "zero_beyond")
    return max((int(last) for last in found if last is not None), default=None)


def _ratio(found: Mapping[str, Any]) -> float | None:
    """The norm at the longest lag as a share of that at the output's own step."""
    norms = found["norms"]["input"]["mean"]
    first, last = norms[0], norms[-1]
    return None if not first or last is None else last / first


def _ratios(flows: Flows, architecture: str, when: str) -> float | None:
    """Geometric mean over seeds."""
    ratios = [_ratio(m[when]) for m in flows[architecture].values()]
    return 0.0 if 0 in ratios else geometric(ratios)[0]


def _answer(flows: Flows, task: str) -> str:
    """What is left at the longest lag, after training."""
    lags = max(m["initial"]["lags"][-1] for found in flows.values() for m in found.values())
    left = {a: ratio for a in flows if (ratio := _ratios(flows, a, "initial")) is not None}
    if not left:
        return ""
    order = sorted(left, key=lambda a: -left[a])
    told = [f"{a} {share(left[a])}" for a in order]
    return (
        f"Of the gradient at the output's own step there is left {lags:,} steps before, at "
        f"initialisation on {task}: {'; '.join(told)}."
    )


def share(ratio: float) -> str:
    """``0.16``, ``2.8e-7`` or ``none``."""
    if not ratio:
        return "none"
    if 0.001 <= ratio < 1000:
        return amount(ratio)
    return re.sub(r"e([+-])0?", lambda e: f"e{e[1].strip('+')}", f"{ratio:.1e}")


def _told(flows: Flows) -> str:
    return "; ".join(
        f"{a} {' and '.join(amount(_rate(flows, a, when)) or 'none' for when in WHEN)}"
        for a in flows
    )


def _table(flows: Flows) -> Table:
    lags = max(m["initial"]["lags"][-1] for found in flows.values() for m in found.values())
    heads = ("architecture", "when", "factor a step [95 %]", "R²", "the same at the hidden state",
             f"norm {lags:,} steps back, of that at the output", "zero beyond lag",
             "Lyapunov exponent", "spectral radius", "seeds")  # fmt: skip
    rows = []
    for architecture in flows:
        found = flows[architecture].values()
        for when in WHEN:
            ratio = _ratios(flows, architecture, when)
            r2 = _r2(flows, architecture, when)
            window = _window(flows, architecture)
            jacobians = [m[when]["jacobian"] or {} for m in found]
            rows.append((
                architecture,
                WORDS[when],
                geometric_with_interval(_fits(flows, architecture, when, "rate"), _factor),
                "" if r2 is None else f"{r2:.3f}",
                geometric_with_interval(_of_hidden(found, when), _factor),
                "" if ratio is None else share(ratio),
                "" if window is None else f"{window:,}",
                with_interval(j.get("lyapunov") for j in jacobians),
                with_interval(j.get("spectral_radius") for j in jacobians),
                f"{len(found)}",
            ))  # fmt: skip
    return Table(heads, tuple(rows))


def _of_hidden(found: Iterable[Mapping[str, Any]], when: str) -> list[float | None]:
    """Factor a step of the gradient at the hidden state of the topmost layer; of what has none,
    nothing."""
    rates = []
    for measured in found:
        places = [p for p in measured[when]["norms"] if p.startswith("hidden_l")]
        if places:
            rates.append(measured[when]["norms"][max(places)]["decay"]["rate"])
    return rates


def _factor(rate: float | None) -> str:
    return "" if rate is None else f"{rate:.3f}"
