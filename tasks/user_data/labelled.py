"""Sequences with a label, a number, tags or another sequence to be foretold from each."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np

from tasks.sources.text import padded
from tasks.task import Classes, Examples, Reals, Tokens, Vectors, accuracy_of, majority
from tasks.user_data import examples as make
from tasks.user_data.sequences import Sequences, gather
from tasks.user_data.settings import MOST, SPLITS, Built, Refused, Settings, counted, listed
from tasks.user_data.splits import assign, thinned
from tasks.user_data.table import Table, shown

Parts = dict[str, Sequences]


def build(table: Table, settings: Settings) -> Built:
    """Examples of any kind but ``forecast`` and ``language-model``; raises Refused."""
    found = gather(table, settings)
    one_label = settings.kind in ("classification", "text")
    split, split_facts = assign(table, settings, found, found.targets if one_label else None)
    if one_label:
        _learnable(table, settings, found, split)
    facts = found.facts | _length_fact(found) | {"missing": _missing(found)}
    found = _in_order(found, settings)
    members, thin_facts = thinned(split, MOST)
    parts = {name: _chosen(found, rows) for name, rows in members.items()}
    arrays, lengths, space, symbols, input_fact = _inputs(parts)
    told = (table, settings, parts, arrays, lengths)
    if one_label:
        made = _classes(*told)
    else:
        made = {"regression": _reals, "tagging": _tags, "pairs": _pairs}[settings.kind](*told)
    facts = {"inputs": input_fact} | made.facts | facts | split_facts | thin_facts
    _beatable(table, made)
    return replace(made, inputs=space, symbols=symbols, facts=facts)


def _chosen(found: Sequences, rows: np.ndarray) -> Sequences:
    return replace(
        found, inputs=[found.inputs[i] for i in rows], targets=[found.targets[i] for i in rows]
    )


def _in_order(found: Sequences, settings: Settings) -> Sequences:
    """Missing numbers filled; in the control row inputs shuffled within each sequence, and tags
    with them."""
    orders = make.permutations([len(steps) for steps in found.inputs], settings)
    whole = found.inputs if found.symbolic else [make.filled(steps) for steps in found.inputs]
    inputs = [steps[order] for steps, order in zip(whole, orders, strict=True)]
    targets = found.targets
    if settings.kind == "tagging":
        pairs = zip(targets, orders, strict=True)
        targets = [[tags[step] for step in order] for tags, order in pairs]
    return replace(found, inputs=inputs, targets=targets)


def _inputs(parts: Parts) -> tuple[Any, Any, Tokens | Vectors, tuple[str, ...], str]:
    """Padded inputs and lengths by split, their space, the symbols, and what to say of them."""
    training = parts["training"]
    if training.symbolic:
        ids = make.vocabulary(training.inputs)
        codes = {name: make.coded(part.inputs, ids) for name, part in parts.items()}
        made = {name: padded(rows) for name, rows in codes.items()}
        space: Tokens | Vectors = Tokens(len(ids) + 1)
        said = (
            f"{counted(len(ids), 'symbol')}, those of the training split; others count as "
            f"unknown: {make.unknown(codes['test'])} of the test's"
        )
        symbols = tuple(ids)
    else:
        mean, deviation = make.scale(training.inputs)
        made = {n: make.scaled(part.inputs, mean, deviation) for n, part in parts.items()}
        space, symbols = Vectors(len(mean)), ()
        said = (
            f"{counted(len(mean), 'number')} a step, with the mean and deviation of the training "
            "steps taken out"
        )
    arrays, lengths = ({n: pair[i] for n, pair in made.items()} for i in (0, 1))
    return arrays, lengths, space, symbols, said


# -- what is foretold ----------------------------------------------------------------------


def _classes(table: Table, settings: Settings, parts: Parts, arrays: Any, lengths: Any) -> Built:
    names = sorted({label for part in parts.values() for label in part.targets}, key=_natural)
    number = {name: place for place, name in enumerate(names)}
    splits = {
        name: Examples.of(
            arrays[name], np.array([number[label] for label in part.targets]), lengths[name]
        )
        for name, part in parts.items()
    }
    guess = majority(splits["training"])
    counts = Counter(parts["training"].targets)
    return Built(
        splits,
        Tokens(1),
        Classes(len(names)),
        {name: accuracy_of(guess, splits[name]) for name in SPLITS},
        {
            "target": f"{settings.target!r}, {len(names)} classes; shares of the training split: "
            + _shares(counts),
            "trivial": f"always {names[guess]!r}, the largest class of the training split",
        },
    )


def _reals(table: Table, settings: Settings, parts: Parts, arrays: Any, lengths: Any) -> Built:
    known = np.array(parts["training"].targets)
    mean, deviation = float(known.mean()), float(known.std())
    if not deviation > 0:
        raise Refused(f"{shown(table.path)}: column {settings.target!r} is {mean:g} in all of the "
                      "training split; there is nothing to foretell")  # fmt: skip
    splits = {
        name: Examples.of(
            arrays[name], (np.array(part.targets)[:, None] - mean) / deviation, lengths[name]
        )
        for name, part in parts.items()
    }
    floors = {n: float(np.sqrt((e.targets.astype(float) ** 2).mean())) for n, e in splits.items()}
    return Built(
        splits,
        Tokens(1),
        Reals(1, scale=deviation),
        {name: deviation * value for name, value in floors.items()},
        {
            "target": f"{settings.target!r}, {known.min():g} to {known.max():g} in the training "
            f"split, mean {mean:g}, deviation {deviation:g}",
            "trivial": f"always {mean:g}, the training mean",
        },
    )


def _tags(table: Table, settings: Settings, parts: Parts, arrays: Any, lengths: Any) -> Built:
    whole = [tag for part in parts.values() for tags in part.targets for tag in tags]
    names = sorted(set(whole), key=_natural)
    if len(names) < 2:
        raise Refused(f"{shown(table.path)}: every step has the tag {names[0]!r}; there is nothing "
                      "to foretell")  # fmt: skip
    number = {name: place for place, name in enumerate(names)}
    splits = {}
    for name, part in parts.items():
        targets, _ = padded([[number[tag] for tag in tags] for tags in part.targets])
        splits[name] = Examples.of(arrays[name], targets, lengths[name])
    counts = Counter(tag for tags in parts["training"].targets for tag in tags)
    new = sum(counts[tag] == 0 for tags in parts["test"].targets for tag in tags)
    facts = {
        "target": f"{settings.target!r}, {len(names)} tags; shares of the training split: "
        + _shares(counts),
        "trivial": "each symbol's most frequent tag of the training split"
        if parts["training"].symbolic
        else "always the most frequent tag of the training split",
    }
    if new:
        facts["new tags"] = f"{counted(new, 'test step')} with a tag that training never shows"
    floors = {name: _tag_floor(splits["training"], splits[name], len(names)) for name in SPLITS}
    return Built(splits, Tokens(1), Classes(len(names)), floors, facts)


def _tag_floor(training: Examples, part: Examples, tags: int) -> float:
    """Accuracy of each symbol's most frequent tag; of the most frequent of all for vectors."""
    if training.inputs.ndim == 3:
        return accuracy_of(majority(training), part)
    size = max(int(training.inputs.max()), int(part.inputs.max())) + 1
    counts = np.zeros((size, tags), int)
    np.add.at(
        counts, (training.inputs[training.loss_mask], training.targets[training.loss_mask]), 1
    )
    best = np.where(counts.any(1), counts.argmax(1), counts.sum(0).argmax())
    return accuracy_of(best[part.inputs], part)


