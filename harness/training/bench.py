"""A cell's model and its data, set up to be trained, scored or measured."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from architectures.architecture import Signature
from harness.experiment.cell import Cell
from harness.experiment.matrix import SIZE
from harness.experiment.record import BODY_ALONE, NOT_MATCHED, NotApplicable, Record
from harness.training import loop as train
from harness.training.data import Ready, batches, monitored, stream_generator
from harness.training.network import Network
from harness.training.size import (
    MATCH_TOLERANCE,
    held_count,
    matched_size,
    output_layer_prevails,
)
from tasks.task import Task


@dataclass
class Bench:
    """What ``run_cell`` and the probes work with. What they do is noted in the record."""

    cell: Cell
    record: Record
    signature: Signature
    body: type
    """an ``nn.Module``, or the class of an estimator"""
    neural: bool
    data: Ready
    device: str = "cpu"

    @property
    def task(self) -> Task:
        """The cell's task."""
        return self.data.task

    def network(self) -> Network:
        """The network as it is before training: the same each time. Raises NotApplicable for an
        architecture that is not neural."""
        if not self.neural:
            name = self.cell.architecture.name
            raise NotApplicable(f"{name} is no network: there is no gradient in it")
        _make_deterministic(self.device)
        cell, budget, record = self.cell, self.cell.budget, self.record
        sample = self.data.splits["validation"].take(slice(0, budget.batch))
        target = getattr(budget, SIZE[budget.match])
        shapes = sample.inputs.shape, sample.targets.shape
        record.width, record.flops = matched_size(
            cell.architecture, self.signature, budget.match, target, *shapes
        )
        torch.manual_seed(cell.seed)
        parameters = dict(cell.architecture.parameters)
        network = Network(self.body, record.width, self.signature, parameters, budget.dropout)
        body_alone = budget.match == "parameters" and output_layer_prevails(
            self.signature, budget.parameters
        )
        record.parameters = network.counts()[0]
        record.matched_parameters = held_count(network, body_alone)
        reached = {"parameters": record.matched_parameters, "flops": record.flops, "none": target}
        record.notes = [BODY_ALONE] if body_alone else []
        record.notes += self._size_notes(reached[budget.match] or 0.0, target)
        record.receptive_field = getattr(network.body, "receptive_field", None)
        record.chosen = {"learning_rate": budget.learning_rate}
        record.chosen |= {"dropout": budget.dropout} if budget.dropout else {}
        record.chosen |= {"width": budget.width} if budget.width else {}
        record.chosen |= dict(cell.chosen)
        return network.to(self.device)

    def _size_notes(self, reached: float, target: float) -> list[str]:
        if abs(reached / target - 1) <= MATCH_TOLERANCE:
            return []
        what = "parameters" if self.cell.budget.match == "parameters" else "FLOPs an update"
        return [
            f"{reached:,.0f} {what}, {reached / target - 1:+.0%} off the budget of "
            f"{target:,.0f}: no width comes nearer"
        ]

    def train(self, network: Network) -> None:
        """Train a network in place on the budget's terms. Raises harness.training.loop.Diverged."""
        cell, budget, record, task = self.cell, self.cell.budget, self.record, self.task
        drawn = batches(self.data, cell.seed, budget.batch)
        validation, bounds = self.data.splits["validation"], self.data.bounds["validation"]
        some, done = monitored(validation), train.Training()
        try:
            train.train(network, task, drawn, some, bounds, budget, dict(cell.bar), done)
        finally:  # of a training that diverged, too: how it came to that is of interest
            record.updates = {
                "loss": np.array(done.losses, np.float32),
                "norm": np.array(done.norms, np.float32),
            }
            if budget.watched:
                record.updates["watched"] = np.array(done.watched, np.float32)
        record.curve, record.stopped, record.best_step = done.curve, done.stopped, done.best_update
        record.steps, record.examples = done.updates, done.updates * budget.batch
        record.seconds |= done.seconds
        record.examples_per_second = record.examples / max(done.seconds["training"], 1e-9)
        record.monitored_examples = len(some)
        best = next(point for point in done.curve if point["step"] == done.best_update)
        score = best["validation"]
        if len(some) < len(validation):
            score = train.score_of(network, task, validation)
        record.scores["validation"] = {task.metric: score}
        record.skills["validation"] = train.skill(score, *bounds)

    def estimator(self) -> Any:
        """The fitted estimator of an architecture that is not neural."""
        cell, record, task, budget = self.cell, self.record, self.task, self.cell.budget
        estimator: Any = self.body(self.signature, **dict(cell.architecture.parameters))
        examples = budget.steps * budget.batch
        training = task.training(stream_generator(task, cell.seed), examples)
        clock = time.perf_counter()
        record.chosen = estimator.fit(training, self.data.splits["validation"], cell.seed)
        record.seconds["training"] = time.perf_counter() - clock
        record.examples, record.stopped = len(training), "fitted"
        record.examples_per_second = len(training) / max(record.seconds["training"], 1e-9)
        record.parameters = record.matched_parameters = estimator.parameter_count()
        record.notes.append(NOT_MATCHED)
        validation = train.evaluate(estimator.predict, self.data.splits["validation"], task)
        record.scores["validation"] = validation.metrics
        bounds = self.data.bounds["validation"]
        record.skills["validation"] = train.skill(validation.metrics[task.metric], *bounds)
        return estimator

    def predictor(self) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
        """The trained or fitted model as a function of padded inputs and lengths."""
        if not self.neural:
            return self.estimator().predict
        network = self.network()
        self.train(network)
        return train.predictor(network, self.task)


def _make_deterministic(device: str) -> None:
    """The same bits every time on the CPU; elsewhere as far as the kernels go."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)  # vanishing gradients are denormals, which are slow
    torch.use_deterministic_algorithms(True, warn_only=device != "cpu")
    # It would also fill each new tensor with NaN before it is written, which costs up to a tenth.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
