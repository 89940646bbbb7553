"""Recurrent networks against numpy by hand and against torch.nn, in every setting they have."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
import torch
from conftest import make_cell
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from architectures import readout
from architectures.architecture import Refused, Signature
from architectures.min_gru import MinGRU
from architectures.recurrent import GRU, LSTM, RNN, BiGRU, BiLSTM, BiRNN
from harness.errors import UserError
from harness.experiment.record import Outcome
from harness.experiment.registry import make_task, spec_of
from harness.training.loop import tensors
from harness.training.network import Network
from harness.training.run_cell import run_cell, signature_of
from tasks.task import Unavailable

BATCH, STEPS, FEATURES, WIDTH = 3, 7, 4, 6
SIGNATURE = Signature("many-to-many", "vectors", FEATURES, "classes", 2, False, "per-step")
FULL = torch.full((BATCH,), STEPS)
RAGGED = torch.tensor([STEPS, 4, 1])
FORWARDS, BOTH = [RNN, LSTM, GRU], [BiRNN, BiLSTM, BiGRU]
TORCH = {RNN: nn.RNN, LSTM: nn.LSTM, GRU: nn.GRU, BiRNN: nn.RNN, BiLSTM: nn.LSTM, BiGRU: nn.GRU}
NAMES = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
HELD = ("free", "0", "1")


def built(kind, dtype=torch.float64, **parameters):
    """A network none of whose parameters is at a special value."""
    torch.manual_seed(1)
    net = kind(FEATURES, WIDTH, SIGNATURE, **parameters).to(dtype)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    return net


def some_x(dtype=torch.float64, steps=STEPS) -> torch.Tensor:
    return torch.randn(
        BATCH, steps, FEATURES, dtype=dtype, generator=torch.Generator().manual_seed(2)
    )


def gradients(output: torch.Tensor, of) -> list[torch.Tensor]:
    """Of a sum in which every output has a weight of its own."""
    weights = torch.linspace(-1, 1, output.numel(), dtype=output.dtype).view_as(output)
    return list(torch.autograd.grad((output * weights).sum(), list(of), retain_graph=True))


def torchs(net, kind, dtype) -> nn.RNNBase:
    """torch's own stack in one piece, with the same weights."""
    layers = len(net.forwards)
    stack = TORCH[kind](FEATURES, WIDTH, layers, batch_first=True, bidirectional=kind in BOTH)
    stack.to(dtype)
    with torch.no_grad():
        for suffix, read in (("", net.forwards), ("_reverse", net.backwards)):
            for level, layer in enumerate(read):
                for name in NAMES:
                    source = getattr(layer.weights, f"{name}_l0")
                    getattr(stack, f"{name}_l{level}{suffix}").copy_(source)
    return stack


# -- the equations, by hand ------------------------------------------------------------------

ACTIVATIONS = {
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "hard_sigmoid": lambda z: np.clip(z / 6 + 0.5, 0, 1),
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
}


def by_hand(net, blocks, step, settings, states=1) -> dict[str, np.ndarray]:
    """Run ``step`` over time; it gets W x + b and U h + b' by block, and the states."""
    held = {k.removeprefix("hold_"): float(v) for k, v in settings.items() if v in ("0", "1")}
    layer = net.forwards[0]
    w, u, b, c = (getattr(layer.weights, f"{name}_l0").detach().numpy() for name in NAMES)
    free = [block for block in blocks if block not in held]
    gate = ACTIVATIONS[settings.get("gate", "sigmoid")]
    act = ACTIVATIONS[settings.get("candidate", settings.get("activation", "tanh"))]
    state = tuple(np.zeros((BATCH, WIDTH)) for _ in range(states))
    seen: dict[str, list] = {}
    for x in some_x().numpy().swapaxes(0, 1):
        below = dict(zip(free, np.split(x @ w.T + b, len(free), 1), strict=True))
        before = dict(zip(free, np.split(state[0] @ u.T + c, len(free), 1), strict=True))
        gates = {
            name: np.full((BATCH, WIDTH), held[name])
            if name in held
            else gate(below[name] + before[name])
            for name in blocks
            if name != "candidate"
        }
        state, others = step(below["candidate"], before["candidate"], gates, act, *state)
        found = dict(zip(("hidden", "cell"), state, strict=False)) | others
        found |= {f"{name}_gate": value for name, value in gates.items()}
        for name, value in found.items():
            seen.setdefault(name, []).append(value)
    return {f"{name}_l0": np.stack(values, 1) for name, values in seen.items()}


