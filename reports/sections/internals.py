"""What is inside a few models: gates and states, attention, filters, hidden Markov states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reports.document import (
    Block,
    Code,
    Figure,
    Heading,
    Literal,
    Paragraph,
    Table,
    Terms,
    as_csv,
    paragraphs,
)
from reports.figures import internals as drawing
from reports.formats import listed, plural

PLACE = 130

Numbers = Mapping[str, Any]
"""What ``harness.probes.internals`` returns of a cell, or one of its parts."""


def blocks(inside: Sequence[Numbers]) -> list[Block]:
    """Each cell's figures with their findings; nothing without any."""
    shown = [f for at, of_cell in enumerate(inside, 1) for f in figures(f"inside-{at}", of_cell)]
    if not shown:
        return []
    return [
        Heading("Inside", "inside"),
        *paragraphs(
            f"What {plural(len(inside), 'trained model')} did with one sequence each: gates and "
            "states, attention, filters, hidden Markov states. They illustrate and prove nothing: "
            "of each kind the model that does best on a telling task was taken.",
            ("Any other cell: ", Code("harness show CELL --internals"), "."),
        ),
        *shown,
    ]


def figures(prefix: str, internals: Numbers) -> list[Figure]:
    """A figure for each of a cell's parts, named ``prefix-part``."""
    return [
        Figure(
            drawing.draw(f"{prefix}-{part['name']}", internals, part, finding),
            finding,
            Table(("number", "value"), tuple(_flat(part.get("numbers", {})))),
            f"harness show {internals['id']} --internals",
            _data(part),
        )
        for part in internals["parts"]
        for finding in [f"{heading(internals)}: {in_words(internals, part)}"]
    ]


def of_cell(internals: Numbers, files: Mapping[str, str]) -> list[Block]:
    """What ``harness show CELL --internals`` tells of the parts; their drawings are in ``files``,
    by name of the part."""
    shown: list[Block] = [Heading(heading(internals))]
    if reason := internals.get("reason"):
        return [*shown, Paragraph(f"nothing to show: {reason}")]
    shown.append(Terms(tuple(_sequence(internals))))
    for part in internals["parts"]:
        title = Heading(part["name"], level=3)
        shown += [title, Literal(files[part["name"]]), Paragraph(in_words(internals, part))]
        rows = [
            (str(each["filter"]), f"{100 * each['share']:.1f}", _ngrams(each))
            for each in part.get("filters", [])
        ]
        shown += [Table(("filter", "share, %", "n-grams"), tuple(rows))] if rows else []
    return shown


def _ngrams(filter: Numbers) -> str:
    """Those that fire it most, each with its output."""
    grams = filter.get("ngrams", [])
    return ", ".join(f"{' '.join(gram['symbols'])} ({gram['output']:.2f})" for gram in grams)


def _sequence(internals: Numbers) -> Iterator[tuple[str, str]]:
    """What was read, what was wanted, and what came out."""
    symbols, steps = internals["symbols"], internals["steps"]
    letters = all(len(symbol) == 1 and not symbol.isdigit() for symbol in symbols)
    more = " ..." if len(symbols) < steps else ""
    read = ("" if letters else " ").join(symbols) + more
    yield "reads", f"{steps} vectors" if internals["vectors"] else read
    for name in ("target", "output"):
        if internals.get(name):
            yield name, internals[name]


def heading(internals: Numbers) -> str:
    """Which cell, and what it read."""
    where = f"{internals['architecture']} on {internals['task']}, seed {internals['seed']}"
    return f"{where}, {internals['source']}" if "source" in internals else where


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
        return as_csv(("what", "value"), _flat(left))
    rows = [(each, name, *row) for each, values in maps
            for name, row in zip(names, values, strict=True)]  # fmt: skip
    return as_csv((kind, "row", *heads), rows)


