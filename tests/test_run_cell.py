"""``run_cell`` and its record: honest scores, and an outcome for whatever happens."""

from __future__ import annotations

import dataclasses
import json
import textwrap

import numpy as np
import pytest
from conftest import TINY_BUDGET, make_cell

from harness.experiment.plan import trials
from harness.experiment.record import Outcome, Record
from harness.experiment.registry import make_task, use_plugins
from harness.training import data
from harness.training.run_cell import run_cell

PLUGIN = textwrap.dedent(
    '''
    import torch
    from torch import nn
    from architectures.architecture import architecture

    @architecture("raises")
    class Raises(nn.Module):
        """Fails when asked for an output."""
        def __init__(self, features, width, signature):
            super().__init__()
            self.layer = nn.Linear(features, width)
        def forward(self, x, lengths):
            if x.device.type != "meta":
                raise RuntimeError("the <b>flux</b> capacitor is empty")
            return self.layer(x)

    @architecture("nan")
    class NaN(nn.Module):
        """Gives no numbers."""
        def __init__(self, features, width, signature):
            super().__init__()
            self.layer = nn.Linear(features, width)
        def forward(self, x, lengths):
            return self.layer(x) / 0.0 * 0.0

    @architecture("glutton")
    class Glutton(nn.Module):
        """Asks for more memory than there is."""
        def __init__(self, features, width, signature):
            super().__init__()
            self.layer = nn.Linear(features, width)
        def forward(self, x, lengths):
            if x.device.type != "meta":
                torch.ones(2**44)
            return self.layer(x)
    '''
)


@pytest.fixture(scope="module", autouse=True)
def plugin(tmp_path_factory):
    path = tmp_path_factory.mktemp("plugins") / "broken_architectures.py"
    path.write_text(PLUGIN)
    use_plugins([str(path)])


@pytest.mark.parametrize(
    ("architecture", "outcome", "words"),
    [
        ("raises", Outcome.FAILED, "flux"),
        ("nan", Outcome.DIVERGED, "update 1"),
        ("glutton", Outcome.OUT_OF_MEMORY, "memory"),
    ],
)
def test_a_cell_that_breaks_says_how(architecture, outcome, words):
    record = run_cell(make_cell("recall", architecture))
    assert record.outcome == outcome
    assert words in record.reason
    assert "Traceback" in record.traceback
    assert record.skill is None and not record.scores


def test_a_bidirectional_model_is_refused_where_the_future_is_hidden():
    record = run_cell(make_cell("hmm_source", "bilstm"))
    assert record.outcome == Outcome.NOT_APPLICABLE
    assert "backwards" in record.reason and not record.traceback


@pytest.mark.parametrize("task", ["adding", "copy"])
def test_an_hmm_is_refused_where_none_is_honest(task):
    record = run_cell(make_cell(task, "hmm"))
    assert record.outcome == Outcome.NOT_APPLICABLE and "state" in record.reason


def test_missing_data_is_unavailable_with_the_pip_command(monkeypatch):
    import importlib.util

    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *a: None if name == "sktime" else real(name, *a)
    )
    record = run_cell(make_cell("japanese_vowels", "rnn"))
    assert record.outcome == Outcome.UNAVAILABLE
    assert "pip install sktime" in record.reason


def test_a_record_says_all_and_survives_json(tmp_path):
    record = run_cell(make_cell("recall[lag=2]", "lstm"))
    assert record.outcome == Outcome.OK
    for name in ("accuracy", "cross_entropy"):
        assert np.isfinite(record.scores["test"][name])
    assert set(record.seconds) == {"data", "training", "evaluation", "total"}
    assert record.steps == 30 and record.examples == 480 and record.examples_per_second > 0
    assert record.flops > 0 and record.parameters > record.matched_parameters > 1800
    assert [p["step"] for p in record.curve] == [10, 20, 30]
    again = Record.from_json(record.to_json())
    for field in dataclasses.fields(Record):
        if field.name not in ("per_example", "updates", "weights"):
            assert getattr(again, field.name) == getattr(record, field.name), field.name


def test_skill_and_per_example_scores_agree_with_the_score():
    record = run_cell(make_cell("future_context", "lstm"))
    score, weight = record.per_example["score"], record.per_example["weight"]
    assert score.sum() / weight.sum() == pytest.approx(record.test)
    expected = (record.test - record.floor) / (record.ceiling - record.floor)
    assert record.skill == pytest.approx(expected)


