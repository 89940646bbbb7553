"""Recurrent training is slow because its steps depend on each other."""

from __future__ import annotations

import math
from collections.abc import Mapping

from reports.analysis.evidence import Evidence
from reports.analysis.statistics import fit_line, summarize
from reports.claims import costs
from reports.claims.claim import Claim, Comparison, Judgement, logarithms, mean_over, rule
from reports.figures.style import Drawing, canvas, finish, looks, plain_numbers
from reports.formats import amount, by_name, found, listed

PART = "cost-length"
RECURRENT, PARALLEL = ("rnn", "lstm", "gru"), ("cnn", "self_attention")
ALONG, FLAT = 0.9, 0.1
FITTED = 100
"""Steps from which on growth is fitted: on shorter sequences what does not grow outweighs it."""

ByLength = dict[int, dict[int, float]]
"""A cost by length, then by seed."""


def judge(evidence: Evidence) -> Judgement:
    paths = {a: _exponents(_costs(evidence, a, _path)) for a in (*RECURRENT, *PARALLEL)}
    seconds = {a: _costs(evidence, a, costs.seconds) for a in evidence.architectures(PART)}
    if not all(paths.values()):
        return rule([], "", "")
    slower = {
        (r, p): mean_over(
            [logarithms(seconds[r][n], seconds[p][n]) for n in _shared(seconds, r, p)]
        )
        for p in PARALLEL
        for r in RECURRENT
    }
    comparisons = [
        *(Comparison(f"exponent of the chain's length, {a}", paths[a], ALONG) for a in RECURRENT),
        *(Comparison(f"the same, {a}, negative", {s: -v for s, v in paths[a].items()}, -FLAT)
          for a in PARALLEL),
        *(Comparison(f"doublings of seconds from {p} to {r}", values)
          for (r, p), values in slower.items()),
    ]  # fmt: skip
    times = {s: 2**v for s, v in mean_over(list(slower.values())).items()}

    def reason(judgement: Judgement) -> str:
        longest = max(_costs(evidence, "rnn", _path))
        chains = by_name((a, _costs(evidence, a, _path)[longest].values()) for a in paths)
        clock = by_name((a, _milliseconds(seconds[a], longest)) for a in seconds)
        equations = by_name(
            (a, _milliseconds(_costs(evidence, a, costs.seconds_by_equations), longest))
            for a in RECURRENT
        )
        growth = by_name((a, _exponents(seconds[a]).values()) for a in seconds)
        pairs = [f"{r} takes {amount(2 ** _mean(v))} times what {p} does"
                 for (r, p), v in slower.items()]  # fmt: skip
        return (
            "The longest chain of operations of which each needs the one before, at "
            f"{longest:,} steps: {chains}; its length grows with the power of the sequence's "
            f"{by_name((a, v.values()) for a, v in paths.items())}. That holds on any machine. "
            "Seconds hold for this one, a single core and a batch of 8, where nothing runs in "
            "parallel over time and the number of operations decides: at matched parameters, over "
            f"all lengths, {listed(pairs, 99)}; all pairs together, {found(times.values())} times. "
            f"Milliseconds an update at {longest:,} steps, by the library's kernels: {clock}; by "
            f"the equations, step by step, {equations}. Seconds grow from {FITTED} steps on with "
            f"the powers {growth}. On hardware with thousands of units the chain weighs more, and "
            "the work less, than here."
        )

    return rule(comparisons, "times the seconds", reason, times)


