"""How much of the gradient comes back, and what a step of a recurrent network does to it."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch

from architectures.architecture import Signature
from harness.experiment.cell import refusal
from harness.experiment.registry import (
    architecture_declarations,
    load_architecture,
    make_task,
    spec_of,
)
from harness.probes.gradients import decay, gradient_flow, step_jacobian
from harness.training.loop import loss_of
from harness.training.network import Network
from harness.training.run_cell import signature_of
from tasks.task import Examples

KNOWN = architecture_declarations()
NEURAL = [name for name, declaration in KNOWN.items() if declaration.facts["neural"]]
FEATURES = 3
TASKS = (
    "recall[lag=12,symbols=4]",
    "adding[length=8]",
    "future_context[length=9,ahead=2]",
    "counting",
    "reverse[length=5,symbols=6]",
)


def named(label: str, kind: str = "architecture"):
    return spec_of(label, kind, "test")


def network(label: str, signature: Signature, width: int = 8) -> Network:
    spec = named(label)
    torch.manual_seed(0)
    return Network(load_architecture(spec), width, signature, dict(spec.parameters))


def vectors(label: str, problem: str = "many-to-one", width: int = 8, outputs: str = "reals"):
    """A network that reads vectors and is asked at each step, or at the last."""
    readout = "per-step" if problem == "many-to-many" else "last"
    return network(label, Signature(problem, "vectors", FEATURES, outputs, 2, True, readout), width)


def sequences(lengths: list[int], scale: float = 1.0) -> Examples:
    rng = np.random.default_rng(0)
    inputs = scale * rng.normal(size=(len(lengths), max(lengths), FEATURES))
    return Examples.of(inputs, rng.normal(size=(len(lengths), 2)), np.array(lengths))


def served(architecture: str) -> list[str]:
    return [task for task in TASKS if not refusal(named(architecture), named(task, "task"))]


# -- every architecture ----------------------------------------------------------------------


@pytest.mark.parametrize("task, label", [(t, name) for name in NEURAL for t in served(name)])
def test_every_neural_architecture(task, label):
    """Finite numbers that JSON can hold, at every lag there is; no example mixes with another."""
    made = make_task(named(task, "task"))
    net = network(label, signature_of(made, KNOWN[label].facts["readout"]))
    examples = made.examples("validation").take(slice(0, 2))
    found = gradient_flow(net, examples)
    json.dumps(found, allow_nan=False)
    alone = [gradient_flow(net, examples.take(slice(row, row + 1))) for row in range(2)]
    assert found["lags"] == [*range(len(found["lags"]))] and found["lags"]
    assert found["loss"] == pytest.approx((alone[0]["loss"] + alone[1]["loss"]) / 2)
    assert max(found["norms"]["input"]["mean"]) > 0
    for place, norms in found["norms"].items():
        for lag, n in enumerate(found["examples"]):
            one = [a["norms"][place]["mean"][lag] for a in alone if lag in a["lags"]]
            assert len(one) == n
            assert norms["mean"][lag] == pytest.approx(np.mean(one), rel=1e-9)
            assert norms["geometric"][lag] == pytest.approx(math.prod(one) ** (1 / n), rel=1e-9)
    recurrent = "hidden_l0" in found["norms"]
    assert recurrent is (found["jacobian"] is not None)
    if recurrent:
        assert found["jacobian"]["spectral_radius"] > 0
        assert isinstance(found["jacobian"]["lyapunov"], float)


def test_every_neural_architecture_serves_one_of_these_tasks():
    assert all(served(name) for name in NEURAL)


def test_what_is_recurrent():
    """Each layer that reads forwards has its states."""
    places = {
        "rnn[layers=2]": {"hidden_l0", "hidden_l1"},
        "lstm": {"hidden_l0", "cell_l0"},
        "bigru": {"hidden_l0"},
        "min_gru": set(),
    }
    for label, states in places.items():
        signature = Signature("many-to-one", "vectors", FEATURES, "reals", 2, False, "last")
        found = gradient_flow(network(label, signature), sequences([6, 6]))
        assert found["norms"].keys() == {"input"} | states


# -- against other ways to the same number ---------------------------------------------------


def differences(function, at: torch.Tensor) -> torch.Tensor:
    """Gradient by central differences."""
    gradient = torch.zeros_like(at)
    for place in np.ndindex(*at.shape):
        step = torch.zeros_like(at)
        step[place] = 1e-5
        gradient[place] = (function(at + step) - function(at - step)) / 2e-5
    return gradient


@pytest.mark.parametrize("label", ["rnn", "lstm", "gru", "self_attention", "cnn", "s4d"])
@pytest.mark.parametrize("outputs", ["reals", "binary"])
def test_numerical_differentiation(label, outputs):
    """Of the last scored step's loss, for examples of different lengths, one beside the other."""
    net = vectors(label, "many-to-many", 4, outputs)
    lengths, last = [6, 4], [4, 3]
    plain = sequences(lengths)
    targets = np.random.default_rng(1).integers(2, size=(2, 6, 2)).astype(float)
    scored = np.arange(6) <= np.array(last)[:, None]
    examples = Examples.of(plain.inputs, targets, plain.lengths, scored)
    found = gradient_flow(net, examples)
    assert found["lags"] == [0, 1, 2, 3, 4] and found["examples"] == [2, 2, 2, 2, 1]

    double = net.double()
    norms: list[list[float]] = [[] for _ in found["lags"]]
    for row, (length, end) in enumerate(zip(lengths, last, strict=True)):
        target = torch.from_numpy(targets[row, end][None])

        def loss(x, length=length, end=end, target=target):
            output = double(x[None], torch.tensor([length]))[:, end]
            return loss_of(output, target, torch.tensor([True]), outputs)

        x = torch.from_numpy(examples.inputs[row, :length]).double()
        gradient = differences(loss, x).norm(dim=-1)
        for lag in range(end + 1):
            norms[lag].append(gradient[end - lag].item())
    mean = [np.mean(one) for one in norms]
    geometric = [np.exp(np.mean(np.log(one))) for one in norms if min(one) > 0]
    assert found["norms"]["input"]["mean"] == pytest.approx(mean, rel=1e-5)
    measured = [g for g, one in zip(found["norms"]["input"]["geometric"], norms, strict=True) if g]
    assert measured == pytest.approx(geometric, rel=1e-5)