def _pairs(table: Table, settings: Settings, parts: Parts, arrays: Any, lengths: Any) -> Built:
    from rapidfuzz.distance import Levenshtein

    known = make.vocabulary(parts["training"].targets, make.WRITTEN)
    other = len(known) + 1  # stands for any other symbol
    coded = {
        name: [[known.get(symbol, other) for symbol in target] for target in part.targets]
        for name, part in parts.items()
    }
    splits = {n: Examples.pairs(arrays[n], coded[n], lengths[n]) for n in SPLITS}
    commonest = Counter(tuple(target) for target in coded["training"]).most_common(1)[0][0]
    floors, trivial = {}, ""
    for name, part in parts.items():
        copied = [[known.get(symbol, other) for symbol in source] for source in part.inputs]
        guesses: dict[str, Any] = {
            "an empty answer": [()] * len(copied),
            "always the commonest training target": [commonest] * len(copied),
            "the source copied": copied,
        }
        symbols = sum(map(len, coded[name]))
        rates = {
            what: sum(Levenshtein.distance(*pair) for pair in zip(guess, coded[name], strict=True))
            / symbols
            for what, guess in guesses.items()
        }
        trivial = min(rates, key=lambda what: rates[what])
        floors[name] = rates[trivial]
    written = sorted({len(target) for part in coded.values() for target in part})
    facts = {
        "target": f"{settings.target!r}, {counted(len(known), 'symbol')}, {written[0]} to "
        f"{written[-1]} in a target; others are one more symbol: "
        + make.unknown([[n % other for n in target] for target in coded["test"]])
        + " of the test's",
        "trivial": f"{trivial}: the best of an empty answer, the commonest target and a copy",
    }
    longest = max(map(len, coded["training"]))
    return Built(
        splits, Tokens(1), Tokens(other + 1), floors, facts,
        written=tuple(known), longest=longest + longest // 4 + 1,
    )  # fmt: skip


