"""Compiled recurrences as differentiable functions of tensors.

CPU tensors of float32 or float64; first derivatives only, a second one is an error.
"""

from types import ModuleType
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from architectures.fused import gru, lstm, rnn
from architectures.fused.loops import steps_at_once

COMPILED: dict[str, ModuleType] = {"rnn": rnn, "lstm": lstm, "gru": gru}
"""Each has ``forward`` and ``backward``, compiled; ``prepared``, their arguments; and how many
numbers a unit they keep of each step (``KEPT``) and need room for (``ROOM``), array by array."""


def recurrence(
    kind: str, x: Tensor, start: list[Tensor], weights: list[Tensor], *how: Any
) -> tuple[Tensor, ...]:
    """The states after each step, ``(batch, time, width)`` each.

    kind: ``rnn``, ``lstm`` or ``gru``. x: ``(batch, time, features)``. start: the states before
    the first step, ``(batch, width)`` each. weights: four, as in ``torch.nn``. how: each block's
    activation, in torch's order of rows, or the number that a gate is held at; of a GRU also,
    whether it resets before the product.
    """
    given = (x, *start, *weights)
    keep = torch.is_grad_enabled() and any(tensor.requires_grad for tensor in given)
    return _Recurrence.apply(COMPILED[kind], how, keep, *given)


class _Recurrence(Function):
    @staticmethod
    def forward(ctx: Any, compiled: ModuleType, how: tuple, keep: bool, x: Tensor, *others: Tensor):
        ctx.set_materialize_grads(False)
        start, weights = others[:-4], others[-4:]
        batch, steps, _ = x.shape
        width = start[0].shape[1]
        chunk = min(steps_at_once(batch), steps)
        prepared, how = compiled.prepared(weights, *how)
        states = [_empty(x, steps + 1, batch, width) for _ in start]
        for array, before in zip(states, start, strict=True):
            array[0] = before.detach().numpy()
        slots = steps if keep else chunk
        kept = [_empty(x, slots, batch, size * width) for size in compiled.KEPT]
        entered = _array(x.transpose(0, 1))
        compiled.forward(entered, *map(_array, prepared), *how, chunk, *states, *kept)
        ctx.save_for_backward(*weights, *map(torch.from_numpy, (entered, *states, *kept)))
        ctx.compiled, ctx.how = compiled, (*how, chunk)
        return tuple(torch.from_numpy(array)[1:].transpose(0, 1) for array in states)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor | None):
        compiled = ctx.compiled
        below, before, *biases = ctx.saved_tensors[:4]
        entered, *computed = (tensor.numpy() for tensor in ctx.saved_tensors[4:])
        (rows, width), (steps, batch, features) = before.shape, entered.shape
        whole = steps if ctx.needs_input_grad[3] else 0
        d_states = [
            _array(gradient.transpose(0, 1)) if gradient is not None
            # the cell's may be left out: most often it is not asked for
            else _zeros(below, 0 if at else steps, batch, width)
            for at, gradient in enumerate(gradients)
        ]  # fmt: skip
        room = [_empty(below, ctx.how[-1], batch, size * width) for size in compiled.ROOM]
        d_x = _empty(below, whole, batch, features)
        d_below, d_before = _zeros(below, features, rows), _zeros(below, width, rows)
        d_biases = [_zeros(below, rows) for _ in biases]
        d_start = [_zeros(below, batch, width) for _ in gradients]
        compiled.backward(
            entered, _array(below), _array(before), *ctx.how, *computed,
            *d_states, *room, d_x, d_below, d_before, *d_biases, *d_start,
        )  # fmt: skip
        return (
            None, None, None,
            torch.from_numpy(d_x).transpose(0, 1) if whole else None,
            *map(torch.from_numpy, d_start),
            torch.from_numpy(d_below).t(), torch.from_numpy(d_before).t(),
            *map(torch.from_numpy, d_biases),
        )  # fmt: skip


def _array(tensor: Tensor) -> np.ndarray:
    """The same memory, or a copy where it is not contiguous."""
    return tensor.detach().contiguous().numpy()


# Memory is torch's, not numpy's: aligned alike each time, or sums may differ in their last bit.
def _empty(like: Tensor, *shape: int) -> np.ndarray:
    return torch.empty(shape, dtype=like.dtype).numpy()


def _zeros(like: Tensor, *shape: int) -> np.ndarray:
    return torch.zeros(shape, dtype=like.dtype).numpy()
