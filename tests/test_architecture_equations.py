"""Each neural architecture against an independent computation of the same equations."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from torch import nn

from architectures.architecture import Signature
from architectures.cnn import CNN
from architectures.fnn_window import WindowFNN
from architectures.readout import read
from architectures.self_attention import SelfAttention, positions

FEATURES, WIDTH, STEPS = 3, 8, 7
CAUSAL = Signature("many-to-many", "vectors", FEATURES, "classes", 2, True, "per-step")
CENTRED = Signature("many-to-many", "vectors", FEATURES, "classes", 2, False, "per-step")
READ_LAST = Signature("many-to-one", "vectors", FEATURES, "classes", 2, False, "last")
POOLED = Signature("many-to-one", "vectors", FEATURES, "classes", 2, False, "max")


@pytest.fixture
def x() -> torch.Tensor:
    torch.manual_seed(0)
    return torch.randn(2, STEPS, FEATURES)


FULL = torch.tensor([STEPS, STEPS])


def arrays(module: nn.Module) -> dict[str, np.ndarray]:
    with torch.no_grad():
        for parameter in module.parameters():  # biases start at zero: that would hide errors
            parameter.add_(0.1 * torch.randn_like(parameter))
    return {k.split(".")[-1]: v.detach().numpy() for k, v in module.named_parameters()}


@pytest.mark.parametrize(
    ("signature", "window", "before"),
    [(CAUSAL, 3, 2), (READ_LAST, 3, 2), (CENTRED, 3, 1), (CENTRED, 4, 2), (POOLED, 5, 2)],
)
def test_fnn_window(x, signature, window, before):
    """It ends with its step where an output is causal or read last, else it is centred on it."""
    net = WindowFNN(FEATURES, WIDTH, signature, window=window)
    after = window - 1 - before
    (w0, b0), (w1, b1) = ((a.weight.detach().numpy(), a.bias.detach().numpy()) for a in net.layers)
    padded = np.pad(x.numpy(), ((0, 0), (before, after), (0, 0)))
    got = net(x, FULL).detach().numpy()
    for t in range(STEPS):
        seen = padded[:, t : t + window]
        # feature-major, the order in which the window is laid out
        hidden = np.maximum(seen.transpose(0, 2, 1).reshape(2, -1) @ w0.T + b0, 0)
        np.testing.assert_allclose(got[:, t], np.maximum(hidden @ w1.T + b1, 0), atol=1e-5)


@pytest.mark.parametrize(
    ("signature", "steps", "window"),
    [(CAUSAL, 4, 4), (CAUSAL, 40, 10), (READ_LAST, 40, 10), (POOLED, 4, 4), (CENTRED, 40, 11),
     (CAUSAL, None, 10), (CENTRED, None, 11)],
)  # fmt: skip
def test_a_window_is_fitted_to_the_longest_sequence(signature, steps, window):
    net = WindowFNN(FEATURES, WIDTH, dataclasses.replace(signature, steps=steps))
    assert net.receptive_field == window == net.layers[0].in_features // FEATURES


@pytest.mark.parametrize(("signature", "shift"), [(CAUSAL, 0), (CENTRED, 1)])
def test_cnn_stack(x, signature, shift):
    """Each level adds relu(sum_k W_k x[t + shift*d - (2 - k) d]) to its input."""
    net = CNN(FEATURES, WIDTH, signature, kernel=3, levels=3)
    level_input = net.enter(x.transpose(1, 2)).detach().numpy()
    for level, layer in enumerate(net.convolutions):
        weight, bias = layer.weight.detach().numpy(), layer.bias.detach().numpy()
        dilation, output = 2**level, np.zeros_like(level_input)
        for t in range(STEPS):
            total = np.tile(bias, (2, 1))
            for k in range(3):
                source = t + (k - 2 + shift) * dilation
                if 0 <= source < STEPS:
                    total = total + level_input[:, :, source] @ weight[:, :, k].T
            output[:, :, t] = np.maximum(total, 0)
        level_input = level_input + output
    got = net(x, FULL).detach().numpy()
    np.testing.assert_allclose(got, level_input.transpose(0, 2, 1), atol=1e-4)


def test_cnn_ngrams(x):
    net = CNN(FEATURES, WIDTH, POOLED, ngram=4)
    got = net(x, FULL).detach().numpy()
    start = 0
    for layer in net.convolutions:
        span, share = layer.kernel_size[0], layer.out_channels
        weight, bias = layer.weight.detach().numpy(), layer.bias.detach().numpy()
        before = span - 1 - (span - 1) // 2
        padded = np.pad(x.numpy(), ((0, 0), (before, span), (0, 0)))
        for t in range(STEPS):
            gram = padded[:, t : t + span]
            expected = np.einsum("bkf,ofk->bo", gram, weight) + bias
            np.testing.assert_allclose(
                got[:, t, start : start + share], np.maximum(expected, 0), atol=1e-5
            )
        start += share
    assert start == WIDTH


@pytest.mark.parametrize("steps", [7, 33, 120])
@pytest.mark.parametrize("signature", [CAUSAL, CENTRED])
def test_self_attention_is_torchs_encoder(signature, steps):
    torch.manual_seed(0)
    x = torch.randn(2, steps, FEATURES, requires_grad=True)
    net = SelfAttention(FEATURES, WIDTH, signature, layers=2, heads=2, feedforward=2)
    arrays(net)
    layers = []
    for block in net.blocks:
        layer = nn.TransformerEncoderLayer(
            WIDTH, 2, 2 * WIDTH, 0.0, "gelu", batch_first=True, norm_first=True
        )
        with torch.no_grad():
            layer.self_attn.in_proj_weight.copy_(block.query_key_value.weight)
            layer.self_attn.in_proj_bias.copy_(block.query_key_value.bias)
            for mine, theirs in (
                (block.leave, layer.self_attn.out_proj),
                (block.before_attention, layer.norm1),
                (block.before_feedforward, layer.norm2),
                (block.feedforward[0], layer.linear1),
                (block.feedforward[2], layer.linear2),
            ):
                theirs.weight.copy_(mine.weight)
                theirs.bias.copy_(mine.bias)
        layers.append(layer)
    lengths = torch.tensor([steps, 4])
    h = net.enter(x) + positions(steps, WIDTH)
    padding = torch.arange(steps) >= lengths[:, None]
    future = torch.ones(steps, steps).triu(1).bool() if signature.causal else None
    for layer in layers:
        h = layer(h, src_mask=future, src_key_padding_mask=padding)
    expected, got = net.norm(h), net(x, lengths)
    torch.testing.assert_close(got[0], expected[0], atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(got[1, :4], expected[1, :4], atol=1e-5, rtol=1e-4)
    wanted = torch.randn_like(got) * ~padding[..., None]
    mine, torchs = (torch.autograd.grad(y, x, wanted)[0] for y in (got, expected))
    torch.testing.assert_close(mine, torchs, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("how", ["last", "mean", "max"])
def test_readouts_and_their_gradients_see_real_steps_only(how):
    torch.manual_seed(0)
    lengths = torch.tensor([STEPS, 4, 1])
    hidden = torch.randn(3, STEPS, WIDTH, requires_grad=True)
    plain = {"last": lambda h: h[-1], "mean": lambda h: h.mean(0), "max": lambda h: h.amax(0)}
    expected = torch.stack([plain[how](h[:n]) for h, n in zip(hidden, lengths, strict=True)])
    got = read(hidden, lengths, how)
    torch.testing.assert_close(got, expected)
    wanted = torch.randn_like(got)
    mine, its = (torch.autograd.grad(y, hidden, wanted)[0] for y in (got, expected))
    torch.testing.assert_close(mine, its)


@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_positions_by_the_formula_whoever_asked_first(device):
    positions.cache_clear()
    with torch.inference_mode(), torch.device(device):
        positions(5, 7)
    assert not positions(5, 7).is_inference()
    code = positions(5, 7).numpy()
    for step in range(5):
        for i in range(7):
            angle = step / 10000 ** ((i - i % 2) / 7)
            assert code[step, i] == pytest.approx(
                np.cos(angle) if i % 2 else np.sin(angle), abs=1e-5
            )
