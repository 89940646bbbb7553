"""From the rows of a table to sequences: which rows and columns form one, in which order.

Three layouts. Nested: a column holds a whole sequence in each row. Long: the rows of one group
are the steps of a sequence. Wide: each row is a sequence, its columns are the steps.
"""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from tasks.user_data import columns as read
from tasks.user_data.contents import SPLITS
from tasks.user_data.messages import Refused, listed, plural, short
from tasks.user_data.settings import TaskSettings
from tasks.user_data.table import Table

TEXT_STEPS = 256
"""Characters or words of a text that are read where ``context`` does not say."""
NAMES = {
    "train": "training", "training": "training",
    "validation": "validation", "valid": "validation", "val": "validation", "dev": "validation",
    "test": "test", "testing": "test",
}  # fmt: skip
"""What a column may call the splits."""


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
    facts: dict[str, str] = field(default_factory=dict)

    @property
    def symbolic(self) -> bool:
        """Whether the steps are symbols, not numbers."""
        return self.inputs[0].ndim == 1

    def saying(self, facts: dict[str, str]) -> Sequences:
        """The same, with more facts."""
        return replace(self, facts=self.facts | facts)


def split_column(table: Table, settings: TaskSettings) -> str:
    """The column that says which split a row is in, if ``split`` names one."""
    return settings.split if settings.split in table.columns else ""


def input_columns(table: Table, settings: TaskSettings) -> list[str]:
    """The columns that ``inputs`` names, by themselves or by a pattern, else all there are beside
    those that have another use."""
    role = {settings.target: "the target", settings.time: "the time", settings.group: "the group",
            split_column(table, settings): "the split"}  # fmt: skip
    if settings.kind == "forecast":
        del role[settings.target]
    if not settings.inputs:
        return [name for name in table.columns if name not in role]
    chosen: dict[str, None] = {}
    for name in settings.input_names:
        hits = [name] if name in table.columns else fnmatch.filter(table.columns, name)
        if not hits:
            table.need(name, "inputs")
        chosen |= dict.fromkeys(hits)
    for name in chosen:
        if name in role:
            leak = ": it would give the answer away" if name == settings.target else ""
            raise Refused(
                f"{short(table.path)}: inputs: column {name!r} is {role[name]} and cannot be an "
                f"input too{leak}"
            )
    return list(chosen)


def check_leaks(table: Table, settings: TaskSettings, chosen: list[str]) -> None:
    """Raise Refused for an input that is the target under another name."""
    target = table.columns[settings.target]
    if read.nested(table, settings.target):
        return
    for name in chosen:
        if all(a is b or a == b for a, b in zip(table.columns[name], target, strict=True)):
            raise Refused(
                f"{short(table.path)}: column {name!r} holds the same as the target "
                f"{settings.target!r} in every row and would give the answer away; leave it out "
                "of inputs"
            )


def gather(table: Table, settings: TaskSettings) -> Sequences:
    """The sequences of a table for any kind but ``forecast``; raises Refused."""
    for setting in ("target", "time", "group"):
        if getattr(settings, setting):
            table.need(getattr(settings, setting), setting)
    chosen = input_columns(table, settings)
    nested = [name for name in chosen if read.nested(table, name)]
    if settings.kind in ("text", "pairs", "language-model"):
        return _texts(table, settings, chosen)
    if nested:
        return _nested(table, settings, _only(table, settings, nested, "sequences"))
    if settings.group:
        return _long(table, settings, chosen)
    if settings.kind == "tagging":
        raise Refused(f"{short(table.path)}: group is missing: kind tagging needs the column that "
                      "says which rows form a sequence, or lists in each row")  # fmt: skip
    return _wide(table, settings, chosen)


def _only(table: Table, settings: TaskSettings, names: list[str], what: str) -> str:
    if len(names) == 1:
        return names[0]
    found = f"columns {listed(names)} hold {what}" if names else f"no column holds {what}"
    raise Refused(f"{short(table.path)}: {found}; name one with inputs")


