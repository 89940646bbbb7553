"""Parts of a matrix: cells for a question of their own, horizons that climb, probes."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from conftest import make_cell

import harness
from harness.errors import UserError
from harness.experiment.matrix import load
from harness.experiment.record import Outcome
from harness.experiment.store import Store
from harness.training.run_cell import run_cell

MINE = """
tasks = ["recall[lag=3,symbols=4]"]
architectures = ["rnn"]
seeds = 2

[budget]
steps = 30
batch = 16
parameters = 2000
embedding = 8
evaluate_every = 10
learning_rate = 0.01

[[parts]]
name = "wider"
tasks = ["recall[lag=3,symbols=4]"]
architectures = ["rnn", "lstm"]
seeds = 1
budget = { parameters = 4000 }

[[parts]]
name = "same"
tasks = ["recall[lag=3,symbols=4]"]
architectures = ["rnn"]

[[parts]]
name = "counted"
probe = "size"
tasks = ["recall[lag=3,symbols=4]"]
architectures = ["rnn", "hmm"]
seeds = 1
budget = { match = "none", width = 8 }
"""

CLIMB = """
seeds = 2

[budget]
steps = 200
batch = 32
parameters = 2000
learning_rate = 0.02
evaluate_every = 50

[[parts]]
name = "memory"
probe = "horizon"
tasks = ["recall[symbols=4]"]
architectures = ["fnn_window[window=4]"]
lags = [2, 3, 4, 6]
"""


def run(path, out, **options):
    return harness.run(str(path), out=out, jobs=0, track=False, report=False, **options).set_index(
        "id"
    )


@pytest.fixture(scope="module")
def mine(tmp_path_factory):
    folder = tmp_path_factory.mktemp("parts")
    (folder / "mine.toml").write_text(MINE)
    run(folder / "mine.toml", folder / "out")
    return folder, harness.frame(folder / "out").set_index("id")


def test_a_matrix_file_that_calls_a_probe_a_study_is_still_read(tmp_path):
    (tmp_path / "mine.toml").write_text(MINE.replace('probe = "size"', 'study = "size"'))
    assert load(str(tmp_path / "mine.toml")).parts[-1].probe == "size"


def test_a_part_has_cells_of_its_own_on_its_own_terms(mine):
    folder, table = mine
    assert table.part.value_counts().to_dict() == {"wider": 2, "same": 2, "counted": 2}
    assert table.main.sum() == 2
    store = Store(folder / "out")
    wider = table[(table.part == "wider") & (table.architecture == "rnn")]
    assert store.get(wider.index[0]).key["budget"]["parameters"] == 4000
    own = table[table.main]
    assert store.get(own.index[0]).key["budget"]["parameters"] == 2000
    assert store.plan("mine")["parts"][0]["name"] == "wider"


def test_a_cell_that_two_parts_ask_for_is_run_once(mine):
    folder, table = mine
    assert set(table[table.part == "same"].index) == set(table[table.main].index)
    assert len(Store(folder / "out").ids()) == 6


def test_a_probe_is_a_cell_that_measures(mine):
    folder, table = mine
    store = Store(folder / "out")
    found = {r.architecture: r for i in table[table.part == "counted"].index if (r := store.get(i))}
    rnn, hmm = found["rnn"], found["hmm"]
    # embedding 8 x 8, recurrent 8 (8 + 8 + 2), read out (8 + 1) 4
    assert rnn.measured == {"parameters": 244, "without_embedding": 180, "length": 4}
    assert (rnn.kind, rnn.probe, rnn.skill, rnn.outcome) == ("probe", "size", None, Outcome.OK)
    assert hmm.outcome == Outcome.NOT_APPLICABLE and "networks" in hmm.reason
    assert rnn.key["probe"]["name"] == "size" and rnn.key["probe"]["code"]
    assert "probe" not in store.get(table[table.main].index[0]).key


def test_parts_are_chosen_by_name(mine, tmp_path):
    folder, _ = mine
    table = run(folder / "mine.toml", tmp_path / "out", parts=["wid*"])
    assert set(table.part) == {"wider"} and len(table) == 2
    table = run(folder / "mine.toml", tmp_path / "own", parts=["matrix"])
    assert list(table.part) == ["", ""]
    table = run(folder / "mine.toml", tmp_path / "more", architectures=["lstm"], parts=["wid*"])
    assert list(table.architecture) == ["lstm"]
    with pytest.raises(UserError, match="--part wide: .*wider"):
        run(folder / "mine.toml", tmp_path / "out", parts=["wide"])


def test_a_horizon_climbs_no_further_than_it_is_learned(tmp_path):
    """Four steps hold the first token up to a lag of 3: 4 is tried in vain, 6 not at all."""
    (tmp_path / "climb.toml").write_text(CLIMB)
    table = run(tmp_path / "climb.toml", tmp_path / "out")
    tried = {task: list(skills) for task, skills in table.groupby("task").skill}
    assert list(tried) == [f"recall[lag={lag},symbols=4]" for lag in (2, 3, 4)]
    assert all(skill > 0.9 for task in list(tried)[:2] for skill in tried[task])
    assert all(skill < 0.5 for skill in tried["recall[lag=4,symbols=4]"])
    from reports.analysis.evidence import gather

    found = gather(Store(tmp_path / "out")).horizon("memory", "recall", "fnn_window[window=4]")
    assert (found.steps, found.low, found.high, found.open, found.n) == (3, None, None, False, 2)
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "out" / "records").glob("*.json")}
    run(tmp_path / "climb.toml", tmp_path / "out")
    assert before == {
        p: p.stat().st_mtime_ns for p in (tmp_path / "out" / "records").glob("*.json")
    }


def test_a_horizon_that_was_broken_off_goes_on(tmp_path):
    """With the last lag's records lost, the plan still holds the lags below, and no more."""
    (tmp_path / "climb.toml").write_text(CLIMB)
    table = run(tmp_path / "climb.toml", tmp_path / "out")
    lost = table[table.task == "recall[lag=3,symbols=4]"].index
    for cell in lost:
        (tmp_path / "out" / "records" / f"{cell}.json").unlink()
    again = run(tmp_path / "climb.toml", tmp_path / "out")
    assert set(again.index) == set(table.index) and (again.outcome == "ok").all()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('probe = "gradient_flow"', ["parts", "probe", "gradient-flow"]),
        ("lags = [5, 3]", ["lags", "rise"]),
        ("budget = { stpes = 3 }", ["parts.p.budget", "stpes", "steps"]),
        ('probe = "horizon"\ntasks = ["keyword"]', ["keyword", "dependency length"]),
        (
            'probe = "cost"\nbudget = { learning_rate = [0.1, 1] }',
            ["parts.p", "learning_rate is a list", "nothing is tuned for a probe"],
        ),
        ('tasks = ["recal"]', ["parts.p", "recal"]),
        ('architectures = ["lsmt"]', ["parts.p", "lstm"]),
    ],
)
def test_mistakes_in_a_part_are_explained(tmp_path, text, words):
    lines = {"name": 'name = "p"', "tasks": 'tasks = ["recall"]',
             "architectures": 'architectures = ["rnn"]'}  # fmt: skip
    given = {line.split(" =")[0]: line for line in text.splitlines()}
    (tmp_path / "bad.toml").write_text("[[parts]]\n" + "\n".join((lines | given).values()))
    with pytest.raises(UserError) as caught:
        run(tmp_path / "bad.toml", tmp_path / "out")
    assert all(word in str(caught.value) for word in words), caught.value


