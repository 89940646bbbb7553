"""The number of trainable numbers, counted."""

from typing import Any

import torch

from harness.experiment.record import NotApplicable
from harness.training.bench import Bench
from harness.training.network import Network


def measure(bench: Bench) -> dict[str, Any]:
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