def numeric_columns(
    table: Table, settings: TaskSettings, chosen: list[str]
) -> tuple[list[str], str]:
    """Those of the chosen columns that hold numbers, and what is to be said of the others; a
    column that was named and does not is refused."""
    good = [name for name in chosen if read.numeric(table, name)]
    others = [name for name in chosen if name not in good]
    if settings.inputs and others:
        read.numbers(table, others[0])  # says where
        raise Refused(f"{short(table.path)}: inputs: column {others[0]!r} is empty")
    return good, f"left out, not numeric: {listed(others)}" if others else ""


# -- the three layouts, and texts ----------------------------------------------------------


def _nested(table: Table, settings: TaskSettings, column: str) -> Sequences:
    everyone = range(len(table))
    inputs = [_trimmed(table, row, read.steps_of(table, row, column)) for row in everyone]
    for row, steps in enumerate(inputs):
        if steps.shape[1:] != inputs[0].shape[1:]:
            raise Refused(f"{table.where(row, column)}: {_form(steps)}, where the first row has "
                          f"{_form(inputs[0])}")  # fmt: skip
    targets: list[Any]
    if settings.kind == "tagging":
        targets = [_tags(table, settings, row, len(inputs[row])) for row in everyone]
    else:
        targets = _one_target(table, settings)
    found = _by_row(table, settings, inputs, targets)
    return found.saying({"layout": f"a sequence in each row: {column!r}"})


def _form(steps: np.ndarray) -> str:
    return "symbols" if steps.ndim == 1 else f"{plural(steps.shape[1], 'number')} a step"


def _tags(table: Table, settings: TaskSettings, row: int, steps: int) -> list[str]:
    value = table.columns[settings.target][row]
    place = table.where(row, settings.target)
    if not isinstance(value, list | np.ndarray) or len(value) != steps:
        found = f"{len(value)} tags" if isinstance(value, list | np.ndarray) else repr(value)
        raise Refused(f"{place}: {found} for {plural(steps, 'step')}")
    for tag in value:
        if read.missing(tag) and tag not in read.MISSING - {""}:
            raise Refused(f"{place}: a tag is missing")
    return [str(tag) for tag in value]


def _trimmed(table: Table, row: int, steps: np.ndarray) -> np.ndarray:
    """Without the steps at the end of which no number is known: a shorter sequence."""
    if steps.ndim == 1:
        return steps
    (known,) = np.nonzero(~np.isnan(steps).all(1))
    if not len(known):
        raise Refused(f"{table.where(row)}: no value in the whole sequence")
    return steps[: known[-1] + 1]


def _wide(table: Table, settings: TaskSettings, chosen: list[str]) -> Sequences:
    columns, note = numeric_columns(table, settings, chosen)
    check_leaks(table, settings, columns)
    if not columns:
        raise Refused(f"{short(table.path)}: no column of numbers to be the inputs; for texts take "
                      "kind = \"text\", for rows that are steps name the group")  # fmt: skip
    values = np.stack([read.numbers(table, name) for name in columns], 1)
    inputs = [_trimmed(table, row, steps[:, None]) for row, steps in enumerate(values)]
    facts = {"layout": f"a sequence in each row: columns {listed(columns, 4)} are its steps"}
    facts |= {"columns": note} if note else {}
    return _by_row(table, settings, inputs, _one_target(table, settings)).saying(facts)


