"""Numbers of claims as people read them."""

from __future__ import annotations

import math
from collections.abc import Iterable

from reports.analysis.statistics import Summary, summarize
from reports.formats import listed


def amount(value: float | None) -> str:
    """Two decimals or, of what is small or large, three digits; with a true minus sign."""
    if value is None:
        return ""
    size = abs(value)
    if size >= 1000:
        text = f"{value:,.0f}"
    elif size < 1e-12:
        return "0"
    elif size >= 10:
        text = f"{value:.3g}"
    else:
        text = f"{value:.2f}" if size >= 0.01 else f"{value:.1g}"
        if "e" in text and size >= 1e-4:
            text = f"{value:.{-math.floor(math.log10(size))}f}"
    return text.replace("-", "−", 1) if text.startswith("-") else text


def interval(low: float | None, high: float | None) -> str:
    """``0.31 to 0.53``, or nothing where there is none."""
    return "" if low is None or high is None else f"{amount(low)} to {amount(high)}"


def found(values: Summary | Iterable[float | None]) -> str:
    """``0.42 (95 % interval 0.31 to 0.53, n = 5)``."""
    summary = values if isinstance(values, Summary) else summarize(values)
    ends = interval(summary.low, summary.high)
    inside = f"95 % interval {ends}, n = {summary.n}" if ends else f"n = {summary.n}"
    return f"{amount(summary.mean)} ({inside})" if summary.n else "unknown"


def by_name(numbers: Iterable[tuple[str, Iterable[float | None]]]) -> str:
    """``rnn 0.21, lstm 0.90 and gru 0.94``: the mean of each that has any value."""
    means = [(name, summarize(values).mean) for name, values in numbers]
    return listed([f"{name} {amount(mean)}" for name, mean in means if mean is not None], 99)
