"""``run_cell``: the one function that does the science."""

from __future__ import annotations

import contextlib
import functools
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from architectures.architecture import Signature
from harness.cell import Cell
from harness.fit.data import Ready, ready, stream_generator
from harness.fit.metrics import HIGHER_IS_BETTER, skill
from harness.matrix import SIZE
from harness.record import Outcome, Record
from harness.registry import Spec, architecture_declarations, load_architecture, make_task
from tasks.task import Binary, Classes, Problem, Reals, Task, Tokens, Unavailable

MATCH_TOLERANCE = 0.05
"""How far a size may be from the budget before the record says so."""


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
        facts=dict(cell.task.data.facts) if cell.task.data else {},
        started=now(),
    )


def now() -> str:
    """The time, in UTC, as ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class _NotApplicable(Exception):
    pass


def _outcome_of(error: Exception) -> tuple[Outcome, str]:
    reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    if isinstance(error, Unavailable):
        return Outcome.UNAVAILABLE, reason
    if isinstance(error, _NotApplicable):
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
    record.metric = task.metric
    record.higher_is_better = HIGHER_IS_BETTER[task.metric]
    record.unit = task.outputs.unit if isinstance(task.outputs, Reals) else ""
    if cell.refusal:
        raise _NotApplicable(cell.refusal)
    made = load_architecture(cell.architecture)
    reason = getattr(made, "refuses", lambda _: None)(signature)
    if reason:
        raise _NotApplicable(reason)

    clock = time.perf_counter()
    data = ready(task, cell.key["task"], data_folder)
    loading = time.perf_counter() - clock
    record.floor, record.ceiling = data.bounds["test"]
    record.ceiling_is_ideal, record.references = task.ceiling_is_ideal, dict(data.references)

    fit = _fit_network if facts["neural"] else _fit_estimator
    fit(record, cell, signature, made, data, device)
    record.seconds["data"] = record.seconds.get("data", 0.0) + loading
    for split, scores in record.scores.items():
        if not np.isfinite(score := scores[task.metric]):
            record.outcome, record.reason = Outcome.DIVERGED, f"{split} {task.metric} is {score}"
    record.skill = record.skills.get("test")


def signature_of(
    task: Task, preferred_readout: str | None = None, embedding: int = 16
) -> Signature:
    """What an architecture is told of a task."""
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
    )


def _fit_network(
    record: Record, cell: Cell, signature: Signature, body: type, data: Ready, device: str
) -> None:
    import torch

    from harness.fit import train
    from harness.fit.network import Network

    if cell.study:
        raise RuntimeError("its tuning trials have not all ended; give the same command again")
    _make_deterministic(torch, device)
    budget, task = cell.budget, data.task
    sample = data.splits["validation"].take(slice(0, budget.batch))
    target = getattr(budget, SIZE[budget.match])
    record.width, record.flops = _size(
        cell.architecture,
        signature,
        budget.match,
        target,
        sample.inputs.shape,
        sample.targets.shape,
    )
    torch.manual_seed(cell.seed)
    parameters = dict(cell.architecture.parameters)
    network = Network(body, record.width, signature, parameters, budget.dropout)
    record.parameters, record.matched_parameters = network.counts()
    reached = {"parameters": record.matched_parameters, "flops": record.flops, "none": target}
    off = reached[budget.match] / target - 1
    if abs(off) > MATCH_TOLERANCE:
        what = "parameters" if budget.match == "parameters" else "FLOPs an update"
        record.notes.append(
            f"{reached[budget.match]:,.0f} {what}, {off:+.0%} off the budget of {target:,.0f}: "
            "no width comes nearer"
        )
    record.receptive_field = getattr(network.body, "receptive_field", None)
    record.chosen = {"learning_rate": budget.learning_rate}
    record.chosen |= {"dropout": budget.dropout} if budget.dropout else {}
    record.chosen |= {"width": budget.width} if budget.width else {}
    record.chosen |= dict(cell.chosen)
    batches = task.batches(stream_generator(task, cell.seed), budget.batch)
    network.to(device)
    terms = train.Terms(**{name: getattr(budget, name) for name in train.Terms.__annotations__})
    validation, bounds = data.splits["validation"], data.bounds["validation"]
    done = train.train(network, task, batches, validation, bounds, terms, dict(cell.bar))
    record.curve, record.stopped, record.best_step = done.curve, done.stopped, done.best_step
    record.steps, record.examples = done.steps, done.steps * budget.batch
    record.seconds |= done.seconds
    record.examples_per_second = record.examples / max(done.seconds["training"], 1e-9)
    best = next(point for point in done.curve if point["step"] == done.best_step)
    record.scores["validation"] = {task.metric: best["validation"]}
    if cell.kind == "report":
        ways = {"": train.predictor(network, task)}
        if task.problem.decoded and budget.beam > 1:
            ways[f"@beam{budget.beam}"] = train.predictor(network, task, budget.beam)
        _score(record, ways, data, cell.seed)
        record.weights = {k: v.cpu().numpy() for k, v in network.state_dict().items()}


@functools.lru_cache(maxsize=1024)
def _size(
    architecture: Spec,
    signature: Signature,
    match: str,
    target: float,
    shape: tuple[int, ...],
    target_shape: tuple[int, ...],
) -> tuple[int, float | None]:
    """The width that matches a target (parameters or FLOPs; with none it is the target), and the
    FLOPs of an update at that width on a batch of this shape. The same for all seeds, so found
    once in a worker. Raises _NotApplicable where FLOPs are to be matched and cannot be counted.
    """
    from harness.fit.network import Network, flops_per_update, matched_width

    body, parameters = load_architecture(architecture), dict(architecture.parameters)

    def build(width: int) -> Network:
        return Network(body, width, signature, parameters)

    def flops(network: Network) -> float:
        found = flops_per_update(network, shape, target_shape)
        if not found:
            raise _NotApplicable(
                f"the FLOPs of {architecture.name} cannot be counted, so that its size cannot be "
                "matched by them; match = parameters can"
            )
        return found

    if match == "flops":
        width = matched_width(build, target, flops)
    else:
        width = matched_width(build, int(target)) if match == "parameters" else int(target)
    return width, flops_per_update(build(width), shape, target_shape)


def _fit_estimator(
    record: Record, cell: Cell, signature: Signature, made: type, data: Ready, device: str
) -> None:
    from harness.fit.train import evaluate

    budget, task = cell.budget, data.task
    estimator = made(signature, **dict(cell.architecture.parameters))
    training = task.training(stream_generator(task, cell.seed), budget.steps * budget.batch)
    clock = time.perf_counter()
    record.chosen = estimator.fit(training, data.splits["validation"], cell.seed)
    record.seconds["training"] = time.perf_counter() - clock
    record.examples, record.stopped = len(training), "fitted"
    record.examples_per_second = len(training) / max(record.seconds["training"], 1e-9)
    record.parameters = record.matched_parameters = estimator.parameter_count()
    record.notes.append("not matched to the parameter budget: its size follows from the data")
    validation = evaluate(estimator.predict, data.splits["validation"], task)
    record.scores["validation"] = validation.metrics
    if cell.kind == "report":
        _score(record, {"": estimator.predict}, data, cell.seed)
        record.weights = estimator.arrays()


def _score(record: Record, ways: dict[str, Any], data: Ready, seed: int) -> None:
    """The one time that the test splits are looked at.

    ways: how outputs are found, by what is added to a split's name; the first adds nothing.
    """
    from harness.fit.samples import samples
    from harness.fit.train import evaluate, fluency

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
    predict = ways[""]
    share = fluency(predict, data.task, "test")
    if share is not None:
        record.scores["test"]["fluency"] = share
    record.samples = samples(predict, data.task, data.splits["test"], seed)
    spent = time.perf_counter() - clock
    record.seconds["evaluation"] = record.seconds.get("evaluation", 0.0) + spent


def _make_deterministic(torch: Any, device: str) -> None:
    """The same bits every time on the CPU; elsewhere as far as the kernels go."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)  # vanishing gradients are denormals, which are slow
    torch.use_deterministic_algorithms(True, warn_only=device != "cpu")


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
