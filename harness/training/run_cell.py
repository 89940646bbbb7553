"""``run_cell``: the one function that does the science."""

from __future__ import annotations

import contextlib
import dataclasses
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from architectures.architecture import Refused, Signature
from harness.experiment.cell import Cell
from harness.experiment.record import NotApplicable, Outcome, Record
from harness.experiment.registry import (
    architecture_declarations,
    load_architecture,
    load_probe,
    make_task,
)
from harness.training.data import ready
from harness.training.metrics import HIGHER_IS_BETTER, skill
from tasks.task import Binary, Classes, Problem, Reals, Synthetic, Task, Tokens, Unavailable

if TYPE_CHECKING:
    from harness.training.bench import Bench


def run_cell(cell: Cell, data_folder: Path | None = None, device: str = "cpu") -> Record:
    """Train and score one architecture on one task with one seed; never raises for its failure.

    data_folder: where prepared data is kept for other cells; None: nowhere.
    The record's outcome says how it ended; an exception is kept in it as a traceback.
    """
    started = time.perf_counter()
    record = begin(cell)
    try:
        _reset_peak_memory()
        _fill(record, cell, data_folder, device)
    except Exception as error:
        record.outcome, record.reason = _outcome_of(error)
        if record.outcome not in (Outcome.UNAVAILABLE, Outcome.NOT_APPLICABLE):
            record.traceback = traceback.format_exc()
    record.seconds["total"] = time.perf_counter() - started
    record.peak_memory = _peak_memory()
    record.ended = now()
    return record


def begin(cell: Cell) -> Record:
    """A record of a cell about to run."""
    return Record(
        id=cell.id,
        key=cell.key,
        task=cell.task.label,
        architecture=cell.architecture.label,
        seed=cell.seed,
        kind=cell.kind,
        probe=cell.probe,
        facts=dict(cell.task.contents.facts) if cell.task.contents else {},
        started=now(),
    )


