"""What the columns of a table are for: inputs, target, time, group, split."""

import fnmatch

import numpy as np

from tasks.user_data import columns as read
from tasks.user_data.examples import SPLITS
from tasks.user_data.messages import listed, plural
from tasks.user_data.settings import TaskSettings
from tasks.user_data.table import Table

NAMES = {
    "train": "training", "training": "training",
    "validation": "validation", "valid": "validation", "val": "validation", "dev": "validation",
    "test": "test", "testing": "test",
}  # fmt: skip
"""What a column may call the splits."""


def split_column(table: Table, settings: TaskSettings) -> str:
    """The column that says which split a row is in, if ``split`` names one."""
    return settings.split if settings.split in table.columns else ""


def input_columns(table: Table, settings: TaskSettings) -> list[str]:
    """The columns that ``inputs`` names, by themselves or by a pattern, else all there are beside
    those that have another use; raises Refused for any setting that names none."""
    for setting in ("target", "time", "group"):
        if getattr(settings, setting):
            table.need(getattr(settings, setting), setting)
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
            message = f"column {name!r} is {role[name]} and cannot be an input too{leak}"
            raise table.refused(f"inputs: {message}")
    return list(chosen)


def check_leaks(table: Table, settings: TaskSettings, chosen: list[str]) -> None:
    """Raise Refused for an input that is the target under another name."""
    target = table.columns[settings.target]
    if read.nested(table, settings.target):
        return
    for name in chosen:
        if all(a is b or a == b for a, b in zip(table.columns[name], target, strict=True)):
            raise table.refused(
                f"column {name!r} holds the same as the target {settings.target!r} in every row "
                "and would give the answer away; leave it out of inputs"
            )


def numeric_columns(
    table: Table, settings: TaskSettings, chosen: list[str]
) -> tuple[list[str], str]:
    """Those of the chosen columns that hold numbers, and a note on the others; raises Refused for
    one of the others that ``inputs`` names."""
    good = [name for name in chosen if read.numeric(table, name)]
    others = [name for name in chosen if name not in good]
    if settings.inputs and others:
        read.numbers(table, others[0])  # says where
        raise table.refused(f"inputs: column {others[0]!r} is empty")
    return good, f"left out, not numeric: {listed(others)}" if others else ""


def matrix(table: Table, names: list[str]) -> np.ndarray:
    """Columns of numbers as ``(rows, columns)`` float64, NaN where missing."""
    return np.stack([read.numbers(table, name) for name in names], 1)


def given_splits(table: Table, settings: TaskSettings) -> np.ndarray | None:
    """``(rows,)`` the split that the file names, as a place in ``SPLITS``; None: it names none."""
    column = split_column(table, settings)
    if not column:
        return None
    names = read.labels(table, column)
    for row, name in enumerate(names):
        if name.lower() not in NAMES:
            message = f"{name!r} is no split; write training, validation or test"
            raise table.refused(message, row, column)
    return np.array([SPLITS.index(NAMES[name.lower()]) for name in names])


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
    order = np.argsort(code, kind="stable")
    facts = {"order": "rows as in the file: no time column is named"}
    if settings.time:
        when = read.times(table, settings.time)
        back = int(((np.diff(code[order]) == 0) & (np.diff(when[order]) < 0)).sum())
        sort = f"{plural(back, 'row')} came before an earlier one: sorted" if back else "rising"
        facts = {"order": f"by {settings.time!r}; {sort}"}
        order = np.lexsort((when, code))
        same = (np.diff(code[order]) == 0) & (np.diff(when[order]) == 0)
        if same.any():
            at = int(np.flatnonzero(same)[0])
            one, other = sorted(order[at : at + 2])
            of = f"group {names[one]!r} has" if settings.group else "there is"
            stamp = read.texts(table, settings.time)[one]
            hint = "" if settings.group else "; if there are several series, name their group"
            message = f"{of} the time {stamp} twice, also in row {table.rows[one]}{hint}"
            raise table.refused(message, other, settings.time)
    starts = np.concatenate([[0], np.flatnonzero(np.diff(code[order])) + 1])
    return order, starts, facts
