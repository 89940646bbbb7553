"""What is inside a few models: gates and states, attention, filters, hidden Markov states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reports import document as doc
from reports.figures import internals as drawing
from reports.formats import each, leaves, listed, plural

PLACE = 130

Numbers = Mapping[str, Any]
"""What ``harness.probes.internals`` returns of a cell, or one of its parts."""


def blocks(inside: Sequence[Numbers]) -> list[doc.Block]:
    """Each cell's figures with their findings; nothing without any."""
    shown = [f for at, of_cell in enumerate(inside, 1) for f in figures(f"inside-{at}", of_cell)]
    if not shown:
        return []
    return [
        doc.Heading("Inside", "inside"),
        *doc.paragraphs(
            f"What {plural(len(inside), 'trained model')} did with one sequence each. They "
            "illustrate and prove nothing: of each kind the model that does best on a telling "
            "task was taken.",
            ("Any other cell: ", doc.Code("harness show CELL --internals"), "."),
        ),
        *shown,
    ]


def figures(prefix: str, internals: Numbers) -> list[doc.Figure]:
    """A figure for each of a cell's parts, named ``prefix-part``."""
    return [
        doc.Figure(
            drawing.draw(f"{prefix}-{part['name']}", internals, part),
            finding,
            _numbers(part),
            f"harness show {internals['id']} --internals",
            _data(part),
        )
        for part in internals["parts"]
        for finding in [f"{heading(internals)}: {in_words(internals, part)}"]
    ]


def of_cell(internals: Numbers, files: Mapping[str, str]) -> list[doc.Block]:
    """What ``harness show CELL --internals`` tells of the parts; their drawings are in ``files``,
    by name of the part."""
    shown: list[doc.Block] = [doc.Heading(heading(internals))]
    if reason := internals.get("reason"):
        return [*shown, doc.Paragraph(f"nothing to show: {reason}")]
    shown.append(doc.Terms(tuple(_sequence(internals))))
    for part in internals["parts"]:
        title = doc.Heading(part["name"], level=3)
        shown += [title, doc.Literal(files[part["name"]]), doc.Paragraph(in_words(internals, part))]
        shown += [table for table in (_numbers(part), _filter_table(part)) if table.rows]
    return shown


def _numbers(part: Numbers) -> doc.Table:
    return doc.Table(("number", "value"), tuple(_flat(part.get("numbers", {}))))


def _filter_table(part: Numbers) -> doc.Table:
    return doc.table_of(
        part.get("filters", []),
        {
            "filter": lambda filter: str(filter["filter"]),
            "share, %": lambda filter: f"{100 * filter['share']:.1f}",
            "n-grams": _ngrams,
        },
    )


def _ngrams(filter: Numbers) -> str:
    """Those that fire it most, each with its output."""
    grams = filter.get("ngrams", [])
    return ", ".join(f"{' '.join(gram['symbols'])} ({gram['output']:.2f})" for gram in grams)


def _sequence(internals: Numbers) -> Iterator[tuple[str, str]]:
    """What was read, what was wanted, and what came out."""
    symbols, steps = internals["symbols"], internals["steps"]
    letters = all(len(symbol) == 1 and not symbol.isdigit() for symbol in symbols)
    read = ("" if letters else " ").join(symbols) + " ..." * (len(symbols) < steps)
    yield "reads", f"{steps} vectors" if internals["vectors"] else read
    yield from ((n, internals[n]) for n in ("target", "output") if internals.get(n))


def heading(internals: Numbers) -> str:
    """Which cell, and what it read."""
    source = [internals["source"]] if "source" in internals else []
    where = f"{internals['architecture']} on {internals['task']}, seed {internals['seed']}"
    return ", ".join([where, *source])


def _data(part: Numbers) -> str:
    """The arrays of a part as CSV: a line for each row of each panel or head."""
    if "panels" in part:
        names = part.get("rows") or [f"unit {unit}" for unit in part["units"]]
        steps = len(part["panels"][0]["values"][0])
        kind, heads = "panel", tuple(f"step {i + 1}" for i in range(steps))
        maps = [(panel["name"], panel["values"]) for panel in part["panels"]]
    elif "heads" in part:
        names, kind, heads = part["rows"], "head", tuple(part["columns"])
        maps = [(head["head"], head["values"]) for head in part["heads"]]
    else:
        left = {k: value for k, value in part.items() if k not in ("form", "name", "numbers")}
        return doc.as_csv(("what", "value"), _flat(left))
    rows = [(each, name, *row) for each, values in maps
            for name, row in zip(names, values, strict=True)]  # fmt: skip
    return doc.as_csv((kind, "row", *heads), rows)


