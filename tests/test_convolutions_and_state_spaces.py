"""TCN, minGRU and S4D against independent computations of their papers' equations."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.signal import cont2discrete
from scipy.special import erf, expit
from torch import nn
from torch.nn.functional import conv1d, pad
from torch.nn.utils.parametrizations import weight_norm
from torch.utils.flop_counter import FlopCounterMode

from architectures.architecture import Signature
from architectures.convolution import convolve
from architectures.min_gru import MinGRU, scan
from architectures.s4d import CHUNK, S4D, DiagonalSystem
from architectures.tcn import TCN

FEATURES, WIDTH = 3, 8
CAUSAL = Signature("many-to-many", "vectors", FEATURES, "classes", 2, True, "per-step")
ALL = pytest.mark.parametrize("architecture", [TCN, MinGRU, S4D])


def made(architecture: type, **parameters) -> nn.Module:
    """An instance with no parameter left at a start that would hide errors, such as zero."""
    torch.manual_seed(0)
    net = architecture(FEATURES, WIDTH, CAUSAL, **parameters)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return net


def numbers(module: nn.Module) -> dict[str, np.ndarray]:
    return {k: v.detach().numpy().astype(float) for k, v in module.named_parameters()}


def outputs(net: nn.Module, x: torch.Tensor) -> torch.Tensor:
    return net(x, torch.full((len(x),), x.shape[1]))


def normalised(x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5) * (
        weight
    ) + bias


# Convolution

READING = pytest.mark.parametrize(
    "offsets", [(0,), (-2, -1, 0), (-8, -4, 0), (-4, 0, 4), (-1, 1), (-1, 0, 1, 2), (-90, 90)]
)


@READING
@pytest.mark.parametrize("steps, batch", [(1, 1), (1, 3), (2, 3), (7, 1), (64, 3)])
def test_a_convolution_is_torchs_and_so_are_its_gradients(offsets, steps, batch):
    torch.manual_seed(0)
    x = torch.randn(steps, batch, FEATURES, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(FEATURES, FEATURES, len(offsets), dtype=torch.float64, requires_grad=True)
    bias = torch.randn(FEATURES, dtype=torch.float64, requires_grad=True)
    apart = offsets[1] - offsets[0] if len(offsets) > 1 else 1
    for residual in (False, True):
        padded = pad(x.permute(1, 2, 0), (-offsets[0], offsets[-1]))
        expected = conv1d(padded, weight, bias, dilation=apart).relu().permute(2, 0, 1)
        expected = expected + x if residual else expected
        got = convolve(x, weight, bias, offsets, residual)
        wanted = torch.randn_like(got)
        torch.testing.assert_close(got, expected)
        for mine, torchs in zip(
            *(torch.autograd.grad(y, (x, weight, bias), wanted) for y in (got, expected)),
            strict=True,
        ):
            torch.testing.assert_close(mine, torchs)


def test_a_convolution_counts_its_operations():
    with FlopCounterMode(display=False) as counter:
        x = torch.empty(10, 2, FEATURES, device="meta", requires_grad=True)
        weight = torch.empty(WIDTH, FEATURES, 2, device="meta", requires_grad=True)
        bias = torch.empty(WIDTH, device="meta", requires_grad=True)
        convolve(x, weight, bias, (-1, 0)).sum().backward()
    # The first step has nothing before it: 10 + 9 blocks of 2 rows, forwards and twice backwards.
    assert counter.get_total_flops() == 3 * 2 * (10 + 9) * 2 * FEATURES * WIDTH


# TCN


def test_tcn_is_made_of_torchs_weight_normalised_convolutions():
    net = made(TCN, layers=3, kernel=3)
    x = torch.randn(2, 40, FEATURES)
    h = x.transpose(1, 2)
    for level, block in enumerate(net.blocks):
        inner, dilation = h, 2**level
        for mine in (block.change[0], block.change[2]):
            size, below, kernel = mine.direction.shape
            conv = nn.Conv1d(below, size, kernel, padding=2 * dilation, dilation=dilation)
            conv = weight_norm(conv)
            with torch.no_grad():
                conv.parametrizations.weight.original0.copy_(mine.length)
                conv.parametrizations.weight.original1.copy_(mine.direction)
                conv.bias.copy_(mine.bias)
            inner = conv(inner)[..., : -2 * dilation].relu()
        if level == 0:
            weight, bias = block.shortcut.weight, block.shortcut.bias
            h = torch.einsum("oi,bit->bot", weight, h) + bias[:, None]
        h = (h + inner).relu()
    torch.testing.assert_close(outputs(net, x), h.transpose(1, 2), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(("layers", "kernel", "field"), [(1, 2, 3), (3, 2, 15), (2, 5, 25)])
def test_tcn_sees_as_far_as_it_says(layers, kernel, field):
    """Two convolutions a block: 1 + 2 (kernel - 1) (1 + 2 + 4 + ...)."""
    net = made(TCN, layers=layers, kernel=kernel)
    x = torch.randn(1, field + 4, FEATURES, requires_grad=True)
    (gradient,) = torch.autograd.grad(outputs(net, x)[:, -1].sum(), x)
    seen = (gradient[0] != 0).any(-1)
    assert net.receptive_field == field
    assert seen[-field] and not seen[:-field].any()


def test_tcn_starts_where_a_plain_convolution_starts():
    torch.manual_seed(0)
    convolution = TCN(FEATURES, WIDTH, CAUSAL).blocks[3].change[0]
    weight = convolution.weight()
    torch.testing.assert_close(weight, convolution.direction)
    assert weight.abs().max().item() == pytest.approx(1 / np.sqrt(3 * WIDTH), rel=0.05)


def test_tcn_dropout_blanks_whole_channels_and_only_in_training():
    net = made(TCN, dropout=0.5)
    drop = net.blocks[0].change[1]
    kept = drop(torch.ones(20, 4, WIDTH))
    assert ((kept == kept[:1]).all()) and set(kept.unique().tolist()) == {0.0, 2.0}
    x = torch.randn(2, 20, FEATURES)
    assert not torch.equal(outputs(net, x), outputs(net, x))
    net.eval()
    assert torch.equal(outputs(net, x), outputs(net, x))
    assert torch.equal(outputs(net, x), outputs(made(TCN), x))


# minGRU


@pytest.mark.parametrize("steps", [1, 2, 7, 33])
def test_min_gru_step_by_step(steps):
    net = made(MinGRU, layers=2)
    p = numbers(net)
    x = torch.randn(2, steps, FEATURES)
    h = x.numpy() @ p["enter.weight"].T + p["enter.bias"]
    for layer in ("layers.0", "layers.1"):
        read = normalised(h, p[f"{layer}.norm.weight"], p[f"{layer}.norm.bias"])
        state, states = np.zeros((2, WIDTH)), []
        for t in range(steps):
            z = expit(read[:, t] @ p[f"{layer}.gate.weight"].T + p[f"{layer}.gate.bias"])
            v = read[:, t] @ p[f"{layer}.candidate.weight"].T + p[f"{layer}.candidate.bias"]
            state = (1 - z) * state + z * np.where(v >= 0, v + 0.5, expit(v))
            states.append(state)
        h = h + np.stack(states, 1)
    expected = normalised(h, p["norm.weight"], p["norm.bias"])
    np.testing.assert_allclose(outputs(net, x).detach(), expected, atol=1e-5)


@pytest.mark.parametrize("low, high", [(-60, 60), (-4, -2), (5, 9)])
def test_scan_of_a_long_sequence_and_its_gradient(low, high):
    """1000 steps, gates shut and wide open included: exact to single precision."""
    torch.manual_seed(0)
    steps = 1000
    keep = torch.empty(2, steps, 4).uniform_(low, high).sigmoid().requires_grad_()
    gain = torch.rand(2, steps, 4, requires_grad=True)
    wanted = torch.rand(2, steps, 4)
    got = scan(keep, gain)
    got.backward(wanted)
    k, g, w = (a.detach().numpy().astype(float) for a in (keep, gain, wanted))
    h, back = np.zeros((steps + 1, 2, 4)), np.zeros((steps + 1, 2, 4))
    for t in range(steps):
        h[t + 1] = k[:, t] * h[t] + g[:, t]
    for t in reversed(range(steps)):
        back[t] = w[:, t] + (k[:, t + 1] * back[t + 1] if t + 1 < steps else 0)
    np.testing.assert_allclose(got.detach(), h[1:].swapaxes(0, 1), rtol=1e-5)
    np.testing.assert_allclose(gain.grad, back[:-1].swapaxes(0, 1), rtol=1e-5)
    np.testing.assert_allclose(keep.grad, (back[:-1] * h[:-1]).swapaxes(0, 1), rtol=1e-5)


# S4D


def held(system: DiagonalSystem, x: np.ndarray) -> np.ndarray:
    """The system's output, one step after the other, discretised by scipy as a real system."""
    p = numbers(system)
    y = np.zeros_like(x)
    for channel in range(x.shape[2]):
        decay, frequency = np.exp(p["log_decay"][channel]), p["frequency"][channel]
        states = len(decay)
        a = np.zeros((2 * states, 2 * states))
        for n in range(states):  # real and imaginary part of a state
            a[2 * n : 2 * n + 2, 2 * n : 2 * n + 2] = [
                [-decay[n], -frequency[n]],
                [frequency[n], -decay[n]],
            ]
        b = np.tile([[1.0], [0.0]], (states, 1))
        c = 2 * (p["readout"][channel] * [1, -1]).reshape(1, -1)
        d = np.array([[p["direct"][channel]]])
        step = np.exp(p["log_step"][channel, 0])
        a, b, c, d, _ = cont2discrete((a, b, c, d), step, method="zoh")
        state = np.zeros((2 * states, len(x)))
        for t in range(x.shape[1]):
            state = a @ state + b @ x[None, :, t, channel]
            y[:, t, channel] = (c @ state + d @ x[None, :, t, channel])[0]
    return y


