"""Compiled recurrences: the same numbers as the equations and as torch's kernels."""

import builtins
import math
import os
import subprocess
import sys

import numpy as np
import pytest
import torch
from conftest import make_cell
from torch import nn

from architectures.fused import choice
from architectures.fused.bridge import recurrence
from architectures.gates import GRULayer, Layer, LSTMLayer, RNNLayer
from harness.experiment.environment import describe
from harness.training.run_cell import run_cell

TORCH = {RNNLayer: nn.RNN, LSTMLayer: nn.LSTM, GRULayer: nn.GRU}
ACTIVATIONS = [
    (gate, act) for gate in ("sigmoid", "hard_sigmoid", "relu") for act in ("tanh", "relu")
]
VARIANTS = (
    [(RNNLayer, {"candidate": act}) for act in ("tanh", "relu")]
    + [
        (kind, {"gate": gate, "candidate": act} | more)
        for kind, more in (
            (LSTMLayer, {}),
            (GRULayer, {}),
            (GRULayer, {"variant": "reset_before"}),
        )
        for gate, act in ACTIVATIONS
    ]
    + [
        (LSTMLayer, {"input": "1"}),
        (LSTMLayer, {"forget": "0", "output": "1"}),
        (LSTMLayer, {"input": "1", "forget": "1", "output": "1"}),
        (GRULayer, {"reset": "1"}),
        (GRULayer, {"reset": "0", "update": "0", "variant": "reset_before"}),
        (GRULayer, {"update": "1", "gate": "hard_sigmoid"}),
    ]
)
SHAPES = [(3, 7), (1, 5), (4, 1), (1, 1), (300, 9)]  # the last: more rows than are computed at once


def computed(layer: Layer, x, by_equations=False):
    """Hidden states, the states at the end, and the gradient of everything."""
    torch.manual_seed(1)
    layer.by_equations = by_equations
    start = [torch.randn(len(x), layer.width, dtype=x.dtype, requires_grad=True)]
    start += [torch.randn_like(start[0]).requires_grad_() for _ in layer.states[1:]]
    hidden, end = layer.forward_from(x, start)
    loss = sum((a * torch.randn(a.shape, dtype=a.dtype)).sum() for a in (hidden, *end))
    parameters = [*layer.weights.parameters()]
    return [hidden, *end, *torch.autograd.grad(loss, [x, *start, *parameters])]


def assert_close(found, expected, tolerance):
    for one, other in zip(found, expected, strict=True):
        scale = max(other.abs().max().item(), 1.0)
        torch.testing.assert_close(one, other, rtol=0, atol=tolerance * scale)


@pytest.mark.parametrize("batch, steps", SHAPES)
@pytest.mark.parametrize("kind, settings", VARIANTS, ids=str)
def test_the_equations_in_double_precision(kind, settings, batch, steps, monkeypatch):
    """States and gradients, that of a state to start from included."""
    torch.manual_seed(0)
    monkeypatch.setattr(choice, "FEWEST", dict.fromkeys(choice.FEWEST, (1, 1)))
    layer = kind(3, 5, False, **settings).double()
    layer.weights.weight_hh_l0.data.mul_(0.3)  # or what has no bound grows beyond all numbers
    x = (0.5 * torch.randn(batch, steps, 3, dtype=torch.float64)).requires_grad_()
    # torch's own hard sigmoid takes a sixth in single precision
    tolerance = 1e-7 if layer.gate == "hard_sigmoid" else 1e-12
    assert_close(computed(layer, x), computed(layer, x, by_equations=True), tolerance)


@pytest.mark.parametrize(
    "batch, steps, features, width", [(32, 40, 16, 60), (32, 200, 1, 33), (1, 1, 1, 1)]
)
@pytest.mark.parametrize("kind", TORCH)
def test_torch_in_single_precision(kind, batch, steps, features, width, monkeypatch):
    torch.manual_seed(0)
    layer = kind(features, width, False)
    weights = {name: value.clone() for name, value in layer.state_dict().items()}
    x = torch.randn(batch, steps, features, requires_grad=True)
    found = computed(layer, x)
    assert all(torch.equal(value, weights[name]) for name, value in layer.state_dict().items())
    monkeypatch.setenv(choice.VARIABLE, "torch")
    assert_close(found, computed(layer, x), 1e-5)