def test_selection_is_on_validation():
    """The kept weights are those of the best validation score, not the last."""
    for seed in range(10):  # which seed ends below its best differs between processors
        record = run_cell(
            make_cell("parity", "rnn", seed, steps=60, evaluate_every=10, learning_rate=0.5)
        )  # a learning rate so high that the score jumps about
        scores = [point["validation"] for point in record.curve]
        best = record.curve[int(np.argmax(scores))]
        if best["validation"] > record.curve[-1]["validation"]:
            break
    assert best["validation"] > record.curve[-1]["validation"]
    assert record.best_step == best["step"] and record.validation == best["validation"]

    import torch

    from architectures.recurrent import RNN
    from harness.training.loop import evaluate, predictor
    from harness.training.network import Network
    from harness.training.run_cell import signature_of

    task = make_task(make_cell("parity", "rnn").task)
    again = Network(RNN, record.width, signature_of(task, embedding=TINY_BUDGET["embedding"]), {})
    again.load_state_dict({k: torch.from_numpy(v) for k, v in record.weights.items()})
    kept = evaluate(predictor(again, task), task.examples("validation"), task)
    assert kept.metrics["accuracy"] == best["validation"]


def test_the_test_split_is_looked_at_once_and_never_by_a_trial(monkeypatch):
    looked = []

    class Watched(dict):
        def __getitem__(self, split):
            looked.append(split)
            return super().__getitem__(split)

    real = data.ready

    def watched(*arguments):
        made = real(*arguments)
        return dataclasses.replace(made, splits=Watched(made.splits))

    monkeypatch.setattr("harness.training.run_cell.ready", watched)
    run_cell(make_cell("recall[lag=2]", "rnn"))
    training, scoring = looked[: looked.index("test")], looked[looked.index("test") :]
    assert set(training) == {"validation"} and set(scoring) == {"test"}
    looked.clear()
    (trial,) = trials([make_cell("recall[lag=2]", "rnn", learning_rate=[0.01])])
    record = run_cell(trial)
    assert set(looked) == {"validation"}
    assert "test" not in record.scores and record.skill is None and record.validation is not None


def test_test_targets_do_not_reach_training(monkeypatch):
    """With other test targets, and so another floor, the training curve, the moment of the stop
    and the weights stay what they were."""
    cell = make_cell("recall[lag=2]", "cnn", steps=300, learning_rate=0.02)
    honest = run_cell(cell)
    assert honest.stopped == "solved"
    data._READY.clear()
    kind = type(make_task(cell.task))
    real = kind.examples

    def spoiled(self, split):
        made = real(self, split)
        return dataclasses.replace(made, targets=0 * made.targets) if split == "test" else made

    monkeypatch.setattr(kind, "examples", spoiled)
    monkeypatch.setattr(kind, "ceiling", lambda self, split="test": 2.0 if split == "test" else 1.0)
    other = run_cell(cell)
    data._READY.clear()
    assert other.test != honest.test and other.floor in (0.0, 1.0)  # all alike
    assert [p["validation"] for p in other.curve] == [p["validation"] for p in honest.curve]
    assert all(np.array_equal(honest.weights[k], other.weights[k]) for k in honest.weights)


def test_another_draw_of_held_out_examples_trains_alike_and_tests_afresh(tmp_path):
    """Also where the first draw was kept on disk."""
    usual, fresh = (
        run_cell(make_cell("adding[length=6]", "rnn", held_out=number), tmp_path)
        for number in (0, 1)
    )
    assert usual.id != fresh.id and usual.floor != fresh.floor
    assert np.array_equal(usual.updates["loss"], fresh.updates["loss"])
    assert usual.validation != fresh.validation and usual.test != fresh.test
    from harness.training.restore import restored_model

    tasks = [restored_model(record, record.weights)[0] for record in (usual, fresh)]
    for task, record in zip(tasks, (usual, fresh), strict=True):
        assert task.floor() == record.floor, "what is shown of a cell is what it was tested on"


def test_skill_on_validation_is_recorded_against_its_own_bounds():
    record = run_cell(make_cell("adding[length=6]", "rnn", steps=40, evaluate_every=10))
    best = min(record.curve, key=lambda point: point["validation"])
    assert record.skills["validation"] == best["skill"] != record.skill
    made = make_task(make_cell("adding[length=6]", "rnn").task)
    assert best["skill"] == pytest.approx(1 - best["validation"] / made.floor("validation"))


