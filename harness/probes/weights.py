"""The weights of a network: how many there are, and whether they are those of a plain RNN."""

from typing import Any

import torch

from architectures.recurrent import RNN
from harness.experiment.record import NotApplicable
from harness.training.bench import Bench
from harness.training.loop import loss_of, tensors
from harness.training.network import Network

EXAMPLES = 32
TOLERANCE = 1e-5
"""Largest difference that rounding may make, as a share of the largest number compared."""


def contains_rnn(bench: Bench) -> dict[str, Any]:
    """Give an RNN of the same width the same weights, and compare on validation examples.

    ``outputs`` and ``gradients``: the largest difference, as a share of the largest number;
    ``equal``: neither is above ``tolerance``. Raises NotApplicable where the weights are not those
    of an RNN.
    """
    network = bench.network()
    rnn = Network(RNN, bench.record.width or 1, bench.signature, {})
    names = dict(network.named_parameters())
    if {n: p.shape for n, p in rnn.named_parameters()} != {n: p.shape for n, p in names.items()}:
        raise NotApplicable(f"{bench.cell.architecture.label} has other weights than the RNN")
    rnn.load_state_dict(network.state_dict())
    results = [_outputs_and_gradients(bench, model) for model in (network, rnn)]
    outputs, gradients = (_difference(one, other) for one, other in zip(*results, strict=True))
    equal = max(outputs, gradients) <= TOLERANCE
    return {"outputs": outputs, "gradients": gradients, "tolerance": TOLERANCE, "equal": equal}


def size(bench: Bench) -> dict[str, Any]:
    """``parameters``, all of them, and ``without_embedding``; ``length``, the steps of the longest
    sequence of validation. Raises NotApplicable unless the budget says the width: at sizes that
    are matched there is nothing to count."""
    width = bench.cell.budget.width
    if not bench.neural or width is None:
        raise NotApplicable("parameters are counted of networks, at a width that the budget gives")
    with torch.device("meta"):  # nothing is computed, so nothing is allocated
        network = Network(
            bench.body, width, bench.signature, dict(bench.cell.architecture.parameters)
        )
    total, without = network.counts()
    length = int(bench.data.splits["validation"].lengths.max())
    return {"parameters": total, "without_embedding": without, "length": length}


def _outputs_and_gradients(bench: Bench, network: Network) -> tuple[torch.Tensor, torch.Tensor]:
    some = bench.data.splits["validation"].take(slice(0, EXAMPLES))
    inputs, lengths, targets, loss_mask = tensors(some, "cpu")
    outputs = network(inputs, lengths, targets)
    loss_of(outputs, targets, loss_mask, network.outputs).backward()
    gradients = [p.grad.flatten() for p in network.parameters() if p.grad is not None]
    return outputs.detach(), torch.cat(gradients)


def _difference(one: torch.Tensor, other: torch.Tensor) -> float:
    return ((one - other).abs().max() / other.abs().max()).item()
