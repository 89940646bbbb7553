"""The contract of a task, checked on its tiny instance and on itself."""

import dataclasses
import functools
import itertools
from collections.abc import Callable, Iterator

import numpy as np

from harness.contract import Check, Skipped, demand
from harness.experiment.cell import Cell, refusal
from harness.experiment.matrix import Budget
from harness.experiment.record import Outcome
from harness.experiment.registry import (
    Spec,
    architecture_declarations,
    make_task,
    spec_of,
    task_declarations,
    with_parameters,
)
from harness.training.metrics import HIGHER_IS_BETTER
from harness.training.run_cell import run_cell
from tasks.task import (
    END,
    Binary,
    Examples,
    Problem,
    Reals,
    Stored,
    Task,
    Tokens,
    Unavailable,
    Vectors,
)


def tiny(spec: Spec) -> Spec:
    """The instance of a task that is small enough to be checked quickly."""
    given = {name: str(value) for name, value in type(make_task(spec)).tiny.items()}
    return with_parameters(task_declarations()[spec.name], given, "tiny")


def checks(spec: Spec, small: bool = True) -> Iterator[Check]:
    """All that a task has to keep. small: of its tiny instance, not of the spec itself."""
    for title, check in {
        "declares what it is": declares_itself,
        "shapes, types and ranges": shapes_and_ranges,
        "no padded step is scored": no_padding_scored,
        "same seed, same examples": same_seed_same_examples,
        "splits are disjoint": splits_are_disjoint,
        "the floor lies below the ceiling": floor_below_ceiling,
        "the floor is chosen without the split": floor_is_fixed,
        "some architecture trains on it": trains,
    }.items():
        yield Check(title, functools.partial(check, tiny(spec) if small else spec))


@functools.cache
def made(spec: Spec) -> Task:
    """The task, or Skipped where its data is not there."""
    task = make_task(spec)
    try:
        task.examples("test")
    except Unavailable as error:
        raise Skipped(str(error)) from None
    return task


def drawn(task: Task, seed: int = 0, size: int = 32) -> Examples:
    """A training batch."""
    return next(task.batches(np.random.default_rng(seed), size))


def some(task: Task) -> Iterator[tuple[str, Examples]]:
    """A training batch and every held-out split, by name."""
    yield "training", drawn(task)
    for split in ("validation", *task.test_splits):
        yield split, task.examples(split)


def declares_itself(spec: Spec) -> None:
    cls = type(make_task(spec))
    demand(
        cls.metric in HIGHER_IS_BETTER,
        f"metric = {cls.metric!r}; known: {', '.join(HIGHER_IS_BETTER)}",
    )
    demand(isinstance(cls.problem, Problem), f"problem = {cls.problem!r} is no tasks.task.Problem")
    demand(cls.tags, "tags: it names no capability that it asks for")
    demand(cls.source, "source: it does not say where it is taken from")
    demand(cls.readout in ("last", "mean", "max"), f"readout = {cls.readout!r}")
    demand(
        len(cls.__doc__ or "") > 60,
        "the docstring should show an example and give shapes and chance level",
    )
    task = make_task(spec)
    counts = [name for name, value in spec.parameters if type(value) is int]
    demand(
        cls.dependency in ("", *counts),
        f"dependency = {cls.dependency!r} names no parameter that is a number of steps; those "
        f"that are whole numbers: {', '.join(counts) or 'none'}",
    )
    demand(task.test_splits[:1] == ("test",), f"test_splits = {task.test_splits}: first is 'test'")


def shapes_and_ranges(spec: Spec) -> None:
    task = made(spec)
    for split, examples in some(task):
        _inputs_fit(task, split, examples)
        _targets_fit(task, split, examples)


def _is(what: str, array: np.ndarray, kind: str, shape: tuple[int, ...]) -> None:
    right = array.dtype == kind and array.shape == shape
    demand(right, f"{what} are {array.dtype} {array.shape}, not {kind} {shape}")


def _lie(what: str, array: np.ndarray, low: int, high: int) -> None:
    demand(
        array.min() >= low and array.max() <= high,
        f"{what} lie in {array.min()}..{array.max()}, not in {low}..{high}",
    )


