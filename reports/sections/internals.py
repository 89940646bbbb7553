"""What is inside a few models: gates and states, attention, filters, hidden Markov states."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reports import document as doc
from reports.analysis.results import Results
from reports.figures import internals as drawing
from reports.formats import leaves, plural

PLACE = 130
NOT_KEPT = "No model is looked into: the matrix says keep_weights = false."

Numbers = Mapping[str, Any]
"""What ``harness.probes.internals`` returns of a cell, or one of its parts."""


def blocks(inside: Sequence[Numbers], results: Results) -> list[doc.Block]:
    """Each cell's figures with their findings; without any nothing but that weights were not
    kept."""
    if not inside and not results.plan.get("keep_weights", True):
        return [doc.Heading("Inside", "inside"), doc.Note(NOT_KEPT)]
    shown = [f for at, of_cell in enumerate(inside, 1) for f in figures(f"inside-{at}", of_cell)]
    what = (
        f"What {plural(len(inside), 'trained model')} did with one sequence each. They illustrate "
        "and prove nothing: of each kind the model that does best on a telling task was taken."
    )
    other = ("Any other cell: ", doc.Code("harness show CELL --internals"), ".")
    return doc.section("Inside", "inside", [what, other], shown)


def figures(prefix: str, internals: Numbers) -> list[doc.Figure]:
    """A figure for each of a cell's parts, named ``prefix-part``."""
    return [
        doc.Figure(
            drawing.draw(f"{prefix}-{part['name']}", internals, part),
            f"{_heading(internals)}: {_finding(internals, part)}",
            doc.Table(("number", "value"), tuple(_flat(part.get("numbers", {})))),
            f"harness show {internals['id']} --internals",
            _data(part),
        )
        for part in internals["parts"]
    ]


def of_cell(internals: Numbers, drawn: Mapping[str, doc.Figure]) -> list[doc.Block]:
    """What ``harness show CELL --internals`` tells of a cell, and of its figures by their files."""
    shown: list[doc.Block] = [doc.Heading(_heading(internals))]
    if reason := internals.get("reason"):
        return [*shown, doc.Paragraph(f"nothing to show: {reason}")]
    shown.append(doc.Terms(tuple(_sequence(internals))))
    for file, figure in drawn.items():
        shown += [doc.Literal(file), doc.Paragraph(figure.finding), figure.table]
    return shown


def _sequence(internals: Numbers) -> Iterator[tuple[str, str]]:
    symbols, steps = internals["symbols"], internals["steps"]
    letters = all(len(symbol) == 1 and not symbol.isdigit() for symbol in symbols)
    read = ("" if letters else " ").join(symbols) + " ..." * (len(symbols) < steps)
    yield "reads", f"{steps} vectors" if internals["vectors"] else read
    yield from ((n, internals[n]) for n in ("target", "output") if internals.get(n))


def _heading(internals: Numbers) -> str:
    where = f"{internals['architecture']} on {internals['task']}, seed {internals['seed']}"
    return f"{where}, {internals['source']}" if "source" in internals else where


def _data(part: Numbers) -> str:
    """The arrays of a part as CSV: a line for each row of each panel or head."""
    kind, maps = ("panel", part["panels"]) if "panels" in part else ("head", part.get("heads"))
    if not maps:
        left = {k: value for k, value in part.items() if k not in ("form", "name", "numbers")}
        return doc.as_csv(("what", "value"), _flat(left))
    steps = range(1, len(maps[0]["values"][0]) + 1)
    columns = part.get("columns") or [f"step {step}" for step in steps]
    names = part.get("rows") or [f"unit {unit}" for unit in part["units"]]
    rows = [
        (one.get("name", one.get("head")), name, *row)
        for one in maps
        for name, row in zip(names, one["values"], strict=True)
    ]
    return doc.as_csv((kind, "row", *columns), rows)


def _flat(numbers: Numbers) -> Iterator[tuple[str, str]]:
    for to, value in leaves(numbers, " ", lists=True):
        if value is not None:
            yield to.replace("_", " "), f"{value:.4g}" if isinstance(value, float) else str(value)


def _finding(internals: Numbers, part: Numbers) -> str:
    about: dict[str, Any] = {**part, **part["numbers"], "steps": internals["steps"]}
    if part["form"] == "units":
        where = f"layer {part['layer']}" if "layer" in part else "what the readout is given"
        about |= {"where": where + " backwards" * part.get("backwards", False)}
        about |= {"shown": len(part["units"])}
    elif part["form"] == "attention":
        numbers = {head["head"]: head["numbers"] for head in part["heads"]}
        best = max(numbers, key=lambda h: numbers[h].get("right", -numbers[h]["attended"]))
        said = f"attends to the fewest steps, {numbers[best]['attended']:.1f} on average"
        if "right" in numbers[best]:
            right = f"{100 * numbers[best]['right']:.2g} %"
            said = f"puts {right} of its weight on the right input step, which is outlined"
        about |= {"best": f"head {best} {said}"}
    elif part["form"] == "filters":
        about |= {"shown": len(part["filters"])}
    elif part["form"] == "chain":
        of_class = part["of_class"]
        about |= {"whose": "" if of_class is None else f" of class {of_class}"}
    return FINDINGS[part["form"]].format(**about)


FINDINGS = {
    "units": "{where}, {shown} of {of} units: those that vary most, like beside like (clustered by "
    "correlation).",
    "activations": "the outputs of these filters over the sequence; the first one's largest is "
    "{value:.2f}, at step {strongest} of {steps}.",
    "attention": "the weights that each row gives to the input, layer {layer}; {best} (over "
    "{sequences} test sequences).",
    "filters": "the {shown} of {filters} filters that move the answer most, each with its share of "
    "what all move, and what fires it most in {sequences} test sequences.",
    "chain": "start, moves and emissions of the hidden Markov model{whose}; states: {states}.",
    "path": "the states it goes through (Viterbi path); visited: {visited}, changes: {changes} in "
    "{steps} steps.",
}
"""By the form of a part."""
