"""What a model attends to, step by step."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from harness.probes.reading import rounded, symbols, written_symbols
from harness.training.network import Network
from tasks.task import END, Examples, Task

SAMPLE = 256
"""Test sequences that attention is averaged over, fewer where they are long."""


def attention_parts(
    network: Network, task: Task, inputs: np.ndarray, steps: int
) -> list[dict[str, Any]]:
    """One part a layer: for each head a map ``(steps that attend, steps attended to)`` of the
    sequence's first ``steps``, and the right places where the task knows them, by its method
    ``alignment``.

    A decoder's rows are the symbols that it writes itself. The numbers are means over test
    sequences: ``attended``, the steps attended to (exponential of the entropy of a row);
    ``right``, the weight on the right step, and ``hits``, the share of rows in which it is the
    largest; of self-attention, the commonest ``offset`` and its weight.
    """
    one, whole = np.array([len(inputs)]), symbols(task, inputs)
    maps, written = _weights(network, task, inputs[None], one)
    labels = whole if written is None else written_symbols(task, _closed(written[0]))
    sample = task.examples("test")
    most = int(np.clip(4e6 / sample.inputs.shape[1] ** 2, 1, SAMPLE))
    sample = sample.take(slice(0, most))
    many, all_written = _weights(network, task, sample.inputs, sample.lengths)
    rows = sample.lengths if all_written is None else [len(_closed(w)) for w in all_written]
    right = aligned(task, network.readout, inputs, len(labels))
    parts = []
    for level, (layer, of_many) in enumerate(zip(maps, many, strict=True)):
        heads: list[dict[str, Any]] = []
        for head in range(layer.shape[1]):
            numbers = _measured(of_many[:, head], rows, task, network.readout, sample)
            if right:
                here = [layer[0, head, row, column] for row, column in right.items()]
                numbers["right_here"] = rounded(np.mean(here))
            values = rounded(layer[0, head, : len(labels[:steps]), :steps])
            heads.append({"head": head + 1, "values": values, "numbers": numbers})
        parts.append(
            {
                "form": "attention",
                "name": f"attention-{level + 1}",
                "layer": level + 1,
                "cross": written is not None,
                "rows": labels[:steps],
                "columns": whole[:steps],
                "alignment": [[r, c] for r, c in right.items() if max(r, c) < steps],
                "heads": heads,
                "numbers": {"sequences": len(sample)},
            }
        )
    return parts


def aligned(task: Task, readout: str, inputs: np.ndarray, count: int) -> dict[int, int]:
    """By row of an attention map of ``count`` rows (a decoder may end early), the input step that
    the output there is a copy of; empty where the task does not know, or where no one row makes
    the output."""
    if not hasattr(task, "alignment") or readout in ("mean", "max"):
        return {}
    places = task.alignment(inputs)
    rows = [len(inputs) - 1] if readout == "last" else range(len(places))
    pairs = zip(rows, map(int, places), strict=True)
    return {row: place for row, place in pairs if place >= 0 and row < count}


def _closed(written: np.ndarray) -> np.ndarray:
    (ends,) = np.nonzero(written == END)
    return written[: ends[0] + 1] if len(ends) else written


def _weights(
    network: Network, task: Task, inputs: np.ndarray, lengths: np.ndarray
) -> tuple[list[np.ndarray], np.ndarray | None]:
    """Attention weights by layer, ``(batch, heads, rows, columns)``, and of a decoder the
    symbols that the rows write, ``(batch, rows)``."""
    batch = torch.from_numpy(inputs), torch.from_numpy(lengths)
    x = batch[0] if network.embed is None else network.embed(batch[0])
    if network.embed_output is None:
        return _by_layer(network.body.attention(x, batch[1])), None
    written = network.write(*batch, task.longest_output)
    beginning = torch.full_like(written[:, :1], network.embed_output.num_embeddings - 1)
    previous = network.embed_output(torch.cat([beginning, written[:, :-1]], 1))
    return _by_layer(network.body.attention(x, batch[1], previous)), written.numpy()


def _by_layer(weights: Tensor | list[Tensor]) -> list[np.ndarray]:
    layers = weights if isinstance(weights, list) else [weights[:, None]]
    return [layer.numpy() for layer in layers]


def _measured(
    weights: np.ndarray,
    rows_of: Sequence[int] | np.ndarray,
    task: Task,
    readout: str,
    sample: Examples,
) -> dict[str, Any]:
    """Of one head's weights ``(batch, rows, columns)``, of which each sequence has so many rows."""
    entropies, shares, hits = [], [], []
    offsets = np.zeros(2 * weights.shape[2])
    rows_seen = 0
    for of_one, count, inputs, length in zip(
        weights, rows_of, sample.inputs, sample.lengths, strict=True
    ):
        rows = of_one[:count, :length]
        entropies.extend(-(rows * np.log(np.maximum(rows, 1e-12))).sum(1))
        for row, column in aligned(task, readout, inputs[:length], count).items():
            shares.append(rows[row, column])
            hits.append(rows[row].argmax() == column)
        if readout != "decoder":
            for offset in range(1 - len(rows), len(rows)):
                offsets[offset] += rows.diagonal(offset).sum()
            rows_seen += len(rows)
    numbers: dict[str, Any] = {"attended": rounded(np.exp(np.mean(entropies)))}
    if rows_seen:
        best = int(offsets.argmax())
        numbers["offset"] = best - len(offsets) if best >= len(offsets) // 2 else best
        numbers["offset_weight"] = rounded(offsets.max() / rows_seen)
    if shares:
        numbers |= {"right": rounded(np.mean(shares)), "hits": rounded(np.mean(hits))}
    return numbers