def _inputs_fit(task: Task, split: str, examples: Examples) -> None:
    inputs, lengths = examples.inputs, examples.lengths
    batch, time = inputs.shape[:2]
    _is(f"{split}: lengths", lengths, "int64", (batch,))
    _lie(f"{split}: lengths", lengths, 1, time)
    if task.problem in (Problem.ONE_TO_ONE, Problem.ONE_TO_MANY):
        demand(time == 1, f"{split}: {task.problem}, but inputs have {time} steps")
    if isinstance(task.inputs, Tokens):
        _is(f"{split}: tokens", inputs, "int64", (batch, time))
        _lie(f"{split}: tokens", inputs, 0, task.inputs.size - 1)
    else:
        demand(isinstance(task.inputs, Vectors), f"inputs = {task.inputs!r}")
        _is(f"{split}: vectors", inputs, "float32", (batch, time, task.inputs.dim))
        demand(np.isfinite(inputs).all(), f"{split}: inputs are not all finite")


def _targets_fit(task: Task, split: str, examples: Examples) -> None:
    targets, mask, outputs = examples.targets, examples.loss_mask, task.outputs
    batch, time = examples.inputs.shape[:2]
    shape: tuple[int, ...]
    if task.problem.decoded:
        shape = (batch, targets.shape[1])
        _decoded_fit(task, split, examples)
    else:
        shape = (batch, time) if task.problem is Problem.MANY_TO_MANY else (batch,)
        demand(
            examples.target_lengths is None and examples.variants is None,
            f"{split}: target_lengths and variants are for outputs that are decoded",
        )
    _is(f"{split}: values of loss_mask", mask, "bool", shape)
    demand(mask.any(), f"{split}: nothing is scored")
    if not isinstance(outputs, Reals | Binary):
        _is(f"{split}: targets", targets, "int64", shape)
        _lie(f"{split}: targets", targets[mask], 0, outputs.size - 1)
        return
    _is(f"{split}: targets", targets, "float32", (*shape, outputs.dim))
    demand(np.isfinite(targets[mask]).all(), f"{split}: targets are not all finite")
    if isinstance(outputs, Binary):
        demand(set(np.unique(targets[mask])) <= {0, 1}, f"{split}: targets are not 0 or 1")


def _decoded_fit(task: Task, split: str, examples: Examples) -> None:
    demand(isinstance(task.outputs, Tokens), "outputs of a decoder must be Tokens")
    lengths, variants = examples.target_lengths, examples.variants
    demand(lengths is not None, f"{split}: target_lengths are missing: use Examples.pairs")
    assert lengths is not None
    steps = np.arange(examples.targets.shape[1])
    inside = steps < lengths[:, None]
    demand(
        np.array_equal(examples.loss_mask, inside),
        f"{split}: loss_mask must be every target up to target_lengths, and no other",
    )
    ends = (examples.targets == END) & inside
    demand(
        np.array_equal(ends, steps == lengths[:, None] - 1),
        f"{split}: each target must hold END ({END}) at its end and nowhere else",
    )
    if variants is not None:
        demand(
            variants.ndim == 3 and len(variants) == len(examples),
            f"{split}: variants are {variants.shape}, not (batch, n, output time)",
        )
        after = np.maximum.accumulate(variants == END, axis=2)
        demand(
            after[:, :, -1].all() and (variants[after] == END).all(),
            f"{split}: each variant must be closed by END ({END}), with nothing else after it",
        )
    demand(
        lengths.max() <= task.longest_output,
        f"{split}: a target has {lengths.max()} symbols; longest_output is {task.longest_output}",
    )


def no_padding_scored(spec: Spec) -> None:
    task = made(spec)
    if task.problem is not Problem.MANY_TO_MANY:
        raise Skipped("its targets are not aligned with its inputs")
    for split, examples in some(task):
        padding = np.arange(examples.inputs.shape[1]) >= examples.lengths[:, None]
        demand(not (examples.loss_mask & padding).any(), f"{split}: a padded step is scored")


def same_seed_same_examples(spec: Spec) -> None:
    task = made(spec)

    def first(seed: int) -> list[Examples]:
        return list(itertools.islice(task.batches(np.random.default_rng(seed), 16), 3))

    def alike(one: Examples, other: Examples) -> bool:
        mine, theirs = one.arrays(), other.arrays()
        return all(np.array_equal(mine[name], theirs[name]) for name in mine)

    one, same, other = first(1), first(1), first(2)
    demand(
        all(map(alike, one, same)),
        "the same generator draws other examples: draw from the one given, from nothing else",
    )
    demand(
        not all(np.array_equal(a.inputs, b.inputs) for a, b in zip(one, other, strict=True)),
        "another seed draws the same training examples",
    )
    again = dataclasses.replace(task)  # type: ignore[type-var]  # every task is a dataclass
    for split in ("validation", *task.test_splits):
        demand(
            alike(task.examples(split), again.examples(split)),
            f"{split}: is not the same twice: held-out examples must be fixed",
        )


