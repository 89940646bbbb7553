"""What cells are predicted to cost, and in which order they are started."""

import heapq
import random

import pytest

from harness.experiment.cost import Costs, longest_first
from harness.experiment.matrix import Matrix
from harness.experiment.plan import Wanted, expand
from harness.experiment.queue import Queue
from harness.experiment.record import Record
from harness.experiment.store import Store

TASKS = ["recall[lag=10]", "adding", "keyword", "parity", "copy", "static"]
ARCHITECTURES = ["lstm", "gru", "rnn", "self_attention", "cnn", "fnn_window"]


def cells_of(**terms):
    matrix = {"name": "m", "tasks": TASKS, "architectures": ARCHITECTURES, "seeds": 3} | terms
    return expand(Matrix.model_validate(matrix))


def record_of(cell, seconds: float, **fields) -> Record:
    """The record of a cell whose updates took all but a tenth of its time."""
    known = {
        "steps": cell.budget.steps,
        "stopped": "steps",
        "longest": 20,
        "problem": "many-to-one",
    }
    spent = {"training": 0.9 * seconds, "total": seconds}
    named = {"task": cell.task.label, "architecture": cell.architecture.label, "seed": cell.seed}
    return Record(id=cell.id, key=cell.key, seconds=spent, **named, **known | fields)


def idle_share(order, seconds, workers: int = 4) -> float:
    """Of all workers' time, how much they stand idle at the end, each taking the next cell."""
    free = [0.0] * workers
    for cell in order:
        heapq.heapreplace(free, free[0] + seconds[cell.id])
    return 1 - sum(free) / (workers * max(free))


def test_the_last_worker_idles_for_less_than_a_twentieth_of_a_run():
    cells, rng = cells_of(), random.Random(0)
    kinds = {(c.task.label, c.architecture.label) for c in cells}
    usual = {kind: rng.lognormvariate(2, 1) for kind in sorted(kinds)}
    shares, wrong = [], []
    for _ in range(50):
        pairs = [(c, usual[c.task.label, c.architecture.label]) for c in cells]
        costs = Costs(record_of(c, mean * rng.uniform(0.7, 1.3)) for c, mean in pairs)
        took = {c.id: mean * rng.uniform(0.7, 1.3) for c, mean in pairs}
        shares.append(idle_share(longest_first(cells, costs.predict, 0), took))
        wrong.append(idle_share(sorted(cells, key=costs.predict), took))
    assert max(shares) < 0.05 < max(wrong)


def test_one_seed_of_everything_comes_first_then_the_longest():
    cells = cells_of()
    seconds = {cell.id: float(place) for place, cell in enumerate(cells)}
    order = longest_first(cells, lambda cell: seconds[cell.id], 0)
    first = len(cells) // 3
    assert [c.seed for c in order[:first]] == [0] * first
    later = [seconds[c.id] for c in order[first:]]
    assert later == sorted(later, reverse=True)
    alike = longest_first(cells, lambda _: 1.0, 0)
    assert alike[:first] == cells[:first]  # as planned, where nothing is longer


def test_what_was_measured_on_the_same_terms_is_expected_again_and_more_updates_take_longer():
    cell, *_ = cells_of()
    costs = Costs([record_of(cell, s) for s in (4.0, 5.0, 9.0)])
    assert costs.predict(cell) == 5.0
    longer = cells_of(budget={"steps": 5000})[0]
    assert costs.predict(longer) == pytest.approx(0.5 + 45.0)
    wider = cells_of(budget={"batch": 64})[0]
    assert costs.predict(wider) == pytest.approx(0.5 + 9.0)


def test_where_training_stopped_early_it_is_expected_to_stop_again():
    cell, *_ = cells_of()
    costs = Costs([record_of(cell, 2.0, steps=100, stopped="solved")])
    assert costs.predict(cells_of(budget={"steps": 5000})[0]) == pytest.approx(2.0)
    other = next(c for c in cells_of() if c.architecture.name == "gru")
    unstopped = Costs([record_of(cell, 2.0, steps=100)])
    assert Costs([record_of(cell, 2.0, steps=100, stopped="solved")]).predict(other) < (
        unstopped.predict(other) / 2
    )


def test_another_machine_s_times_are_scaled_by_what_both_measured():
    here, there = cells_of()[:2]
    elsewhere = [record_of(c, 30.0, environment="old") for c in (here, there)]
    costs = Costs([record_of(here, 10.0, environment="new"), *elsewhere], "fast",
                  {"old": "slow", "new": "fast"})  # fmt: skip
    assert costs.predict(here) == 10.0
    assert costs.predict(there) == pytest.approx(10.0)


def test_without_any_record_more_work_takes_longer_and_what_is_refused_nothing():
    costs = Costs()
    short, long = (
        next(c for c in expand(Matrix(name="m", tasks=[t], architectures=["lstm"]), None))
        for t in ("recall[lag=10]", "recall[lag=200]")
    )
    assert 0 < costs.predict(short) < costs.predict(long) / 5
    refused = expand(Matrix(name="m", tasks=["english_chars"], architectures=["bilstm"]))
    assert costs.predict(refused[0]) == 0


def test_a_reported_cell_is_ready_when_its_own_trials_have_ended(tmp_path):
    """It need not wait for those of others; and with everything run again, not for old ones."""
    tuned = {"learning_rate": [0.01, 0.001]}
    cells = cells_of(tasks=["adding"], architectures=["lstm", "gru"], seeds=1, budget=tuned)
    store, found = Store(tmp_path), []
    store.create()
    for wanted in (Wanted(), Wanted(fresh=True)):
        queue = Queue(cells, store, wanted, lambda new, done, planned: found.append(new))
        trials = [queue.take() for _ in range(4)]
        assert {c.kind for c in trials} == {"trial"} and queue.take() is None
        of = {c.architecture.name: [] for c in trials}
        for trial in trials:
            of[trial.architecture.name].append(trial)
        for place, trial in enumerate([*of["gru"], *of["lstm"]]):
            scores = {"validation": {"accuracy": trial.budget.learning_rate}}
            record = record_of(trial, 1.0, metric="accuracy", scores=scores, kind="trial")
            store.put(record)
            queue.ended(record)
            ready = queue.take()
            if place == 1:
                assert (ready.architecture.name, ready.kind) == ("gru", "score")
                assert ready.budget.learning_rate == 0.01
                store.put(record_of(ready, 1.0))
                queue.ended(record_of(ready, 1.0))
        assert (ready.architecture.name, ready.kind) == ("lstm", "score")
        store.put(record_of(ready, 1.0))
        queue.ended(record_of(ready, 1.0))
        assert queue.take() is None