def draw(evidence: Evidence, judgement: Judgement) -> Drawing | None:
    """Seconds an update, and the chain, against the length."""
    names = evidence.architectures(PART)
    shown = {(a, n): _costs(evidence, a, c) for a in names
             for n, c in enumerate((costs.seconds, _path))}  # fmt: skip
    if not any(shown.values()):
        return None
    figure, first = canvas(7.2, 3.5, (0.7, 3.75, 0.6, 0.5))
    box = first.get_position()
    second = figure.add_axes((box.x0 + 3.6 / 7.2, box.y0, box.width, box.height))
    drawn = looks(names)
    for axes, number in ((first, 0), (second, 1)):
        for a in names:
            points = {n: _mean(v) * (1 if number else 1000) for n, v in shown[a, number].items()}
            axes.plot(list(points), list(points.values()), color=drawn[a].colour, label=a,
                      linestyle=drawn[a].line, marker=drawn[a].marker, markersize=4)  # fmt: skip
        axes.set_xscale("log")
        axes.set_yscale("log")
        plain_numbers(axes.xaxis)
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:,g}")
        axes.yaxis.set_minor_formatter(lambda value, _: "")
        axes.set_xlabel("length of the sequence, steps")
    first.set_ylabel("milliseconds an update")
    second.set_ylabel("operations in the longest chain")
    figure.legend(*first.get_legend_handles_labels(), loc="upper left", frameon=False, ncols=5,
                  fontsize=8, bbox_to_anchor=(0.1, 1.0), borderaxespad=0.2)  # fmt: skip
    longest = max(max(points, default=0) for points in shown.values())
    told = ["{name} {milliseconds} ms".format(name=a, milliseconds=f"{_mean(v[longest]) * 1000:.3g}")
            for (a, n), v in shown.items() if not n and longest in v]  # fmt: skip
    alt = "Milliseconds and longest chain against length; at {longest} steps: {found}.".format(
        longest=f"{longest:,}", found=listed(told, 99)
    )
    return finish(figure, f"claim-{CLAIM.id}", alt)


def _path(measured: Mapping) -> float | None:
    return measured["kernel"]["critical_path"]


def _costs(evidence: Evidence, architecture: str, cost: costs.Cost) -> ByLength:
    found: ByLength = {}
    for task in evidence.tasks(PART):
        measured = evidence.measured(PART, task, architecture)
        for seed, value in costs.by_seed(evidence, PART, task, architecture, cost).items():
            found.setdefault(measured[seed]["length"], {})[seed] = value
    return dict(sorted(found.items()))


def _exponents(by_length: ByLength) -> dict[int, float]:
    """The power of the length that a cost grows with, by seed."""
    fitted = {n: values for n, values in by_length.items() if n >= FITTED}
    seeds = set.intersection(*map(set, fitted.values())) if len(fitted) > 1 else set()
    lengths = [math.log(n) for n in fitted]
    return {
        seed: fit_line(lengths, [math.log(v[seed]) for v in fitted.values()]).slope
        for seed in sorted(seeds)
    }


def _shared(seconds: Mapping[str, ByLength], one: str, other: str) -> list[int]:
    return sorted(seconds[one].keys() & seconds[other].keys())


def _milliseconds(by_length: ByLength, length: int) -> list[float]:
    return [1000 * value for value in by_length.get(length, {}).values()]


def _mean(by_seed: Mapping[int, float]) -> float:
    return summarize(by_seed.values()).mean or 0.0


CLAIM = Claim(
    id="sequential-cost",
    statement="Recurrent training is slow, because each step has to wait for the one before; "
    "convolution and self-attention run in parallel over time.",
    source="Vaswani et al. 2017 (Attention is all you need, NeurIPS); Bai, Kolter and Koltun 2018 "
    "(An empirical evaluation of generic convolutional and recurrent networks)",
    needs=(PART,),
    criterion="The longest chain of dependent operations grows with the length, from "
    f"{FITTED} to 2,000 steps, to a power above {ALONG:g} in RNN, LSTM and GRU, below {FLAT:g} in "
    "the CNN and in self-attention; and at matched parameters an update of each of the three "
    "takes more seconds than one of each of the two, in the mean of the ratio's logarithm over "
    "lengths from 10 to 2,000.",
    judge=judge,
    draw=draw,
)
