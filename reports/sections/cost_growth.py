"""What it costs: how an update grows with the length, the batch and the width."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import geometric_mean
from typing import TYPE_CHECKING

from reports.analysis.evidence import Evidence
from reports.analysis.growth import (
    EQUATIONS,
    KERNEL,
    LEAST_SIZES,
    by_size,
    costs,
    exponents,
    parts_by_axis,
    path_formula,
    powers,
)
from reports.analysis.results import Part
from reports.analysis.statistics import Summary, summarize
from reports.document import Block, Figure, Heading, Table, paragraphs, table_of
from reports.figures import lines
from reports.formats import amount, each, ends, geometric_with_interval, listed, span, with_interval
from reports.sections import reproduction

if TYPE_CHECKING:
    from pandas import DataFrame

PLACE, TITLE, COMMAND = 80, "What it costs to grow", "harness probe cost-growth"

WORDS = {"length": "steps", "batch": "sequences a batch", "width": "hidden units"}
ACROSS = WORDS | {"length": "length, steps"}
TITLES = {
    "seconds": "seconds an update",
    "flops": "FLOPs an update",
    "memory": "activations, MiB",
    "critical_path": "critical path, operations",
}
COUNTED = ("flops", "memory", "critical_path")
COMPUTED = {KERNEL: "by the library", EQUATIONS: "by the equations"}

WAYS = ("as the library computes it", "by the equations, step by step")
SCALE = lines.Scale("", "", 10, logarithmic=True, ways=WAYS)


def blocks(evidence: Evidence) -> list[Block]:
    """Costs of an update, their growth exponents and the critical path."""
    frame = costs(evidence)
    if frame.empty:
        return []
    axes = list(frame["axis"].unique())
    seconds = _seconds_finding(frame, axes[0]), _seconds_table(frame, axes)
    panels = [_panel(frame, "seconds", axis) for axis in axes]
    figures = _figure(evidence, "seconds", panels, *seconds, evidence.parts(probe="cost"))
    if "length" in axes:
        longer = frame[frame["axis"] == "length"]
        panels = [_panel(longer, cost, "length") for cost in COUNTED]
        counts = _counts_finding(longer), _counts_table(longer)
        parts = parts_by_axis(evidence)["length"]
        figures += _figure(evidence, "counts", panels, *counts, parts)
    return [
        Heading(TITLE, "cost-growth"),
        *paragraphs(
            "An update is a forward pass, the loss and a backward pass of one batch. Seconds are "
            "those of this machine, the least of several. An architecture that the library has a "
            "kernel for is measured as the library computes it (solid), and by its equations, step "
            "by step (dashed): what the kernel saves is no property of the architecture.",
            "A cost that grows as a power of the length has that power as its slope here: 1 is "
            "twice the cost for twice the length, 2 four times. Exponents are fitted to the larger "
            f"half of the sizes, to at least {LEAST_SIZES} where there are as many, for each seed "
            "on its own; intervals are over seeds.",
            "The critical path is the longest chain of operations in which each waits for the one "
            "before: what an update takes however many processors there are. It is counted, and so "
            "are FLOPs and memory. Parameters are equally many, except where the width grows.",
        ),
        *figures,
    ]


def _panel(frame: DataFrame, cost: str, axis: str) -> lines.Panel:
    """A line for each architecture."""
    library, equations = (_means(frame, cost, axis, how) for how in COMPUTED)
    return lines.Panel(TITLES[cost], library, dashed=equations, across=ACROSS[axis])


def _means(frame: DataFrame, cost: str, axis: str, how: str) -> dict[str, dict[int, Summary]]:
    """By architecture and size, the geometric mean over seeds."""
    return {
        a: {n: Summary(len(values), geometric_mean(values)) for n, values in at.items()}
        for (x, a, way), at in by_size(frame, cost).items()
        if (x, way) == (axis, how)
    }


def _figure(
    evidence: Evidence,
    what: str,
    panels: list[lines.Panel],
    finding: str,
    table: Table,
    parts: list[Part],
) -> list[Figure]:
    drawn = lines.draw(f"growth-{what}", panels, SCALE, evidence.results.architectures)
    command = reproduction.of_parts(evidence.results, parts)
    return [Figure(drawn, finding, table, command)] if drawn else []


def _seconds_finding(frame: DataFrame, axis: str) -> str:
    """Who is fastest and slowest at the greatest length, how the seconds grow, and how much faster
    the library's kernels are."""
    longest = frame[frame["axis"] == axis]["size"].max()
    library, equations = (
        {a: at[longest].mean or 0.0 for a, at in of.items() if longest in at}
        for of in (_means(frame, "seconds", axis, how) for how in COMPUTED)
    )
    size = f"{longest:,} {WORDS[axis]}"
    said = []
    if len(library) > 1:
        said.append(f"At {size} an update takes {span(library, '{:.3g} s'.format)}.")
    if slopes := powers(frame, "seconds", axis):
        said.append(f"Seconds grow with the {axis} to the power of {span(slopes)}.")
    if times := {a: equations[a] / library[a] for a in equations if a in library}:
        said.append(
            f"At {size} an update by the equations takes "
            f"{listed([f'{amount(ratio)} times as long with {a}' for a, ratio in times.items()])} "
            "as with the library's kernel."
        )
    return " ".join(said)


