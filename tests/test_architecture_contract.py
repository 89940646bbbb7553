"""Every registered architecture keeps the contract, on every kind of problem it claims."""

from __future__ import annotations

import itertools
import pickle

import numpy as np
import pytest
import torch
from conftest import TINY_BUDGET, make_cell

from architectures.architecture import Signature
from harness.fit.network import Network, matched_width
from harness.fit.run import run_cell
from harness.record import Outcome
from harness.registry import (
    architecture_declarations,
    load_architecture,
    spec_of,
)

KNOWN = architecture_declarations()
NEURAL = [name for name, d in KNOWN.items() if d.facts["neural"]]
SIGNATURES = [
    Signature(problem, inputs, 6, outputs, 5, causal, readout)
    for (problem, readout, causal), inputs, outputs in itertools.product(
        [
            ("one-to-one", "last", False),
            ("many-to-one", "last", False),
            ("many-to-one", "mean", False),
            ("many-to-one", "max", False),
            ("many-to-many", "per-step", False),
            ("many-to-many", "per-step", True),
        ],
        ["tokens", "vectors"],
        ["classes", "reals"],
    )
]


def served(name: str, signature: Signature) -> bool:
    facts = KNOWN[name].facts
    return signature.problem in facts["problems"] and not (
        signature.causal and facts["both_directions"]
    )


CASES = [(name, s) for name in NEURAL for s in SIGNATURES if served(name, s)]
SERVING = [name for name in NEURAL if any(served(name, s) for s in SIGNATURES)]
"""Those that are no decoders; see ``test_decoders.py``."""
IDS = [f"{name}-{s.problem}-{s.readout}-{s.inputs}-{s.outputs}-{s.causal}" for name, s in CASES]


def network(name: str, signature: Signature, width: int = 12, seed: int = 0) -> Network:
    torch.manual_seed(seed)
    spec = spec_of(name, KNOWN, "architecture", "test")
    return Network(load_architecture(spec), width, signature, dict(spec.parameters)).eval()


def some_inputs(signature: Signature, lengths: list[int], seed: int = 0) -> tuple:
    if signature.problem == "one-to-one":
        lengths = [1] * len(lengths)
    rng = np.random.default_rng(seed)
    shape = (len(lengths), max(lengths))
    if signature.inputs == "tokens":
        inputs = torch.from_numpy(rng.integers(signature.input_size, size=shape))
    else:
        inputs = torch.from_numpy(rng.normal(size=(*shape, signature.input_size)).astype("f4"))
    return inputs, torch.tensor(lengths)


@pytest.mark.parametrize(("name", "signature"), CASES, ids=IDS)
def test_shapes(name, signature):
    outputs = network(name, signature)(*some_inputs(signature, [7, 9, 1]))
    expected = (3, 9, 5) if signature.problem == "many-to-many" else (3, 5)
    assert outputs.shape == expected
    assert torch.isfinite(outputs).all()