@pytest.mark.parametrize("steps", [1, 20, CHUNK, CHUNK + 1, 3 * CHUNK + 10])
def test_s4d_step_by_step(steps):
    net = made(S4D, layers=2, states=3)
    p = numbers(net)
    x = torch.randn(2, steps, FEATURES)
    h = x.numpy() @ p["enter.weight"].T + p["enter.bias"]
    for i, block in enumerate(net.blocks):
        weight, bias = p[f"blocks.{i}.norm.weight"], p[f"blocks.{i}.norm.bias"]
        y = held(block.system, normalised(h, weight, bias))
        y = y * (1 + erf(y / np.sqrt(2))) / 2
        y = y @ p[f"blocks.{i}.mix.weight"].T + p[f"blocks.{i}.mix.bias"]
        h = h + y[..., :WIDTH] * expit(y[..., WIDTH:])
    expected = normalised(h, p["norm.weight"], p["norm.bias"])
    np.testing.assert_allclose(outputs(net, x).detach(), expected, atol=1e-4)


def test_s4d_starts_as_published():
    torch.manual_seed(0)
    p = numbers(DiagonalSystem(2000, 4))
    np.testing.assert_allclose(-np.exp(p["log_decay"]), -0.5, rtol=1e-6)
    np.testing.assert_allclose(p["frequency"], np.tile(np.pi * np.arange(4), (2000, 1)), rtol=1e-6)
    steps = np.exp(p["log_step"])
    assert 0.001 <= steps.min() < 0.0011 and 0.09 < steps.max() <= 0.1
    assert np.median(steps) == pytest.approx(0.01, rel=0.2)  # uniform in the logarithm