def test_numerical_differentiation_of_the_states():
    """An LSTM that reads on from a state that is off by a little."""
    net = vectors("lstm", width=4)
    examples = sequences([7])
    found = gradient_flow(net, examples)["norms"]
    double = net.double()
    layer, x = double.body.forwards[0], torch.from_numpy(examples.inputs).double()
    steps = layer.unroll(x)
    for lag in range(1, 7):
        states = [steps[name][:, 6 - lag].detach() for name in ("hidden", "cell")]

        def loss(state, which, lag=lag, states=states):
            # The hidden state of a step is its output gate times tanh of its cell.
            gate = steps["output_gate"][:, 6 - lag].detach()
            given = [gate * state.tanh(), state] if which else [state, states[1]]
            hidden, _ = layer.forward_from(x[:, 7 - lag :], given)
            error = double.head(hidden[:, -1]) - torch.from_numpy(examples.targets).double()
            return error.square().mean()

        for which, place in enumerate(("hidden_l0", "cell_l0")):
            gradient = differences(lambda state, w=which: loss(state, w), states[which])  # noqa: B023
            assert found[place]["mean"][lag] == pytest.approx(gradient.norm().item(), rel=1e-5)


@pytest.mark.parametrize("gain", [0.5, 0.9, 1.1])
def test_a_linear_network_decays_by_its_gain(gain):
    """An orthogonal matrix times the gain; the inputs are so small that tanh is the identity."""
    net = vectors(f"rnn[gain={gain}]", width=16)
    found = gradient_flow(net, sequences([60] * 4, scale=1e-9))
    hidden = found["norms"]["hidden_l0"]
    for fit in (hidden["decay"], hidden["geometric_decay"]):
        assert fit["rate"] == pytest.approx(gain, rel=1e-6)
        assert fit["r2"] == pytest.approx(1) and fit["from"] == 1
    assert found["norms"]["input"]["decay"]["rate"] == pytest.approx(gain, rel=0.03)
    assert found["jacobian"]["lyapunov"] == pytest.approx(math.log(gain), rel=1e-6)
    assert found["jacobian"]["spectral_radius"] == pytest.approx(gain, rel=1e-6)


