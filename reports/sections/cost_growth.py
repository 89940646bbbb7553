"""What it costs: how an update grows with the length, the batch and the width."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reports.analysis.evidence import Evidence
from reports.analysis.statistics import Line, fit_line, summarize
from reports.figures import growth as drawing
from reports.figures.growth import EQUATIONS, KERNEL, Lines
from reports.formats import amount, geometric, geometric_with_interval, listed, with_interval
from reports.sections.section import Figure, Section, Table
from reports.sections.told import command, parts_of

AXES = ("length", "batch", "width")
"""What a cost grows with."""
LEAST_SIZES = 4
"""Fewest sizes that an exponent is fitted to, where there are as many."""

Found = Mapping[str, Sequence[tuple[int, Mapping[str, Any]]]]
"""By architecture: seed and what the probe found."""
Cost = Callable[[Mapping[str, Any], str], float | None]
"""A cost of what was found, by the kernel or by the equations; None where there is none."""


def section(evidence: Evidence) -> Section | None:
    """Costs of an update, their growth exponents and the critical path."""
    parts = parts_of(evidence, "cost")
    by_axis = {axis: _found(evidence, axis) for axis in AXES}
    by_axis = {axis: found for axis, found in by_axis.items() if found}
    if not by_axis:
        return None
    survey = evidence.results.architectures
    drawn = drawing.draw(
        "growth-seconds",
        {("seconds", axis): _lines(found, axis, seconds) for axis, found in by_axis.items()},
        survey,
        f"Seconds an update, on logarithmic axes, {_seconds_told(by_axis)}.",
    )
    figures = [
        Figure(drawn, _seconds_finding(by_axis), _seconds_table(by_axis), command(evidence, parts))
    ]
    if "length" in by_axis:
        found = by_axis["length"]
        counts = {"flops": flops, "memory": memory, "path": critical_path}
        lines = {(name, "length"): _lines(found, "length", c) for name, c in counts.items()}
        lines = {panel: shown for panel, shown in lines.items() if shown}
        alt = f"FLOPs, memory of the activations and critical path of an update against length, on logarithmic axes. {_paths_told(found)}."
        of_length = [part for part in parts if _axis(part.name) == "length"]
        figures.append(
            Figure(
                drawing.draw("growth-counts", lines, survey, alt),
                _counts_finding(found),
                _counts_table(found),
                command(evidence, of_length),
            )
        )
    return Section(
        "cost-growth",
        "What it costs to grow",
        (
            "An update is a forward pass, the loss and a backward pass of one batch. Seconds are "
            "those of this machine, the least of several, and told twice for an architecture that "
            "the library has a kernel for: as the library computes it (solid), and by its "
            "equations, step by step (dashed). What the library's kernel saves is no property of "
            "the architecture.",
            "A cost that grows as a power of the length has that power as its slope here: 1 is "
            "twice the cost for twice the length, 2 four times. Exponents are fitted to the larger "
            f"half of the sizes, to {LEAST_SIZES} at least where there are as many, for each seed "
            "on its own; intervals are over seeds.",
            "The critical path is the longest chain of operations in which each waits for the one "
            "before: what an update takes however many processors there are, and what no kernel "
            "changes. It is counted, and so are FLOPs and memory; architectures have equally many "
            "parameters, but for growth with the width.",
        ),
        tuple(figures),
    )


def _axis(part: str) -> str:
    return next((axis for axis in AXES if axis in part), "length")


def _found(evidence: Evidence, axis: str) -> Found:
    """What was found where this grew; empty unless two sizes were measured."""
    found: dict[str, list[tuple[int, Mapping[str, Any]]]] = {}
    for part in parts_of(evidence, "cost"):
        if _axis(part.name) == axis:
            for architecture in part.results.architectures:
                for task in evidence.tasks(part.name):
                    measured = evidence.measured(part.name, task, architecture)
                    found.setdefault(architecture, []).extend(measured.items())
    return {a: rows for a, rows in found.items() if len({m[axis] for _, m in rows}) > 1}


def seconds(measured: Mapping[str, Any], how: str) -> float | None:
    """Of an update, the least of several."""
    return measured[how]["seconds"] if how in measured else None


def flops(measured: Mapping[str, Any], how: str) -> float | None:
    """The same by the kernel and by the equations, so told once."""
    return measured[KERNEL]["flops"] if how == KERNEL else None


def memory(measured: Mapping[str, Any], how: str) -> float | None:
    """MiB that the forward pass keeps for the backward pass."""
    kernel = measured[KERNEL]
    if how == KERNEL:
        return kernel["activation_memory"]
    same = kernel["equations_memory"] == kernel["activation_memory"]
    return None if same else kernel["equations_memory"]


def critical_path(measured: Mapping[str, Any], how: str) -> float | None:
    """Operations, by the equations; told once."""
    return measured[KERNEL]["critical_path"] if how == KERNEL else None


def _lines(found: Found, axis: str, cost: Cost) -> Lines:
    lines: dict[tuple[str, str], dict[int, list[float]]] = {}
    for how in (KERNEL, EQUATIONS):
        for architecture, rows in found.items():
            for _, measured in rows:
                value = cost(measured, how)
                if value:
                    sizes = lines.setdefault((architecture, how), {})
                    sizes.setdefault(measured[axis], []).append(value)
    return lines


def _exponents(found: Found, architecture: str, axis: str, cost: Cost, how: str) -> list[Line]:
    """The power that a cost grows with, fitted for each seed."""
    by_seed: dict[int, list[tuple[int, float]]] = {}
    for seed, measured in found.get(architecture, ()):
        value = cost(measured, how)
        if value:
            by_seed.setdefault(seed, []).append((measured[axis], value))
    return [line for points in by_seed.values() if (line := exponent(points)) is not None]


def exponent(points: Sequence[tuple[float, float]]) -> Line | None:
    """The slope of log(cost) against log(size), of the larger half of the sizes, four at least
    where there are as many: at small sizes what does not grow outweighs what does. None with
    fewer than two sizes."""
    sizes = sorted({size for size, _ in points})
    if len(sizes) < 2:
        return None
    used = sizes[-max(LEAST_SIZES, -(-len(sizes) // 2)) :]
    kept = [(math.log(size), math.log(value)) for size, value in points if size >= used[0]]
    return fit_line([x for x, _ in kept], [y for _, y in kept])


def _power(lines: Sequence[Line]) -> str:
    """An exponent with its interval: over seeds or, of one seed, that of the fit."""
    if len(lines) == 1 and lines[0].low is not None:
        return f"{amount(lines[0].slope)} [{amount(lines[0].low)}, {amount(lines[0].high)}]"
    return with_interval(line.slope for line in lines)


def _mean_at(found: Found, architecture: str, axis: str, size: int, how: str) -> float | None:
    return geometric(seconds(m, how) for _, m in found[architecture] if m[axis] == size)[0]


def _ends(found: Found, axis: str) -> tuple[int, int]:
    sizes = [m[axis] for rows in found.values() for _, m in rows]
    return min(sizes), max(sizes)


def _seconds_told(by_axis: Mapping[str, Found]) -> str:
    told = []
    for axis, found in by_axis.items():
        powers = [f"{a} {_power(_exponents(found, a, axis, seconds, KERNEL))}" for a in found]
        told.append(f"against {axis}, exponents: {', '.join(powers)}")
    return "; ".join(told)


def _seconds_finding(by_axis: Mapping[str, Found]) -> str:
    """Who is fastest and slowest at the greatest length, how the seconds grow, and what the
    library's kernels are worth."""
    axis, found = next(iter(by_axis.items()))
    words = {"length": "steps", "batch": "sequences a batch", "width": "hidden units"}[axis]
    _, longest = _ends(found, axis)
    at = {a: s for a in found if (s := _mean_at(found, a, axis, longest, KERNEL))}
    sentences = []
    if len(at) > 1:
        fast, slow = min(at, key=lambda a: at[a]), max(at, key=lambda a: at[a])
        sentences.append(
            f"At {longest:,} {words} an update takes {_digits(at[fast])} s with {fast} and "
            f"{_digits(at[slow])} s with {slow}, {amount(at[slow] / at[fast])} times as long."
        )
    slopes = {
        a: summarize(line.slope for line in _exponents(found, a, axis, seconds, KERNEL)).mean
        for a in found
    }
    known = {a: s for a, s in slopes.items() if s is not None}
    order = sorted(known, key=lambda a: known[a])
    if order:
        told = listed([f"{a} {amount(known[a])}" for a in order], 99)
        sentences.append(f"Seconds grow with the {axis} to the power of: {told}.")
    saved = []
    for a in found:
        kernel, equations = (_mean_at(found, a, axis, longest, h) for h in (KERNEL, EQUATIONS))
        if kernel and equations:
            saved.append(f"{amount(equations / kernel)} times with {a}")
    if saved:
        sentences.append(
            f"By the equations an update takes as many times what the library's kernel takes, at "
            f"{longest:,} {words}: {listed(saved, 99)}."
        )
    return " ".join(sentences)