def rnn_step(below, before, gates, act, h):
    return (act(below + before),), {}


def lstm_step(below, before, gates, act, h, c):
    candidate = act(below + before)
    c = gates["forget"] * c + gates["input"] * candidate
    return (gates["output"] * act(c), c), {"candidate": candidate}


def gru_step(below, before, gates, act, h):
    candidate = act(below + gates["reset"] * before)
    h = (1 - gates["update"]) * candidate + gates["update"] * h
    return (h,), {"candidate": candidate}


def settings_of(*gates):
    shapes = [
        {"gate": gate, "candidate": candidate}
        for gate, candidate in itertools.product(
            ["sigmoid", "hard_sigmoid", "relu"], ["tanh", "relu"]
        )
    ]
    holds = [
        {f"hold_{name}": value for name, value in zip(gates, values, strict=True)}
        for values in itertools.product(HELD, repeat=len(gates))
    ]
    return shapes + [hold | {"gate": "hard_sigmoid"} for hold in holds] + holds


BY_HAND = (
    [(RNN, {"activation": activation}) for activation in ("tanh", "relu")]
    + [(LSTM, settings) for settings in settings_of("input", "forget", "output")]
    + [(GRU, settings) for settings in settings_of("reset", "update")]
)
EQUATIONS = {
    RNN: (("candidate",), rnn_step, 1),
    LSTM: (("input", "forget", "candidate", "output"), lstm_step, 2),
    GRU: (("reset", "update", "candidate"), gru_step, 1),
}


