"""Activations in compiled code: in place, and their derivatives from what they returned."""

import math

import numpy as np
from numba import njit, types
from numba.extending import overload

from architectures.fused.loops import elementwise

SIGMOID, TANH, HARD_SIGMOID, RELU, ZERO, ONE = range(6)
"""ZERO and ONE: a gate that is held."""

KINDS: dict[str | float, int] = {
    "sigmoid": SIGMOID, "tanh": TANH, "hard_sigmoid": HARD_SIGMOID, "relu": RELU,
    0.0: ZERO, 1.0: ONE,
}  # fmt: skip


def exp(x):
    """e to the x, for compiled code alone: within 3e-7 of it in float32, exact in float64."""
    raise NotImplementedError


@overload(exp, jit_options={"fastmath": {"contract"}})
def _exp(x):
    if x != types.float32:
        return lambda x: math.exp(x)

    log2e, shift = np.float32(1.44269504), np.float32(12582912)  # 1.5 * 2^23: adding it rounds
    high, low = np.float32(0.693359375), np.float32(-2.12194440e-4)  # log 2 in two parts
    c2, c3, c4, c5, c6 = (np.float32(1 / math.factorial(n)) for n in range(2, 7))
    one, largest, bias, bits = np.float32(1), np.float32(87), np.int32(127), np.int32(23)

    def polynomial(x):  # Cody and Waite: 2^n e^r, with r within half a log 2 of zero
        x = largest if x > largest else x  # written so that not-a-number stays what it is
        x = -largest if x < -largest else x
        moved = x * log2e + shift
        n = moved - shift
        r = x - n * high - n * low
        p = one + r * (one + r * (c2 + r * (c3 + r * (c4 + r * (c5 + r * c6)))))
        power = np.int32((np.float32(moved).view(np.int32) + bias) << bits)
        return p * power.view(np.float32)

    return polynomial


@elementwise
def sigmoid(z):
    """In place, of a vector."""
    one = z.dtype.type(1)
    for j in range(z.size):
        z[j] = one / (one + exp(-z[j]))


@elementwise
def tanh(z):
    """In place, of a vector: 2 sigmoid(2 z) - 1."""
    one, two = z.dtype.type(1), z.dtype.type(2)
    for j in range(z.size):
        z[j] = two / (one + exp(-two * z[j])) - one


@elementwise
def _rare(z, kind):
    zero, half, one, six = z.dtype.type(0), z.dtype.type(0.5), z.dtype.type(1), z.dtype.type(6)
    for j in range(z.size):
        a = z[j]
        if kind == HARD_SIGMOID:
            a = a / six + half
            a = one if a > one else a
        if kind in (HARD_SIGMOID, RELU):
            a = zero if a < zero else a
        if kind == ZERO:
            a = zero
        if kind == ONE:
            a = one
        z[j] = a


@njit
def activate(z, kind):
    """In place, of a vector."""
    if kind == SIGMOID:
        sigmoid(z)
    elif kind == TANH:
        tanh(z)
    else:
        _rare(z, kind)


@elementwise
def _sigmoid_back(gradient, a):
    one = a.dtype.type(1)
    for j in range(a.size):
        gradient[j] *= a[j] * (one - a[j])


@elementwise
def _tanh_back(gradient, a):
    one = a.dtype.type(1)
    for j in range(a.size):
        gradient[j] *= one - a[j] * a[j]


@elementwise
def _rare_back(gradient, a, kind):
    zero, one, six = a.dtype.type(0), a.dtype.type(1), a.dtype.type(6)
    for j in range(a.size):
        if kind == HARD_SIGMOID:
            slope = one / six if zero < a[j] < one else zero
        else:
            slope = one if kind == RELU and a[j] > zero else zero
        gradient[j] *= slope


@njit
def activate_back(gradient, a, kind):
    """The gradient of what was activated, in place of that of what came out, ``a``."""
    if kind == SIGMOID:
        _sigmoid_back(gradient, a)
    elif kind == TANH:
        _tanh_back(gradient, a)
    else:
        _rare_back(gradient, a, kind)


@njit
def _all_sigmoid(kinds):
    others = 0
    for kind in kinds:
        others += kind != SIGMOID
    return others == 0


@njit
def activate_blocks(z, kinds):
    """In place, of rows that are split into as many blocks as there are kinds."""
    if _all_sigmoid(kinds):
        sigmoid(z.reshape(-1))  # one long loop leaves no short ends
        return
    width = z.shape[1] // kinds.size
    for row in range(z.shape[0]):
        for block in range(kinds.size):
            activate(z[row, block * width : (block + 1) * width], kinds[block])


@njit
def activate_blocks_back(gradient, a, kinds):
    """As ``activate_back``, of rows that are split into blocks."""
    if _all_sigmoid(kinds):
        _sigmoid_back(gradient.reshape(-1), a.reshape(-1))
        return
    width = a.shape[1] // kinds.size
    for row in range(a.shape[0]):
        for block in range(kinds.size):
            first, last = block * width, (block + 1) * width
            activate_back(gradient[row, first:last], a[row, first:last], kinds[block])
