"""Which sequences train, validate and test, so that nothing is in two of these.

What must not be parted, sequences of one group and sequences with the same inputs, moves as one.
"""

import re

import numpy as np

from tasks.user_data.examples import MOST, SPLITS
from tasks.user_data.messages import Refused, plural, short
from tasks.user_data.roles import split_column
from tasks.user_data.sequences import Sequences
from tasks.user_data.settings import TaskSettings
from tasks.user_data.table import Table

SHARES = (0.70, 0.15, 0.15)
Shares = tuple[float, ...]


def method_of(table: Table, settings: TaskSettings, default: str) -> tuple[str, Shares]:
    """``random``, ``time``, ``group`` or ``column``, and the shares of the three splits."""
    if split_column(table, settings):
        return "column", SHARES
    share = r"([\d.]+)?"
    pattern = rf"\s*(random|time|group)?\s*{share}/?{share}/?{share}\s*"
    match = re.fullmatch(pattern, settings.split)
    if not match:
        right = f"shares like 0.7/0.15/0.15, or a column of {short(table.path)}"
        raise Refused(f"split = {settings.split!r}: should be random, time or group, {right}")
    try:
        shares = np.array([float(part) for part in match.groups()[1:] if part] or SHARES)
    except ValueError:
        shares = np.zeros(3)
    if len(shares) != 3 or shares.min() <= 0:
        raise Refused(f"split = {settings.split!r}: give three shares above 0, like 0.7/0.15/0.15")
    method = match[1] or default
    if method == "group" and not settings.group:
        raise Refused("split = 'group': needs group, the name of a column")
    return method, tuple(shares / shares.sum())


def assign(
    table: Table, settings: TaskSettings, sequences: Sequences, labels: list[str] | None
) -> tuple[np.ndarray, dict[str, str]]:
    """``(n,)`` the split of each sequence, as a place in ``SPLITS``, and facts about it.

    labels: classes of which each split should have its share; None: there are none.
    """
    method, shares = method_of(table, settings, "random")
    whole, facts = _inseparable(sequences)
    of_class = np.zeros(len(whole), int)
    if labels is not None:
        of_class = np.unique(labels, return_inverse=True)[1]
    if method == "column":
        assert sequences.given is not None
        split, how = sequences.given.copy(), f"as column {settings.split!r} says"
        if not (split == 1).any() and (split == 0).any():
            rows = np.flatnonzero(split == 0)
            split[rows] = _random(whole[rows], of_class[rows], (0.85, 0.15))
            how += "; 15 % of the training sequences, drawn at random, are for validation"
    elif method == "time":
        place = np.argsort(np.argsort(sequences.when, kind="stable"))
        split = by_share((place + 0.5) / len(place), shares)
        how = f"in order of {settings.time!r}" if settings.time else "in the order of the file"
    else:
        if labels is not None:
            _check_enough(table, settings, sequences.rows, whole, np.array(labels))
        split = _random(whole, of_class, shares)
        how = "at random" + (", each class in the same shares" if labels is not None else "")
    earliest = np.full(int(whole.max()) + 1, len(SPLITS))
    np.minimum.at(earliest, whole, split)
    moved = int((earliest[whole] != split).sum())
    split = earliest[whole]
    if moved:
        facts["moved"] = f"{plural(moved, 'sequence')} moved to an earlier split for that reason"
    sizes = np.bincount(split, minlength=len(SPLITS))
    for name, size in zip(SPLITS, sizes, strict=True):
        if not size:
            distinct = plural(int(whole.max()) + 1, "distinct sequence")
            message = f"no sequence is left for {name}: there are {distinct}, split {how}"
            raise table.refused(message)
    counts = " / ".join(f"{size:,}" for size in sizes)
    return split, {"split": f"{how}: {counts} for training / validation / test"} | facts


def _inseparable(sequences: Sequences) -> tuple[np.ndarray, dict[str, str]]:
    """For each sequence the number of the whole it must not be parted from."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    seen: dict[bytes, int] = {}
    alike = np.array([seen.setdefault(_key(steps), len(seen)) for steps in sequences.inputs])
    n, unit = len(alike), np.unique(sequences.unit, return_inverse=True)[1]
    repeats = n - len(seen)
    if not repeats:
        return unit, {}
    links = (np.ones(n, bool), (unit, alike + unit.max() + 1))
    size = unit.max() + 1 + len(seen)
    whole = connected_components(coo_matrix(links, (size, size)), directed=False)[1][unit]
    whole = np.unique(whole, return_inverse=True)[1]
    note = f"{plural(repeats, 'sequence')} with the inputs of an earlier one: kept in one split"
    return whole, {"repeats": note}


def _key(steps: np.ndarray) -> bytes:
    if steps.ndim == 1:
        return "\0".join(steps).encode("utf-8", "surrogatepass")
    return steps.tobytes()


def cuts(total: int, shares: Shares) -> list[int]:
    """Where each split but the first begins, of ``total`` places in order."""
    return [round(total * share) for share in np.cumsum(shares)[:-1]]


def by_share(place: np.ndarray, shares: Shares) -> np.ndarray:
    """The split of each place from 0 to 1."""
    return np.searchsorted(np.cumsum(shares)[:-1], place, side="right")


def _random(whole: np.ndarray, of_class: np.ndarray, shares: Shares) -> np.ndarray:
    """Wholes dealt out at random, within the class of their first sequence; each split gets one
    of a class that has enough."""
    _, first, index, size = np.unique(
        whole, return_index=True, return_inverse=True, return_counts=True
    )
    rng, split = np.random.default_rng(0), np.zeros(len(first), int)
    for number in np.unique(of_class):
        members = rng.permutation(np.flatnonzero(of_class[first] == number))
        if not len(members):
            continue
        ends = np.cumsum(size[members])
        part = by_share((ends - size[members] / 2) / ends[-1], shares)
        for lacking in range(len(shares) - 1, -1, -1):
            counts = np.bincount(part, minlength=len(shares))
            if not counts[lacking] and counts.max() > 1:
                part[np.flatnonzero(part == counts.argmax())[-1]] = lacking
        split[members] = part
    return split[index]


def _check_enough(
    table: Table, settings: TaskSettings, rows: np.ndarray, whole: np.ndarray, labels: np.ndarray
) -> None:
    for name in dict.fromkeys(labels.tolist()):
        (members,) = np.nonzero(labels == name)
        distinct = len(np.unique(whole[members]))
        if distinct < len(SPLITS):
            what = "distinct " * (distinct < len(members)) + "example"
            message = (
                f"class {name!r} has {plural(distinct, what)}; training, validation and test need "
                "one each. Leave it out or join it with another; to predict a number, take kind = "
                '"regression"'
            )
            raise table.refused(message, rows[members[0]], settings.target)


def thinned(split: np.ndarray, what: str = "") -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """The members of each split, at even distances where there are more than ``MOST``; facts."""
    members, notes = {}, []
    for number, name in enumerate(SPLITS):
        (rows,) = np.nonzero(split == number)
        if len(rows) > MOST[name]:
            notes.append(f"{MOST[name]:,} of {len(rows):,} {what}for {name}")
            rows = rows[np.arange(MOST[name]) * len(rows) // MOST[name]]
        members[name] = rows
    return members, {"thinned": f"evenly: {'; '.join(notes)}"} if notes else {}
