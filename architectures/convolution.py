"""Convolution over time as products of matrices.

Time goes first: what lies a fixed number of steps away is then a block of rows, so that each
position of a filter is one product of two blocks, with nothing unfolded and nothing padded.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable


def convolve(
    x: Tensor, weight: Tensor, bias: Tensor, offsets: Sequence[int], residual: bool = False
) -> Tensor:
    """relu(b + sum over i of W_i x_{t + offset_i}), where x is zero outside the sequence, plus
    x_t itself if it is ``residual``.

    x: ``(time, batch, channels)``, as is what is returned, with a channel for each filter.
    weight: ``(filters, channels, kernel)``, as in ``torch.nn.Conv1d``.
    offsets: of each of the ``kernel`` positions, in steps.
    """
    y: Tensor = _Convolution.apply(x, weight, bias, offsets, residual)
    return y


def batch_first(x: Tensor) -> Tensor:
    """``(time, batch, channels)`` as ``(batch, time, channels)``."""
    y: Tensor = _BatchFirst.apply(x)
    return y


class _BatchFirst(torch.autograd.Function):
    """A transposition whose gradient is laid out with time first, too: residual connections hand
    it down to all layers, and operations on two layouts take several times as long."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x.transpose(0, 1)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        return gradient.transpose(0, 1).contiguous()


class _Convolution(torch.autograd.Function):
    """Autograd alone would keep a copy of what each position of the filter reads."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, offsets: Sequence[int], residual: bool
    ) -> Tensor:
        steps, batch, channels = x.shape
        rows = x.reshape(steps * batch, channels)
        matrices = weight.permute(2, 1, 0).contiguous()
        y = bias.repeat(len(rows), 1)  # a copy, of one row too
        for matrix, (outputs, inputs) in zip(matrices, _rows(offsets, steps, batch), strict=True):
            torch.addmm(y[outputs], rows[inputs], matrix, out=y[outputs])
        y.relu_()
        ctx.save_for_backward(rows, matrices, y)
        ctx.offsets, ctx.residual, ctx.shape = offsets, residual, x.shape
        return (rows + y if residual else y).view(steps, batch, -1)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        rows, matrices, y = ctx.saved_tensors
        steps, batch, channels = ctx.shape
        gradient = gradient.reshape(steps * batch, -1)
        above = torch.ops.aten.threshold_backward(gradient, y, 0)  # relu's
        below = None
        if ctx.needs_input_grad[0]:
            below = gradient.clone() if ctx.residual else torch.zeros_like(rows)
        by_matrix = torch.zeros_like(matrices)
        for i, (outputs, inputs) in enumerate(_rows(ctx.offsets, steps, batch)):
            torch.mm(rows[inputs].T, above[outputs], out=by_matrix[i])
            if below is not None:
                torch.addmm(below[inputs], above[outputs], matrices[i].T, out=below[inputs])
        by_x = None if below is None else below.view(ctx.shape)
        return by_x, by_matrix.permute(2, 1, 0), above.sum(0), None, None


def _rows(offsets: Sequence[int], steps: int, batch: int) -> Iterator[tuple[slice, slice]]:
    """For each offset the rows of the outputs for which it lies in the sequence, and of what they
    read."""
    for offset in offsets:
        first, end = max(0, -offset), max(0, -offset, min(steps, steps - offset))
        outputs = slice(first * batch, end * batch)
        yield outputs, slice(outputs.start + offset * batch, outputs.stop + offset * batch)
