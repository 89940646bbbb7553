"""The one test of whether two architectures differ on a task, against scipy and statsmodels; and
that everything that people read asks it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests
from test_compare import KEY, LONGER, right, run_of

from harness.experiment.store import Store
from reports.analysis.advice import Choice
from reports.analysis.comparison import compare
from reports.analysis.difference import Difference, standing
from reports.analysis.results import Results, read
from reports.analysis.squares import by_task
from reports.analysis.statistics import Summary, summarize
from reports.analysis.two_level import TwoLevel
from reports.sections.advice import advise


def some(out: Path, seeds: dict[str, list], **weights) -> Results:
    """One task; ``seeds`` has each architecture's scores of test examples, by seed."""
    run = run_of(out, {("recall", name): rows for name, rows in seeds.items()})
    for name in run.store.ids():
        record = run.store.get(name)
        record.per_example = run.store.per_example(name)
        weight = record.per_example["weight"] = weights.get(
            record.architecture, record.per_example["weight"]
        )
        total = float(record.per_example["score"].sum() / weight.sum())
        record.scores["test"]["accuracy"] = total
        record.skill = 2 * total - 1
        run.store.put(record)
    return read(run.store)


def noisy(share: float, seed: int, seeds: int = 4, n: int = 150) -> list[np.ndarray]:
    return [np.random.default_rng([seed, s]).random(n) < share for s in range(seeds)]


@pytest.mark.parametrize("seeds", [2, 4])
def test_the_tests_are_those_of_scipy_and_holms_of_statsmodels(tmp_path, seeds):
    """Of the test over both see test_over_seeds.py; the p-values of all pairs are corrected."""
    shares = {"best": 0.9, "near": 0.86, "worse": 0.5}
    of = {a: noisy(share, at, seeds) for at, (a, share) in enumerate(shares.items())}
    results = some(tmp_path, of)
    order, p = standing(results, results.tasks[0]), {}
    for (a, b), found in order.pairs.items():
        one, other = np.array(of[a], float), np.array(of[b], float)
        over = [stats.ttest_rel(one.mean(axis), other.mean(axis)) for axis in (1, 0)]
        assert (found.seeds.p, found.examples.p) == pytest.approx([t.pvalue for t in over])
        ends = over[1].confidence_interval()
        assert (found.examples.low, found.examples.high) == pytest.approx(tuple(ends))
        p[a, b] = found.both.p
        assert found.p == p[a, b] > max(t.pvalue for t in over)
    wanted = multipletests(list(p.values()), method="holm")[1]
    assert [found.adjusted for found in order.pairs.values()] == pytest.approx(list(wanted))
    assert order.worse == (("worse",) if seeds > 2 else ())


def test_seeds_alone_or_examples_alone_are_not_enough(tmp_path):
    """Seeds that agree on few examples; many examples with seeds that do not agree."""
    few = some(tmp_path / "a", {"a": [np.arange(12) < 10.0] * 3, "b": [np.arange(12) < 8.0] * 3})
    difference = standing(few, few.tasks[0]).differences["b"]
    assert difference.seeds.error == 0 and not difference.differs
    assert difference.p == difference.examples.p
    shares = {"a": (0.9, 0.95, 0.5), "b": (0.5, 0.4, 0.6)}
    many = {a: [np.arange(500) < 500 * share for share in of] for a, of in shares.items()}
    results = some(tmp_path / "b", many)
    difference = standing(results, results.tasks[0]).differences["b"]
    assert difference.examples.p < 0.05 <= difference.seeds.p and not difference.differs


def test_those_that_solved_a_task_are_tied(tmp_path):
    """How far a training went on before it was stopped as solved says nothing of it."""
    shares = {"a": 1.0, "b": 0.96, "c": 0.5}
    seeds = {a: [np.arange(500) < 500 * share] * 4 for a, share in shares.items()}
    results = some(tmp_path, seeds)
    assert standing(results, results.tasks[0]).worse == ("b", "c")
    store = Store(tmp_path)
    for name in store.ids():
        record = store.get(name)
        record.stopped = "solved" if record.architecture != "c" else "steps"
        record.per_example = store.per_example(name)
        with store.writing():
            store.put(record)
    results = read(store)
    order = standing(results, results.tasks[0])
    assert order.best == ("a", "b") and order.worse == ("c",)
    assert order.differences["b"].p == 1.0 and order.differences["c"].differs
    levels = {a: g.level.mean for (_, a), g in results.groups.items()}
    assert (levels["a"], levels["b"], levels["c"]) == (1.0, 1.0, 0.0)


def test_what_is_fitted_to_the_ceiling_is_tied_with_what_solved_the_task(tmp_path):
    shares = {"fitted": 1.0, "trained": 0.96}
    some(tmp_path, {a: [np.arange(500) < 500 * share] * 4 for a, share in shares.items()})
    store = Store(tmp_path)
    for name in store.ids():
        record = store.get(name)
        record.stopped = "fitted" if record.architecture == "fitted" else "solved"
        record.per_example = store.per_example(name)
        with store.writing():
            store.put(record)
    results = read(store)
    order = standing(results, results.tasks[0])
    assert order.best == ("fitted", "trained") and not order.worse


def test_one_seed_is_tested_over_examples_and_without_examples_over_seeds(tmp_path):
    one = some(tmp_path / "a", {"a": noisy(0.9, 0, 1), "b": noisy(0.5, 1, 1)})
    difference = standing(one, one.tasks[0]).differences["b"]
    assert difference.seeds.p is None and difference.p == difference.examples.p
    assert difference.differs
    results = without_examples(tmp_path / "b", 0.9, 0.5, ceiling_is_ideal=True)
    difference = standing(results, results.tasks[0]).differences["b"]
    assert difference.examples.n == 0 and difference.p == difference.seeds.p