@pytest.mark.parametrize(("name", "signature"), CASES, ids=IDS)
def test_padding_does_not_matter(name, signature):
    """A sequence in a padded batch, whatever the padding holds, comes out as it does alone."""
    net = network(name, signature)
    lengths = [4, 11, 1]
    inputs, sizes = some_inputs(signature, lengths)
    other = inputs.clone()
    for row, length in enumerate(lengths):
        other[row, length:] = 3
    with torch.no_grad():
        together, changed = net(inputs, sizes), net(other, sizes)
        for row, length in enumerate(lengths):
            alone = net(inputs[row : row + 1, :length], sizes[row : row + 1])[0]
            for batch in (together, changed):
                got = batch[row, :length] if signature.problem == "many-to-many" else batch[row]
                torch.testing.assert_close(got, alone, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(
    ("name", "signature"),
    [(n, s) for n, s in CASES if s.causal and s.inputs == "vectors" and s.outputs == "reals"],
)
def test_no_future_in_a_causal_model(name, signature):
    """The gradient of an output with respect to later inputs is exactly zero."""
    net = network(name, signature)
    inputs, sizes = some_inputs(signature, [9, 9])
    inputs.requires_grad_()
    for step in range(9):
        (gradient,) = torch.autograd.grad(net(inputs, sizes)[:, step].sum(), inputs)
        assert (gradient[:, step + 1 :] == 0).all()
        assert (gradient[:, step] != 0).any()


@pytest.mark.parametrize("name", SERVING)
def test_receptive_field_is_as_declared(name):
    """The last output depends on the first step inside the field, and on nothing before it."""
    signature = Signature("many-to-many", "vectors", 6, "reals", 5, True, "per-step")
    if not served(name, signature):
        pytest.skip("it serves no causal task")
    net = network(name, signature)
    field = getattr(net.body, "receptive_field", None)
    steps = (field or 20) + 3
    inputs, sizes = some_inputs(signature, [steps])
    inputs.requires_grad_()
    (gradient,) = torch.autograd.grad(net(inputs, sizes)[0, -1].sum(), inputs)
    seen = (gradient[0] != 0).any(-1)
    first = 0 if field is None else steps - field
    assert seen[first] and not seen[:first].any()


@pytest.mark.parametrize("name", SERVING)
@pytest.mark.parametrize("target", [8_000, 16_000, 64_000])
@pytest.mark.parametrize(
    "signature",
    [s for s in SIGNATURES if s.outputs == "classes"],
    ids=lambda s: f"{s.problem}-{s.readout}-{s.inputs}-{s.causal}",
)
def test_parameters_match_the_budget(name, target, signature):
    """The solver comes within 5 % of the budget, counted on a real instance."""
    if not served(name, signature):
        pytest.skip("not served")
    spec = spec_of(name, KNOWN, "architecture", "test")
    body, parameters = load_architecture(spec), dict(spec.parameters)
    width = matched_width(lambda w: Network(body, w, signature, parameters), target)
    built = Network(body, width, signature, parameters)
    embedding = 6 * 16 if signature.inputs == "tokens" else 0
    counted = sum(p.numel() for p in built.parameters()) - embedding
    assert built.counts()[1] == counted
    assert abs(counted / target - 1) <= 0.05


@pytest.mark.parametrize("name", SERVING)
def test_same_seed_same_network_and_pickles(name):
    signature = next(s for s in SIGNATURES if served(name, s))
    one, same, other = (network(name, signature, seed=s) for s in (1, 1, 2))
    inputs = some_inputs(signature, [5, 3])
    again = pickle.loads(pickle.dumps(one))
    with torch.no_grad():
        assert torch.equal(one(*inputs), same(*inputs))
        assert torch.equal(one(*inputs), again(*inputs))
        assert not torch.equal(one(*inputs), other(*inputs))


@pytest.mark.parametrize("name", [n for n in KNOWN if n in SERVING or not KNOWN[n].facts["neural"]])
@pytest.mark.parametrize("task", ["recall[lag=2]", "future_context[ahead=0]"])
def test_cells_learn_and_repeat_themselves(name, task):
    """On a trivial task the score rises far above the floor, and twice the same cell is
    bit-identical, weights and per-example scores included."""
    cell = make_cell(task, name, steps=300, evaluate_every=50, learning_rate=0.01)
    record = run_cell(cell)
    if KNOWN[name].facts["baseline"] and record.outcome == Outcome.NOT_APPLICABLE:
        pytest.skip("a baseline serves a few kinds of task only")
    assert record.outcome == Outcome.OK, record.traceback
    assert record.skill > 0.9
    losses = [point["loss"] for point in record.curve]
    assert losses == sorted(losses, reverse=True)
    again = run_cell(cell)
    assert again.scores == record.scores
    assert [p["loss"] for p in again.curve] == [p["loss"] for p in record.curve]
    assert again.weights.keys() == record.weights.keys()
    for key, value in record.weights.items():
        assert np.array_equal(value, again.weights[key])
    assert np.array_equal(again.per_example["score"], record.per_example["score"])


def test_every_architecture_gets_the_same_examples():
    """Same seed, same stream: what is drawn does not depend on who learns."""
    from harness.fit.data import stream_generator
    from harness.registry import make_task

    cells = [make_cell("recall", name, seed=3) for name in ("rnn", "lstm")]
    streams = []
    for cell in cells:
        task = make_task(cell.task)
        batches = task.batches(stream_generator(task, cell.seed), TINY_BUDGET["batch"])
        streams.append([next(batches).inputs for _ in range(3)])
    assert all(np.array_equal(a, b) for a, b in zip(*streams, strict=True))


def test_declarations_read_from_source_are_those_of_the_classes():
    """What listing reads without importing torch is what the imported class says."""
    import inspect

    for name, declaration in KNOWN.items():
        spec = spec_of(name, KNOWN, "architecture", "test")
        cls = load_architecture(spec)
        assert cls.declared == {"name": name, **declaration.facts}
        keyword_only = {
            p.name: p.default
            for p in inspect.signature(cls.__init__).parameters.values()
            if p.kind is p.KEYWORD_ONLY
        }
        assert keyword_only == dict(declaration.parameters)
        assert declaration.summary
