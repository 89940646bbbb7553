"""What it costs: how an update grows with the length, the batch and the width."""

from collections.abc import Callable, Sequence
from statistics import geometric_mean

from pandas import DataFrame

from reports.analysis import probes
from reports.analysis.evidence import Evidence
from reports.analysis.statistics import Summary, summarize
from reports.document import Block, Figure, Table, section
from reports.figures import lines
from reports.formats import amount, ends, geometric_with_interval, span, with_interval
from reports.sections import reproduction

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
COMPUTED = {probes.KERNEL: "by the library", probes.EQUATIONS: "by the equations"}

WAYS = ("as the library computes it", "by the equations, step by step")
SCALE = lines.Scale("", "", 10, ways=WAYS)


def blocks(evidence: Evidence) -> list[Block]:
    """Costs of an update, their growth probes.exponents and the critical path."""
    frame = probes.costs(evidence)
    if frame.empty:
        return []
    axes = list(frame["axis"].unique())
    panels = [_panel(of, "seconds") for _, of in frame.groupby("axis", sort=False)]
    seconds = _seconds_finding(frame, axes[0]), _seconds_table(frame, axes)
    made = [("seconds", panels, *seconds, evidence.parts(probe="cost"))]
    if "length" in axes:
        longer = frame[frame["axis"] == "length"]
        panels = [_panel(longer, cost) for cost in COUNTED]
        counts = _counts_finding(longer), _counts_table(longer)
        made.append(("counts", panels, *counts, probes.parts_by_axis(evidence)["length"]))
    results = evidence.results
    figures = [
        Figure(drawn, finding, table, reproduction.of_parts(results, parts))
        for name, panels, finding, table, parts in made
        if (drawn := lines.draw(f"growth-{name}", panels, SCALE, results.architectures))
    ]
    about = (
        "An update is a forward pass, the loss and a backward pass of one batch; seconds are those "
        "of this machine, the least of several. Where there is a fused kernel, an update is "
        "measured with it (solid) and by the equations, step by step (dashed): what the kernel "
        "saves is no property of the architecture. Parameters are equally many, except where the "
        "width grows. Exponents are slopes, fitted to the larger half of the sizes, to at least "
        f"{probes.LEAST_SIZES}, for each seed. The critical path is the longest chain of "
        "operations in which each waits for the one before."
    )
    return section(TITLE, "cost-growth", [about], figures)


def _panel(frame: DataFrame, cost: str) -> lines.Panel:
    library, equations = (_means(frame[frame["how"] == how], cost) for how in COMPUTED)
    across = ACROSS[frame["axis"].iloc[0]]
    return lines.Panel(TITLES[cost], library, dashed=equations, across=across)


def _means(frame: DataFrame, cost: str) -> dict[str, dict[int, Summary]]:
    """By architecture and size, the geometric mean over seeds."""
    return {
        a: {n: Summary(len(values), geometric_mean(values)) for n, values in sizes}
        for a, of in frame[frame[cost] > 0].groupby("architecture", sort=False)
        if (sizes := of.groupby("size")[cost])
    }


def _seconds_finding(frame: DataFrame, axis: str) -> str:
    library = frame[(frame["axis"] == axis) & (frame["how"] == probes.KERNEL)]
    longest = library["size"].max()
    means = _means(library[library["size"] == longest], "seconds")
    seconds = {a: of[longest].mean for a, of in means.items()}
    return (
        f"At {longest:,} {WORDS[axis]} an update takes {span(seconds, '{:.3g} s'.format)}. "
        f"{_growth(library, 'seconds', axis)}"
    )


def _seconds_table(frame: DataFrame, axes: Sequence[str]) -> Table:
    sizes = frame[frame["axis"] == axes[0]]["size"]
    ends = sizes.min(), sizes.max()
    heads = ("architecture", "computed", *(f"seconds at {axes[0]} {size:,}" for size in ends),
             *(f"exponent, {axis}" for axis in axes), "seeds")  # fmt: skip
    rows = []
    measured = frame[frame["seconds"] > 0]
    for (a, how), of in measured.groupby(["architecture", "how"], sort=False):
        first = of[of["axis"] == axes[0]]
        seconds = [first[first["size"] == size]["seconds"] for size in ends]
        powers = [_power(of[of["axis"] == axis], "seconds") for axis in axes]
        texts = [geometric_with_interval(values, "{:.3g}".format) for values in seconds]
        rows.append((a, COMPUTED[how], *texts, *powers, str(of["seed"].nunique())))
    return Table(heads, tuple(rows))


def _counts_finding(frame: DataFrame) -> str:
    last = frame["size"].max()
    library = frame[frame["how"] == probes.KERNEL]
    paths = library[library["size"] == last].groupby("architecture")["critical_path"].first()
    return (
        f"At {last:,} steps the critical path is {span(paths.to_dict(), '{:,.0f}'.format)} "
        f"operations. {_growth(library, 'flops', 'length')}"
    )


def _growth(frame: DataFrame, cost: str, axis: str) -> str:
    fits = {a: probes.exponents(of, cost) for a, of in frame.groupby("architecture", sort=False)}
    powers = {a: summarize(fit.mean for fit in of).mean for a, of in fits.items() if of}
    name = TITLES[cost].removesuffix(" an update")
    return f"With the {axis} {name} grow to the power of {span(powers)}." if powers else ""


def _counts_table(frame: DataFrame) -> Table:
    first, last = frame["size"].min(), frame["size"].max()
    heads = (
        "architecture", "parameters",
        "critical path", f"critical path at {first:,}", f"critical path at {last:,}",
        f"FLOPs at {last:,}", "exponent, FLOPs",
        f"activations at {last:,}, MiB", "exponent, memory",
        f"by the equations at {last:,}, MiB", "exponent, memory by the equations",
    )  # fmt: skip
    rows = []
    for a, of in frame.groupby("architecture", sort=False):
        library, equations = (of[of["how"] == how] for how in COMPUTED)
        counted = library.groupby("size")[["critical_path", "parameters"]].first().astype(int)
        path = counted["critical_path"].to_dict()
        rows.append((
            a, ends(counted["parameters"]), probes.path_formula(path),
            *(f"{path[size]:,}" if size in path else "" for size in (first, last)),
            *_grown(library, "flops", last, _large),
            *_grown(library, "memory", last, amount),
            *_grown(equations, "memory", last, amount),
        ))  # fmt: skip
    return Table(heads, tuple(rows))


def _grown(frame: DataFrame, cost: str, size: int, text: Callable[[float], str]) -> tuple[str, str]:
    at = frame[(frame["size"] == size) & (frame[cost] > 0)][cost]
    return ("", "") if at.empty else (text(at.mean()), _power(frame, cost))


def _power(frame: DataFrame, cost: str) -> str:
    """An exponent with its interval: over seeds or, of one seed, that of the fit."""
    fits = probes.exponents(frame, cost)
    return with_interval(fits[0] if len(fits) == 1 else [fit.mean for fit in fits])


def _large(value: float) -> str:
    """``1.4e9``."""
    return f"{value:.2g}".replace("e+0", "e").replace("e+", "e")
