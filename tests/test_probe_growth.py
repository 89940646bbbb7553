"""What an update costs, and how that grows."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from torch import nn

from architectures.architecture import Signature
from architectures.fused import bridge
from architectures.s4d import CHUNK
from harness.experiment.registry import load_architecture, spec_of
from harness.probes.growth import (
    critical_path,
    measure_update,
    set_by_equations,
)
from harness.training.network import Network

BATCH, FEATURES = 3, 4
RECURRENT = (
    "rnn[layers=2]",
    "lstm[layers=2,initial_state=learned]",
    "gru[layers=2]",
    "birnn",
    "bilstm",
    "bigru",
)
DECODERS = (
    "encoder_decoder[layers=2]",
    "encoder_decoder[cell=gru,context=every_step]",
    "attention_encoder_decoder",
    "attention_encoder_decoder[attention=luong,cell=rnn]",
)


def network(label: str) -> Network:
    spec = spec_of(label, "architecture", "test")
    decoder = label in DECODERS
    problem, readout = ("sequence-to-sequence", "decoder") if decoder else ("many-to-one", "last")
    signature = Signature(problem, "vectors", FEATURES, "classes", 5, False, readout)
    torch.manual_seed(0)
    return Network(load_architecture(spec), 6, signature, dict(spec.parameters))


def batch(net: Network, steps: int) -> tuple[torch.Tensor, ...]:
    """Inputs, lengths, targets and which are scored."""
    shape = (BATCH, 4) if net.readout == "decoder" else (BATCH,)
    inputs = torch.randn(BATCH, steps, FEATURES, generator=torch.Generator().manual_seed(1))
    return inputs, torch.full((BATCH,), steps), torch.ones(shape).long(), torch.ones(shape).bool()


def path(label: str, steps: int) -> int:
    net = network(label)
    return critical_path(net, *batch(net, steps)[:3])


# -- kernel and equations --------------------------------------------------------------------


@pytest.mark.parametrize("kernels", ["torch", "numba"])
@pytest.mark.parametrize("label", RECURRENT + DECODERS)
def test_equations_and_kernel_compute_the_same(label, kernels, monkeypatch):
    monkeypatch.setenv("HARNESS_KERNELS", kernels)
    net = network(label).double()
    inputs, lengths, targets, _ = batch(net, 9)
    called, found = [], []
    for module in net.modules():
        if isinstance(module, nn.RNNBase):
            module.register_forward_hook(lambda *_: called.append("torch"))

    def compiled(*given):
        called.append("numba")
        return recurrence(*given)

    recurrence = bridge.recurrence
    monkeypatch.setattr(bridge, "recurrence", compiled)
    for by_equations in (False, True):
        assert set_by_equations(net, by_equations)
        called.clear()
        outputs = net(inputs.double(), lengths, targets)
        assert set(called) == (set() if by_equations else {kernels})
        found.append([outputs, *torch.autograd.grad(outputs.square().sum(), [*net.parameters()])])
    for kernel, equations in zip(*found, strict=True):
        torch.testing.assert_close(kernel, equations, rtol=0, atol=1e-12)


@pytest.mark.parametrize("label", ["lstm[gate=hard_sigmoid]", "gru[hold_reset=1]"])
def test_torch_has_no_kernel_for_variants(label, monkeypatch):
    assert set_by_equations(network(label), True)
    monkeypatch.setenv("HARNESS_KERNELS", "torch")
    assert not set_by_equations(network(label), True)


@pytest.mark.parametrize("label", ["cnn", "min_gru", "rnn[untied=2]"])
def test_where_there_is_no_kernel_it_is_the_same_both_ways(label):
    assert not set_by_equations(network(label), True)


# -- the critical path -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "label, operations",
    [
        ("rnn", 3),  # product with U, sum, tanh
        ("birnn", 3),
        ("lstm", 8),  # product, sum, split, gate, times candidate, into cell, tanh, out of cell
        ("gru", 9),  # product, split, sum, reset, times, sum, tanh, times (1 - z), sum
    ],
)
def test_a_recurrent_network_takes_as_many_operations_more_at_each_step(label, operations):
    assert path(label, 16) - path(label, 8) == 8 * operations
    assert path(label, 64) - path(label, 32) == 32 * operations


@pytest.mark.parametrize("label", ["cnn", "tcn", "fnn_window", "self_attention"])
def test_what_is_parallel_over_time_takes_no_more(label):
    assert path(label, 8) == path(label, 16) == path(label, 128)


def test_a_scan_takes_as_much_more_each_time_the_length_doubles():
    more = path("min_gru", 16) - path("min_gru", 8)
    assert more > 0
    assert path("min_gru", 128) - path("min_gru", 64) == more


def test_a_convolution_in_chunks_takes_more_for_each_chunk():
    assert path("s4d", CHUNK // 2) == path("s4d", CHUNK)
    two, three, five = (path("s4d", chunks * CHUNK) for chunks in (2, 3, 5))
    assert path("s4d", CHUNK) < two < three
    assert five - three == 2 * (three - two)


class Chain(nn.Module):
    """A long chain of operations, with short cuts."""

    def __init__(self, length: int):
        super().__init__()
        self.length, self.weight = length, nn.Parameter(torch.ones(2))

    def forward(self, inputs, lengths, targets):
        x = self.weight.exp()
        for _ in range(self.length):
            x = x * self.weight
        return x + self.weight.exp()


@pytest.mark.parametrize("length", [0, 1, 5, 5000])
def test_the_longest_chain_counts(length):
    assert critical_path(Chain(length), torch.zeros(1), torch.ones(1)) == length + 2


# -- one update ------------------------------------------------------------------------------


class Toy(nn.Module):
    """All that it keeps for the backward pass can be counted by hand."""

    outputs, embed = "reals", None

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(FEATURES, 7)

    def forward(self, inputs, lengths, targets):
        hidden = self.linear(inputs).exp()
        return hidden * hidden  # kept by both operations, but only once

    def counts(self):
        return 35, 30


def test_activation_memory_by_hand():
    inputs, lengths = torch.randn(5, 11, FEATURES), torch.full((5,), 11)
    targets, scored = torch.zeros(5, 11, 7), torch.ones(5, 11).bool()
    found = measure_update(Toy(), inputs, lengths, targets, scored, repeats=1, flops=1.0)
    read, hidden, errors = 5 * 11 * FEATURES, 5 * 11 * 7, 5 * 11 * 7
    scored_or_not = 5 * 11  # one byte each
    assert found["activation_memory"] * 2**20 == 4 * (read + hidden + errors) + scored_or_not
    assert found["weight_memory"] * 2**20 == 4 * 35


@pytest.mark.parametrize("label", ["lstm", "self_attention", "encoder_decoder[layers=2]"])
def test_measure_update(label):
    net = network(label).eval()
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    given = batch(net, 12)
    kernel = measure_update(net, *given, repeats=3)
    set_by_equations(net, True)
    equations = measure_update(net, *given, repeats=3)
    assert json.loads(json.dumps(kernel, allow_nan=False)) == kernel
    assert 0 < kernel["seconds"] <= kernel["seconds_median"]
    assert kernel["activation_memory"] > 0
    assert (kernel["parameters"], kernel["matched_parameters"]) == net.counts()
    same = ("flops", "critical_path", "parameters", "matched_parameters", "weight_memory")
    assert [kernel[name] for name in same] == [equations[name] for name in same]
    assert kernel["critical_path"] == critical_path(net, *given[:3])
    assert not net.training
    assert all(parameter.grad is None for parameter in net.parameters())
    assert all(torch.equal(tensor, before[name]) for name, tensor in net.state_dict().items())


@pytest.mark.parametrize(
    "label, sizes, flops, memory",
    [("self_attention", (256, 512, 1024, 2048), 2, 2), ("rnn", (16, 32, 64, 128), 1, 1)],
)
def test_what_grows_with_the_length(label, sizes, flops, memory):
    """An attention map has the square of the length; the library's kernel does not keep it."""
    net, found = network(label), []
    for steps in sizes:
        given = batch(net, steps)
        found.append(measure_update(net, *(tensor[:1] for tensor in given), repeats=1))
    for name, power in (("flops", flops), ("equations_memory", memory), ("activation_memory", 1)):
        exponent = np.polyfit(np.log(sizes), np.log([cost[name] for cost in found]), 1)[0]
        assert exponent == pytest.approx(power, abs=0.1), name
