"""Forecasts: windows on series of numbers, and the value some steps after each window."""

import numpy as np

from tasks.sources.scaling import filled, scale
from tasks.task import Examples, Reals, Vectors
from tasks.user_data import columns as read
from tasks.user_data.examples import SPLITS, Contents, missing_fact, permutations
from tasks.user_data.messages import Refused, listed, plural
from tasks.user_data.roles import given_splits, in_groups, input_columns, matrix, numeric_columns
from tasks.user_data.settings import TaskSettings
from tasks.user_data.splits import by_share, cuts, method_of, thinned
from tasks.user_data.table import Table


def build(table: Table, settings: TaskSettings) -> tuple[dict[str, Examples], Contents]:
    """Windows of ``context`` steps and the target ``horizon`` steps after the last of them.

    No window, its target included, reaches over the end of a group or of a split. What is
    predicted is the difference to the best trivial forecast: the last value of the window
    (persistence) or the training mean, whichever was better in training.
    """
    chosen = input_columns(table, settings)
    if settings.target in chosen:  # first, as what is predicted
        chosen = [settings.target, *(name for name in chosen if name != settings.target)]
    columns, note = numeric_columns(table, settings, chosen)
    level = read.numbers(table, settings.target)
    if not columns or np.isnan(level).all():
        raise table.refused(f"column {settings.target!r} holds no number")
    order, starts, facts = in_groups(table, settings)
    level = level[order]
    inputs = matrix(table, columns)[order]
    series = np.searchsorted(starts, np.arange(len(order)), side="right") - 1
    split, how = _split(table, settings, order, series)
    facts |= _step_fact(table, settings, order, series)
    facts["missing"] = missing_fact([inputs], "in its series")
    context = settings.steps
    assert context
    past, whole = _filled(inputs, starts), _filled(level[:, None], starts)[:, 0]

    first = _windows(series, split, context, settings.horizon)
    last, aim = first + context - 1, first + context - 1 + settings.horizon
    known = ~np.isnan(level[aim]) & ~np.isnan(whole[last])
    if not known.all():
        facts["missing targets"] = f"{plural(int((~known).sum()), 'window')} left out"
    first, last, aim = first[known], last[known], aim[known]
    for place, name in enumerate(SPLITS):
        if not (split[first] == place).any():
            there = plural(int((split == place).sum()), "row")
            raise table.refused(
                f"no window for {name}: context {context} + horizon {settings.horizon} steps do "
                f"not fit into its {there}; choose a smaller context"
            )
    members, thin_facts = thinned(split[first])

    mean, deviation = scale([inputs[split == 0]])
    training = level[split == 0]
    average = float(np.nanmean(training))
    rows = members["training"]
    errors = {
        "persistence": level[aim[rows]] - whole[last[rows]],
        "mean": level[aim[rows]] - average,
    }
    trivial = min(errors, key=lambda name: _rms(errors[name]))
    spread = float(errors[trivial].std())
    if not spread > 0:
        never = f"the forecast by {trivial} is never wrong in training; nothing is left to learn"
        raise table.refused(f"column {settings.target!r}: {never}")
    ready = np.nan_to_num((past - mean) / deviation)
    splits, floors, sizes = {}, {}, []
    for name, rows in members.items():
        base = whole[last[rows]] if trivial == "persistence" else average
        aims = level[aim[rows]]
        steps = first[rows][:, None] + np.stack(permutations([context] * len(rows), settings))
        splits[name] = Examples.of(ready[steps], ((aims - base) / spread)[:, None])
        floors[name] = _rms(aims - base)
        sizes.append(f"{len(rows):,}")
        if floors[name] == 0:
            never = f"on the {name} split the forecast by {trivial} is never wrong"
            raise table.refused(f"column {settings.target!r}: {never}")
    facts = {
        "inputs": f"{listed(columns)}, with the mean and deviation of the training rows taken out"
        + (f"; {note}" if note else ""),
        "target": f"{settings.target!r}, {plural(settings.horizon, 'step')} ahead of {context}",
        "trivial": "persistence, the last value of the window, or the training mean "
        f"{average:.4g}, whichever is better in training; predicted as the difference to "
        + ("the last value" if trivial == "persistence" else "the training mean"),
        "series": f"{len(starts):,}, {plural(len(order), 'row')} in all",
        "split": f"{how}: windows {' / '.join(sizes)} for training / validation / test",
    } | facts | thin_facts  # fmt: skip
    return splits, Contents(Vectors(len(columns)), Reals(1, scale=spread), floors, facts)


def _rms(error: np.ndarray) -> float:
    return float(np.sqrt(np.mean(error**2)))


def _filled(values: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Missing values of each series replaced by the last before them."""
    return np.concatenate([filled(part) for part in np.split(values, starts[1:])])


def _windows(series: np.ndarray, split: np.ndarray, context: int, horizon: int) -> np.ndarray:
    """First rows of all windows that lie, target included, in one series and one split."""
    run = np.cumsum(np.diff(series, prepend=series[0]) + np.abs(np.diff(split, prepend=split[0])))
    reach = context - 1 + horizon
    first = np.arange(max(len(run) - reach, 0))
    return first[run[first] == run[first + reach]]


def _split(
    table: Table, settings: TaskSettings, order: np.ndarray, series: np.ndarray
) -> tuple[np.ndarray, str]:
    """The split of each row, a place in ``SPLITS``, and how it was made."""
    method, shares = method_of(table, settings, "time")
    given = given_splits(table, settings)
    if given is not None:
        return given[order], f"as column {settings.split!r} says"
    if method == "random":
        overlap = "windows overlap, so training would hold what the test asks for"
        raise Refused(f"split = 'random': {overlap}; take time or group")
    if method == "group":
        count = series[-1] + 1
        if count < len(SPLITS):
            raise Refused(f"split = 'group': {plural(count, 'group')}; three are needed")
        sizes = np.maximum(1, np.round(np.array(shares) * count)).astype(int)
        sizes[0] = count - sizes[1:].sum()
        drawn = np.random.default_rng(0).permutation(np.repeat(np.arange(len(SPLITS)), sizes))
        return drawn[series], "whole series, at random"
    if settings.time:
        when = read.times(table, settings.time)[order]
        first = np.sort(when)[cuts(len(when), shares)]
        how = f"by {settings.time!r}, all series at once"
        return np.searchsorted(first, when, side="right"), how
    lengths = np.bincount(series)
    place = np.arange(len(series)) - (np.cumsum(lengths) - lengths)[series]
    return by_share((place + 0.5) / lengths[series], shares), "each series in the order of the file"


def _step_fact(
    table: Table, settings: TaskSettings, order: np.ndarray, series: np.ndarray
) -> dict[str, str]:
    """How even the steps are: a window counts rows, whatever time lies between them."""
    if not settings.time:
        return {}
    gaps = np.diff(read.times(table, settings.time)[order])[np.diff(series) == 0]
    if not len(gaps):
        return {}
    kinds, counts = np.unique(gaps, return_counts=True)
    uneven = 1 - counts.max() / len(gaps)
    if not uneven:
        return {"steps": "all equally far apart"}
    return {"steps": f"{100 * uneven:.1f} % are not as long as the others; a step is a row"}
