"""The training loop of neural architectures: the same for all of them."""

import functools
import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from harness.experiment.matrix import Budget
from harness.training import metrics
from harness.training.metrics import HIGHER_IS_BETTER, Scores, skill
from harness.training.network import Network
from harness.training.optimizer import Optimizer
from tasks.task import Binary, Examples, Reals, Task

EVALUATION_BATCH = 256


class Diverged(Exception):
    """The loss is no longer a number; the message says at which update."""


@dataclass
class Training:
    """What training left behind; the network holds the weights of ``best_update``."""

    curve: list[dict[str, float]] = field(default_factory=list)
    stopped: str = "steps"
    updates: int = 0
    best_update: int = 0
    losses: list[float] = field(default_factory=list)
    """one an update"""
    norms: list[float] = field(default_factory=list)
    """of the gradient, before clipping"""
    watched: list[float] = field(default_factory=list)
    """the loss of the examples that are watched, after each update"""
    seconds: dict[str, float] = field(
        default_factory=lambda: {"data": 0.0, "training": 0.0, "evaluation": 0.0}
    )


def train(
    network: Network,
    task: Task,
    batches: Iterator[Examples],
    validation: Examples,
    bounds: tuple[float, float],
    budget: Budget,
    bar: Mapping[int, float],
    done: Training,
) -> None:
    """Train in place and keep the weights that were best on validation.

    bounds: the task's floor and ceiling on validation, which say when it is solved.
    bar: validation scores by update; where the best so far is worse, training is pruned.
    done: what happens is noted here, as it happens.
    Raises Diverged when the loss or the gradient is not finite.
    """
    device = next(network.parameters()).device
    optimizer = Optimizer(network, budget)
    best, stale = -math.inf, 0
    higher = HIGHER_IS_BETTER[task.metric]
    kept = optimizer.kept()
    since = 0
    timed = functools.partial(_timed, done.seconds)
    watched = tensors(validation.take(slice(0, budget.watched)), device)
    for update in range(1, budget.steps + 1):
        with timed("data"):
            batch = next(batches)
            inputs, lengths, targets, loss_mask = tensors(batch, device)
            scored = None if batch.loss_mask.all() else loss_mask
        with timed("training"):
            if not network.training:
                network.train()
            optimizer.clear()
            outputs = network(inputs, lengths, targets)
            loss = loss_of(outputs, targets, scored, network.outputs)
            loss.backward()
            done.losses.append(loss.item())
            done.norms.append(optimizer.norm().item())
            if not math.isfinite(done.norms[-1]):
                gradient = f"gradient norm {done.norms[-1]:g}"
                raise Diverged(f"loss {done.losses[-1]:g}, {gradient} at update {update}")
            optimizer.update(done.norms[-1])
        if budget.watched:
            with timed("evaluation"):
                done.watched.append(_loss_now(network, watched))
        done.updates = update
        if update % budget.evaluate_every and update < budget.steps:
            continue
        with timed("evaluation"):
            score = score_of(network, task, validation)
        done.curve.append(
            {
                "step": update,
                "examples": update * budget.batch,
                "seconds": sum(done.seconds.values()),
                "loss": sum(done.losses[since:]) / (update - since),
                "validation": score,
                "skill": skill(score, *bounds),
            }
        )
        since = update
        signed = score if higher else -score
        if not math.isfinite(signed):
            raise Diverged(f"validation {task.metric} is {score} at update {update}")
        if signed > best:
            best, stale, kept, done.best_update = signed, 0, optimizer.kept(), update
        else:
            stale += 1
        if skill(score, *bounds) >= budget.solved:
            done.stopped = "solved"
            break
        if budget.patience and stale >= budget.patience:
            done.stopped = "patience"
            break
        if update in bar and best < (bar[update] if higher else -bar[update]):
            done.stopped = "pruned"
            break
    optimizer.restore(kept)


