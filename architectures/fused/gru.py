"""The GRU, compiled: h_t = (1 - z) n + z h_{t-1}, with gates r, z and candidate n.

n = act(W x_t + b + r q) with q = U h_{t-1} + b'; or, where the reset comes before the product,
n = act(W x_t + b + U q) with q = r h_{t-1}. Either way q is kept. Blocks are in torch's order: r,
z, n; those of the gates are together in one array, those of the candidate in another.
"""

import functools

import numpy as np
from torch import Tensor

from architectures.fused.activations import (
    KINDS,
    activate,
    activate_back,
    activate_blocks,
    activate_blocks_back,
)
from architectures.fused.blas import product
from architectures.fused.loops import add_rows, elementwise, fill, flat, recurrence

KEPT = (2, 1, 1)
ROOM = (2, 1, 1)


def prepared(
    weights: list[Tensor], activations: tuple, reset_before: bool
) -> tuple[list[Tensor], tuple]:
    """Weights as ``forward`` takes them, and what else it and ``backward`` are told."""
    below, before, bias, other = weights
    kinds = _kinds(activations[:2])
    return [below.t(), before.t(), bias, other], (reset_before, kinds, KINDS[activations[2]])


@functools.cache
def _kinds(activations: tuple) -> np.ndarray:
    return np.array([KINDS[name] for name in activations])


@elementwise
def _add_reset(n, gates, q):
    batch, width = n.shape
    for b in range(batch):
        for j in range(width):
            n[b, j] += gates[b, j] * q[b, j]


@elementwise
def _reset(q, gates, before):
    batch, width = q.shape
    for b in range(batch):
        for j in range(width):
            q[b, j] = gates[b, j] * before[b, j]


@elementwise
def _mixed(hidden, gates, n, before):
    one = n.dtype.type(1)
    batch, width = hidden.shape
    for b in range(batch):
        for j in range(width):
            update = gates[b, width + j]  # at 0 and at 1, one of the two comes out unchanged
            hidden[b, j] = (one - update) * n[b, j] + update * before[b, j]


@recurrence
def forward(
    x, below, before, bias, other, reset_before, kinds, kind, chunk, hidden, gates, n, q
):  # fmt: skip
    """``hidden``, ``(1 + steps, batch, width)``, holds the start and gets the rest.

    ``x``: ``(steps, batch, features)``. Weights are transposed. ``kinds``: of the gates;
    ``kind``: of the candidate. ``gates``, ``(slots, batch, 2 width)``, ``n`` and ``q``, ``(slots,
    batch, width)``: as in ``lstm.forward``. All arrays are contiguous.
    """
    steps, slots, two = x.shape[0], gates.shape[0], gates.shape[2]
    below_n, before_n, before = below[:, two:], before[:, two:], before[:, :two]
    for first in range(0, steps, chunk):
        last = min(first + chunk, steps)
        at, end = first % slots, first % slots + last - first
        fill(flat(gates[at:end]), bias[:two] + other[:two])
        product(flat(x[first:last]), below[:, :two], flat(gates[at:end]), 1)
        fill(flat(n[at:end]), bias[two:] + other[two:] if reset_before else bias[two:])
        product(flat(x[first:last]), below_n, flat(n[at:end]), 1)
        if not reset_before:
            fill(flat(q[at:end]), other[two:])
        for t in range(first, last):
            at = t % slots
            product(hidden[t], before, gates[at], 1)
            activate_blocks(gates[at], kinds)
            if reset_before:
                _reset(q[at], gates[at], hidden[t])
                product(q[at], before_n, n[at], 1)
            else:
                product(hidden[t], before_n, q[at], 1)
                _add_reset(n[at], gates[at], q[at])
            activate(n[at].reshape(-1), kind)
            _mixed(hidden[t + 1], gates[at], n[at], hidden[t])


@elementwise
def _mixed_back(d_n, d_gates, d_carried, d_hidden, gates, n, before):
    one = n.dtype.type(1)
    batch, width = n.shape
    for b in range(batch):
        for j in range(width):
            h = d_carried[b, j] + d_hidden[b, j]
            update = gates[b, width + j]
            d_n[b, j] = h * (one - update)
            d_gates[b, width + j] = h * (before[b, j] - n[b, j])
            d_carried[b, j] = h * update


@elementwise
def _reset_after_back(d_gates, d_q, d_n, gates, q):
    batch, width = q.shape
    for b in range(batch):
        for j in range(width):
            d_gates[b, j] = d_n[b, j] * q[b, j]
            d_q[b, j] = d_n[b, j] * gates[b, j]


@elementwise
def _reset_before_back(d_gates, d_carried, d_q, gates, before):
    batch, width = before.shape
    for b in range(batch):
        for j in range(width):
            d_gates[b, j] = d_q[b, j] * before[b, j]
            d_carried[b, j] += d_q[b, j] * gates[b, j]


@recurrence
def backward(
    x, below, before, reset_before, kinds, kind, chunk, hidden, gates, n, q,
    d_hidden, d_gates, d_n, d_q, d_x, d_below, d_before, d_bias, d_other, d_start,
):  # fmt: skip
    """Gradients: of the hidden states given, of the others zero at first; see ``rnn.backward``.

    Weights are not transposed, their gradients are. ``d_gates``, ``(chunk, batch, 2 width)``,
    ``d_n`` and ``d_q``, ``(chunk, batch, width)``: room to work in.
    """
    steps, two = x.shape[0], gates.shape[2]
    below_n, before_n, before = below[two:], before[two:], before[:two]
    for last in range(steps, 0, -chunk):
        first = max(last - chunk, 0)
        for t in range(last - 1, first - 1, -1):
            at = t - first
            _mixed_back(d_n[at], d_gates[at], d_start, d_hidden[t], gates[t], n[t], hidden[t])
            activate_back(d_n[at].reshape(-1), n[t].reshape(-1), kind)
            if reset_before:
                product(d_n[at], before_n, d_q[at], 0)
                _reset_before_back(d_gates[at], d_start, d_q[at], gates[t], hidden[t])
            else:
                _reset_after_back(d_gates[at], d_q[at], d_n[at], gates[t], q[t])
                product(d_q[at], before_n, d_start, 1)
            activate_blocks_back(d_gates[at], gates[t], kinds)
            product(d_gates[at], before, d_start, 1)
        rows = last - first
        d_g, d_c, d_r = flat(d_gates[:rows]), flat(d_n[:rows]), flat(d_q[:rows])
        entered, had = flat(x[first:last]), flat(hidden[first:last])
        product(entered.T, d_g, d_below[:, :two], 1)
        product(entered.T, d_c, d_below[:, two:], 1)
        product(had.T, d_g, d_before[:, :two], 1)
        add_rows(d_bias[:two], d_g)
        add_rows(d_bias[two:], d_c)
        if reset_before:
            product(flat(q[first:last]).T, d_c, d_before[:, two:], 1)
        else:
            product(had.T, d_r, d_before[:, two:], 1)
            add_rows(d_other[two:], d_r)
        if d_x.size:
            product(d_g, below[:two], flat(d_x[first:last]), 0)
            product(d_c, below_n, flat(d_x[first:last]), 1)
    d_other[:two] = d_bias[:two]
    if reset_before:
        d_other[two:] = d_bias[two:]
