"""What one update costs, with the library's kernels and by the equations."""

from typing import Any

from harness.probes.growth import measure_update, set_by_equations
from harness.training.bench import Bench
from harness.training.loop import tensors


def measure(bench: Bench) -> dict[str, Any]:
    """``kernel``, and where the library has a kernel of its own for the architecture ``equations``,
    each what ``measure_update`` finds for one batch; ``length``, ``batch`` and ``width``."""
    network = bench.network()
    batch = bench.data.splits["validation"].take(slice(0, bench.cell.budget.batch))
    given = tensors(batch, bench.device)
    # counted when the size was found: to count again would take longer than all the rest
    costs: dict[str, Any] = {
        "length": int(batch.lengths.max()),
        "batch": len(batch),
        "width": bench.record.width,
        "kernel": measure_update(network, *given, flops=bench.record.flops),
    }
    if set_by_equations(network, True):
        costs["equations"] = measure_update(network, *given, flops=bench.record.flops)
    return costs