@pytest.mark.parametrize(("kind", "settings"), BY_HAND, ids=str)
def test_every_setting_by_hand(kind, settings):
    """What forward returns, and every state and gate that trace does."""
    net = built(kind, **settings)
    blocks, step, states = EQUATIONS[kind]
    expected = by_hand(net, blocks, step, settings, states)
    with torch.no_grad():
        output, seen = net(some_x(), FULL), net.trace(some_x(), FULL)
    assert seen.keys() == expected.keys() | {"output"}
    for name, value in expected.items():
        assert seen[name].shape == (BATCH, STEPS, WIDTH)
        np.testing.assert_allclose(seen[name], value, atol=1e-12, err_msg=name)
    np.testing.assert_allclose(output, expected["hidden_l0"], rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(seen["output"], output, atol=1e-12, rtol=1e-12)


def test_a_gru_whose_reset_gate_acts_before_the_product_by_hand():
    net = built(GRU, variant="reset_before")
    (layer,) = net.forwards
    w, u, b, c = (getattr(layer.weights, f"{name}_l0").detach().numpy() for name in NAMES)
    sigmoid, h = ACTIVATIONS["sigmoid"], np.zeros((BATCH, WIDTH))
    output = net(some_x(), FULL).detach().numpy().swapaxes(0, 1)
    for x, found in zip(some_x().numpy().swapaxes(0, 1), output, strict=True):
        reset, update, below = np.split(x @ w.T + b, 3, 1)
        (of_reset, of_update, of_new), (d_reset, d_update, d_new) = np.split(u, 3), np.split(c, 3)
        reset, update = (
            sigmoid(z + h @ m.T + d)
            for z, m, d in ((reset, of_reset, d_reset), (update, of_update, d_update))
        )
        new = np.tanh(below + (reset * h) @ of_new.T + d_new)
        h = (1 - update) * new + update * h
        np.testing.assert_allclose(found, h, atol=1e-12)


# -- against torch.nn ------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("initial_state", ["zero", "learned"])
@pytest.mark.parametrize("kind", FORWARDS)
def test_step_by_step_is_the_fused_kernel(kind, initial_state, dtype):
    """Outputs and all gradients: two computations with one set of parameters."""
    (layer,) = built(kind, dtype, initial_state=initial_state).forwards
    assert isinstance(layer.weights, TORCH[kind])
    x = some_x(dtype).requires_grad_()
    fused, explicit = layer(x), layer.unroll(x)["hidden"]
    close = {"atol": 1e-6, "rtol": 1e-5} if dtype == torch.float32 else {"atol": 1e-12, "rtol": 0}
    torch.testing.assert_close(fused, explicit, **close)
    of = [x, *layer.parameters()]
    for one, other in zip(gradients(fused, of), gradients(explicit, of), strict=True):
        assert one.abs().max() > 0
        torch.testing.assert_close(one, other, **close)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("kind", FORWARDS + BOTH)
def test_stack_is_torchs_on_packed_sequences(kind, layers, dtype):
    net = built(kind, dtype, layers=layers)
    x = some_x(dtype)
    packed = nn.utils.rnn.pack_padded_sequence(x, RAGGED, batch_first=True)
    expected, _ = nn.utils.rnn.pad_packed_sequence(
        torchs(net, kind, dtype)(packed)[0], batch_first=True
    )
    for got in (net(x, RAGGED), net.trace(x, RAGGED)["output"]):
        for row, length in enumerate(RAGGED):
            torch.testing.assert_close(got[row, :length], expected[row, :length])


@pytest.mark.parametrize("kind", FORWARDS + BOTH)
def test_what_training_starts_from(kind):
    """torch's own draws for all layers, then for each an orthogonal matrix for every gate, and
    input weights by fan-in for every gate."""
    torch.manual_seed(5)
    net = kind(FEATURES, WIDTH, SIGNATURE, layers=2)
    layers = [*net.forwards, *net.backwards]
    torch.manual_seed(5)
    sizes = [FEATURES, net.out_features] * (len(layers) // 2)
    references = [TORCH[kind](size, WIDTH) for size in sizes]
    for reference in references:
        for gate in reference.weight_hh_l0.data.split(WIDTH):
            nn.init.orthogonal_(gate)
        for gate in reference.weight_ih_l0.data.split(WIDTH):
            nn.init.xavier_uniform_(gate)
    biases = {nn.RNN: [0], nn.LSTM: [0, 1, 0, 0], nn.GRU: [0, 1, 0]}[TORCH[kind]]
    for layer, reference in zip(layers, references, strict=True):
        for name in ("weight_ih_l0", "weight_hh_l0"):
            assert torch.equal(getattr(layer.weights, name), getattr(reference, name))
        bias = (layer.weights.bias_ih_l0 + layer.weights.bias_hh_l0).detach()
        assert bias.view(-1, WIDTH).unique(dim=1).flatten().tolist() == biases


@pytest.mark.parametrize(
    ("kind", "parameter", "block"),
    [(LSTM, "forget_bias", "forget"), (GRU, "update_bias", "update")],
)
@pytest.mark.parametrize("hold", [{}, {"gate": "relu"}, {"first": "1"}])
def test_the_bias_finds_its_gate_wherever_its_rows_are(kind, parameter, block, hold):
    first = {LSTM: "hold_input", GRU: "hold_reset"}[kind]
    settings = {first if key == "first" else key: value for key, value in hold.items()}
    net = kind(FEATURES, WIDTH, SIGNATURE, **{parameter: 3.0}, **settings)
    blocks = [b for b in EQUATIONS[kind][0] if settings.get(f"hold_{b}", "free") == "free"]
    (layer,) = net.forwards
    bias = dict(zip(blocks, layer.weights.bias_ih_l0.detach().split(WIDTH), strict=True))
    assert (bias.pop(block) == 3).all()
    assert all((other == 0).all() for other in bias.values())


@pytest.mark.parametrize("kind", [LSTM, GRU])
def test_weights_serve_both_computations(kind):
    """One seed, one start, and the parameters of one load into the other."""
    fused, explicit = (built(kind, gate=gate, layers=2) for gate in ("sigmoid", "hard_sigmoid"))
    assert isinstance(fused.forwards[0].weights, TORCH[kind])
    assert not isinstance(explicit.forwards[0].weights, nn.RNNBase)
    assert list(fused.state_dict()) == list(explicit.state_dict())
    for name, value in fused.state_dict().items():
        assert torch.equal(value, explicit.state_dict()[name])
    explicit.load_state_dict(fused.state_dict())


# -- single gates held -----------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("variant", ["reset_after", "reset_before"])
@pytest.mark.parametrize(
    "parameters", [{}, {"layers": 3, "residual": True, "initial_state": "learned"}], ids=str
)
def test_gru_with_reset_at_1_and_update_at_0_is_the_rnn(activation, variant, parameters, dtype):
    """Same seed, same weights, and to the last bit the same outputs and gradients, by the equations
    of both; by kernels to rounding."""
    rnn = built(RNN, dtype, activation=activation, **parameters)
    held = {"hold_reset": "1", "hold_update": "0", "variant": variant}
    gru = built(GRU, dtype, candidate=activation, **held, **parameters)
    assert list(rnn.state_dict()) == list(gru.state_dict())
    for name, value in rnn.state_dict().items():
        assert torch.equal(value, gru.state_dict()[name])
    x = some_x(dtype).requires_grad_()
    traced, held = rnn.trace(x, FULL)["output"], gru.trace(x, FULL)["output"]
    assert torch.equal(traced, held)
    for one, other in zip(
        gradients(traced, [x, *rnn.parameters()]),
        gradients(held, [x, *gru.parameters()]),
        strict=True,
    ):
        assert torch.equal(one, other)
    fused, held = rnn(x, FULL), gru(x, FULL)  # kernels order their sums in other ways
    torch.testing.assert_close(fused, held, atol=1e-6, rtol=1e-6)
    for one, other in zip(
        gradients(fused, [x, *rnn.parameters()]),
        gradients(held, [x, *gru.parameters()]),
        strict=True,
    ):
        torch.testing.assert_close(one, other, atol=3e-5, rtol=3e-5)


HOLDS = [
    (LSTM, {"hold_input": "1"}, 3 / 4),
    (LSTM, {"hold_forget": "1"}, 3 / 4),
    (LSTM, {"hold_input": "1", "hold_forget": "1", "hold_output": "1"}, 1 / 4),
    (GRU, {"hold_reset": "1"}, 2 / 3),
    (GRU, {"hold_reset": "0", "hold_update": "0"}, 1 / 3),
]


@pytest.mark.parametrize(("kind", "hold", "share"), HOLDS, ids=str)
def test_a_held_gate_has_no_parameters(kind, hold, share):
    """Nothing is counted that does nothing: each parameter left has a gradient."""
    whole, net = (built(kind, layers=2, **settings) for settings in ({}, hold))
    size, full = (sum(p.numel() for p in n.parameters()) for n in (net, whole))
    assert size == pytest.approx(share * full)
    if hold.get("hold_reset") != "0":  # at 0 it cuts the recurrence, and U with it
        for gradient in gradients(net(some_x(), FULL), net.parameters()):
            assert (gradient != 0).any(-1).all()


def test_an_update_gate_at_1_never_changes_the_state():
    net = built(GRU, hold_update="1", initial_state="learned")
    start = net.forwards[0].initial["hidden"]
    assert torch.equal(net(some_x(), FULL), start.expand(BATCH, STEPS, WIDTH))


def test_a_forget_gate_at_1_keeps_all_that_was_added():
    """Without forgetting, the cell is the running sum of what the input gate lets in."""
    seen = built(LSTM, hold_forget="1").trace(some_x(), FULL)
    added = seen["input_gate_l0"] * seen["candidate_l0"]
    torch.testing.assert_close(seen["cell_l0"], added.cumsum(1))


# -- residual connections, initial states, gain ----------------------------------------------


@pytest.mark.parametrize("kind", FORWARDS + BOTH)
def test_residual_adds_each_layers_input_from_the_second_up(kind):
    net = built(kind, layers=3, residual=True)
    x = some_x()
    expected = x
    for level in range(3):
        parts = [torchs_layer(net.forwards[level])(expected)[0]]
        if kind in BOTH:
            back = torchs_layer(net.backwards[level])(expected.flip(1))[0]
            parts.append(back.flip(1))
        hidden = torch.cat(parts, -1)
        expected = hidden if level == 0 else expected + hidden
    torch.testing.assert_close(net(x, FULL), expected)
    torch.testing.assert_close(net.trace(x, FULL)["output"], expected)
    plain = built(kind, layers=3)
    assert not torch.allclose(plain(x, FULL), expected)
    assert sum(p.numel() for p in plain.parameters()) == sum(p.numel() for p in net.parameters())


def torchs_layer(layer) -> nn.RNNBase:
    """A layer of torch.nn of its own, with the weights of one of ours."""
    assert isinstance(layer.weights, nn.RNNBase)
    own = type(layer.weights)(layer.weights.input_size, WIDTH, batch_first=True).double()
    own.load_state_dict(layer.weights.state_dict())
    return own


@pytest.mark.parametrize("kind", FORWARDS)
def test_residual_changes_nothing_in_a_single_layer(kind):
    """Not even where the input is as wide as the hidden states."""
    nets = []
    for residual in (False, True):
        torch.manual_seed(5)
        nets.append(kind(FEATURES, FEATURES, SIGNATURE, residual=residual))
    x = some_x(torch.float32)
    assert torch.equal(nets[0](x, FULL), nets[1](x, FULL))


@pytest.mark.parametrize("kind", FORWARDS + BOTH)
def test_a_learned_initial_state_starts_at_zero_and_is_trained(kind):
    torch.manual_seed(5)
    zero = kind(FEATURES, WIDTH, SIGNATURE, layers=2)
    torch.manual_seed(5)
    learned = kind(FEATURES, WIDTH, SIGNATURE, layers=2, initial_state="learned")
    x = some_x(torch.float32)
    assert torch.equal(zero(x, RAGGED), learned(x, RAGGED))
    states = 2 if kind in (LSTM, BiLSTM) else 1
    directions = 2 if kind in BOTH else 1
    sizes = [sum(p.numel() for p in net.parameters()) for net in (zero, learned)]
    assert sizes[1] - sizes[0] == 2 * directions * states * WIDTH
    starts = [p for name, p in learned.named_parameters() if "initial" in name]
    assert all(gradient.any() for gradient in gradients(learned(x, RAGGED), starts))


@pytest.mark.parametrize("kind", FORWARDS + BOTH)
def test_a_learned_initial_state_is_where_each_direction_starts(kind):
    """Backwards that is the sequence's own last step, whatever the padding."""
    net = built(kind, initial_state="learned")
    x = some_x()
    output, seen = net(x, RAGGED), net.trace(x, RAGGED)
    for suffix, read in (("", net.forwards), ("_reverse", net.backwards)):
        for layer in read:
            for row, length in enumerate(RAGGED):
                alone = x[row : row + 1, :length]
                start = [
                    layer.initial[name].expand(1, 1, -1).contiguous()
                    for name in ("hidden", "cell")
                    if name in layer.initial
                ]
                steps = alone.flip(1) if suffix else alone
                state = tuple(start) if len(start) == 2 else start[0]
                expected = torchs_layer(layer)(steps, state)[0]
                expected = expected.flip(1) if suffix else expected
                place = slice(WIDTH, None) if suffix else slice(WIDTH)
                torch.testing.assert_close(output[row, :length, place], expected[0])
                torch.testing.assert_close(seen[f"hidden_l0{suffix}"][row, :length], expected[0])


@pytest.mark.parametrize("kind", [RNN, BiRNN])
@pytest.mark.parametrize("gain", [0.0, 0.5, 1.0, 2.0])
def test_gain_scales_the_orthogonal_recurrent_matrix(kind, gain):
    net = kind(FEATURES, WIDTH, SIGNATURE, layers=2, gain=gain)
    for layer in (*net.forwards, *net.backwards):
        matrix = layer.weights.weight_hh_l0.detach()
        torch.testing.assert_close(matrix @ matrix.T, gain**2 * torch.eye(WIDTH))


@pytest.mark.parametrize("kind", FORWARDS + BOTH)
def test_a_uniform_start_is_torchs_own_but_for_the_bias_asked_for(kind):
    torch.manual_seed(5)
    net = kind(FEATURES, WIDTH, SIGNATURE, start="uniform")
    torch.manual_seed(5)
    asked = {nn.LSTM: 1, nn.GRU: 1}.get(TORCH[kind])  # the block of the forget or update gate
    for layer in (*net.forwards, *net.backwards):
        reference = TORCH[kind](FEATURES, WIDTH)
        for name in NAMES:
            got = getattr(layer.weights, f"{name}_l0").detach().split(WIDTH)
            drawn = getattr(reference, f"{name}_l0").detach().split(WIDTH)
            for block, (one, other) in enumerate(zip(got, drawn, strict=True)):
                if name.startswith("bias") and block == asked:
                    assert one.unique().tolist() == [float(name == "bias_ih")]
                else:
                    assert torch.equal(one, other)


@pytest.mark.parametrize("kind", FORWARDS)
@pytest.mark.parametrize("start", ["orthogonal", "uniform"])
@pytest.mark.parametrize("gain", [1.0, 2.0])
def test_how_far_recurrent_matrices_reach_at_the_start(kind, start, gain):
    """Orthogonal: all singular values are the gain. Uniform: by the circular law the eigenvalues
    fill a disc of radius gain / sqrt(3)."""
    torch.manual_seed(0)
    settings = {"gain": gain} if kind is RNN else {}
    (layer,) = kind(FEATURES, 400, SIGNATURE, start=start, **settings).forwards
    reach = settings.get("gain", 1.0)
    for matrix in layer.weights.weight_hh_l0.detach().double().split(400):
        if start == "orthogonal":
            values = torch.linalg.svdvals(matrix)
            torch.testing.assert_close(values, torch.full_like(values, reach), rtol=0, atol=1e-5)
        else:
            radius = torch.linalg.eigvals(matrix).abs().max().item()
            assert radius == pytest.approx(reach / 3**0.5, rel=0.1)


def test_a_uniform_start_is_the_same_with_other_equations():
    """The step-by-step computation draws its weights like the fused one."""
    torch.manual_seed(5)
    (fused,) = LSTM(FEATURES, WIDTH, SIGNATURE, start="uniform").forwards
    torch.manual_seed(5)
    (stepped,) = LSTM(FEATURES, WIDTH, SIGNATURE, start="uniform", gate="relu").forwards
    for one, other in zip(fused.weights.parameters(), stepped.weights.parameters(), strict=True):
        assert torch.equal(one, other)


@pytest.mark.parametrize("kind", FORWARDS)
@pytest.mark.parametrize("features", [4, 400])
def test_an_orthogonal_start_draws_input_weights_by_fan_in(kind, features):
    """Uniform with a variance of 2 / (features + width) in each block (Glorot & Bengio 2010)."""
    torch.manual_seed(0)
    (layer,) = kind(features, 200, SIGNATURE).forwards
    bound = (6 / (features + 200)) ** 0.5
    for block in layer.weights.weight_ih_l0.detach().split(200):
        assert 0.97 * bound < block.abs().max() <= bound
        assert block.std().item() == pytest.approx(bound / 3**0.5, rel=0.05)
    for name in ("bias_ih_l0", "bias_hh_l0"):
        assert getattr(layer.weights, name).unique().numel() <= 2  # zero, and the bias asked for


def chrono_biases(kind, width=4000, signature=SIGNATURE, **settings) -> dict[str, torch.Tensor]:
    """The input biases of the first layer by block; those of the hidden states are all zero."""
    torch.manual_seed(3)
    layer = kind(1, width, signature, start="chrono", **settings).forwards[0]
    assert not layer.weights.bias_hh_l0.any()
    return dict(zip(layer.free, layer.weights.bias_ih_l0.detach().split(width), strict=True))


@pytest.mark.parametrize("kind", [LSTM, GRU, BiLSTM, BiGRU])
def test_a_chrono_start_spreads_the_time_that_units_keep_their_state(kind):
    """Tallec & Ollivier (2018): e to the bias is uniform between 1 and T - 1."""
    keeping = "update" if kind in (GRU, BiGRU) else "forget"
    width = 60
    for steps, dependency, longest in ((30, None, 29), (30, 200, 199)):
        signature = dataclasses.replace(SIGNATURE, steps=steps, dependency=dependency)
        biases = chrono_biases(kind, width, signature)
        times = biases.pop(keeping).exp()
        assert 1 <= times.min() < 0.1 * longest and 0.9 * longest < times.max() <= longest
        assert times.mean().item() == pytest.approx((1 + longest) / 2, rel=0.15)
        if keeping == "forget":
            torch.testing.assert_close(biases.pop("input").exp(), 1 / times)
        assert not any(bias.any() for bias in biases.values())


@pytest.mark.parametrize(("steps", "most"), [(1, 0.0), (2, 0.0), (3, np.log(2))])
def test_a_chrono_start_of_a_short_task(steps, most):
    bias = chrono_biases(LSTM, 60, dataclasses.replace(SIGNATURE, steps=steps))["forget"]
    assert bias.isfinite().all() and bias.min() >= 0
    assert bias.max().item() == pytest.approx(most, abs=0.1 * most)


def test_a_gate_that_is_held_has_no_bias_to_start():
    known = dataclasses.replace(SIGNATURE, steps=50)
    held = chrono_biases(LSTM, 60, known, hold_forget="1")
    assert held.keys() == {"input", "candidate", "output"} and held["input"].max() <= 0
    assert not chrono_biases(GRU, 60, known, hold_update="0")["candidate"].any()


def test_a_chrono_start_of_a_gate_that_keeps_where_it_is_shut():
    torch.manual_seed(0)
    net = MinGRU(FEATURES, 60, dataclasses.replace(SIGNATURE, steps=50), start="chrono")
    for layer in net.layers:
        times = (-layer.gate.bias).exp()
        assert 1 <= times.min() < 5 and 44 < times.max() <= 49


def test_a_start_that_suits_no_gate_or_matrix_is_refused():
    for net, word in ((RNN, "gates"), (BiRNN, "gates")):
        with pytest.raises(Refused, match=word):
            net(FEATURES, WIDTH, SIGNATURE, start="chrono")
    record = run_cell(make_cell("reverse", "encoder_decoder[cell=rnn,start=chrono]"))
    assert record.outcome == Outcome.NOT_APPLICABLE and not record.traceback
    assert "take start=orthogonal" in record.reason
    for label in ("rnn[start=chrono]", "birnn[start=chrono]", "min_gru[start=orthogonal]"):
        with pytest.raises(UserError, match="known: "):
            make_cell("recall[lag=2]", label)


@pytest.mark.parametrize(
    ("task", "longest"), [("recall[lag=40]", 40), ("parity[length=30]", 30), ("static", 2)]
)
def test_a_cell_starts_by_the_tasks_dependency_or_its_longest_sequence(task, longest):
    """Through run_cell: the weights of a training that changed next to nothing."""
    cell = make_cell(task, "gru[start=chrono]", steps=1, learning_rate=1e-9, parameters=8000)
    record = run_cell(cell)
    update = record.weights["body.forwards.0.weights.bias_ih_l0"].reshape(3, -1)[1]
    assert 0.85 * (longest - 1) < np.exp(update).max() <= longest - 1 + 1e-4


# -- what a bidirectional network is read out at ---------------------------------------------


@pytest.mark.parametrize("kind", BOTH)
def test_both_final_states_are_read_out(kind):
    """What torch calls the final states of a packed batch, in a stack too."""
    net = built(kind, layers=2)
    packed = nn.utils.rnn.pack_padded_sequence(some_x(), RAGGED, batch_first=True)
    final = torchs(net, kind, torch.float64)(packed)[1]
    final = final[0] if isinstance(final, tuple) else final  # (layers x directions, batch, width)
    got = readout.read(net(some_x(), RAGGED), RAGGED, "last", net.backward_features)
    torch.testing.assert_close(got, torch.cat([final[-2], final[-1]], -1))


def test_the_backward_network_of_digit_rows_gets_a_gradient():
    task = make_task(make_cell("digit_rows", "bilstm").task)
    try:
        some = task.examples("validation").take(slice(0, 8))
    except Unavailable as missing:
        pytest.skip(str(missing))
    torch.manual_seed(0)
    net = Network(BiLSTM, 8, signature_of(task), {})
    inputs, lengths, targets, _ = tensors(some, "cpu")
    nn.functional.cross_entropy(net(inputs, lengths), targets).backward()
    (layer,) = net.body.backwards
    for block in layer.weights.weight_hh_l0.grad.split(8):
        assert block.abs().max() > 1e-5


def test_an_answer_at_the_first_step_of_a_long_sequence_is_learned_from_behind():
    """The backward network reads it last; the forward one would have to hold it for 60 steps."""
    terms = {"steps": 30, "evaluate_every": 30, "learning_rate": 0.01, "parameters": 1000}
    record = run_cell(make_cell("recall[lag=60,symbols=4]", "birnn", **terms))
    assert record.readout == "last" and record.skill > 0.9


# -- traces and padding ----------------------------------------------------------------------

ALL_AT_ONCE = {"layers": 2, "residual": True, "initial_state": "learned"}
SETTINGS = (
    [(kind, {}) for kind in FORWARDS + BOTH]
    + [(kind, ALL_AT_ONCE) for kind in FORWARDS + BOTH]
    + [
        (LSTM, ALL_AT_ONCE | {"gate": "hard_sigmoid", "hold_forget": "1"}),
        (GRU, ALL_AT_ONCE | {"candidate": "relu", "hold_reset": "1"}),
        (GRU, ALL_AT_ONCE | {"variant": "reset_before"}),
    ]
)
INSIDE = {
    RNN: {"hidden"},
    LSTM: {"hidden", "cell", "candidate", "input_gate", "forget_gate", "output_gate"},
    GRU: {"hidden", "candidate", "reset_gate", "update_gate"},
}


@pytest.mark.parametrize(("kind", "settings"), SETTINGS, ids=str)
def test_trace_tells_every_layer_and_direction(kind, settings):
    net = built(kind, torch.float32, **settings)
    x = some_x(torch.float32)
    output, seen = net(x, RAGGED), net.trace(x, RAGGED)
    one_way = {BiRNN: RNN, BiLSTM: LSTM, BiGRU: GRU}.get(kind, kind)
    directions = ["", "_reverse"] if kind in BOTH else [""]
    layers = range(settings.get("layers", 1))
    assert seen.keys() == {"output"} | {
        f"{name}_l{level}{suffix}"
        for name, level, suffix in itertools.product(INSIDE[one_way], layers, directions)
    }
    for name, value in seen.items():
        assert value.shape == (BATCH, STEPS, net.out_features if name == "output" else WIDTH)
    torch.testing.assert_close(seen["output"], output, atol=1e-6, rtol=1e-5)
    if not settings.get("residual"):
        top = torch.cat([seen[f"hidden_l{layers[-1]}{suffix}"] for suffix in directions], -1)
        assert torch.equal(top, seen["output"])


@pytest.mark.parametrize(("kind", "settings"), SETTINGS, ids=str)
def test_padding_changes_no_real_step(kind, settings):
    net = built(kind, **settings)
    x, other = some_x(), some_x()
    for row, length in enumerate(RAGGED):
        other[row, length:] = 9.0
    one, changed = net.trace(x, RAGGED), net.trace(other, RAGGED)
    outputs = net(x, RAGGED), net(other, RAGGED)
    for row, length in enumerate(RAGGED):
        alone = net(x[row : row + 1, :length], RAGGED[row : row + 1])[0]
        for output in outputs:
            torch.testing.assert_close(output[row, :length], alone)
        for name, value in one.items():
            torch.testing.assert_close(value[row, :length], changed[name][row, :length])


# -- names, cells and costs ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("gru[hold_reset=open]", "0, 1, free"),
        ("lstm[gate=hard_sigmod]", "hard_sigmoid"),
        ("bilstm[initial_state=learnt]", "learned"),
        ("rnn[gain=-1]", "must not be negative"),
        ("lstm[hold_reset=1]", "hold_"),
    ],
)
def test_a_wrong_setting_is_refused_with_the_right_ones(text, complaint):
    with pytest.raises(UserError, match=complaint):
        spec_of(text, "architecture", "test")