def _long(table: Table, settings: TaskSettings, chosen: list[str]) -> Sequences:
    order, starts, facts = in_groups(table, settings)
    columns, note = numeric_columns(table, settings, chosen) if len(chosen) > 1 else ([], "")
    if len(chosen) == 1 and read.numeric(table, chosen[0]):
        columns = chosen
    check_leaks(table, settings, columns or chosen)
    if columns:
        values = np.stack([read.numbers(table, name) for name in columns], 1)
        note = "; ".join(filter(None, [listed(columns), note]))
    else:
        column = _only(table, settings, chosen, "symbols")
        values, note = np.array(read.labels(table, column), object), f"{column}, as symbols"
    cut = settings.context or None
    pieces = np.split(order, starts[1:])
    given = given_splits(table, settings)
    if given is not None:
        _constant(table, settings, given, settings.split, "one split")
    if settings.kind == "tagging":
        tags = read.labels(table, settings.target)
        targets: list[Any] = [[tags[row] for row in rows[:cut]] for rows in pieces]
    else:
        whole = _one_target(table, settings)
        _constant(table, settings, whole, settings.target, "one target")
        targets = [whole[rows[0]] for rows in pieces]
    first = np.array([rows[0] for rows in pieces])
    when = read.times(table, settings.time)[first] if settings.time else first
    return Sequences(
        [values[rows[:cut]] for rows in pieces], targets, first, np.arange(len(pieces)), when,
        None if given is None else given[first],
        facts | {"columns": note} | _cut_facts([len(rows) for rows in pieces], cut),
    )  # fmt: skip


def _constant(table: Table, settings: TaskSettings, values: Any, column: str, what: str) -> None:
    """Raise Refused where a group has more than one target or split."""
    first: dict[str, int] = {}
    for row, group in enumerate(read.labels(table, settings.group)):
        other = first.setdefault(group, row)
        if values[row] != values[other]:
            said = read.texts(table, column)
            raise Refused(
                f"{table.where(row, column)}: group {group!r} says {said[row]!r} here and "
                f"{said[other]!r} in row {table.rows[other]}; it should have {what}"
            )


def _texts(table: Table, settings: TaskSettings, chosen: list[str]) -> Sequences:
    """One text, or list of symbols, in each row; empty ones are left out and counted."""
    if not settings.inputs:
        chosen = [n for n in chosen if read.nested(table, n) or not read.numeric(table, n)]
    column = _only(table, settings, chosen, "text")
    cut = None
    if settings.kind != "language-model":
        cut = settings.context or TEXT_STEPS
    whole = symbols_of(table, settings, column)
    kept = np.array([row for row, symbols in enumerate(whole) if symbols], int)
    if not len(kept):
        raise Refused(f"{short(table.path)}: column {column!r} holds no text")
    targets: list[Any] = [None] * len(table)
    if settings.kind == "pairs":
        targets = symbols_of(table, settings, settings.target)
        for row in kept:
            if not targets[row]:
                raise Refused(f"{table.where(row, settings.target)}: nothing there")
    elif settings.kind == "text":
        targets = _one_target(table, settings)
    inputs = [np.array(symbols[:cut], object) for symbols in whole]
    found = _by_row(table, settings, inputs, targets, kept)
    facts = {"layout": f"a text in each row: {column!r}, read as {settings.tokens}"}
    if len(kept) < len(table):
        facts["empty"] = f"{plural(len(table) - len(kept), 'row')} without text, left out"
    return found.saying(facts | _cut_facts([len(whole[row]) for row in kept], cut))


def symbols_of(table: Table, settings: TaskSettings, column: str) -> list[list[str]]:
    """The texts of a column as characters or words, or its lists as they are."""
    if not read.nested(table, column):
        return [_spelled(text, settings) for text in read.texts(table, column)]
    found = []
    for row, value in enumerate(table.columns[column]):
        if isinstance(value, str) or value is None:
            raise Refused(f"{table.where(row, column)}: {value!r} is no list, as other rows are")
        found.append([str(symbol) for symbol in value])
    return found


def _spelled(text: str, settings: TaskSettings) -> list[str]:
    return text.split() if settings.tokens == "words" else list(text)


# -- what the layouts share ----------------------------------------------------------------


