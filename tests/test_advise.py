"""Which architecture is advised, and that it is advised from what is stored and no more."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from builders.user_files import right, store_of

from harness.experiment.store import Store
from reports.analysis.results import read
from reports.sections.advice import Advice, advise


def advice_on(store: Store) -> Advice:
    results = read(store)
    return advise(results, results.tasks[0])


def shifted(share: float, by: int, seeds: int = 3, n: int = 200) -> list[np.ndarray]:
    """As good as ``right(share)``, on other examples."""
    return [np.roll(seed, by) for seed in right(share, seeds, n)]


def test_the_cheapest_not_shown_to_differ_is_advised(tmp_path):
    """Training takes 9 s of the gru, 2 s of the cnn, 0.1 s of the others."""
    scores = {("kept", "gru"): right(0.92), ("kept", "cnn"): right(0.915),
              ("kept", "rnn"): right(0.7), ("kept", "logistic"): right(0.5),
              ("shuffled", "gru"): right(0.6)}  # fmt: skip
    advice = advice_on(store_of(tmp_path, scores))
    assert advice.recommended == "cnn" and not advice.baseline
    assert advice.recommendation.startswith("For mine take cnn: accuracy, % 91.0 ±1.2, skill 0.82")
    assert "2.0 s of training and 1,000 parameters" in advice.recommendation
    assert "gru, is ahead by +0.01 ±0.00 of skill" in advice.recommendation
    words = " ".join(advice.sentences)
    assert "mine needs a sequence model" in words and "Order carries something" in words
    standings = {row["architecture"]: row["standing"] for row in advice.rows}
    assert standings == {"gru": "best", "cnn": "not shown to differ", "rnn": "worse",
                         "logistic": "worse"}  # fmt: skip
    assert "3 seeds, 200 test examples" in advice.rests_on[0]
    assert "3 comparisons with the best, gru, over seeds and test examples" in advice.rests_on[1]
    assert advice.command == "harness run --task mine.toml --seeds 6"
    assert any(advice.command in line for line in advice.firmer)


def test_what_differs_is_not_advised_however_cheap(tmp_path):
    scores = {("kept", "gru"): right(0.92), ("kept", "cnn"): right(0.8),
              ("kept", "logistic"): right(0.5)}  # fmt: skip
    advice = advice_on(store_of(tmp_path, scores))
    assert advice.recommended == "gru"
    assert "ahead" not in advice.recommendation


def test_not_shown_to_differ_is_not_as_good(tmp_path):
    """With seeds that scatter, or one seed and few examples, nearly nothing is shown to differ."""
    few = {("kept", "gru"): right(0.95, 1, 20), ("kept", "cnn"): right(0.8, 1, 20),
           ("kept", "logistic"): right(0.3, 1, 20)}  # fmt: skip
    advice = advice_on(store_of(tmp_path, few))
    assert [row["standing"] for row in advice.rows] == ["best", "not shown to differ", "worse"]
    assert advice.recommended == "gru"
    assert any("More seeds (1 so far)" in line and "--seeds 5" in line for line in advice.firmer)


def test_a_baseline_that_is_as_good_goes_before(tmp_path):
    near = {("kept", "gru"): right(0.9), ("kept", "logistic"): shifted(0.895, 0)}
    advice = advice_on(store_of(tmp_path, near))
    assert advice.recommended == "logistic" and advice.baseline
    assert "simpler, a baseline" in advice.recommendation
    better = advice_on(
        store_of(tmp_path / "2", {("kept", "gru"): right(0.8), ("kept", "logistic"): right(0.9)})
    )
    assert better.recommended == "logistic" and "gru is no better" in better.recommendation
    assert {r["architecture"]: r["standing"] for r in better.rows}["logistic"] == "better"
    worse = {("kept", "gru"): right(0.9), ("kept", "logistic"): right(0.6)}
    assert advice_on(store_of(tmp_path / "3", worse)).recommended == "gru"


def test_a_baseline_that_is_close_but_differs_does_not(tmp_path):
    """A difference of 0.04 of skill, over 2,000 examples."""
    close = {("kept", "gru"): right(0.92, n=2000), ("kept", "logistic"): right(0.9, n=2000)}
    advice = advice_on(store_of(tmp_path, close))
    assert advice.recommended == "gru" and advice.rows[1]["standing"] == "worse"


def test_nothing_is_advised_where_nothing_beats_the_trivial_predictor(tmp_path):
    advice = advice_on(
        store_of(tmp_path, {("kept", "gru"): right(0.5), ("kept", "cnn"): right(0.4)})
    )
    assert advice.recommended is None
    assert "take no model" in advice.recommendation and "always 'no'" in advice.recommendation


def test_the_examples_that_are_too_few_are_named(tmp_path):
    """Seeds that all agree, and a difference of two examples of twelve."""
    scores = {("kept", "gru"): [np.arange(12) < 10.0] * 3,
              ("kept", "cnn"): [np.arange(12) < 8.0] * 3}  # fmt: skip
    scores = {pair: [row.astype(float) for row in rows] for pair, rows in scores.items()}
    advice = advice_on(store_of(tmp_path, scores))
    assert "More test examples: the difference between gru and cnn" in " ".join(advice.firmer)


def test_the_command_is_narrowed_to_the_task_and_keeps_its_terms(tmp_path):
    store = store_of(tmp_path, {("kept", "gru"): right(0.9)})
    plan = store.plan("mine")
    command = "harness run --matrix quick --task 'm*' --seeds=2 --seeds 3 --out 'a b' --jobs 1"
    store.put_plan(plan | {"command": command})
    assert advice_on(store).command.count("--seeds") == 1
    for name in store.ids():  # as a shipped task: it has no facts
        record = store.get(name)
        record.facts = {}
        store.put(record)
    wanted = "harness run --matrix quick --out 'a b' --jobs 1 --task mine --seeds 6"
    assert advice_on(store).command == wanted
    store.put_plan(plan | {"command": "harness.run"})
    assert advice_on(store).command == ""


# -- through the command line --------------------------------------------------------------------


@pytest.fixture
def stored(tmp_path):
    """Results of the task ``mine`` and its control row in the usual folder."""
    scores = {("kept", "gru"): right(0.92), ("kept", "logistic"): right(0.5),
              ("shuffled", "gru"): right(0.6)}  # fmt: skip
    store_of(tmp_path, scores).out.rename(tmp_path / "harness-out")
    return tmp_path


@pytest.mark.parametrize("pattern", ["mine", "m*"])
def test_the_command_advises_by_name_and_never_on_control_rows(harness_cli, stored, pattern):
    answer = harness_cli("advise", "--task", pattern)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith("For mine take gru") and answer.stdout.count("For ") == 1
    for word in ("why", "rests on", "firmer with", "logistic (baseline)"):
        assert word in answer.stdout
    (told,) = json.loads(harness_cli("advise", "--task", pattern, "--json").stdout)
    assert told["recommended"] == "gru" and told["task"] == "mine"
    assert told["rows"][0]["score"] == pytest.approx(0.915)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--task", "min"], ["--task min: has no results", "did you mean mine?"]),
        (["--task", "adding"], ["run first: harness run --task adding"]),
        (["--task", "re*"], ["run first: harness run --task 're*'"]),
        (["--task", "mine", "--matrix", "mime"], ["matrix mime", "did you mean mine?"]),
        (["--task", "no.toml"], ["no.toml cannot be read"]),
        (["--task", "copy", "--out", "nowhere"], ["run first", "--out", "nowhere"]),
    ],
)
def test_without_results_it_says_what_to_run(harness_cli, stored, arguments, words):
    answer = harness_cli("advise", *arguments)
    assert answer.returncode == 2 and "Traceback" not in answer.stderr
    for word in words:
        assert word in answer.stderr
    assert not (stored / "nowhere").exists()


@pytest.mark.slow
def test_advice_on_a_file_is_on_the_data_as_it_is_now(harness_cli, tmp_path):
    words = ["".join(w) for w in np.random.default_rng(0).choice(list("abc"), (90, 5))]
    table = pd.DataFrame({"word": words, "y": [w[0] for w in words]})
    table.to_csv(tmp_path / "letters.csv", index=False)
    (tmp_path / "letters.toml").write_text(
        '[task]\npath = "letters.csv"\nkind = "text"\ntarget = "y"\n'
    )
    first = harness_cli("advise", "--task", "letters.toml")
    assert first.returncode == 2
    assert "run first: harness run --task letters.toml --arch '*'" in first.stderr
    run = harness_cli("run", "--task", "letters.toml", "--arch", "logistic", "--seeds", "2")
    assert run.returncode == 0, run.stderr
    answer = harness_cli("advise", "--task", "letters.toml")
    assert answer.returncode == 0 and answer.stdout.startswith("For letters take"), answer.stderr
    assert "harness run --task letters.toml --arch logistic --seeds 5" in answer.stdout
    table.assign(y=[w[1] for w in words]).to_csv(tmp_path / "letters.csv", index=False)
    after = harness_cli("advise", "--task", "letters.toml")
    assert after.returncode == 2 and "other data or settings" in after.stderr