def test_without_examples_those_that_solve_a_task_or_not_are_counted(tmp_path):
    """Skills of .98 and .1: all of four seeds solve it, and none."""
    results = without_examples(tmp_path / "a", 0.99, 0.55, tags=["memory"])
    difference = standing(results, results.tasks[0]).differences["b"]
    assert difference.p == stats.boschloo_exact([[4, 0], [0, 4]]).pvalue and difference.differs
    assert difference.seeds.half is None and difference.seeds.p is not None
    near = without_examples(tmp_path / "b", 0.6, 0.55, tags=["memory"])
    assert standing(near, near.tasks[0]).differences["b"].p == 1.0


def without_examples(out: Path, a: float, b: float, **fields) -> Results:
    cells = {("recall", "a"): right(a, spread=0), ("recall", "b"): right(b)}
    run = run_of(out, cells, **fields)
    for file in run.store.records_folder.glob("*.npz"):
        file.unlink()
    return read(run.store)


def test_tests_that_point_in_opposite_directions_show_nothing():
    """As may happen of an rmse, whose root is over seeds and squared errors over examples."""
    up, down = summarize([0.5, 0.51, 0.52]), summarize([-0.5, -0.51, -0.52])
    same, other = TwoLevel(up, up), TwoLevel(down, down)
    assert Difference(up, up, same).differs
    assert Difference(up, up, other).p == 1.0 and not Difference(up, up, other).differs
    assert Difference(up, up, same, higher_is_better=False).verdict == "worse"
    assert Difference(Summary(1, 0.5)).p is None


def test_the_difference_is_of_the_metric_where_examples_weigh_unlike(tmp_path):
    """The metric is a ratio of sums; its interval is that of the bootstrap over examples."""
    rng = np.random.default_rng(1)
    weight = rng.integers(1, 60, 400)
    a, b = rng.binomial(weight, 0.95), rng.binomial(weight, 0.2)
    results = some(tmp_path, {"a": [a], "b": [b]}, a=weight, b=weight)
    found = standing(results, results.tasks[0]).differences["b"].examples
    assert found.mean == pytest.approx(a.sum() / weight.sum() - b.sum() / weight.sum())
    draws = rng.integers(0, 400, (4000, 400))
    again = (a - b)[draws].sum(1) / weight[draws].sum(1)
    assert (found.low, found.high) == pytest.approx(np.quantile(again, [0.025, 0.975]), abs=0.002)


def test_few_examples_on_which_two_differ_show_nothing(tmp_path):
    """Four of 1,000, all one way: one in eight by chance, where Student's t has p below 0.05."""
    right = np.ones(1000)
    wrong = np.where(np.arange(1000) < 4, 0.0, 1.0)
    results = some(tmp_path, {"a": [right], "b": [wrong]})
    found = standing(results, results.tasks[0]).differences["b"]
    assert stats.ttest_rel(right, wrong).pvalue < 0.05
    assert found.p == stats.binomtest(4, 4).pvalue == 0.125 and not found.differs


def test_other_test_examples_are_not_compared(tmp_path):
    results = some(tmp_path, {"a": [np.ones(9)], "b": [np.zeros(9)]}, b=np.full(9, 2.0))
    assert standing(results, results.tasks[0]).differences["b"].examples.n == 0


def test_models_that_answer_alike_do_not_differ(tmp_path):
    results = some(tmp_path, {"a": noisy(0.5, 0), "b": noisy(0.5, 0)})
    order = standing(results, results.tasks[0])
    assert order.best == ("a", "b") and order.worse == ()
    assert order.differences["b"].p == 1.0


def test_the_page_the_advice_the_comparison_and_user_data_agree(tmp_path):
    """The same two sets of records: as architectures of one run, and as one in two runs."""
    of = {"lstm": noisy(0.9, 0), "gru": noisy(0.87, 1), "rnn": noisy(0.6, 2)}
    results = some(tmp_path / "page", of)
    (task,) = results.tasks
    wanted = {"lstm": "best", "gru": "not shown to differ", "rnn": "worse"}
    advice = advise(results, task)
    assert {row["architecture"]: row["standing"] for row in advice.rows} == wanted
    marks = {"best": "best", "near": "not shown to differ", "": "worse"}
    squares = by_task(results)
    assert {a: marks[squares[task.name, a].rank] for a in of} == wanted
    assert Choice(results, task).alike == ("gru",)
    for name in ("gru", "rnn"):
        before = run_of(tmp_path / f"{name}-before", {("recall", "x"): of["lstm"]}, key=KEY)
        after = run_of(tmp_path / f"{name}-after", {("recall", "x"): of[name]}, key=LONGER)
        (row,) = compare(before, after).rows
        assert row["verdict"] == wanted[name]
        assert row["p"] == pytest.approx(standing(results, task).differences[name].p)


def test_arrays_are_read_when_they_are_asked_for_and_once(tmp_path, monkeypatch):
    results = some(tmp_path, {"a": noisy(0.9, 0), "b": noisy(0.5, 1)})
    asked = []
    reader = Store.per_example
    monkeypatch.setattr(Store, "per_example", lambda s, c: asked.append(c) or reader(s, c))
    results = read(Store(tmp_path))
    assert not asked
    for _ in range(3):
        standing(results, results.tasks[0])
    assert len(asked) == len(set(asked)) == 8