@pytest.mark.parametrize("fewest", [1, math.inf], ids=["compiled", "torch"])
@pytest.mark.parametrize("kind", TORCH)
def test_steps_read_on_their_own_and_without_gradients(kind, fewest, monkeypatch):
    torch.manual_seed(0)
    monkeypatch.setattr(choice, "FEWEST", dict.fromkeys(choice.FEWEST, (1, fewest)))
    layer = kind(3, 5, True)
    x = torch.randn(300, 9, 3)
    trained = layer(x)
    assert trained.requires_grad
    with torch.inference_mode():
        torch.testing.assert_close(layer(x), trained)
        whole, end = layer.forward_from(x, layer.initial_state(x))
        state, steps = layer.initial_state(x), []
        for step in x.split(1, 1):
            hidden, state = layer.forward_from(step, state)
            steps.append(hidden)
    torch.testing.assert_close(torch.cat(steps, 1), whole)
    for one, other in zip(state, end, strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("kind", TORCH)
def test_not_a_number_stays_what_it_is(kind):
    """So that training which has diverged is found out."""
    layer = kind(3, 5, False)
    x = torch.zeros(2, 4, 3)
    x[0, 1, 0] = torch.nan
    hidden = layer(x)
    assert hidden[0, 1:].isnan().all() and hidden[1].isfinite().all()
    assert layer(torch.full((1, 2, 3), 1e30)).isfinite().all()


BITS = """
import hashlib, torch
from architectures.gates import GRULayer, LSTMLayer, RNNLayer
torch.set_num_threads(1)
found = hashlib.sha256()
for kind in (RNNLayer, LSTMLayer, GRULayer):
    torch.manual_seed(0)
    layer = kind(7, 33, False)
    x = torch.randn(32, 50, 7, requires_grad=True)
    spoiled = [torch.empty(SIZE) for _ in range(3)]  # memory that is laid out in another way
    hidden = layer(x)
    hidden.square().sum().backward()
    for tensor in (hidden, x.grad, *(p.grad for p in layer.parameters())):
        found.update(tensor.detach().numpy().tobytes())
print(found.hexdigest())
"""


def test_the_same_bits_each_time():
    runs = [
        subprocess.run(
            [sys.executable, "-c", BITS.replace("SIZE", str(size))],
            capture_output=True, text=True, check=True, env=os.environ | {"OMP_NUM_THREADS": "1"},
        ).stdout
        for size in (1, 1, 777)
    ]  # fmt: skip
    assert len({*runs}) == 1


def test_a_second_derivative_is_refused():
    layer = RNNLayer(3, 5, False)
    x = torch.randn(2, 4, 3, requires_grad=True)
    (first,) = torch.autograd.grad(layer(x).square().sum(), x, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        first.sum().backward()


@pytest.fixture
def imported_anew():
    choice._imported.cache_clear()
    yield
    choice._imported.cache_clear()


def test_without_numba_torch_computes(monkeypatch, imported_anew):
    real = builtins.__import__

    def missing(name, *rest):
        if name.startswith("architectures.fused.bridge"):
            raise ImportError("No module named 'numba'")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    called = []
    layer = GRULayer(3, 5, False)
    layer.weights.register_forward_hook(lambda *_: called.append(1))
    layer(torch.randn(2, 4, 3))
    assert called and not GRULayer(3, 5, False, reset="1").has_kernel


def test_the_switch_and_what_is_recorded(monkeypatch):
    assert describe("cpu", 1)["kernels"].startswith("numba ")
    assert describe("cuda", 1)["kernels"] == "torch"
    monkeypatch.setenv(choice.VARIABLE, "torch")
    assert describe("cpu", 1)["kernels"] == "torch"
    monkeypatch.setattr("architectures.fused.bridge.recurrence", None)  # not called
    LSTMLayer(3, 5, False)(torch.randn(2, 4, 3))


@pytest.mark.slow
@pytest.mark.parametrize("architecture", ["rnn", "gru[layers=2,residual=true]", "bilstm"])
def test_a_cell_ends_alike_by_either_kernels(architecture, monkeypatch):
    cell = make_cell("recall[lag=2]", architecture)
    ours = run_cell(cell)
    monkeypatch.setenv(choice.VARIABLE, "torch")
    theirs = run_cell(cell)
    assert ours.flops == theirs.flops and ours.width == theirs.width
    for one, other in zip(ours.curve, theirs.curve, strict=True):
        assert one["loss"] == pytest.approx(other["loss"], rel=1e-3)
    np.testing.assert_allclose(ours.skill, theirs.skill, atol=0.02)


def test_it_is_the_compiled_kernel_that_is_tested():
    """A guard of this file: the layers here do not fall back unseen."""
    assert choice.usable() and recurrence
    for kind in TORCH:
        called = []
        layer = kind(3, 5, False)
        layer.weights.register_forward_hook(lambda *_, called=called: called.append(1))
        layer(torch.randn(32, 20, 3))
        assert not called
