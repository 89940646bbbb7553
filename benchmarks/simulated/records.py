"""A store of made-up records, of a matrix that could be run: tasks x architectures x seeds.

What a cell comes to is drawn: a task has a difficulty, an architecture a strength, a seed its luck.
Its record has what a trained cell's has: the key, scores, a curve, scores of its test examples, the
losses of its updates. Some have the weights of an untrained network, for the report to look into.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np

from harness.experiment.cell import Cell
from harness.experiment.matrix import load
from harness.experiment.plan import document, expand
from harness.experiment.record import Outcome, Record
from harness.experiment.registry import architecture_declarations, load_architecture, make_task
from harness.experiment.store import Store
from harness.training.metrics import HIGHER_IS_BETTER, skill
from harness.training.run_cell import now, signature_of

TASKS = ("recall[lag={}]", "adding[length={}]", "parity[length={}]", "induction[length={}]",
         "reverse[length={}]", "hmm_source[length={}]", "static[features={}]", "keyword[length={}]",
         "copy[lag={}]", "sort[length={}]")  # fmt: skip
SMALLEST = 9
ARCHITECTURES = (
    "ridge", "ngram", "hmm", "lstm", "gru", "rnn", "cnn", "self_attention", "bilstm",
    "attention_encoder_decoder", "transformer", "tcn", "s4d", "min_gru", "birnn", "bigru",
    "fnn_window", "encoder_decoder", "lstm[layers=2]", "gru[layers=2]",
)  # fmt: skip
STEPS, EVERY, EXAMPLES, WIDTH, PARAMETERS = 2000, 50, 1000, 16, 16_000


def shape(records: int) -> tuple[int, int, int]:
    """Tasks, architectures and seeds that make so many records: 4 x 5 x 5 are 100, 20 x 10 x 5
    are 1,000 and 50 x 20 x 10 are 10,000; other numbers are met nearly."""
    seeds = 10 if records > 5000 else 5
    pairs = records // seeds
    architectures = min(len(ARCHITECTURES), max(2, round((pairs / 2) ** 0.5 + 2) // 5 * 5))
    return max(1, round(pairs / architectures)), architectures, seeds


def fill(file: str, records: int) -> str:
    """Write a matrix file, and beside it a store with a record of each of its cells; returns how
    many tasks, architectures and seeds it has."""
    many, architectures, seeds = shape(records)
    tasks = [TASKS[n % len(TASKS)].format(SMALLEST + n // len(TASKS)) for n in range(many)]
    Path(file).write_text(
        f"seeds = {seeds}\ntasks = {tasks}\narchitectures = {[*ARCHITECTURES[:architectures]]}\n"
        f"[budget]\nsteps = {STEPS}\nevaluate_every = {EVERY}\nparameters = {PARAMETERS}\n"
    )
    matrix, store = load(file), Store(Path(file).parent / "harness-out")
    store.create()
    cells = expand(matrix)
    sure, os.fsync = os.fsync, lambda file: None  # of 40,000 files it would take minutes
    try:
        environment = store.put_environment({"cpu": "made up", "jobs": 1, "libraries": {}})
        store.put_plan(document(matrix, cells, "made up", now(), store, False))
        for cell in cells:
            record = _made(cell)
            record.environment = environment
            store.put(record)
    finally:
        os.fsync = sure
    return f"{many} tasks x {architectures} architectures x {seeds} seeds"


def _made(cell: Cell) -> Record:
    task = make_task(cell.task)
    facts = architecture_declarations()[cell.architecture.name].facts
    record = Record(
        cell.id, cell.key, cell.task.label, cell.architecture.label, cell.seed,
        baseline=facts["baseline"], problem=str(task.problem), causal=task.causal,
        tags=[*task.tags], metric=task.metric, higher_is_better=HIGHER_IS_BETTER[task.metric],
        started=now(), ended=now(), seconds={"total": 0.001},
    )  # fmt: skip
    if cell.refusal:
        record.outcome, record.reason = Outcome.NOT_APPLICABLE, cell.refusal
        return record
    rng = np.random.default_rng(int(cell.id, 16))
    reached = _drawn(cell.architecture.label) * _drawn(cell.task.label) ** 0.5
    reached = float(np.clip(reached + rng.normal(0, 0.03), 0, 1))
    floor, ceiling = record.floor, record.ceiling = (
        (0.1, 1.0) if record.higher_is_better else (1, 0)
    )
    of_examples = np.abs(rng.normal(floor + reached * (ceiling - floor), 0.1, EXAMPLES))
    score = float(of_examples.mean())
    record.scores = {split: {task.metric: score} for split in ("validation", "test")}
    record.skills = {split: skill(score, floor, ceiling) for split in record.scores}
    record.skill, record.test_examples = record.skills["test"], EXAMPLES
    record.per_example = {"score": of_examples, "weight": np.ones(EXAMPLES, np.int64)}
    record.readout = facts["readout"] or task.readout
    record.seconds = {"data": 0.1, "training": 10 * _drawn(cell.architecture.label),
                      "evaluation": 0.1, "total": 12.0}  # fmt: skip
    record.flops, record.examples_per_second, record.peak_memory = 1e7, 5000.0, 300.0
    record.parameters = record.matched_parameters = PARAMETERS
    record.width, record.longest = WIDTH, SMALLEST
    if not facts["neural"]:
        record.stopped = "fitted"
        return record
    record.stopped, record.steps, record.best_step = "steps", STEPS, STEPS
    record.examples = STEPS * cell.budget.batch
    record.curve = [
        {"step": at, "examples": at * 32, "seconds": at / 200, "loss": 2 - at / STEPS,
         "validation": floor + gained * (ceiling - floor), "skill": gained}
        for at in range(EVERY, STEPS + 1, EVERY)
        for gained in [reached * at / STEPS + rng.normal(0, 0.01)]
    ]  # fmt: skip
    losses = np.linspace(2, 1, STEPS, dtype=np.float32)
    record.updates = {"loss": losses, "norm": losses * rng.random(STEPS, np.float32)}
    if cell.seed == 0:
        record.weights = _weights(cell)
    return record


def _drawn(name: str) -> float:
    """The same number between 0.3 and 1 for the same name."""
    return float(np.random.default_rng([*name.encode()]).uniform(0.3, 1.0))


def _weights(cell: Cell) -> dict[str, np.ndarray]:
    from harness.training.network import Network

    task, facts = make_task(cell.task), architecture_declarations()[cell.architecture.name].facts
    signature = signature_of(task, facts["readout"], cell.budget.embedding)
    signature = replace(signature, steps=SMALLEST)
    made = load_architecture(cell.architecture)
    network = Network(made, WIDTH, signature, dict(cell.architecture.parameters))
    return {name: value.numpy() for name, value in network.state_dict().items()}
