"""The contract of an architecture, checked on every kind of problem it claims to serve."""

import functools
import itertools
import pickle
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from architectures.architecture import Signature
from harness.contract import Check, Skipped, demand
from harness.experiment.cell import Cell, refusal
from harness.experiment.matrix import Budget
from harness.experiment.record import Outcome
from harness.experiment.registry import (
    Spec,
    architecture_declarations,
    load_architecture,
    spec_of,
)
from harness.training.network import Network
from harness.training.run_cell import run_cell
from harness.training.size import MATCH_TOLERANCE, matched_width

OUTPUT_SIZE = 5
INPUT_SIZE = 6
TARGETS = (8_000, 16_000, 64_000)
WAYS = (
    ("one-to-one", "last", False),
    ("many-to-one", "last", False),
    ("many-to-one", "mean", False),
    ("many-to-one", "max", False),
    ("many-to-many", "per-step", False),
    ("many-to-many", "per-step", True),
    ("one-to-many", "decoder", False),
    ("sequence-to-sequence", "decoder", False),
)
"""Problem, readout, causal."""
ROUNDING = 1e-6
"""A gradient of this share of the largest one is zero but for rounding."""
LEARNED = {
    "recall[lag=2]": 0.9,
    "future_context[ahead=0]": 0.9,
    "reverse[length=4,symbols=6]": 0.5,
    "static": 0.3,
}
"""Tasks so easy that any architecture that serves them must learn them: the skill to reach."""


def signatures(spec: Spec) -> list[Signature]:
    """Every kind of task that an architecture claims to serve."""
    facts = architecture_declarations()[spec.name].facts
    kinds_of_task = []
    for (problem, readout, causal), inputs in itertools.product(WAYS, ("tokens", "vectors")):
        if problem not in facts["problems"] or (causal and facts["both_directions"]):
            continue
        kinds = ["tokens"] if readout == "decoder" else ["classes", "reals"]
        if readout != "decoder" and inputs == "vectors":
            kinds.append("binary")
        for outputs in kinds:
            kinds_of_task.append(
                Signature(problem, inputs, INPUT_SIZE, outputs, OUTPUT_SIZE, causal, readout)
            )
    return kinds_of_task


def checks(spec: Spec) -> Iterator[Check]:
    """All that an architecture has to keep."""
    kinds = {
        "serves some problem": serves_something,
        "outputs have the right shape": outputs_have_shape,
        "padding does not matter": padding_does_not_matter,
        "no future where it is forbidden": no_future,
        "every parameter gets a gradient": every_parameter_gets_a_gradient,
        "sees as many steps as declared": receptive_field_as_declared,
        "decodes step by step as all at once": decodes_step_by_step,
        "parameters match the budget": parameters_match,
        "same seed, same network; pickles": same_seed_same_network,
    }
    neural = architecture_declarations()[spec.name].facts["neural"]
    for title, check in kinds.items():
        if neural or check is serves_something:
            yield Check(title, functools.partial(check, spec))
    for task in LEARNED:
        yield Check(f"learns {task}, twice alike", functools.partial(learns, spec, task))


def network(spec: Spec, signature: Signature, width: int = 12, seed: int = 0) -> Network:
    """An untrained model, in evaluation mode."""
    torch.manual_seed(seed)
    return Network(load_architecture(spec), width, signature, dict(spec.parameters)).eval()


def some_inputs(signature: Signature, lengths: list[int], seed: int = 0) -> tuple[Tensor, Tensor]:
    """Random padded inputs, and their lengths; a problem of one step in has lengths of 1."""
    if signature.problem.startswith("one-"):
        lengths = [1] * len(lengths)
    rng = np.random.default_rng(seed)
    shape = (len(lengths), max(lengths))
    if signature.inputs == "tokens":
        inputs = torch.from_numpy(rng.integers(signature.input_size, size=shape))
    else:
        inputs = torch.from_numpy(rng.normal(size=(*shape, signature.input_size)).astype("f4"))
    return inputs, torch.tensor(lengths)


def some_targets(signature: Signature, batch: int, steps: int = 6) -> tuple[Tensor, ...]:
    """Random target sequences for a decoder; nothing for others."""
    if signature.readout != "decoder":
        return ()
    rng = np.random.default_rng(1)
    return (torch.from_numpy(rng.integers(1, signature.output_size, size=(batch, steps))),)


def named(signature: Signature) -> str:
    """A signature in a few words."""
    causal = ", causal" if signature.causal else ""
    return (
        f"{signature.problem}, {signature.inputs} to {signature.outputs}, "
        f"readout {signature.readout}{causal}"
    )


def serves_something(spec: Spec) -> None:
    facts = architecture_declarations()[spec.name].facts
    known = {problem for problem, _, _ in WAYS}
    for problem in facts["problems"]:
        demand(problem in known, f"problems: {problem!r} is none; known: {', '.join(known)}")
    demand(signatures(spec), "problems: it serves nothing at all")