# -- checks and words ----------------------------------------------------------------------


def _learnable(table: Table, settings: Settings, found: Sequences, split: np.ndarray) -> None:
    """Raise Refused for a single class, or one that is to be told but is never shown."""
    if len(set(found.targets)) < 2:
        raise Refused(f"{shown(table.path)}: column {settings.target!r} holds one class only, "
                      f"{found.targets[0]!r}")  # fmt: skip
    shown_classes = {found.targets[i] for i in np.flatnonzero(split == 0)}
    for i, label in enumerate(found.targets):
        if label not in shown_classes:
            raise Refused(
                f"{table.where(found.rows[i], settings.target)}: class {label!r} is in "
                f"{SPLITS[split[i]]} but never in training; choose another split"
            )


def _beatable(table: Table, made: Built) -> None:
    """Raise Refused where the trivial predictor is perfect, so that nothing can be learned."""
    perfect = 1.0 if isinstance(made.outputs, Classes) else 0.0
    for name in ("validation", "test"):
        if made.floors[name] == perfect:
            raise Refused(f"{shown(table.path)}: on the {name} split nothing is left to learn: "
                          f"{made.facts['trivial']}, is always right")  # fmt: skip


def _natural(name: str) -> tuple[float, str]:
    """Numbers by size, then words."""
    try:
        return float(name), name
    except ValueError:
        return float("inf"), name


def _shares(counts: Counter[str]) -> str:
    total = sum(counts.values())
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], _natural(pair[0])))
    return listed([f"{name} {100 * n / total:.1f} %" for name, n in ranked], 10)


def _missing(found: Sequences) -> str:
    return "none" if found.symbolic else make.missing_fact(found.inputs)


def _length_fact(found: Sequences) -> dict[str, str]:
    lengths = np.array([len(steps) for steps in found.inputs])
    spread = f"{lengths.min():,}"
    if lengths.min() < lengths.max():
        spread += f" to {lengths.max():,}, median {np.median(lengths):,.0f}"
    return {"sequences": f"{len(lengths):,}, steps in each: {spread}"}