def test_every_update_is_kept_also_of_a_training_that_diverged():
    record = run_cell(make_cell("recall[lag=3,symbols=4]", "rnn", clip_norm=0.0, solved=2.0))
    loss, norm = record.updates["loss"], record.updates["norm"]
    assert len(loss) == len(norm) == record.steps == 30 and (norm > 0).all()
    assert np.isclose(record.curve[0]["loss"], loss[:10].mean(), rtol=1e-5)
    assert np.isclose(record.curve[2]["loss"], loss[20:].mean(), rtol=1e-5)
    wild = run_cell(
        make_cell("adding[length=20]", "rnn[gain=2.0]", clip_norm=0.0, optimizer="sgd",
                  learning_rate=1e6, steps=200)
    )  # fmt: skip
    assert wild.outcome == Outcome.DIVERGED
    assert 0 < len(wild.updates["loss"]) < 200


def test_divergence_may_be_an_answer(tmp_path):
    from harness import runner
    from harness.experiment.request import Request

    wild = '[budget]\nsteps = 100\noptimizer = "sgd"\nlearning_rate = 1e6\nclip_norm = 0.0\n' \
        '[[parts]]\nname = "wild"\ntasks = ["adding[length=20]"]\narchitectures = ["rnn"]\n' \
        "seeds = 1\n"  # fmt: skip
    fine = {}
    for word in ("true", "false"):
        (tmp_path / f"{word}.toml").write_text(wild + f"may_diverge = {word}\n")
        matrix = str(tmp_path / f"{word}.toml")
        result = runner.run(Request(matrix, out=tmp_path / word, jobs=0, track=False))
        assert result.outcomes == {"diverged": 1}
        fine[word] = result.fine
    assert fine == {"true": True, "false": False}


