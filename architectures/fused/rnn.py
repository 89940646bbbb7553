"""The simple recurrent network, compiled: h_t = act(W x_t + U h_{t-1} + b)."""

from torch import Tensor

from architectures.fused.activations import KINDS, activate, activate_back
from architectures.fused.blas import product
from architectures.fused.loops import elementwise, fill, flat, recurrence, share_out

KEPT: tuple[int, ...] = ()
ROOM = (1,)


def prepared(weights: list[Tensor], activations: tuple) -> tuple[list[Tensor], tuple]:
    """Weights as ``forward`` takes them, and what else it and ``backward`` are told."""
    below, before, bias, other = weights
    return [below.t(), before.t(), bias.detach() + other.detach()], (KINDS[activations[0]],)


@recurrence
def forward(x, below, before, bias, kind, chunk, hidden):
    """``hidden``, ``(1 + steps, batch, width)``, holds the start and gets the rest.

    ``x``: ``(steps, batch, features)``. Weights are transposed. All arrays are contiguous.
    """
    steps = x.shape[0]
    for first in range(0, steps, chunk):
        last = min(first + chunk, steps)
        some = flat(hidden[first + 1 : last + 1])
        fill(some, bias)
        product(flat(x[first:last]), below, some, 1)
        for t in range(first, last):
            product(hidden[t], before, hidden[t + 1], 1)
            activate(hidden[t + 1].reshape(-1), kind)


@elementwise
def _sum(out, one, other):
    for j in range(out.size):
        out[j] = one[j] + other[j]


@recurrence
def backward(
    x, below, before, kind, chunk, hidden, d_hidden, room,
    d_x, d_below, d_before, d_bias, d_other, d_start,
):  # fmt: skip
    """Gradients: of the hidden states given, of the others zero at first.

    ``room``: ``(chunk, batch, width)``. ``d_x`` may be empty: it is not asked for. Weights are
    not transposed, their gradients are. ``d_other``: of the second bias.
    """
    steps = x.shape[0]
    for last in range(steps, 0, -chunk):
        first = max(last - chunk, 0)
        for t in range(last - 1, first - 1, -1):
            d = room[t - first]
            _sum(d.reshape(-1), d_hidden[t].reshape(-1), d_start.reshape(-1))
            activate_back(d.reshape(-1), hidden[t + 1].reshape(-1), kind)
            product(d, before, d_start, 0)
        share_out(
            room[: last - first], x[first:last], hidden[first:last], below,
            d_x[first:last], d_below, d_before, d_bias,
        )  # fmt: skip
    d_other[:] = d_bias
