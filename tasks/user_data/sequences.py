"""From the rows of a table to sequences: which rows and columns form one, in which order.

Three layouts. Nested: a column holds a whole sequence in each row. Long: the rows of one group
are the steps of a sequence. Wide: each row is a sequence, its columns are the steps.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tasks.user_data import columns as read
from tasks.user_data import roles
from tasks.user_data.messages import listed, plural
from tasks.user_data.settings import TaskSettings
from tasks.user_data.table import Table


@dataclass
class Sequences:
    """Sequences not yet numbered, scaled or padded; one target for each, or one for each step."""

    inputs: list[np.ndarray]
    """Each ``(time, dim)`` float64 with NaN where missing, or ``(time,)`` of strings."""
    targets: list[Any]
    rows: np.ndarray
    """``(n,)`` where each begins in the table, for messages."""
    unit: np.ndarray
    """``(n,)`` those with the same number belong together and are never parted."""
    when: np.ndarray
    """``(n,)`` rises with time."""
    given: np.ndarray | None
    """``(n,)`` the split that the file names: a place in ``SPLITS``."""
    facts: dict[str, str]

    @property
    def symbolic(self) -> bool:
        """Whether the steps are symbols, not numbers."""
        return self.inputs[0].ndim == 1


def gather(table: Table, settings: TaskSettings) -> Sequences:
    """The sequences of a table for any kind but ``forecast``; raises Refused."""
    chosen = roles.input_columns(table, settings)
    nested = [name for name in chosen if read.nested(table, name)]
    if settings.kind in ("text", "pairs", "language-model"):
        return _texts(table, settings, chosen)
    if nested:
        return _nested(table, settings, _only(table, nested, "sequences"))
    if settings.group:
        return _long(table, settings, chosen)
    if settings.kind == "tagging":
        right = "the column that says which rows form a sequence, or lists in each row"
        raise table.refused(f"group is missing: kind tagging needs {right}")
    return _wide(table, settings, chosen)


def _only(table: Table, names: list[str], what: str) -> str:
    if len(names) == 1:
        return names[0]
    there = f"columns {listed(names)} hold {what}" if names else f"no column holds {what}"
    raise table.refused(f"{there}; name one with inputs")


def _nested(table: Table, settings: TaskSettings, column: str) -> Sequences:
    everyone = range(len(table))
    inputs = [_trimmed(table, row, read.steps_of(table, row, column)) for row in everyone]
    for row, steps in enumerate(inputs):
        if steps.shape[1:] != inputs[0].shape[1:]:
            message = f"{_form(steps)}, where the first row has {_form(inputs[0])}"
            raise table.refused(message, row, column)
    if settings.kind == "tagging":
        targets: list[Any] = [_tags(table, settings, row, len(inputs[row])) for row in everyone]
    else:
        targets = _one_target(table, settings)
    facts = {"layout": f"a sequence in each row: {column!r}"}
    return _by_row(table, settings, inputs, targets, facts)


def _form(steps: np.ndarray) -> str:
    return "symbols" if steps.ndim == 1 else f"{plural(steps.shape[1], 'number')} a step"


def _tags(table: Table, settings: TaskSettings, row: int, steps: int) -> list[str]:
    value = table.columns[settings.target][row]
    some = isinstance(value, list | np.ndarray)
    if not some or len(value) != steps:
        there = f"{len(value)} tags" if some else repr(value)
        raise table.refused(f"{there} for {plural(steps, 'step')}", row, settings.target)
    if any(read.missing(tag) and tag not in read.MISSING - {""} for tag in value):
        raise table.refused("a tag is missing", row, settings.target)
    return [str(tag) for tag in value]


def _trimmed(table: Table, row: int, steps: np.ndarray) -> np.ndarray:
    """Without the steps at the end of which no number is known: a shorter sequence."""
    if steps.ndim == 1:
        return steps
    (known,) = np.nonzero(~np.isnan(steps).all(1))
    if not len(known):
        raise table.refused("no value in the whole sequence", row)
    return steps[: known[-1] + 1]


def _wide(table: Table, settings: TaskSettings, chosen: list[str]) -> Sequences:
    columns, note = roles.numeric_columns(table, settings, chosen)
    roles.check_leaks(table, settings, columns)
    if not columns:
        right = 'for texts take kind = "text", for rows that are steps name the group'
        raise table.refused(f"no column of numbers to be the inputs; {right}")
    values = roles.matrix(table, columns)
    inputs = [_trimmed(table, row, steps[:, None]) for row, steps in enumerate(values)]
    facts = {"layout": f"a sequence in each row: columns {listed(columns, 4)} are its steps"}
    facts |= {"columns": note} if note else {}
    return _by_row(table, settings, inputs, _one_target(table, settings), facts)


def _long(table: Table, settings: TaskSettings, chosen: list[str]) -> Sequences:
    order, starts, facts = roles.in_groups(table, settings)
    columns, note = roles.numeric_columns(table, settings, chosen) if len(chosen) > 1 else ([], "")
    if len(chosen) == 1 and read.numeric(table, chosen[0]):
        columns = chosen
    roles.check_leaks(table, settings, columns or chosen)
    if columns:
        values = roles.matrix(table, columns)
        note = "; ".join(filter(None, [listed(columns), note]))
    else:
        column = _only(table, chosen, "symbols")
        values, note = np.array(read.labels(table, column), object), f"{column}, as symbols"
    pieces = np.split(order, starts[1:])
    if settings.kind == "tagging":
        tags = read.labels(table, settings.target)
        targets: list[Any] = [[tags[row] for row in rows] for rows in pieces]
    else:
        whole = _one_target(table, settings)
        _check_constant(table, settings, whole, settings.target, "one target")
        targets = [whole[rows[0]] for rows in pieces]
    first = np.array([rows[0] for rows in pieces])
    inputs = [values[rows] for rows in pieces]
    unit, facts = np.arange(len(pieces)), facts | {"columns": note}
    return _sequences(table, settings, inputs, targets, first, unit, facts)


def _texts(table: Table, settings: TaskSettings, chosen: list[str]) -> Sequences:
    """One text, or list of symbols, in each row; empty ones are left out, and that is said."""
    if not settings.inputs:
        chosen = [n for n in chosen if read.nested(table, n) or not read.numeric(table, n)]
    column = _only(table, chosen, "text")
    inputs = [np.array(symbols, object) for symbols in _symbols(table, settings, column)]
    kept = np.array([row for row, symbols in enumerate(inputs) if len(symbols)], int)
    if not len(kept):
        raise table.refused(f"column {column!r} holds no text")
    targets: list[Any] = [None] * len(table)
    if settings.kind == "pairs":
        targets = _symbols(table, settings, settings.target)
        for row in kept:
            if not targets[row]:
                raise table.refused("nothing there", row, settings.target)
    elif settings.kind == "text":
        targets = _one_target(table, settings)
    facts = {"layout": f"a text in each row: {column!r}, read as {settings.tokens}"}
    if len(kept) < len(table):
        facts["empty"] = f"{plural(len(table) - len(kept), 'row')} without text, left out"
    return _by_row(table, settings, inputs, targets, facts, kept)


def _symbols(table: Table, settings: TaskSettings, column: str) -> list[list[str]]:
    if not read.nested(table, column):
        return [settings.symbols(text) for text in read.texts(table, column)]
    for row, value in enumerate(table.columns[column]):
        if isinstance(value, str) or value is None:
            raise table.refused(f"{value!r} is no list, as other rows are", row, column)
    return [[str(symbol) for symbol in value] for value in table.columns[column]]


def _by_row(
    table: Table,
    settings: TaskSettings,
    inputs: list[np.ndarray],
    targets: list[Any],
    facts: dict[str, str],
    kept: np.ndarray | None = None,
) -> Sequences:
    """Sequences of which each is one row of the table; those of the rows ``kept``, else all."""
    unit = kept = np.arange(len(table)) if kept is None else kept
    if settings.group:
        unit = np.unique(read.labels(table, settings.group), return_inverse=True)[1][kept]
        facts = facts | {"together": f"rows with the same {settings.group!r} stay in one split"}
    inputs, targets = [inputs[row] for row in kept], [targets[row] for row in kept]
    return _sequences(table, settings, inputs, targets, kept, unit, facts)


def _sequences(
    table: Table,
    settings: TaskSettings,
    inputs: list[np.ndarray],
    targets: list[Any],
    first: np.ndarray,
    unit: np.ndarray,
    facts: dict[str, str],
) -> Sequences:
    """Sequences cut to the context, with their times and splits. first: their first rows."""
    cut = None if settings.kind == "language-model" else settings.steps
    longer = sum(len(steps) > cut for steps in inputs) if cut else 0
    if longer:
        facts = facts | {"cut": f"{plural(longer, 'sequence')} cut to the first {cut} steps"}
    if settings.kind == "tagging":
        targets = [tags[:cut] for tags in targets]
    when = read.times(table, settings.time)[first] if settings.time else first
    given = roles.given_splits(table, settings)
    if given is not None and settings.group:
        _check_constant(table, settings, given, settings.split, "one split")
    split = None if given is None else given[first]
    return Sequences([steps[:cut] for steps in inputs], targets, first, unit, when, split, facts)


def _check_constant(
    table: Table, settings: TaskSettings, values: Any, column: str, what: str
) -> None:
    first: dict[str, int] = {}
    for row, group in enumerate(read.labels(table, settings.group)):
        other = first.setdefault(group, row)
        if values[row] != values[other]:
            texts = read.texts(table, column)
            there = f"{texts[other]!r} in row {table.rows[other]}"
            message = f"group {group!r} says {texts[row]!r} here and {there}; it should have {what}"
            raise table.refused(message, row, column)


def _one_target(table: Table, settings: TaskSettings) -> list[Any]:
    if settings.kind != "regression":
        return read.labels(table, settings.target)
    values = read.numbers(table, settings.target)
    if np.isnan(values).any():
        row = int(np.flatnonzero(np.isnan(values))[0])
        raise table.refused("nothing there; every row needs it", row, settings.target)
    return list(values)
