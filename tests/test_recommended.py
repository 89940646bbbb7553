"""Recommended terms: made of trials alone, taken where neither matrix nor label gives others."""

from __future__ import annotations

import pytest

from harness.errors import UserError
from harness.experiment import recommended
from harness.experiment.plan import expand, resolve, trials
from harness.experiment.request import Request
from harness.experiment.user_data import choose

HEAD = """
tasks = ["recall[lag=3]", "keyword", "reverse[length=3]"]
architectures = ["rnn", "lstm", "cnn", "lstm[start=uniform]",
    "rnn[start=orthogonal]", "attention_encoder_decoder", "hmm"]
seeds = 1
recommended = true
"""
TABLE = """kind,architecture,learning_rate,start,trainings,skill
memory,rnn,0.01,orthogonal,2,0.5
memory,rnn,0.02,uniform,2,0.75
memory,lstm,0.03,chrono,2,1.0
whole sequence,rnn,0.001,orthogonal,2,0.4
written,attention_encoder_decoder,0.002,,2,0.4
"""


@pytest.fixture
def table(tmp_path, monkeypatch):
    file = tmp_path / "recommended.csv"
    file.write_text(TABLE, encoding="utf-8")
    rows = recommended.tried(file)
    monkeypatch.setattr(recommended, "tried", lambda path=file: rows)


def cells(tmp_path, text=HEAD):
    file = tmp_path / "m.toml"
    file.write_text(text, encoding="utf-8")
    made = expand(choose(Request(matrix=str(file))).matrix)
    return {(c.task.name, c.architecture.label): c for c in made}


def rate(cell):
    return cell.budget.learning_rate


def test_the_best_setting_of_the_kind_is_taken(tmp_path, table):
    made = cells(tmp_path)
    rnn = made["recall", "rnn"]
    assert rate(rnn) == 0.02 and dict(rnn.architecture.parameters)["start"] == "uniform"
    assert rnn.key["chosen"] == {"start": "uniform"} and rnn.key["budget"]["learning_rate"] == 0.02
    assert rate(made["recall", "lstm"]) == 0.03
    assert rate(made["keyword", "rnn"]) == 0.001
    assert rate(made["reverse", "attention_encoder_decoder"]) == 0.002


def test_of_settings_that_are_as_good_the_rate_in_the_middle_is_taken():
    def tried(rate, skill, start=""):
        return recommended.Tried("memory", "gru", rate, start, 2, skill)

    alike = [tried(0.001, 0.994), tried(0.01, 0.991), tried(0.1, 0.99)]
    assert recommended.best(alike).learning_rate == 0.01
    assert recommended.best([*alike, tried(0.03, 0.996)]).learning_rate == 0.03
    assert recommended.best([*alike, tried(0.03, 0.5)]).learning_rate == 0.01
    starts = [tried(r, s, n) for n, of in (("a", (0.1, 1.0)), ("b", (0.2, 1.0)))
              for r, s in zip((0.001, 0.01), of, strict=True)]  # fmt: skip
    assert recommended.best(starts).start == recommended.best(starts[::-1]).start == "b"


def test_what_a_label_or_the_matrix_gives_stays(tmp_path, table):
    made = cells(tmp_path)
    labelled = made["recall", "lstm[start=uniform]"]
    assert rate(labelled) == 0.005  # with this start nothing was tried
    assert dict(labelled.architecture.parameters)["start"] == "uniform"
    assert rate(made["recall", "rnn[start=orthogonal]"]) == 0.01
    assert dict(made["recall", "rnn[start=orthogonal]"].architecture.parameters)["start"] == (
        "orthogonal"
    )
    assert rate(made["keyword", "cnn"]) == 0.005  # nothing is recommended: the budget's
    assert made["recall", "hmm"].budget == made["keyword", "cnn"].budget  # nothing to choose
    given = cells(tmp_path, HEAD + "[budget]\nlearning_rate = 0.007\n")
    assert {rate(cell) for cell in given.values()} == {0.007}
    assert dict(given["recall", "rnn"].architecture.parameters)["start"] == "uniform"


def test_recommended_and_tuned_exclude_each_other(tmp_path):
    with pytest.raises(UserError, match="exclude each other"):
        cells(tmp_path, HEAD + "[tuning.space]\nlearning_rate = [0.1]\n")


def test_the_shipped_matrix_tests_nothing_and_gives_all_the_same_number_of_trials():
    matrix = choose(Request(matrix="recommend")).matrix
    asked = expand(matrix)
    assert resolve(asked, {}) == []
    made = trials(asked)
    assert {cell.kind for cell in made} == {"trial"}
    counts = {}
    for cell in made:
        pair = cell.task.label, cell.architecture.name
        counts[pair] = counts.get(pair, 0) + 1
    assert set(counts.values()) == {matrix.tuning.count}
    starts = {c.architecture.name: set() for c in made}
    for cell in made:
        starts[cell.architecture.name].add(dict(cell.architecture.parameters).get("start"))
    assert starts["lstm"] == {"orthogonal", "uniform", "chrono"} and starts["cnn"] == {None}


def test_a_run_of_trials_alone_says_so(harness_cli, tmp_path):
    (tmp_path / "trials.toml").write_text(
        'tasks = ["recall[lag=3]"]\narchitectures = ["rnn"]\n[budget]\nsteps = 2\n'
        "parameters = 500\n[tuning]\nonly = true\n[tuning.space]\nlearning_rate = [0.01, 0.1]\n"
    )
    said = harness_cli("run", "--matrix", "trials.toml").stdout
    assert "nothing but tuning trials  (2 run now, 0 from before)" in said
    assert "0 cells planned" not in said and "task" not in said.split()