def _by_row(
    table: Table,
    settings: TaskSettings,
    inputs: list[np.ndarray],
    targets: list[Any],
    kept: np.ndarray | None = None,
) -> Sequences:
    """Sequences of which each is one row of the table."""
    kept = np.arange(len(table)) if kept is None else kept
    unit = kept
    facts = {}
    if settings.group:
        unit = np.unique(read.labels(table, settings.group), return_inverse=True)[1][kept]
        facts["together"] = f"rows with the same {settings.group!r} stay in one split"
    when = read.times(table, settings.time)[kept] if settings.time else kept
    given = given_splits(table, settings)
    cut = settings.context or None
    if settings.kind in ("classification", "regression", "tagging"):
        facts |= _cut_facts([len(inputs[row]) for row in kept], cut)
        inputs = [steps[:cut] for steps in inputs]
        if settings.kind == "tagging":
            targets = [tags[:cut] for tags in targets]
    found = Sequences(
        [inputs[row] for row in kept], [targets[row] for row in kept], kept, unit, when,
        None if given is None else given[kept], facts,
    )  # fmt: skip
    if given is not None and settings.group:
        _constant(table, settings, given, settings.split, "one split")
    return found


def _cut_facts(lengths: list[int], cut: int | None) -> dict[str, str]:
    longer = sum(length > cut for length in lengths) if cut else 0
    return {"cut": f"{plural(longer, 'sequence')} cut to the first {cut} steps"} if longer else {}


def _one_target(table: Table, settings: TaskSettings) -> list[Any]:
    if settings.kind != "regression":
        return read.labels(table, settings.target)
    found = read.numbers(table, settings.target)
    if np.isnan(found).any():
        row = int(np.flatnonzero(np.isnan(found))[0])
        raise Refused(f"{table.where(row, settings.target)}: nothing there; every row needs it")
    return list(found)


def given_splits(table: Table, settings: TaskSettings) -> np.ndarray | None:
    """For each row the split that the file names, as a place in ``SPLITS``."""
    column = split_column(table, settings)
    if not column:
        return None
    found = read.labels(table, column)
    for row, name in enumerate(found):
        if name.lower() not in NAMES:
            raise Refused(f"{table.where(row, column)}: {name!r} is no split; write training, "
                          "validation or test")  # fmt: skip
    return np.array([SPLITS.index(NAMES[name.lower()]) for name in found])


def in_groups(
    table: Table, settings: TaskSettings
) -> tuple[np.ndarray, np.ndarray, dict[str, str]]:
    """Rows put into groups, each in order of time: the rows, where each group starts, facts.

    Raises Refused for a time that a group has twice.
    """
    n = len(table)
    names = read.labels(table, settings.group) if settings.group else [""] * n
    first = {name: code for code, name in enumerate(dict.fromkeys(names))}
    code = np.array([first[name] for name in names])
    if not settings.time:
        order = np.argsort(code, kind="stable")
        facts = {"order": "rows as in the file: no time column is named"}
    else:
        when = read.times(table, settings.time)
        order = np.lexsort((when, code))
        same = (np.diff(code[order]) == 0) & (np.diff(when[order]) == 0)
        if same.any():
            at = int(np.flatnonzero(same)[0])
            one, other = sorted(order[at : at + 2])
            of = f"group {names[one]!r} has" if settings.group else "there is"
            stamp = read.texts(table, settings.time)[one]
            hint = "" if settings.group else "; if there are several series, name their group"
            raise Refused(f"{table.where(other, settings.time)}: {of} the time {stamp} twice, "
                          f"also in row {table.rows[one]}{hint}")  # fmt: skip
        filed = np.argsort(code, kind="stable")
        back = int(((np.diff(code[filed]) == 0) & (np.diff(when[filed]) < 0)).sum())
        sort = f"{plural(back, 'row')} came before an earlier one: sorted" if back else "rising"
        facts = {"order": f"by {settings.time!r}; {sort}"}
    starts = np.concatenate([[0], np.flatnonzero(np.diff(code[order])) + 1])
    return order, starts, facts