def _flat(numbers: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The numbers in nested documents, each with the way to it."""
    for to, value in leaves(numbers, " ", lists=True):
        if value is not None:
            yield to.replace("_", " "), f"{value:.4g}" if isinstance(value, float) else str(value)


# -- findings in words ---------------------------------------------------------------------------


def in_words(internals: Numbers, part: Numbers) -> str:
    """What a part's figure shows, and the finding from its numbers."""
    return WORDS[part["form"]](internals, part)


def _percent(share: float) -> str:
    text = f"{100 * share:.0f} %" if share >= 0.0095 or share == 0 else f"{100 * share:.1f} %"
    return "under 0.1 %" if text == "0.0 %" else text


def _units(internals: Numbers, part: Numbers) -> str:
    numbers, shown, of = part["numbers"], len(part["units"]), part["of"]
    where = "the vectors that the readout is given"
    if "layer" in part:
        way = " that reads backwards" if part["backwards"] else ""
        kinds = listed(panel["name"] for panel in part["panels"])
        where = f"layer {part['layer']}{way}, {kinds}"
    which = f"the {shown} of {of} units that vary most" if shown < of else plural(of, "unit")
    said = _gates(numbers) if "gates" in numbers else _moves(internals, numbers)
    return f"{where}; {which}, like beside like (clustered by correlation). {said}"


def _gates(numbers: Numbers) -> str:
    means = {name.replace("_", " "): gate["mean"] for name, gate in numbers["gates"].items()}
    text = f"Gates are open on average at: {each(means, '{:.2f}'.format)}. " if means else ""
    if kept := numbers.get("kept"):
        text += (
            f"Of what stood in memory after the first step it read, unit {kept['unit']} keeps "
            f"{_percent(kept['best'])} to the end, the mean unit {_percent(kept['mean'])}. "
        )
    return f"{text}{_percent(numbers['saturated'])} of the hidden values are beyond ±0.9."


def _moves(internals: Numbers, numbers: Numbers) -> str:
    at, read = numbers["largest_change_at"], internals["symbols"]
    known = not internals["vectors"] and at <= len(read)
    symbol = f", where it reads {read[at - 1]}" if known else ""
    return f"They change most at step {at} of {internals['steps']}{symbol}."


def _attention(internals: Numbers, part: Numbers) -> str:
    rows = "each symbol written" if part["cross"] else "each step"
    outlined = ", the right steps outlined" if part["alignment"] else ""
    best = max(part["heads"], key=lambda h: h["numbers"].get("right", -h["numbers"]["attended"]))
    numbers = best["numbers"]
    if "right" in numbers:
        said = (
            f"puts {_percent(numbers['right'])} of its weight on the right input step, which gets "
            f"the largest weight in {_percent(numbers['hits'])} of the rows"
        )
    else:
        said = f"attends to the fewest steps, {numbers['attended']:.1f} on average"
        if numbers.get("offset_weight", 0) >= 0.3:
            said += f", most of all {_where(numbers['offset'])} ({numbers['offset_weight']:.2f})"
    return (
        f"the weights that {rows} gives to the input, layer {part['layer']}{outlined}. Head "
        f"{best['head']} {said} (over {plural(part['numbers']['sequences'], 'test sequence')})."
    )


def _where(offset: int) -> str:
    if offset == 0:
        return "to itself"
    way = "before" if offset < 0 else "after"
    return f"to the step {way} it" if abs(offset) == 1 else f"{abs(offset)} steps {way} it"


def _filters(internals: Numbers, part: Numbers) -> str:
    filters, numbers, first = part["filters"], part["numbers"], part["filters"][0]
    what = "n-grams" if "ngrams" in first else "mean of the windows"
    text = (
        f"the {len(filters)} of {plural(numbers['filters'], 'filter')} that move the answer most, "
        f"each with its share of what all move; the {what} of "
        f"{plural(numbers['sequences'], 'test sequence')} that fire it most. "
    )
    votes = f"; it votes for class {first['votes_for']}" if "votes_for" in first else ""
    if first.get("window"):
        mean = f"answers to its own with {first['output']:.2f} on average"
        return f"{text}Filter {first['filter']} {mean}{votes}."
    if not first.get("ngrams"):
        return f"{text}No sequence is as long as the first one's window."
    common, top = first["common"], first["ngrams"][0]["symbols"]
    text += f"Filter {first['filter']} answers most to {' '.join(top)}"
    if common and common != top:
        text += f"; all its strongest n-grams hold {' '.join(common)}"
    same = sum(f["common"] == common for f in filters) if common else 0
    shared = f" {same} of the {len(filters)} filters share this run." if same > 1 else ""
    return f"{text}{votes}.{shared}"


def _activations(internals: Numbers, part: Numbers) -> str:
    at, value = part["numbers"]["strongest"], part["numbers"]["value"]
    fires = f"fires most at step {at} of {internals['steps']} ({value:.2f})"
    return (
        "the outputs of these filters over the sequence. The first of them "
        f"{fires if value > 0 else 'never fires here'}."
    )


def _chain(internals: Numbers, part: Numbers) -> str:
    stay, emitted = part["numbers"]["stay"], part.get("emitted", ())
    said = [f"the hidden Markov model's {plural(part['numbers']['states'], 'state')}"]
    if part["states_are_labels"]:
        said.append("one for each label")
    if part["of_class"] is not None:
        said.append(f"in the model of class {part['of_class']}")
    if 0 < len(emitted) < part["symbols"]:
        said.append(f"emissions of the {len(emitted)} symbols that some state likes best")
    if len(stay) == 1:
        return f"{', '.join(said)}. With one state there is no memory."
    most = max(range(len(stay)), key=lambda state: stay[state])
    lasting = f"{sum(value > 0.5 for value in stay)} of {len(stay)} rather stay than move"
    steps = f"{1 / (1 - stay[most]):.1f} steps on average" if stay[most] <= 0.9999 else "for good"
    return f"{', '.join(said)}. {lasting}; state {most + 1} stays longest, {steps}."


def _path(internals: Numbers, part: Numbers) -> str:
    numbers = part["numbers"]
    return (
        "the states it goes through (Viterbi path). It changes state "
        f"{plural(numbers['changes'], 'time')} in {plural(internals['steps'], 'step')} and visits "
        f"{plural(numbers['visited'], 'state')}; on average its state has a probability of "
        f"{numbers['sure']:.2f} given the whole sequence."
    )


WORDS = {
    "units": _units,
    "activations": _activations,
    "attention": _attention,
    "filters": _filters,
    "chain": _chain,
    "path": _path,
}
"""By the form of a part."""