def splits_are_disjoint(spec: Spec) -> None:
    """No held-out sequence is trained on. Stored data may repeat short sequences, so only those
    of ten steps or more count there."""
    task = made(spec)
    least = 1
    if isinstance(task, Stored):
        one_step = task.problem in (Problem.ONE_TO_ONE, Problem.ONE_TO_MANY)
        least = 1 if one_step else 10
        training = _rows(task.splits()["training"], least)
    else:
        training = set().union(*(_rows(drawn(task, seed, 1000), least) for seed in range(3)))
    validation, test = (_rows(task.examples(s), least) for s in ("validation", "test"))
    for name, one, other in (
        ("training and validation", training, validation),
        ("training and test", training, test),
        ("validation and test", validation, test),
    ):
        shared = len(one & other)
        demand(not shared, f"{shared} sequences are in both {name}")


def _rows(examples: Examples, least: int) -> set[bytes]:
    return {
        row[:length].tobytes()
        for row, length in zip(examples.inputs, examples.lengths, strict=True)
        if length >= least
    }


def floor_below_ceiling(spec: Spec) -> None:
    task = made(spec)
    for split in ("validation", *task.test_splits):
        floor, ceiling = task.floor(split), task.ceiling(split)
        demand(np.isfinite([floor, ceiling]).all(), f"{split}: floor {floor}, ceiling {ceiling}")
        better = ceiling > floor if HIGHER_IS_BETTER[task.metric] else ceiling < floor
        demand(
            better, f"{split}: {task.metric}: floor {floor:.4g} is not worse than the ceiling "
            f"{ceiling:.4g}"
        )  # fmt: skip
    for name, score in task.references().items():
        demand(np.isfinite(score), f"reference {name} is {score}")


def floor_is_fixed(spec: Spec) -> None:
    """A predictor that was chosen without a split scores as much on it as on its two halves
    together; one that was chosen by the split scores better on each half."""
    task = made(spec)
    if task.metric not in SUMMED:
        raise Skipped(f"{task.metric} is no mean over targets")
    test = task.examples("test").take(slice(20))
    middle = len(test) // 2
    halves = [test.take(slice(middle)), test.take(slice(middle, None))]
    weights = [half.loss_mask.sum() for half in halves]
    apart = [SUMMED[task.metric](_with_test(task, half).floor()) for half in halves]
    whole = SUMMED[task.metric](_with_test(task, test).floor())
    demand(
        np.isclose(np.average(apart, weights=weights), whole, rtol=1e-4),
        "the floor's predictor is chosen by the split that it is scored on: choose it by "
        "floor_examples(), which are training's",
    )


SUMMED: dict[str, Callable[[float], float]] = {
    "accuracy": float, "bits": float, "cross_entropy": float, "mse": float, "mae": float,
    "nll": float, "rmse": np.square, "perplexity": np.log,
}  # fmt: skip
"""The metrics that are a mean over targets, or a function of one, by that function's inverse."""


def _with_test(task: Task, examples: Examples) -> Task:
    """The task with another test split."""
    changed = dataclasses.replace(task)  # type: ignore[type-var]  # every task is a dataclass
    if isinstance(task, Stored) and isinstance(changed, Stored):
        changed.use(task.splits() | {"test": examples})
    else:
        object.__setattr__(changed, "examples", lambda split: examples)
    return changed


def trains(spec: Spec) -> None:
    """A few updates of the first architecture that serves it, through ``run_cell``."""
    known = architecture_declarations()
    for name in ("gru", "attention_encoder_decoder", *known):
        architecture = spec_of(name, "architecture", "check")
        if known[name].facts["neural"] and refusal(architecture, spec) is None:
            break
    else:
        raise Skipped("no architecture serves such a task")
    budget = Budget(steps=3, batch=8, parameters=2000, embedding=8, evaluate_every=3)
    record = run_cell(Cell(spec, architecture, 0, budget))
    if record.outcome == Outcome.UNAVAILABLE:
        raise Skipped(record.reason)
    demand(record.outcome == Outcome.OK, f"{name}: {record.reason}\n{record.traceback}")
