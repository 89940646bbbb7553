"""The LSTM, compiled: c_t = f c_{t-1} + i g and h_t = o act(c_t).

Blocks are in torch's order: input gate, forget gate, candidate, output gate. A candidate's tanh is
``2 sigmoid(2 z) - 1``, so that one loop over all blocks does: its weights are given doubled, and
``gain`` and ``shift`` are 2 and -1; with another activation they are 1 and 0.
"""

import functools

import numpy as np
import torch
from torch import Tensor

from architectures.fused.activations import (
    KINDS,
    SIGMOID,
    TANH,
    activate,
    activate_blocks,
    activate_blocks_back,
)
from architectures.fused.blas import product
from architectures.fused.loops import add_rows, elementwise, fill, flat, recurrence, share_out

KEPT = (1, 4)
ROOM = (4,)


def prepared(weights: list[Tensor], activations: tuple) -> tuple[list[Tensor], tuple]:
    """Weights as ``forward`` takes them, and what else it and ``backward`` are told."""
    below, before, bias, other = weights
    copied = torch.contiguous_format  # a copy in any case: it is changed
    given = [p.detach().t().clone(memory_format=copied) for p in (below, before)]
    given.append(bias.detach() + other.detach())
    kinds, kind, gain, shift = _how(activations, below.dtype)
    if kind == TANH:
        for tensor in given:
            tensor.chunk(4, -1)[2].mul_(2)
    return given, (kinds, kind, gain, shift)


@functools.cache
def _how(activations: tuple, dtype: torch.dtype) -> tuple:
    number = np.float32 if dtype == torch.float32 else np.float64
    kinds, kind = np.array([KINDS[name] for name in activations]), KINDS[activations[2]]
    if kind != TANH:
        return kinds, kind, number(1), number(0)
    kinds[2] = SIGMOID
    return kinds, kind, number(2), number(-1)


@elementwise
def _cell(gates, before, cell, out, gain, shift):
    batch, width = cell.shape
    for b in range(batch):
        for j in range(width):
            candidate = gain * gates[b, 2 * width + j] + shift
            cell[b, j] = gates[b, width + j] * before[b, j] + gates[b, j] * candidate
            out[b, j] = cell[b, j]


@elementwise
def _hidden(gates, out, hidden):
    batch, width = hidden.shape
    for b in range(batch):
        for j in range(width):
            hidden[b, j] = gates[b, 3 * width + j] * out[b, j]


@recurrence
def forward(x, below, before, bias, kinds, kind, gain, shift, chunk, hidden, cell, out, gates):
    """``hidden`` and ``cell``, ``(1 + steps, batch, width)``, hold the start and get the rest.

    ``x``: ``(steps, batch, features)``. ``kinds``: of the four blocks; ``kind``: of the cell on
    its way out. ``gates``, ``(slots, batch, 4 width)``, and ``out``, ``(slots, batch, width)``:
    what the backward pass needs, with as many slots as steps; or with ``chunk`` slots, used again
    and again. All arrays are contiguous.
    """
    steps, slots = x.shape[0], gates.shape[0]
    for first in range(0, steps, chunk):
        last = min(first + chunk, steps)
        at = first % slots
        some = flat(gates[at : at + last - first])
        fill(some, bias)
        product(flat(x[first:last]), below, some, 1)
        for t in range(first, last):
            z, squashed = gates[t % slots], out[t % slots]
            product(hidden[t], before, z, 1)
            activate_blocks(z, kinds)
            _cell(z, cell[t], cell[t + 1], squashed, gain, shift)
            activate(squashed.reshape(-1), kind)
            _hidden(z, squashed, hidden[t + 1])


@elementwise
def _gates_back(d, d_cell, d_carried, d_hidden, gates, before, out, gain, shift, bounded):
    one, zero = gates.dtype.type(1), gates.dtype.type(0)
    batch, width = out.shape
    for b in range(batch):
        for j in range(width):  # loops that write two blocks at most become vector code
            a = out[b, j]
            h = d_carried[b, j] + d_hidden[b, j]
            slope = one - a * a if bounded else (one if a > zero else zero)
            d[b, 3 * width + j] = h * a
            d_cell[b, j] += h * gates[b, 3 * width + j] * slope
        for j in range(width):
            d[b, j] = d_cell[b, j] * (gain * gates[b, 2 * width + j] + shift)
            d[b, width + j] = d_cell[b, j] * before[b, j]
        for j in range(width):
            d[b, 2 * width + j] = d_cell[b, j] * gates[b, j] * gain * gain
            d_cell[b, j] *= gates[b, width + j]


@recurrence
def backward(
    x, below, before, kinds, kind, gain, shift, chunk, hidden, cell, out, gates,
    d_hidden, d_cell, room, d_x, d_below, d_before, d_bias, d_other, d_start, d_cell_start,
):  # fmt: skip
    """Gradients: of the states given, of the others zero at first; see ``rnn.backward``.

    Weights are not doubled. ``room``: ``(chunk, batch, 4 width)``. ``d_cell`` may be
    empty: nothing but the hidden states is used.
    """
    steps = x.shape[0]
    for last in range(steps, 0, -chunk):
        first = max(last - chunk, 0)
        for t in range(last - 1, first - 1, -1):
            z, d = gates[t], room[t - first]
            if d_cell.size:
                add_rows(d_cell_start.reshape(-1), d_cell[t].reshape(1, -1))
            _gates_back(
                d, d_cell_start, d_start, d_hidden[t], z, cell[t], out[t], gain, shift, kind == TANH
            )
            activate_blocks_back(d, z, kinds)
            product(d, before, d_start, 0)
        share_out(
            room[: last - first], x[first:last], hidden[first:last], below,
            d_x[first:last], d_below, d_before, d_bias,
        )  # fmt: skip
    d_other[:] = d_bias