@pytest.mark.parametrize("name", ["gradient-flow", "cost", "contains-rnn", "writing", "gate-times"])
def test_every_probe_measures_or_says_why_not(name):
    """On what it is for, on what it cannot measure, and the same twice where time plays no part."""
    fit = {"contains-rnn": "gru[hold_reset=1,hold_update=0]"}.get(name, "lstm")
    task = "english_chars[length=32,test_windows=32]" if name == "writing" else "recall[lag=4]"
    cell = replace(make_cell(task, fit), kind="probe", probe=name)
    record = run_cell(cell)
    assert record.outcome == Outcome.OK, record.traceback
    json.dumps(record.measured, allow_nan=False)
    again = run_cell(cell)
    if name == "cost":
        assert record.measured["equations"]["critical_path"] > 0
    else:
        assert again.measured == record.measured
    other = ("recall[lag=4]", "lstm") if name == "writing" else ("recall[lag=4]", "hmm")
    refused = run_cell(replace(make_cell(*other), kind="probe", probe=name))
    if (name, other[1]) != ("writing", "hmm"):
        assert refused.outcome == Outcome.NOT_APPLICABLE and refused.reason


def test_what_is_likely_in_unread_text_costs_fewer_bits():
    from harness.probes import writing

    unread = np.tile(np.arange(8), 50)
    alike, swapped = np.arange(40).reshape(2, 20) % 8, np.arange(40)[::-1].reshape(2, 20) % 8
    assert writing._bits(unread, alike, 8) < 0.1 < 3 < writing._bits(unread, swapped, 8)
    assert np.isfinite(writing._bits(unread, alike, 2**20))  # too many 5-grams to number


@pytest.mark.parametrize("variant", ["", ",variant=reset_before"])
def test_the_gru_whose_gates_are_held_is_the_rnn_and_the_free_one_is_not(variant):
    held = replace(
        make_cell("recall[lag=4]", f"gru[hold_reset=1,hold_update=0{variant}]"),
        kind="probe", probe="contains-rnn",
    )  # fmt: skip
    assert run_cell(held).measured["equal"] is True
    free = replace(make_cell("recall[lag=4]", "gru"), kind="probe", probe="contains-rnn")
    assert run_cell(free).outcome == Outcome.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("architecture", "changed"),
    [("rnn", 0.0), ("lstm", 0.0), ("tcn", 0.0), ("birnn", 1.0), ("self_attention", 1.0)],
)
def test_who_reads_forwards_gives_the_same_whatever_follows(architecture, changed):
    cell = replace(make_cell("future_context", architecture), kind="probe", probe="future")
    record = run_cell(cell)
    assert record.measured == {"steps": 15, "changed": changed}, record.traceback
    whole = replace(make_cell("recall[lag=4]", architecture), kind="probe", probe="future")
    assert run_cell(whole).outcome == Outcome.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("task", "architecture"),
    [
        ("recall[lag=50]", "lstm"),
        ("recall[lag=50]", "bigru"),
        ("future_context[length=50]", "rnn[layers=2]"),
        ("adding[length=50]", "gru[hold_reset=1]"),
    ],
)
def test_operations_carried_on_from_few_steps_are_those_counted_over_all(task, architecture):
    from harness.experiment.registry import load_architecture, make_task
    from harness.training import size
    from harness.training.network import Network
    from harness.training.run_cell import signature_of

    cell = make_cell(task, architecture)
    made = make_task(cell.task)
    some = made.examples("validation").take(slice(0, 4))

    def build():
        body, parameters = load_architecture(cell.architecture), dict(cell.architecture.parameters)
        return Network(body, 6, signature_of(made), parameters)

    shapes = some.inputs.shape, some.targets.shape
    assert size.flops_per_update(build(), *shapes) == size._count_flops(build(), *shapes) > 0


def test_a_probe_on_its_own(harness_cli, tmp_path):
    answer = harness_cli(
        "probe", "gradient-flow", "--arch", "rnn,rnn[gain=0.5,activation=tanh]", "--lag", "12",
        "--seeds", "2", "--steps", "5", "--json",
    )  # fmt: skip
    assert answer.returncode == 0, answer.stdout + answer.stderr
    (section,) = json.loads(answer.stdout)
    assert section["sentences"] and section["tables"][0]["rows"]
    plan = Store(tmp_path / "harness-out").plan("probe-gradient-flow")
    assert {row["task"] for row in plan["cells"]} == {"recall[lag=12]"}
    assert {row["architecture"] for row in plan["cells"]} == {"rnn", "rnn[gain=0.5]"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["gradient-flaw"], ["gradient-flow"]),
        (["horizon", "--arch", "lsmt"], ["lstm"]),
        (["horizon", "--task", "keyword"], ["keyword", "dependency"]),
        (["gradient-flow", "--lag", "0"], ["--lag 0"]),
    ],
)
def test_mistakes_with_a_probe_are_explained(harness_cli, arguments, words):
    answer = harness_cli("probe", *arguments)
    assert answer.returncode == 2 and "Traceback" not in answer.stderr
    assert all(word in answer.stderr for word in words), answer.stderr