def test_a_network_of_no_layers_is_refused():
    with pytest.raises(ValueError, match="layers=0"):
        LSTM(FEATURES, WIDTH, SIGNATURE, layers=0)


def test_untied_steps_have_weights_of_their_own():
    """Given the RNN's at each of them it is the RNN; a step's own move no state before it."""
    torch.manual_seed(0)
    rnn, untied = (RNN(FEATURES, WIDTH, SIGNATURE, untied=n) for n in (0, 3))
    x, lengths = torch.randn(BATCH, STEPS, FEATURES), torch.full((BATCH,), STEPS)
    rows = dict(untied.named_parameters())
    with torch.no_grad():
        for name, weights in rnn.named_parameters():
            rows[name].copy_(torch.cat([weights] * 3))
    shared = untied(x, lengths)
    torch.testing.assert_close(shared, rnn(x, lengths))
    with torch.no_grad():
        for weights in rows.values():
            weights[2 * WIDTH :] += 1.0
    changed = (untied(x, lengths) != shared).any(-1).any(0)
    assert changed.tolist() == [False] * 2 + [True] * (STEPS - 2)
    with pytest.raises(ValueError, match="untied=-1"):
        RNN(FEATURES, WIDTH, SIGNATURE, untied=-1)


@pytest.mark.parametrize("kind", FORWARDS + BOTH)
def test_operations_are_counted_whichever_way_they_are_computed(kind):
    """On the meta device, where nothing is computed: 2 for each weight, step and example."""
    gates = ["sigmoid", "hard_sigmoid"] if kind in (LSTM, GRU) else [None]
    for gate in gates:
        with torch.device("meta"):
            net = kind(FEATURES, WIDTH, SIGNATURE, **({"gate": gate} if gate else {}))
            x = torch.empty(BATCH, STEPS, FEATURES)
            with FlopCounterMode(display=False) as counter:
                net(x, torch.empty(BATCH, dtype=torch.int64))
        weights = sum(p.numel() for name, p in net.named_parameters() if "weight_" in name)
        assert counter.get_total_flops() == 2 * weights * STEPS * BATCH


@pytest.mark.slow
def test_a_cell_of_the_held_gru_is_a_cell_of_the_rnn():
    """Through the size solver and training: the same width, curve and scores."""
    rnn, gru = (
        run_cell(make_cell("recall[lag=2]", name))
        for name in ("rnn", "gru[hold_reset=1,hold_update=0]")
    )
    assert rnn.outcome == gru.outcome == Outcome.OK
    assert rnn.width == gru.width
    for one, other in zip(rnn.curve, gru.curve, strict=True):
        assert one["loss"] == pytest.approx(other["loss"], rel=1e-4)
