"""Everything about one cell, as ``harness show`` prints it."""

from collections.abc import Callable, Iterator
from math import nan

from harness.experiment.record import Record
from reports.analysis.cells import NOT_LEARNED
from reports.document import Block, Heading, Literal, Terms, table_of
from reports.formats import seconds


def blocks(record: Record) -> list[Block]:
    """Scores, curve, cost, hyper-parameters, error."""
    title = f"{record.task} · {record.architecture} · seed {record.seed}    {record.id}"
    made: list[Block] = [Heading(title), Terms(tuple(_facts(record)))]
    if record.curve:
        columns: dict[str, Callable[[dict[str, float]], str]] = {
            "step": lambda point: f"{point['step']:.0f}",
            "loss": lambda point: f"{point.get('loss', nan):.4g}",
            "validation": lambda point: f"{point.get('validation', nan):.4g}",
        }
        made.append(table_of(record.curve, columns, caption="learning curve"))
    return made + ([Literal(record.traceback.rstrip())] if record.traceback else [])


def _facts(record: Record) -> Iterator[tuple[str, str]]:
    yield "outcome", ": ".join(filter(None, [record.outcome, record.reason]))
    if record.metric:
        way = "higher" if record.higher_is_better else "lower"
        metric = f"{record.metric} {record.unit}".strip()
        yield "metric", f"{metric} ({way} is better), {record.problem}, readout {record.readout}"
    if record.floor is not None and record.ceiling is not None:
        ideal = " (ideal)" if record.ceiling_is_ideal else ""
        yield "bounds", f"floor {record.floor:.4g}, ceiling {record.ceiling:.4g}{ideal}"
    for name, score in record.references.items():
        yield "reference", f"{name}: {score:.4g}"
    for split, scores in record.scores.items():
        yield split, ", ".join(f"{metric} {score:.4g}" for metric, score in scores.items())
    if record.skill is not None:
        lost = f", {NOT_LEARNED}" if record.learned is False else ""
        yield "skill", f"{record.skill:.3f}{lost}"
    if record.parameters is not None:
        size = f"{record.parameters:,} in all, {record.matched_parameters:,} matched"
        yield "parameters", size + f", width {record.width}" * bool(record.width)
    if record.receptive_field is not None:
        yield "sees", f"{record.receptive_field} steps"
    if record.steps:
        end = f"ended: {record.stopped}, best at update {record.best_step}"
        yield "training", f"{record.steps} updates, {record.examples:,} examples, {end}"
    for name, value in record.chosen.items():
        yield "chosen", f"{name} {value}"
    yield "time", ", ".join(f"{name} {seconds(value)}" for name, value in record.seconds.items())
    if record.flops:
        memory = f"peak memory {record.peak_memory or 0:.0f} MiB"
        yield "cost", f"{record.flops:.3g} FLOPs an update, {memory}"
    for note in record.notes:
        yield "note", note