def test_a_state_that_is_kept():
    """An update gate held at 1 keeps a GRU's state as it is: the Jacobian is the identity."""
    found = gradient_flow(vectors("gru[hold_update=1]"), sequences([20, 20]))
    assert found["jacobian"]["lyapunov"] == pytest.approx(0, abs=1e-12)
    assert found["jacobian"]["spectral_radius"] == pytest.approx(1)
    assert found["norms"]["hidden_l0"]["decay"]["rate"] == pytest.approx(1)
    assert max(found["norms"]["input"]["mean"]) == 0  # which nothing gets into


@pytest.mark.parametrize("label", ["rnn[gain=1.6]", "lstm", "gru[gate=hard_sigmoid]"])
def test_the_jacobian_by_another_way(label):
    """Against whole Jacobians by automatic differentiation, and singular values of products."""
    layer = vectors(label, width=4).double().body.forwards[0]
    x = torch.from_numpy(sequences([400]).inputs).double()
    below, before, below_bias, before_bias = layer.weights.parameters()

    def step(state, entry):
        parts = list(state.view(len(layer.states), 1, 4))
        recurrent = parts[0] @ before.T + before_bias
        found = layer.step((entry @ below.T + below_bias)[None], recurrent, *parts)
        return torch.cat([found[name] for name in layer.states]).flatten()

    state, jacobians = torch.zeros(4 * len(layer.states), dtype=torch.float64), []
    for entry in x[0]:
        jacobians.append(torch.autograd.functional.jacobian(lambda s, e=entry: step(s, e), state))
        state = step(state, entry).detach()
    product, growth = torch.eye(len(state), dtype=torch.float64), 0.0
    for jacobian in jacobians[:300]:
        product = jacobian @ product
        growth += math.log(product.norm())
        product /= product.norm()
    growth += math.log(torch.linalg.matrix_norm(product, 2))
    found = step_jacobian(layer, x, torch.tensor([400]))
    assert found["lyapunov"] == pytest.approx(growth / 300, abs=0.01)
    chosen = np.linspace(0, 399, found["points"]).round().astype(int)
    radii = [torch.linalg.eigvals(jacobians[at]).abs().max().item() for at in chosen]
    assert found["spectral_radius"] == pytest.approx(np.mean(radii), rel=1e-9)


def test_a_state_that_is_forgotten_has_no_exponent():
    net = vectors("rnn[gain=0]")
    found = gradient_flow(net, sequences([5, 5]))
    assert found["jacobian"]["lyapunov"] is None
    assert found["jacobian"]["spectral_radius"] == 0
    assert found["norms"]["input"]["decay"]["zero_beyond"] == 0


# -- what is left out ------------------------------------------------------------------------


def test_padding_and_neighbours_change_nothing():
    net = vectors("lstm")
    both = sequences([9, 5])
    short = gradient_flow(net, both.take(slice(1, 2)))
    padded = Examples(
        *(array[1:] for array in (both.inputs, both.lengths, both.targets)), both.loss_mask[1:]
    )
    beside = gradient_flow(net, padded)
    assert padded.inputs.shape[1] == 9 and short["lags"] == beside["lags"] == [0, 1, 2, 3, 4]
    for place in ("input", "hidden_l0", "cell_l0"):
        mean = beside["norms"][place]["mean"]
        assert short["norms"][place]["mean"] == pytest.approx(mean, rel=1e-9)
    assert short["jacobian"]["lyapunov"] == pytest.approx(beside["jacobian"]["lyapunov"])


def test_examples_without_a_scored_target_are_left_out():
    net, examples = vectors("rnn"), sequences([8, 6])
    examples.loss_mask[0] = False
    found = gradient_flow(net, examples)
    assert found["lags"][-1] == 5 and set(found["examples"]) == {1}
    assert found["loss"] == pytest.approx(gradient_flow(net, examples.take(slice(1, 2)))["loss"])


def test_nothing_beyond_the_window():
    found = gradient_flow(vectors("fnn_window[window=7]"), sequences([20, 20, 15]))
    norms = found["norms"]["input"]
    assert all(norm > 0 for norm in norms["mean"][:7])
    assert norms["mean"][7:] == [0] * 13 and norms["geometric"][7:] == [0] * 13
    assert norms["decay"]["zero_beyond"] == 6
    assert norms["decay"]["to"] == 6