def _seconds_table(by_axis: Mapping[str, Found]) -> Table:
    axis, found = next(iter(by_axis.items()))
    ends = _ends(found, axis)
    heads = ("architecture", "computed", *(f"seconds at {axis} {size:,}" for size in ends),
             *(f"exponent, {axis}" for axis in by_axis), "seeds")  # fmt: skip
    rows = []
    for a in dict.fromkeys(a for of_axis in by_axis.values() for a in of_axis):
        for how, word in ((KERNEL, "by the library"), (EQUATIONS, "by the equations")):
            measured = found.get(a, ())
            if not any(how in m for of in by_axis.values() for _, m in of.get(a, ())):
                continue
            at = (
                geometric_with_interval(
                    (seconds(m, how) for _, m in measured if m[axis] == size), _digits
                )
                for size in ends
            )
            powers = (_power(_exponents(of, a, x, seconds, how)) for x, of in by_axis.items())
            seeds = {seed for of in by_axis.values() for seed, _ in of.get(a, ())}
            rows.append((a, word, *at, *powers, str(len(seeds))))
    return Table(heads, tuple(rows))


def path_formula(lengths: Mapping[int, int]) -> str:
    """A critical path as a formula of the length T, where it is a straight line through all that
    was counted: ``3 T + 7``, or ``80`` where it does not grow; else nothing."""
    (first, start), *others = sorted(lengths.items())
    if not others:
        return ""
    last, end = others[-1]
    slope, rest = divmod(end - start, last - first)
    constant = start - slope * first
    if rest or any(slope * length + constant != path for length, path in others):
        return ""
    if not slope:
        return f"{constant:,}"
    sign = "+" if constant >= 0 else "−"
    return f"{'' if slope == 1 else f'{slope:,} '}T {sign} {abs(constant):,}"