def now() -> str:
    """The time, in UTC, as ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _outcome_of(error: Exception) -> tuple[Outcome, str]:
    reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    if isinstance(error, Unavailable):
        return Outcome.UNAVAILABLE, reason
    if isinstance(error, NotApplicable | Refused):
        return Outcome.NOT_APPLICABLE, reason
    if type(error).__name__ == "Diverged":
        return Outcome.DIVERGED, reason
    # torch's CPU allocator raises a RuntimeError, its CUDA one an OutOfMemoryError
    if isinstance(error, MemoryError) or ("memory" in reason.lower() and "alloc" in reason.lower()):
        return Outcome.OUT_OF_MEMORY, f"{type(error).__name__}: {reason}"
    return Outcome.FAILED, f"{type(error).__name__}: {reason}"


def _fill(record: Record, cell: Cell, data_folder: Path | None, device: str) -> None:
    task = make_task(cell.task)
    facts = architecture_declarations()[cell.architecture.name].facts
    signature = signature_of(task, facts["readout"], cell.budget.embedding)
    record.baseline = facts["baseline"]
    record.problem, record.tags, record.readout = str(task.problem), [*task.tags], signature.readout
    record.causal = task.causal
    record.metric = task.metric
    record.higher_is_better = HIGHER_IS_BETTER[task.metric]
    record.unit = task.outputs.unit if isinstance(task.outputs, Reals) else ""
    if cell.refusal:
        raise NotApplicable(cell.refusal)
    made = load_architecture(cell.architecture)
    reason = getattr(made, "refuses", lambda _: None)(signature)
    if reason:
        raise NotApplicable(reason)

    clock = time.perf_counter()
    drawn = cell.budget.held_out
    if isinstance(task, Synthetic) and drawn:
        task = task.redrawn(drawn)
    data = ready(task, cell.key["task"] | {"held_out": drawn}, data_folder)
    loading = time.perf_counter() - clock
    record.floor, record.ceiling = data.bounds["test"]
    record.ceiling_is_ideal, record.references = task.ceiling_is_ideal, dict(data.references)
    record.longest = int(data.splits["validation"].lengths.max())
    signature = dataclasses.replace(signature, steps=record.longest)

    from harness.training.bench import Bench  # torch is slow to import, and refusing needs none

    bench = Bench(cell, record, signature, made, facts["neural"], data, device)
    if cell.probe:
        _measure(bench)
    elif bench.neural:
        _fit_network(bench)
    else:
        _fit_estimator(bench)
    record.seconds["data"] = record.seconds.get("data", 0.0) + loading
    for split, scores in record.scores.items():
        if not np.isfinite(score := scores[task.metric]):
            record.outcome, record.reason = Outcome.DIVERGED, f"{split} {task.metric} is {score}"
    record.skill = record.skills.get("test")


def signature_of(
    task: Task, preferred_readout: str | None = None, embedding: int = 16
) -> Signature:
    """What an architecture knows of a task as long as its data is not opened: all but ``steps``."""
    inputs, outputs = task.inputs, task.outputs
    kinds = {Classes: "classes", Reals: "reals", Tokens: "tokens", Binary: "binary"}
    if task.problem is Problem.MANY_TO_MANY:
        readout = "per-step"
    elif task.problem.decoded:
        readout = "decoder"
    elif preferred_readout and not task.readout_forced:
        readout = preferred_readout
    else:
        readout = task.readout
    return Signature(
        problem=str(task.problem),
        inputs="tokens" if isinstance(inputs, Tokens) else "vectors",
        input_size=inputs.size if isinstance(inputs, Tokens) else inputs.dim,
        outputs=kinds[type(outputs)],
        output_size=outputs.dim if isinstance(outputs, Reals | Binary) else outputs.size,
        causal=task.causal,
        readout=readout,
        horizon=task.horizon,
        embedding=embedding,
        dependency=getattr(task, task.dependency) if task.dependency else None,
    )


def _fit_network(bench: Bench) -> None:
    from harness.training import loop as train

    if bench.cell.study:
        raise RuntimeError("its tuning trials have not all ended; give the same command again")
    network = bench.network()
    bench.train(network)
    if bench.cell.kind == "score":
        ways = {"": train.predictor(network, bench.task)}
        beam = bench.cell.budget.beam
        if bench.task.problem.decoded and beam > 1:
            ways[f"@beam{beam}"] = train.predictor(network, bench.task, beam)
        _score(bench, ways)
        if bench.cell.keep_weights:
            bench.record.weights = {k: v.cpu().numpy() for k, v in network.state_dict().items()}


def _fit_estimator(bench: Bench) -> None:
    estimator = bench.estimator()
    if bench.cell.kind == "score":
        _score(bench, {"": estimator.predict})
        if bench.cell.keep_weights:
            bench.record.weights = estimator.arrays()


def _measure(bench: Bench) -> None:
    """What a probe finds. Its code is in the keys of its own cells alone, so it is not imported by
    name."""
    bench.record.measured = load_probe(bench.cell.probe)(bench)


def _score(bench: Bench, ways: dict[str, Any]) -> None:
    """The one time that the test splits are looked at.

    ways: how outputs are computed, by what is added to a split's name; the first adds nothing.
    """
    from harness.training.loop import evaluate, fluency
    from harness.training.samples import samples

    record, data = bench.record, bench.data
    clock = time.perf_counter()
    for way, predict in ways.items():
        for split in data.task.test_splits:
            scores = evaluate(predict, data.splits[split], data.task)
            record.scores[split + way] = scores.metrics
            record.skills[split + way] = skill(
                scores.metrics[data.task.metric], *data.bounds[split]
            )
            if split + way == "test":
                record.per_example = {"score": scores.sums, "weight": scores.weights}
                record.test_examples = len(scores.sums)
    asked = data.task.test_size if isinstance(data.task, Synthetic) else 0
    record.test_is_whole = (record.test_examples or 0) < asked
    predict = ways[""]
    share = fluency(predict, data.task, "test")
    if share is not None:
        record.scores["test"]["fluency"] = share
    record.samples = samples(predict, data.task, data.splits["test"], bench.cell.seed)
    spent = time.perf_counter() - clock
    record.seconds["evaluation"] = record.seconds.get("evaluation", 0.0) + spent


def _reset_peak_memory() -> None:
    """Linux keeps a high-water mark for the whole life of a process; start it again."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _peak_memory() -> float | None:
    """Most memory this process held since the cell began, MiB."""
    try:
        status = Path("/proc/self/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024
    except (OSError, IndexError, ValueError):
        return None
