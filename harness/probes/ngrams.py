"""What fires the filters of a convolutional network that pools over time."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from architectures.readout import read
from harness.training.network import Network
from tasks.task import Examples

SEQUENCES = 512
"""Test sequences that are searched, fewer where they are long."""
FILTERS, NGRAMS = 6, 5
"""How many are shown: filters, and of each the n-grams that fire it most."""


def filters_part(
    network: Network, test: Examples, name: Callable[[int], str]
) -> tuple[dict[str, Any], list[int]]:
    """The filters that move the answer most, each with what fires it most, and their numbers.

    How much a filter moves the answer: the standard deviation over test sequences of its pooled
    output times the range of the output layer's weights for it; ``share`` is of the sum over
    all filters. N-grams are those that lie wholly within a sequence; each has one output, as a
    filter sees nothing else. Of vectors, the mean of the windows that fire it most.
    """
    size = test.inputs.shape[1] * network.head.in_features
    some = test.take(slice(0, int(np.clip(3e7 / size, 1, SEQUENCES))))
    inputs, lengths = torch.from_numpy(some.inputs), torch.from_numpy(some.lengths)
    x = inputs if network.embed is None else network.embed(inputs)
    fired = network.body(x, lengths)
    pooled = read(fired, lengths, network.readout).numpy()
    head = network.head.weight.detach().numpy()
    reach = head.max(0) - head.min(0) if len(head) > 1 else np.abs(head[0])
    moves = pooled.std(0) * reach
    best = [int(f) for f in np.argsort(-moves, kind="stable")[:FILTERS]]
    filters = []
    for f in best:
        window = network.body.windows()[f]
        described = {
            "filter": f + 1,
            "span": sum(window) + 1,
            "share": round(float(moves[f] / max(moves.sum(), 1e-12)), 4),
        }
        if network.outputs == "classes":
            described["votes_for"] = int(head[:, f].argmax())
        top = fired[..., f].numpy()
        filters.append(described | _firing(some, top, window, name))
    part = {
        "form": "filters",
        "name": "filters",
        "filters": filters,
        "numbers": {"sequences": len(some), "filters": len(moves)},
    }
    return part, best


def _firing(
    examples: Examples, fired: np.ndarray, window: tuple[int, int], name: Callable[[int], str]
) -> dict[str, Any]:
    """Of one filter with outputs ``(batch, time)``, that reads a step and so many around it."""
    before, after = window
    steps = np.arange(fired.shape[1])
    inside = (steps >= before) & (steps < examples.lengths[:, None] - after)
    rows, centres = np.nonzero(inside)
    outputs = fired[rows, centres]
    places = centres[:, None] + np.arange(-before, after + 1)
    read_there = examples.inputs[rows[:, None], places]
    if examples.inputs.ndim > 2:
        top = np.argsort(-outputs, kind="stable")[:NGRAMS]
        if not len(top):
            return {"window": []}
        mean = np.round(read_there[top].mean(0).T.astype(float), 4)
        return {"window": mean.tolist(), "output": round(float(outputs[top].mean()), 4)}
    grams, first, counts = np.unique(read_there, axis=0, return_index=True, return_counts=True)
    top = np.argsort(-outputs[first], kind="stable")[:NGRAMS]
    named = [[name(int(token)) for token in grams[g]] for g in top]
    return {
        "common": common(named),
        "ngrams": [
            {"symbols": gram, "output": round(float(outputs[first[g]]), 4), "count": int(counts[g])}
            for g, gram in zip(top, named, strict=True)
        ],
    }


def common(grams: list[list[str]]) -> list[str]:
    """The longest run of symbols that is in all of them; empty if there is none."""
    for length in range(len(grams[0]) if grams else 0, 0, -1):
        runs = [
            {tuple(gram[at : at + length]) for at in range(len(gram) - length + 1)}
            for gram in grams
        ]
        if shared := set.intersection(*runs):
            return list(min(shared))
    return []