def _paths(found: Found, architecture: str) -> dict[int, int]:
    return {m["length"]: m[KERNEL]["critical_path"] for _, m in found[architecture]}


def _paths_told(found: Found) -> str:
    """``rnn 3 T + 7``, or the two ends where no line fits."""
    told = []
    for a in found:
        paths = _paths(found, a)
        ends = f"{paths[min(paths)]:,} to {paths[max(paths)]:,}"
        told.append(f"{a} {path_formula(paths) or ends}")
    return listed(told, 99)


def _counts_finding(found: Found) -> str:
    sentences = [f"The critical path at length T is, in operations: {_paths_told(found)}."]
    for name, cost, how in (
        ("FLOPs grow", flops, KERNEL),
        ("Kept activations grow", memory, KERNEL),
        ("By the equations they grow", memory, EQUATIONS),
    ):
        slopes = {
            a: summarize(line.slope for line in _exponents(found, a, "length", cost, how)).mean
            for a in found
        }
        told = [f"{a} {amount(slope)}" for a, slope in slopes.items() if slope is not None]
        if told:
            sentences.append(f"{name} with the length to the power of: {listed(told, 99)}.")
    return " ".join(sentences)


def _counts_table(found: Found) -> Table:
    ends = _ends(found, "length")
    heads = ("architecture", "parameters", "critical path",
             *(f"critical path at {size:,}" for size in ends),
             f"FLOPs at {ends[1]:,}", "exponent, FLOPs", f"activations at {ends[1]:,}, MiB",
             "exponent, memory", f"by the equations at {ends[1]:,}, MiB",
             "exponent, memory by the equations")  # fmt: skip
    rows = []
    for a, measured in found.items():
        paths = _paths(found, a)
        last = [m for _, m in measured if m["length"] == ends[1]]
        numbers = sorted({m[KERNEL]["matched_parameters"] for _, m in measured})
        rows.append((
            a,
            " to ".join(f"{n:,}" for n in dict.fromkeys((numbers[0], numbers[-1]))),
            path_formula(paths),
            *(f"{paths[size]:,}" if size in paths else "" for size in ends),
            _large(summarize(flops(m, KERNEL) for m in last).mean),
            _power(_exponents(found, a, "length", flops, KERNEL)),
            amount(summarize(memory(m, KERNEL) for m in last).mean),
            _power(_exponents(found, a, "length", memory, KERNEL)),
            amount(summarize(memory(m, EQUATIONS) for m in last).mean),
            _power(_exponents(found, a, "length", memory, EQUATIONS)),
        ))  # fmt: skip
    return Table(heads, tuple(rows))


def _digits(value: float | None) -> str:
    """Three digits."""
    return "" if value is None else f"{value:.3g}"


def _large(value: float | None) -> str:
    """``1.4e9``."""
    return "" if value is None else f"{value:.2g}".replace("e+0", "e").replace("e+", "e")