def test_padding_is_never_scored():
    """Garbage in the targets of unscored steps changes no loss and no score."""
    import torch

    from harness.training.loop import loss_of
    from harness.training.metrics import discrete, real, summary

    rng = np.random.default_rng(0)
    scored = np.arange(6) < np.array([[6], [2], [4]])
    targets = rng.integers(4, size=(3, 6))
    other = np.where(scored, targets, 3 - targets)
    logits = torch.randn(3, 6, 4)
    losses = [
        loss_of(logits, torch.from_numpy(t), torch.from_numpy(scored), "classes")
        for t in (targets, other)
    ]
    assert losses[0] == losses[1]
    logs = logits.log_softmax(-1).numpy()
    both = [summary([discrete(logs, t, scored)], "accuracy").metrics for t in (targets, other)]
    assert both[0] == both[1]
    reals = rng.normal(size=(3, 6, 1)).astype("f4")
    wild = np.where(scored[..., None], reals, 1e6)
    guess = np.zeros_like(reals)
    assert (
        summary([real(guess, reals, scored, 2.0)], "rmse").metrics
        == summary([real(guess, wild, scored, 2.0)], "rmse").metrics
    )


def test_metrics_against_scikit_learn():
    from sklearn.metrics import accuracy_score, log_loss, mean_absolute_error, mean_squared_error

    from harness.training.metrics import discrete, real, summary

    rng = np.random.default_rng(1)
    probabilities = rng.dirichlet(np.ones(5), 40)
    targets = rng.integers(5, size=40)
    scores = summary([discrete(np.log(probabilities), targets, np.ones(40, bool))], "bits").metrics
    nats = log_loss(targets, probabilities, labels=range(5))
    assert scores["accuracy"] == pytest.approx(accuracy_score(targets, probabilities.argmax(1)))
    assert scores["bits"] == pytest.approx(nats / np.log(2))
    assert scores["perplexity"] == pytest.approx(np.exp(nats))
    truth, guess = rng.normal(size=(2, 30, 1))
    scores = summary([real(guess, truth, np.ones(30, bool), 3.0)], "rmse").metrics
    assert scores["rmse"] == pytest.approx(3 * np.sqrt(mean_squared_error(truth, guess)))
    assert scores["mae"] == pytest.approx(3 * mean_absolute_error(truth, guess))


def test_prepared_data_is_kept_and_used_again(tmp_path, monkeypatch):
    """A second process finds splits and bounds on disk instead of loading again."""
    cell = make_cell("digit_rows", "fnn_window")
    first = run_cell(cell, tmp_path)
    if first.outcome == Outcome.UNAVAILABLE:
        pytest.skip(first.reason)
    data._READY.clear()

    def never(self):
        raise AssertionError("loaded again")

    monkeypatch.setattr("tasks.real.digit_rows.DigitRows.load", never)
    monkeypatch.setattr("tasks.real.digit_rows.DigitRows.references", never)
    assert run_cell(cell, tmp_path).scores == first.scores
    assert json.loads(next(tmp_path.glob("*.json")).read_text())["bounds"]["test"][0] == first.floor


def test_examples_are_watched_without_a_difference_to_training():
    plain, watched = (
        run_cell(make_cell("recall[lag=5]", "rnn", watched=n, dropout=0.1)) for n in (0, 16)
    )
    assert plain.scores == watched.scores and "watched" not in plain.updates
    assert np.array_equal(plain.updates["loss"], watched.updates["loss"])
    losses = watched.updates["watched"]
    assert losses.shape == plain.updates["loss"].shape and np.ptp(losses) > 0


@pytest.mark.parametrize(
    ("task", "inputs"),
    [("recall[lag=3,symbols=4]", None), ("adding[length=6]", 1024), ("digit_rows", None)],
)
def test_a_record_says_how_many_test_inputs_there_are(task, inputs, prepared_data):
    """Different ones of a drawn task, which may have fewer than the 1,024 it asks for."""
    cell = make_cell(task, "rnn")
    record = run_cell(cell, prepared_data)
    test = data.ready(make_task(cell.task), {"for": "this test"}, prepared_data).splits["test"]
    assert record.test_examples == len(test) == (inputs or len(test))
    assert record.test_is_whole == (task.startswith("recall"))
    if task != "digit_rows":
        rows = zip(test.inputs, test.lengths, strict=True)
        assert len({row[:steps].tobytes() for row, steps in rows}) == len(test)