def test_a_decoders_lags_are_counted_from_the_inputs_end():
    task = make_task(named("reverse[length=6,symbols=4]", "task"))
    examples = task.examples("validation").take(slice(0, 8))
    found = gradient_flow(network("encoder_decoder", signature_of(task)), examples)
    reach = [int((examples.lengths > lag).sum()) for lag in range(examples.lengths.max())]
    assert found["examples"] == reach
    assert min(found["norms"]["input"]["mean"]) > 0


def test_the_network_stays_as_it_is():
    net = vectors("tcn[dropout=0.5]").train()
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    once, again = (gradient_flow(net, sequences([9, 9])) for _ in range(2))
    assert once == again  # no dropout
    assert net.training and all(p.requires_grad and p.grad is None for p in net.parameters())
    assert all(torch.equal(tensor, before[name]) for name, tensor in net.state_dict().items())


# -- the textbook ----------------------------------------------------------------------------


def test_the_rnn_vanishes_faster_than_the_lstm_and_gain_2_explodes():
    rates = {}
    task = make_task(named("recall[lag=50]", "task"))
    examples = task.examples("validation").take(slice(0, 8))
    for label in ("rnn", "lstm", "rnn[gain=2]"):
        found = gradient_flow(network(label, signature_of(task), 48), examples)
        assert found["norms"]["input"]["decay"]["r2"] > 0.95
        rates[label] = found["norms"]["input"]["decay"]["rate"]
        assert math.log(rates[label]) == pytest.approx(found["jacobian"]["lyapunov"], abs=0.04)
    assert rates["rnn"] < rates["lstm"] < 1 < rates["rnn[gain=2]"]


# -- the fit ---------------------------------------------------------------------------------


def test_decay_of_an_exponential():
    found = decay([9.0, *(5 * 0.8**k for k in range(1, 30))])
    assert found["rate"] == pytest.approx(0.8) and found["r2"] == pytest.approx(1)
    assert (found["from"], found["to"], found["zero_beyond"]) == (1, 29, None)


def test_decay_leaves_out_what_underflows_and_what_overflows():
    found = decay([1.0, *(0.05**k for k in range(1, 400))])
    assert found["rate"] == pytest.approx(0.05)
    assert found["to"] == 23 and found["zero_beyond"] is None
    found = decay([1.0, 10.0, 100.0, 1000.0, None])
    assert found["rate"] == pytest.approx(10) and found["to"] == 3


def test_decay_by_hand():
    """The normal equations."""
    norms = [1.0, 0.5, 0.4, 0.1, 0.0, 0.0]
    found = decay(norms)
    k, y = np.array([1.0, 2.0, 3.0]), np.log(norms[1:4])
    slope, intercept = np.linalg.lstsq(np.stack([k, np.ones(3)], 1), y, rcond=None)[0]
    rest = y - slope * k - intercept
    assert found["rate"] == pytest.approx(math.exp(slope))
    assert found["r2"] == pytest.approx(1 - (rest**2).sum() / ((y - y.mean()) ** 2).sum())
    assert found["zero_beyond"] == 3


@pytest.mark.parametrize("norms", [[], [1.0], [1.0, 0.5, 0.2], [0.0] * 9])
def test_too_little_to_fit(norms):
    assert set(decay(norms).values()) == {None}


def test_a_gradient_too_small_to_be_squared_is_not_zero():
    found = gradient_flow(vectors("rnn[gain=0.1]", width=16), sequences([252] * 2, scale=1e-9))
    hidden = found["norms"]["hidden_l0"]
    assert 0 < hidden["mean"][-1] < 1e-240 and 0 < hidden["geometric"][-1] < 1e-240
    assert hidden["decay"]["zero_beyond"] is None
    assert hidden["decay"]["rate"] == pytest.approx(0.1)


def test_a_gradient_that_leaves_the_numbers_is_none():
    found = gradient_flow(vectors("rnn[gain=30]", width=4), sequences([300] * 2, scale=1e-200))
    json.dumps(found, allow_nan=False)
    hidden = found["norms"]["hidden_l0"]
    assert hidden["mean"][-1] is None and hidden["decay"]["rate"] == pytest.approx(30, rel=0.01)