# All of them


@ALL
def test_a_long_past_is_seen_and_no_future(architecture):
    """Exactly zero, also where a sequence is worked on in pieces."""
    net = made(architecture)
    x = torch.randn(1, 150, FEATURES, requires_grad=True)
    y = outputs(net, x)
    for step in (0, 62, 63, 64, 127, 128, 149):
        (gradient,) = torch.autograd.grad(y[:, step].sum(), x, retain_graph=True)
        assert (gradient[:, step + 1 :] == 0).all()
        assert (gradient[:, 0] != 0).any()


@ALL
def test_long_sequences_repeat_to_the_bit_and_count_their_operations(architecture):
    net = made(architecture)
    x = torch.randn(2, 150, FEATURES)
    torch.use_deterministic_algorithms(True)
    try:
        gradients = []
        for _ in range(2):
            net.zero_grad()
            outputs(net, x).square().sum().backward()
            gradients.append([p.grad.clone() for p in net.parameters()])
    finally:
        torch.use_deterministic_algorithms(False)
    for one, other in zip(*gradients, strict=True):
        assert torch.equal(one, other) and torch.isfinite(one).all()
    with FlopCounterMode(display=False) as counter:
        outputs(net.to("meta"), x.to("meta")).sum().backward()
    assert counter.get_total_flops() > 0
