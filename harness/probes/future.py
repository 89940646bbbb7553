"""Whether what a network gives at a step depends on what comes after it."""

from typing import Any

import torch

from harness.experiment.record import NotApplicable
from harness.training.bench import Bench
from harness.training.loop import tensors

EXAMPLES = 32


def measure(bench: Bench) -> dict[str, Any]:
    """Replace the second half of some validation examples by that of others.

    ``steps``: of the first half; ``changed``: of these, the share at which an output is another
    one, of a network before training. Raises NotApplicable where there is no output a step.
    """
    network = bench.network().eval()
    if bench.signature.readout != "per-step":
        raise NotApplicable(f"{bench.task.name} asks for no output at each step")
    some = bench.data.splits["validation"].take(slice(0, EXAMPLES))
    inputs, lengths, targets, _ = tensors(some, bench.device)
    half = int(lengths.min()) // 2
    other = inputs.clone()
    other[:, half:] = inputs.roll(1, 0)[:, half:]
    with torch.no_grad():
        one, another = (network(x, lengths, targets)[:, :half] for x in (inputs, other))
    changed = (one != another).any(-1).any(0)
    return {"steps": half, "changed": changed.float().mean().item()}