def _seconds_table(frame: DataFrame, axes: Sequence[str]) -> Table:
    sizes = frame[frame["axis"] == axes[0]]["size"]
    ends = sizes.min(), sizes.max()
    at, fitted = by_size(frame, "seconds"), exponents(frame, "seconds")
    seeds = frame[frame["seconds"] > 0].groupby(["architecture", "how"], sort=False)["seed"]
    heads = ("architecture", "computed", *(f"seconds at {axes[0]} {size:,}" for size in ends),
             *(f"exponent, {axis}" for axis in axes), "seeds")  # fmt: skip
    rows = [
        (a, COMPUTED[how],
         *(geometric_with_interval(at.get((axes[0], a, how), {}).get(size, ()), _digits)
           for size in ends),
         *(_power(fitted.get((axis, a, how), ())) for axis in axes),
         str(number))
        for (a, how), number in seeds.nunique().items()
    ]  # fmt: skip
    return Table(heads, tuple(rows))


def _counts_finding(frame: DataFrame) -> str:
    paths = _paths(frame)
    formulas = {a: path_formula(of) or ends(of.values()) for a, of in paths.items()}
    growing = {
        "FLOPs grow": powers(frame, "flops", "length"),
        "Kept activations grow": powers(frame, "memory", "length"),
        "By the equations they grow": powers(frame, "memory", "length", EQUATIONS),
    }
    return " ".join([
        "The critical path at length T is, in operations: "
        f"{each(formulas, str)}.",
        *(f"{what} with the length to the power of {span(slopes)}."
          for what, slopes in growing.items() if slopes),
    ])  # fmt: skip


def _counts_table(frame: DataFrame) -> Table:
    first, last = frame["size"].min(), frame["size"].max()
    paths = _paths(frame)
    parameters = frame.dropna(subset="parameters").groupby("architecture")["parameters"]
    costs: dict[str, dict[str, str]] = {}
    for what, short, cost, how, text in (
        (f"FLOPs at {last:,}", "FLOPs", "flops", KERNEL, _large),
        (f"activations at {last:,}, MiB", "memory", "memory", KERNEL, amount),
        (f"by the equations at {last:,}, MiB", "memory by the equations", "memory", EQUATIONS,
         amount),
    ):  # fmt: skip
        grown = {a: at for (_, a, way), at in by_size(frame, cost).items() if way == how}
        fitted = {a: of for (_, a, way), of in exponents(frame, cost).items() if way == how}
        costs[what] = {a: text(summarize(at.get(last, ())).mean) for a, at in grown.items()}
        costs[f"exponent, {short}"] = {a: _power(fitted[a]) for a in grown}
    return table_of(
        paths,
        {
            "architecture": str,
            "parameters": lambda a: ends(parameters.get_group(a).astype(int)),
            "critical path": lambda a: path_formula(paths[a]),
            **{
                f"critical path at {size:,}": {a: f"{p[size]:,}" for a, p in paths.items()
                                               if size in p}
                for size in (first, last)
            },
            **costs,
        },
    )  # fmt: skip


def _paths(frame: DataFrame) -> dict[str, dict[int, int]]:
    """By architecture and length, the critical path."""
    paths = by_size(frame, "critical_path")
    return {a: {n: int(at[0]) for n, at in of.items()} for (_, a, _), of in paths.items()}


def _power(fits: Sequence[Summary]) -> str:
    """An exponent with its interval: over seeds or, of one seed, that of the fit."""
    return with_interval(fits[0] if len(fits) == 1 else [fit.mean for fit in fits])


def _digits(value: float | None) -> str:
    """Three digits."""
    return "" if value is None else f"{value:.3g}"


def _large(value: float | None) -> str:
    """``1.4e9``."""
    return "" if value is None else f"{value:.2g}".replace("e+0", "e").replace("e+", "e")