def _flat(value: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """The numbers in nested documents, each with the way to it."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(inner, f"{prefix} {key}".strip().replace("_", " "))
    elif isinstance(value, list):
        for i, inner in enumerate(value, 1):
            yield from _flat(inner, f"{prefix} {i}".strip())
    elif value is not None:
        yield prefix, f"{value:.4g}" if isinstance(value, float) else str(value)


# -- findings in words ---------------------------------------------------------------------------


def in_words(internals: Numbers, part: Numbers) -> str:
    """What a part's figure shows, and the finding from its numbers."""
    return WORDS[part["form"]](internals, part)


def _percent(share: float) -> str:
    if 0 < share < 0.0005:
        return "under 0.1 %"
    return f"{100 * share:.0f} %" if share >= 0.0095 or share == 0 else f"{100 * share:.1f} %"


def _units(internals: Numbers, part: Numbers) -> str:
    numbers = part["numbers"]
    kinds = listed(panel["name"] for panel in part["panels"])
    shown, of = len(part["units"]), part["of"]
    which = f"the {shown} of {of} units that vary most" if shown < of else plural(of, "unit")
    if "layer" in part:
        way = " that reads backwards" if part["backwards"] else ""
        where = f"layer {part['layer']}{way}, {kinds}"
    else:
        where = "the vectors that the readout is given"
    text = f"{where}; {which}, like beside like (clustered by correlation). "
    return text + (_gates(numbers) if "gates" in numbers else _moves(internals, numbers))


def _gates(numbers: Numbers) -> str:
    said = [
        f"the {name.replace('_', ' ')} is open at {gate['mean']:.2f} on average "
        f"({_percent(gate['open'])} of its values above 0.9, {_percent(gate['shut'])} below 0.1)"
        for name, gate in numbers["gates"].items()
    ]
    sentence = f"{'; '.join(said[:2])}. " if said else ""
    if "kept" in numbers:
        kept = numbers["kept"]
        sentence += (
            f"Of what stood in memory after the first step it read, unit {kept['unit']} keeps "
            f"{_percent(kept['best'])} to the end, the mean unit {_percent(kept['mean'])}. "
        )
    sentence += f"{_percent(numbers['saturated'])} of the hidden values are beyond ±0.9."
    return sentence[0].upper() + sentence[1:]


def _moves(internals: Numbers, numbers: Numbers) -> str:
    at = numbers["largest_change_at"]
    shown = internals["symbols"]
    symbol = "" if internals["vectors"] or at > len(shown) else f", where it reads {shown[at - 1]}"
    return f"They change most at step {at} of {internals['steps']}{symbol}."


def _attention(internals: Numbers, part: Numbers) -> str:
    heads, n = part["heads"], part["numbers"]["sequences"]
    rows = "what is written" if part["cross"] else "each step"
    text = f"the weights that {rows} gives to the input, layer {part['layer']}"
    text += ", the right steps outlined. " if part["alignment"] else ". "
    best = max(heads, key=lambda h: h["numbers"].get("right", -h["numbers"]["attended"]))
    numbers = best["numbers"]
    over = f"over {plural(n, 'test sequence')}"
    if "right" in numbers:
        who = f"Head {best['head']}" if len(heads) > 1 else "It"
        text += (
            f"{who} puts {_percent(numbers['right'])} of its weight on the right input step, which "
            f"gets the largest weight in {_percent(numbers['hits'])} of the rows ({over})"
        )
    else:
        who = f"Head {best['head']} attends to the fewest" if len(heads) > 1 else "It attends to"
        text += f"{who} steps, {numbers['attended']:.1f} on average ({over})"
        if numbers.get("offset_weight", 0) >= 0.3:
            text += f", most of all {_where(numbers['offset'])} ({numbers['offset_weight']:.2f})"
    return f"{text}."


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
    if not (first.get("ngrams") or first.get("window")):
        return f"{text}No sequence is as long as the first one's window."
    votes = f"; it votes for class {first['votes_for']}" if "votes_for" in first else ""
    if "window" in first:
        mean = f"answers to its own with {first['output']:.2f} on average"
        return f"{text}Filter {first['filter']} {mean}{votes}."
    common, top = first["common"], first["ngrams"][0]["symbols"]
    text += f"Filter {first['filter']} answers most to {' '.join(top)}"
    if common and common != top:
        text += f"; all its strongest n-grams hold {' '.join(common)}"
    same = sum(each["common"] == common for each in filters)
    shared = f" {same} of the {len(filters)} filters share this run." if common and same > 1 else ""
    return f"{text}{votes}.{shared}"


def _activations(internals: Numbers, part: Numbers) -> str:
    at, value = part["numbers"]["strongest"], part["numbers"]["value"]
    text = "the outputs of these filters over the sequence. "
    if value <= 0:
        return f"{text}The first of them never fires here."
    return f"{text}The first of them fires most at step {at} of {internals['steps']} ({value:.2f})."


def _chain(internals: Numbers, part: Numbers) -> str:
    numbers = part["numbers"]
    text = f"the hidden Markov model's {plural(numbers['states'], 'state')}"
    if part["states_are_labels"]:
        text += ", one for each label"
    if part["of_class"] is not None:
        text += f", in the model of class {part['of_class']}"
    if "emitted" in part and len(part["emitted"]) < part["symbols"]:
        text += f"; emissions of the {len(part['emitted'])} symbols that some state likes best"
    stay = numbers["stay"]
    if len(stay) == 1:
        return f"{text}. With one state there is no memory."
    most = max(range(len(stay)), key=lambda state: stay[state])
    lasting = sum(value > 0.5 for value in stay)
    count = {0: "None", len(stay): "All"}.get(lasting, str(lasting))
    text += f". {count} of them rather stay than move; state {most + 1} stays longest, "
    if stay[most] > 0.9999:
        return f"{text}for good."
    return f"{text}{1 / (1 - stay[most]):.1f} steps on average."


def _path(internals: Numbers, part: Numbers) -> str:
    numbers = part["numbers"]
    return (
        "the states it goes through (Viterbi path). The path changes state "
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
