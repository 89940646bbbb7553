"""Whole sequences, each with what is to be predicted from it: all kinds but forecasts and language
models."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tasks.sources.scaling import filled, scale, scaled
from tasks.sources.text import padded
from tasks.task import Classes, Tokens, Vectors
from tasks.user_data import examples as make
from tasks.user_data.examples import SPLITS, Contents
from tasks.user_data.messages import plural
from tasks.user_data.sequences import Sequences, gather
from tasks.user_data.settings import TaskSettings
from tasks.user_data.splits import assign, thinned
from tasks.user_data.table import Table
from tasks.user_data.targets import TARGETS, Inputs, Made, Parts


def build(table: Table, settings: TaskSettings) -> Made:
    """The examples by split, and what is known of them; raises Refused."""
    whole = gather(table, settings)
    labels = whole.targets if settings.kind in ("classification", "text") else None
    split, split_facts = assign(table, settings, whole, labels)
    if labels is not None:
        _check_classes(table, settings, whole.rows, labels, split)
    missing = "none" if whole.symbolic else make.missing_fact(whole.inputs)
    facts = whole.facts | {"sequences": _lengths(whole.inputs), "missing": missing}
    whole = _in_order(whole, settings)
    members, thin_facts = thinned(split)
    parts = {
        name: replace(whole, inputs=[whole.inputs[i] for i in rows],
                      targets=[whole.targets[i] for i in rows])
        for name, rows in members.items()
    }  # fmt: skip
    inputs = _inputs(parts)
    splits, contents = TARGETS[settings.kind](table, settings, parts, inputs)
    facts = {"inputs": inputs.fact} | contents.facts | facts | split_facts | thin_facts
    _check_beatable(table, contents)
    return splits, replace(contents, facts=facts)


def _in_order(whole: Sequences, settings: TaskSettings) -> Sequences:
    """Missing numbers filled; in the control row inputs shuffled within each sequence, and tags
    with them."""
    orders = make.permutations([len(steps) for steps in whole.inputs], settings)
    whole_ones = whole.inputs if whole.symbolic else map(filled, whole.inputs)
    inputs = [steps[order] for steps, order in zip(whole_ones, orders, strict=True)]
    targets = whole.targets
    if settings.kind == "tagging":
        pairs = zip(targets, orders, strict=True)
        targets = [[tags[step] for step in order] for tags, order in pairs]
    return replace(whole, inputs=inputs, targets=targets)


def _inputs(parts: Parts) -> Inputs:
    training = parts["training"]
    if training.symbolic:
        ids = make.vocabulary(training.inputs)
        codes = {name: make.coded(part.inputs, ids) for name, part in parts.items()}
        made = {name: padded(rows) for name, rows in codes.items()}
        space: Tokens | Vectors = Tokens(len(ids) + 1)
        fact = (
            f"{plural(len(ids), 'symbol')}, those of the training split; others count as "
            f"unknown: {make.unknown(codes['test'])} of the test's"
        )
    else:
        ids = {}
        mean, deviation = scale(training.inputs)
        made = {name: scaled(part.inputs, mean, deviation) for name, part in parts.items()}
        space = Vectors(len(mean))
        fact = (
            f"{plural(len(mean), 'number')} a step, with the mean and deviation of the training "
            "steps taken out"
        )
    arrays, lengths = ({name: pair[i] for name, pair in made.items()} for i in (0, 1))
    return Inputs(arrays, lengths, space, tuple(ids), fact)


def _check_classes(
    table: Table, settings: TaskSettings, rows: np.ndarray, labels: list[str], split: np.ndarray
) -> None:
    if len(set(labels)) < 2:
        raise table.refused(f"column {settings.target!r} holds one class only, {labels[0]!r}")
    known = {labels[i] for i in np.flatnonzero(split == 0)}
    for row, label, place in zip(rows, labels, split, strict=True):
        if label not in known:
            message = (
                f"class {label!r} is in {SPLITS[place]} but never in training; split otherwise"
            )
            raise table.refused(message, row, settings.target)


def _check_beatable(table: Table, contents: Contents) -> None:
    """Raise Refused where the trivial predictor is perfect, so that nothing can be learned."""
    perfect = 1.0 if isinstance(contents.outputs, Classes) else 0.0
    for name in ("validation", "test"):
        if contents.floors[name] == perfect:
            trivial = f"{contents.facts['trivial']}, is always right"
            raise table.refused(f"on the {name} split nothing is left to learn: {trivial}")


def _lengths(sequences: Sequence[np.ndarray]) -> str:
    lengths = np.array([len(steps) for steps in sequences])
    spread = f"{lengths.min():,}"
    if lengths.min() < lengths.max():
        spread += f" to {lengths.max():,}, median {np.median(lengths):,.0f}"
    return f"{len(lengths):,}, steps in each: {spread}"
