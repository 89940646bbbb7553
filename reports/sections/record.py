"""Everything about one cell, as ``harness show`` prints it."""

from __future__ import annotations

from collections.abc import Iterator

from harness.experiment.record import Record
from reports.document import Block, Heading, Literal, Table, Terms
from reports.formats import seconds


def blocks(record: Record) -> list[Block]:
    """Scores, curve, cost, hyper-parameters, error."""
    title = f"{record.task} · {record.architecture} · seed {record.seed}    {record.id}"
    parts: list[Block] = [Heading(title), Terms(tuple(_facts(record)))]
    if record.curve:
        points = [
            (f"{p['step']:.0f}", *(f"{p.get(n, float('nan')):.4g}" for n in ("loss", "validation")))
            for p in record.curve
        ]
        parts.append(Table(("step", "loss", "validation"), tuple(points), "learning curve"))
    return parts + ([Literal(record.traceback.rstrip())] if record.traceback else [])


def _facts(record: Record) -> Iterator[tuple[str, str]]:
    yield "outcome", ": ".join(filter(None, [record.outcome, record.reason]))
    if record.metric:
        unit = f" {record.unit}" if record.unit else ""
        way = "higher" if record.higher_is_better else "lower"
        yield "metric", (f"{record.metric}{unit} ({way} is better), {record.problem}, "
                         f"readout {record.readout}")  # fmt: skip
    if record.floor is not None and record.ceiling is not None:
        ideal = " (ideal)" if record.ceiling_is_ideal else ""
        yield "bounds", f"floor {record.floor:.4g}, ceiling {record.ceiling:.4g}{ideal}"
    for name, score in record.references.items():
        yield "reference", f"{name}: {score:.4g}"
    for split, scores in record.scores.items():
        yield split, ", ".join(f"{metric} {score:.4g}" for metric, score in scores.items())
    if record.skill is not None:
        yield "skill", f"{record.skill:.3f}"
    if record.parameters is not None:
        width = f", width {record.width}" if record.width else ""
        yield "parameters", (f"{record.parameters:,} in all, {record.matched_parameters:,} matched"
                             f"{width}")  # fmt: skip
    if record.receptive_field is not None:
        yield "sees", f"{record.receptive_field} steps"
    if record.steps:
        yield "training", (f"{record.steps} updates, {record.examples:,} examples, ended: "
                           f"{record.stopped}, best at update {record.best_step}")  # fmt: skip
    for name, value in record.chosen.items():
        yield "chosen", f"{name} {value}"
    yield "time", ", ".join(f"{name} {seconds(value)}" for name, value in record.seconds.items())
    if record.flops:
        yield "cost", (f"{record.flops:.3g} FLOPs an update, "
                       f"peak memory {record.peak_memory or 0:.0f} MiB")  # fmt: skip
    for note in record.notes:
        yield "note", note
