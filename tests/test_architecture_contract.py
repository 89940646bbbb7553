"""Every registered architecture keeps the contract, on every kind of problem it claims."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from conftest import TINY_BUDGET, make_cell

from harness.contract import Skipped
from harness.contract.architecture import (
    checks,
    every_parameter_gets_a_gradient,
    receptive_field_as_declared,
    signatures,
)
from harness.experiment.registry import (
    architecture_declarations,
    load_architecture,
    make_task,
    spec_of,
)
from harness.training.network import Network
from harness.training.run_cell import signature_of

KNOWN = architecture_declarations()
CASES = [
    pytest.param(
        check,
        id=f"{name}-{check.title}",
        marks=pytest.mark.slow if check.title.startswith("learns") else (),
    )
    for name in KNOWN
    for check in checks(spec_of(name, "architecture", "test"))
]


@pytest.mark.parametrize("check", CASES)
def test_contract(check):
    """What ``harness check`` holds a user's architecture to, held by all of ours."""
    try:
        check.run()
    except Skipped as skipped:
        pytest.skip(str(skipped))


@pytest.mark.parametrize(
    "text, field",
    [
        ("cnn", 1 + 2 * (2**4 - 1)),
        ("cnn[levels=2,kernel=5]", 1 + 4 * (2**2 - 1)),
        ("tcn", 1 + 2 * 2 * (2**6 - 1)),
        ("tcn[layers=2]", 1 + 2 * 2 * (2**2 - 1)),
        ("fnn_window", 10),
        ("fnn_window[window=25]", 25),
    ],
)
def test_where_the_first_token_of_recall_leaves_the_window(text, field):
    """Whoever sees the last w steps sees the token that stands w - 1 before the last, and not
    the one that stands w before it: recall can be solved to a lag of w - 1, and no further."""
    spec = spec_of(text, "architecture", "test")
    readout = KNOWN[spec.name].facts["readout"]
    for lag, seen in ((field - 1, True), (field, False), (field + 1, False)):
        task = make_task(spec_of(f"recall[lag={lag}]", "task", "test"))
        torch.manual_seed(0)
        network = Network(
            load_architecture(spec), 16, signature_of(task, readout), dict(spec.parameters)
        ).eval()
        assert network.body.receptive_field == field
        examples = next(task.batches(np.random.default_rng(0), 16))
        inputs, lengths = torch.from_numpy(examples.inputs), torch.from_numpy(examples.lengths)
        other = inputs.clone()
        other[:, 0] = (other[:, 0] + 1) % 8
        with torch.no_grad():
            changed = (network(inputs, lengths) != network(other, lengths)).any()
        assert bool(changed) is seen, lag


def test_a_parameter_that_never_learns_is_found(monkeypatch):
    """Read out at its last step, a network that reads backwards has seen one step."""
    from architectures.recurrent import BiLSTM

    spec = spec_of("bilstm[layers=2,residual=true]", "architecture", "test")
    every_parameter_gets_a_gradient(spec)
    never = property(lambda _: 0, lambda *_: None)
    monkeypatch.setattr(BiLSTM, "backward_features", never, raising=False)
    with pytest.raises(AssertionError, match=r"backwards.1.weights.weight_hh_l0 gets no gradient"):
        every_parameter_gets_a_gradient(spec)
    named = "backwards.1.weights.weight_hh_l0"
    monkeypatch.setattr(BiLSTM, "without_gradient", {named: "for the test"}, raising=False)
    every_parameter_gets_a_gradient(spec)


@pytest.mark.parametrize("declared", [3, 5])
def test_a_window_that_is_not_as_declared_is_found(monkeypatch, declared):
    """Centred, too: the n-grams of the pooled CNN have 4 steps."""
    from architectures.cnn import CNN

    field = property(lambda _: declared, lambda *_: None)
    monkeypatch.setattr(CNN, "receptive_field", field, raising=False)
    spec = spec_of("cnn", "architecture", "test")
    pooled = [s for s in signatures(spec) if s.readout == "max"]
    monkeypatch.setattr("harness.contract.architecture.signatures", lambda _: pooled)
    with pytest.raises(AssertionError, match="depends on 4 steps"):
        receptive_field_as_declared(spec)


def test_every_architecture_gets_the_same_examples():
    """Same seed, same stream: what is drawn does not depend on who learns."""
    from harness.experiment.registry import make_task
    from harness.training.data import stream_generator

    cells = [make_cell("recall", name, seed=3) for name in ("rnn", "lstm")]
    streams = []
    for cell in cells:
        task = make_task(cell.task)
        batches = task.batches(stream_generator(task, cell.seed), TINY_BUDGET["batch"])
        streams.append([next(batches).inputs for _ in range(3)])
    assert all(np.array_equal(a, b) for a, b in zip(*streams, strict=True))


def test_declarations_in_the_index_are_those_of_the_classes():
    """What listing reads without importing torch is what the imported class says."""
    import inspect

    for name, declaration in KNOWN.items():
        spec = spec_of(name, "architecture", "test")
        cls = load_architecture(spec)
        assert json.loads(json.dumps(cls.declared)) == {"name": name, **declaration.facts}
        keyword_only = {
            p.name: p.default
            for p in inspect.signature(cls.__init__).parameters.values()
            if p.kind is p.KEYWORD_ONLY
        }
        assert keyword_only.items() <= declaration.parameters.items()
        assert declaration.summary
