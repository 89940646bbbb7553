"""How far each unit's gates are open, and how long the unit remembers.

A unit that keeps its state for long and one that renews it at every step are to be told apart by
their gates (Cho et al. 2014, section 2.3).
"""

from typing import Any

import torch
from torch import Tensor

from harness.experiment.record import NotApplicable
from harness.probes.reading import rounded
from harness.training.bench import Bench
from harness.training.metrics import skill
from harness.training.network import Network

EXAMPLES = 256


def measure(bench: Bench) -> dict[str, Any]:
    """Train, and read validation examples of the same length.

    ``gates``: by name, the mean over steps and examples for each unit of the first layer that
    reads forwards; ``memory``: each unit's memory time, see ``memory_times``; ``skill``, on
    validation. Raises NotApplicable where there are no gates.
    """
    network = bench.network()
    traceable = hasattr(network.body, "trace")
    if not traceable or not any("gate" in name for name in _traced(bench, network, 1)):
        raise NotApplicable(f"{bench.cell.architecture.label} has no gates to be read")
    bench.train(network)
    traced = _traced(bench, network, EXAMPLES)
    gates = {name: rounded(a.mean((0, 1)).numpy()) for name, a in traced.items() if "gate" in name}
    score = bench.record.validation
    return {
        "gates": gates,
        "memory": rounded(memory_times(traced["hidden"]).numpy()),
        "skill": skill(score, *bench.data.bounds["validation"]) if score is not None else None,
    }


def memory_times(hidden: Tensor) -> Tensor:
    """Steps over which each unit's state resembles itself, ``(width,)``, from ``(batch, time,
    width)``: the sum over lags, 0 to half of the steps, of the correlation over examples between
    its states so many steps apart; negative ones count as none. A unit that never changes has
    all the lags, one that is drawn anew at each step 1, one that is the same in all examples 0.
    """
    apart = hidden - hidden.mean(0)
    time = hidden.shape[1]
    total = torch.zeros(hidden.shape[2])
    for lag in range(time // 2 + 1):
        before, after = apart[:, : time - lag], apart[:, lag:]
        size = (before.square().mean((0, 1)) * after.square().mean((0, 1))).sqrt()
        total += ((before * after).mean((0, 1)) / size.clamp_min(1e-12)).clamp_min(0)
    return total


def _traced(bench: Bench, network: Network, examples: int) -> dict[str, Tensor]:
    """What the first layer does, by name."""
    some = bench.data.splits["validation"].take(slice(0, examples))
    network.eval()
    with torch.no_grad():
        inputs = torch.from_numpy(some.inputs).to(bench.device)
        embedded = inputs if network.embed is None else network.embed(inputs)
        seen = network.body.trace(embedded, torch.from_numpy(some.lengths).to(bench.device))
    return {n.removesuffix("_l0"): a.cpu() for n, a in seen.items() if n.endswith("_l0")}
