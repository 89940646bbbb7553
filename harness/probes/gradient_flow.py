"""How much of the loss at the end a step long before still feels, before training and after."""

from typing import Any

from harness.probes.gradients import gradient_flow
from harness.training.bench import Bench

EXAMPLES = 32
"""Validation examples that the norms are averaged over."""


def measure(bench: Bench) -> dict[str, Any]:
    """``initial`` and ``trained``, each what ``gradient_flow`` finds on validation examples; and
    ``skill``, on validation, of the network that was trained."""
    from harness.training.metrics import skill

    network = bench.network()
    examples = bench.data.splits["validation"].take(slice(0, EXAMPLES))
    initial = gradient_flow(network, examples)
    bench.train(network)
    score = bench.record.validation
    return {
        "initial": initial,
        "trained": gradient_flow(network, examples),
        "skill": skill(score, *bench.data.bounds["validation"]) if score is not None else None,
    }