def outputs_have_shape(spec: Spec) -> None:
    """Hidden vectors come out as ``(batch, time, hidden)``, finite, for any lengths."""
    for signature in signatures(spec):
        inputs, lengths = some_inputs(signature, [7, 9, 1])
        with torch.no_grad():
            outputs = network(spec, signature)(inputs, lengths, *some_targets(signature, 3))
        lead = {"many-to-many": (3, 9)}.get(signature.problem, (3,))
        if signature.readout == "decoder":
            lead = (3, 6)
        demand(
            outputs.shape == (*lead, OUTPUT_SIZE),
            f"{named(signature)}: outputs of shape {tuple(outputs.shape)}, not "
            f"{(*lead, OUTPUT_SIZE)}: return (batch, time, width), or set out_features",
        )
        demand(torch.isfinite(outputs).all(), f"{named(signature)}: outputs are not finite")


def padding_does_not_matter(spec: Spec) -> None:
    """A sequence in a padded batch, whatever the padding holds, comes out as it does alone."""
    for signature in signatures(spec):
        net = network(spec, signature)
        inputs, lengths = some_inputs(signature, [4, 11, 1])
        targets = some_targets(signature, 3)
        other = inputs.clone()
        for row, length in enumerate(lengths):
            other[row, length:] = 3
        with torch.no_grad():
            together, changed = net(inputs, lengths, *targets), net(other, lengths, *targets)
            for row, length in enumerate(lengths.tolist()):
                one = slice(row, row + 1)
                alone = net(inputs[one, :length], lengths[one], *(t[one] for t in targets))[0]
                for batch, how in ((together, "in a batch"), (changed, "with other padding")):
                    got = batch[row]
                    if signature.problem == "many-to-many":
                        got = got[:length]
                    gap = (got - alone).abs().max().item()
                    demand(
                        gap < 1e-4,
                        f"{named(signature)}: a sequence of {length} steps comes out differently "
                        f"{how} (by {gap:.2g}): use lengths to keep padding out",
                    )


def every_parameter_gets_a_gradient(spec: Spec) -> None:
    """Of a loss in which each output has a weight of its own, no parameter's gradient is zero.

    Over one step there is no state to carry on and nothing to choose between, so what serves
    longer sequences, too, is not asked there.
    """
    served = [s for s in signatures(spec) if s.outputs in ("classes", "tokens")]
    longer = [signature for signature in served if not signature.problem.startswith("one-")]
    for signature in longer or served:
        net = network(spec, signature)
        inputs, lengths = some_inputs(signature, [7, 9, 1, 5, 8, 6, 9, 4])
        outputs = net(inputs, lengths, *some_targets(signature, len(lengths)))
        generator = torch.Generator().manual_seed(0)
        (outputs * torch.randn(outputs.shape, generator=generator)).sum().backward()
        largest = {
            name: 0.0 if p.grad is None else p.grad.abs().max().item()
            for name, p in net.named_parameters()
        }
        known = getattr(net.body, "without_gradient", {})
        zero = max(largest.values()) * ROUNDING
        for name, gradient in largest.items():
            demand(
                gradient > zero or name.removeprefix("body.") in known,
                f"{named(signature)}: {name} gets no gradient, so it never learns: does the "
                "readout miss it (see backward_features), or is it of no use? What gets none for "
                "good reasons is named in without_gradient, with the reason",
            )


def no_future(spec: Spec) -> None:
    """The gradient of an output with respect to later inputs is exactly zero."""
    causal = [s for s in signatures(spec) if s.causal and s.inputs == "vectors"]
    if not causal:
        raise Skipped("it serves no causal task")
    for signature in causal:
        net = network(spec, signature)
        inputs, lengths = some_inputs(signature, [9, 9])
        inputs.requires_grad_()
        for step in range(9):
            (gradient,) = torch.autograd.grad(net(inputs, lengths)[:, step].sum(), inputs)
            later = gradient[:, step + 1 :].abs().sum((0, 2))
            demand(
                (later == 0).all(),
                f"{named(signature)}: the output at step {step} depends on the input at step "
                f"{step + 1 + int(later.argmax()) if len(later) else step}",
            )
            demand(
                (gradient[:, step] != 0).any(),
                f"{named(signature)}: the output at step {step} ignores the input at that step",
            )


def receptive_field_as_declared(spec: Spec) -> None:
    """A hidden vector depends on as many steps around its own as the field has; without a field
    the last one depends on all."""
    kinds = [
        s for s in signatures(spec)
        if s.inputs == "vectors" and s.outputs == "reals" and s.problem.startswith("many-")
    ]  # fmt: skip
    if not kinds:
        raise Skipped("it gives no hidden vector for a step")
    for signature in kinds:
        body = network(spec, signature).body
        field = getattr(body, "receptive_field", None)
        steps = 2 * field + 3 if field else 20
        at = field + 1 if field else steps - 1
        inputs, lengths = some_inputs(signature, [steps] * 8)
        inputs.requires_grad_()
        (gradient,) = torch.autograd.grad(body(inputs, lengths)[:, at].sum(), inputs)
        reach = int((gradient != 0).any(-1).any(0).sum())
        demand(
            reach == (field or steps),
            f"{named(signature)}: receptive_field is {field or 'not set, so unlimited'}, but step "
            f"{at + 1} of {steps} depends on {reach} steps",
        )