def loss_of(outputs: Tensor, targets: Tensor, loss_mask: Tensor | None, kind: str) -> Tensor:
    """Mean over scored targets of the loss that fits the kind of output, as in
    ``Signature.outputs``: cross-entropy (classes, tokens; binary: summed over the targets of a
    step) or squared error (reals). No mask: all are scored, which is faster than saying so."""
    if loss_mask is not None:
        outputs, targets = outputs[loss_mask], targets[loss_mask]
    if kind == "reals":
        return (outputs - targets).square().mean()
    if kind == "binary":
        losses = binary_cross_entropy_with_logits(outputs, targets, reduction="none")
        return losses.sum(-1).mean()
    return cross_entropy(outputs.flatten(0, -2), targets.flatten())


def _loss_now(network: Network, examples: list[Tensor]) -> float:
    """Of examples that nothing is learned from."""
    network.eval()
    with torch.inference_mode():
        inputs, lengths, targets, loss_mask = examples
        outputs = network(inputs, lengths, targets)
        return loss_of(outputs, targets, loss_mask, network.outputs).item()


Predict = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Padded inputs and lengths to log-probabilities, reals, log-odds, or symbols written."""


def evaluate(predict: Predict, examples: Examples, task: Task) -> Scores:
    """Score predictions for all examples, in batches."""
    batches, labels = [], []
    for start in range(0, len(examples), EVALUATION_BATCH):
        batch = examples.take(slice(start, start + EVALUATION_BATCH))
        outputs = predict(batch.inputs, batch.lengths)
        if task.problem.decoded:
            batches.append(metrics.decoded(outputs, batch))
        elif isinstance(task.outputs, Reals):
            batches.append(
                metrics.real(outputs, batch.targets, batch.loss_mask, task.outputs.scale)
            )
        elif isinstance(task.outputs, Binary):
            batches.append(metrics.binary(outputs, batch.targets, batch.loss_mask))
        else:
            batches.append(metrics.discrete(outputs, batch.targets, batch.loss_mask))
            labels.append(outputs.argmax(-1))
    scores = metrics.summary(batches, task.metric)
    if labels:
        whole = np.zeros(examples.targets.shape, np.int64)
        for at, some in enumerate(labels):
            rows = whole[at * EVALUATION_BATCH :][: len(some)]
            rows[(slice(None), *map(slice, some.shape[1:]))] = some
        scores.metrics.update(task.measures(whole, examples))
    return scores


def score_of(network: Network, task: Task, examples: Examples) -> float:
    """The primary metric of a network on all examples."""
    return evaluate(predictor(network, task), examples, task).metrics[task.metric]


def fluency(predict: Predict, task: Task, split: str) -> float | None:
    """Share of a split's sentences to which a language model gives a higher probability than to
    the same words in another order; None where the task has no words."""
    pair = task.scrambled(split)
    if pair is None:
        return None
    whole, shuffled = (evaluate(predict, examples, task).sums for examples in pair)  # nats
    return float((whole < shuffled).mean())


def predictor(network: Network, task: Task, beam: int = 1) -> Predict:
    """The network as a function of padded inputs and lengths."""
    device = next(network.parameters()).device

    def predict(inputs: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        network.eval()
        with torch.inference_mode():
            x, steps = (torch.from_numpy(a).to(device) for a in (inputs.copy(), lengths))
            if task.problem.decoded:
                return network.write(x, steps, task.longest_output, beam).cpu().numpy()
            outputs = network(x, steps)
            if network.outputs in ("classes", "tokens"):
                outputs = outputs.log_softmax(-1)
            return outputs.cpu().numpy()

    return predict


def tensors(batch: Examples, device: torch.device | str) -> list[Tensor]:
    """Inputs, lengths, targets and loss mask of a batch, on a device. The inputs are a copy:
    other cells read the same examples, and a module may write in what it is given."""
    arrays = (batch.inputs.copy(), batch.lengths, batch.targets, batch.loss_mask)
    return [torch.from_numpy(np.require(array, requirements="W")).to(device) for array in arrays]


@contextmanager
def _timed(seconds: dict[str, float], name: str) -> Iterator[None]:
    start = time.perf_counter()
    try:
        yield
    finally:
        seconds[name] += time.perf_counter() - start
