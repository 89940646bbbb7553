"""Measurements beside the score: what the cells of a matrix's part are asked for."""

from pathlib import Path

MEASURED = {
    "gradient-flow": "harness.probes.gradient_flow",
    "cost": "harness.probes.cost",
    "size": "harness.probes.size",
    "contains-rnn": "harness.probes.contains_rnn",
    "writing": "harness.probes.writing",
}
"""The probes that measure in place of a score, by name: modules with a function
``measure(bench) -> dict``; see ``harness.training.bench.Bench``."""


def file_of(probe: str) -> str:
    """The source file of a probe."""
    return str(Path(__file__).parent / (MEASURED[probe].rpartition(".")[2] + ".py"))