def decodes_step_by_step(spec: Spec) -> None:
    """One symbol at a time gives what teacher forcing gives, and no output knows later ones."""
    decoders = [s for s in signatures(spec) if s.readout == "decoder"]
    if not decoders:
        raise Skipped("it has no decoder")
    for signature in decoders:
        net = network(spec, signature)
        inputs, lengths = some_inputs(signature, [4, 7, 1])
        (targets,) = some_targets(signature, 3)
        with torch.no_grad():
            whole = net(inputs, lengths, targets)
            for step in range(targets.shape[1]):
                other = targets.clone()
                other[:, step:] = 0
                gap = (net(inputs, lengths, other)[:, : step + 1] - whole[:, : step + 1]).abs()
                demand(
                    gap.max() < 1e-5,
                    f"{named(signature)}: what follows symbol {step} changes what comes before",
                )
            x = inputs if net.embed is None else net.embed(inputs)
            state = net.body.encode(x, lengths)
            assert net.embed_output is not None
            last = torch.full((3, 1), signature.output_size)
            for step in range(targets.shape[1]):
                hidden, state = net.body.decode(net.embed_output(last), state)
                gap = (net.head(hidden)[:, 0] - whole[:, step]).abs().max()
                demand(
                    gap < 1e-4,
                    f"{named(signature)}: symbol by symbol, symbol {step} differs by {gap:.2g} "
                    "from decoding all at once",
                )
                last = targets[:, step : step + 1]


def parameters_match(spec: Spec) -> None:
    """The solver comes within 5 % of each budget, counted on a real instance."""
    for signature, target in itertools.product(signatures(spec), TARGETS):
        if signature.outputs not in ("classes", "tokens"):
            continue
        body, parameters = load_architecture(spec), dict(spec.parameters)
        build = functools.partial(_sized, body, signature, parameters)
        built = build(matched_width(build, target))
        tables = {"embed.weight", "embed_output.weight"}
        counted = sum(p.numel() for n, p in built.named_parameters() if n not in tables)
        demand(built.counts()[1] == counted, f"{named(signature)}: parameters are miscounted")
        demand(
            abs(counted / target - 1) <= MATCH_TOLERANCE,
            f"{named(signature)}: no width comes within 5 % of {target:,} parameters; the nearest "
            f"has {counted:,}",
        )


def _sized(body: type, signature: Signature, parameters: dict[str, Any], width: int) -> Network:
    return Network(body, width, signature, parameters)


def same_seed_same_network(spec: Spec) -> None:
    """Weights come from torch's generator alone, and the module pickles."""
    signature = signatures(spec)[0]
    one, same, other = (network(spec, signature, seed=seed) for seed in (1, 1, 2))
    given: Any = (*some_inputs(signature, [5, 3]), *some_targets(signature, 2))
    again = pickle.loads(pickle.dumps(one))
    with torch.no_grad():
        demand(torch.equal(one(*given), same(*given)), "the same seed gives another network")
        demand(torch.equal(one(*given), again(*given)), "a pickled copy computes something else")
        demand(
            not torch.equal(one(*given), other(*given)),
            "another seed gives the same network: draw the weights from torch's generator",
        )


def learns(spec: Spec, task: str) -> None:
    """On a trivial task the score rises far above the floor; twice the same cell is the same to
    the bit, weights and per-example scores included."""
    budget = Budget(
        steps=300, batch=16, parameters=2000, embedding=8, evaluate_every=50, learning_rate=0.01
    )
    cell = Cell(spec_of(task, "task", "check"), spec, 0, budget)
    reason = refusal(spec, cell.task)
    if reason:
        raise Skipped(reason)
    record = run_cell(cell)
    if record.outcome == Outcome.NOT_APPLICABLE:
        raise Skipped(record.reason)
    demand(record.outcome == Outcome.OK, f"{task}: {record.reason}\n{record.traceback}")
    baseline = architecture_declarations()[spec.name].facts["baseline"]
    least = 0.0 if baseline else LEARNED[task]
    demand(
        record.skill is not None and record.skill >= least,
        f"{task}: skill {record.skill} after {record.steps} updates; at least {least} is expected",
    )
    losses = [point["loss"] for point in record.curve]
    demand(losses[-1:] <= losses[:1], f"{task}: the loss rose: {losses}")
    again = run_cell(cell)
    same = again.scores == record.scores and again.weights.keys() == record.weights.keys()
    same = same and all(np.array_equal(v, again.weights[k]) for k, v in record.weights.items())
    same = same and np.array_equal(again.per_example["score"], record.per_example["score"])
    demand(same, f"{task}: the same cell ran twice gives two results: is all randomness seeded?")
