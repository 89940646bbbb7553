"""Tasks from the user's data from the command to the report, and what their control row tells."""

from __future__ import annotations

import builtins
import json
import shutil
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from builders.user_files import FORECAST, LONG, long_table, maker, right, series, store_of

import reports.analysis.results
from harness.experiment.cell import Cell
from harness.experiment.matrix import Budget
from harness.experiment.registry import (
    architecture_declarations,
    make_task,
    spec_of,
)
from harness.experiment.store import Store
from harness.experiment.user_data import opened
from harness.training.run_cell import run_cell
from reports.analysis.advice import Choice
from reports.analysis.results import read
from reports.build import build
from reports.sections.advice import reasons
from reports.sections.header import shortfalls


@pytest.fixture
def make(tmp_path):
    return maker(tmp_path)


# -- order ---------------------------------------------------------------------------------------


def cell_of(task_label: str, architecture: str, **budget) -> Cell:
    return Cell(
        *opened([spec_of(task_label, "task", "test")]),
        spec_of(architecture, "architecture", "test"),
        0,
        Budget(**({"steps": 150, "batch": 32, "parameters": 3000, "learning_rate": 0.01} | budget)),
    )


@pytest.mark.slow
@pytest.mark.parametrize("label", ["first", "commonest"])
def test_shuffling_costs_where_order_matters_and_only_there(make, label):
    rng = np.random.default_rng(0)
    words = ["".join(rng.choice(list("abc"), 9)) for _ in range(900)]
    answer = {
        "first": lambda word: word[0],
        "commonest": lambda word: max("abc", key=word.count),
    }[label]
    table = pd.DataFrame({"word": words, "y": [answer(word) for word in words]})
    kept, control = make("a.csv", table, kind="text", target="y")
    scores = [
        run_cell(cell_of(f"a{order}", "gru")).scores["test"]["accuracy"]
        for order in ("", "[order=shuffled]")
    ]
    assert kept.settings.order == "kept" and control.settings.order == "shuffled"
    assert scores[0] > 0.9
    assert (scores[1] > 0.9) == (label == "commonest")
    if label == "first":  # a letter of nine drawn at random tells little of the first
        assert scores[1] < 0.6


@pytest.mark.parametrize(
    ("name", "content", "settings", "architecture"),
    [
        ("a.csv", long_table, LONG | {"inputs": "speed,heat"}, "logistic"),
        ("a.csv", series, FORECAST | {"context": 3}, "ridge"),
        ("a.txt", lambda: "abcd" * 99, {"kind": "language-model", "context": 8}, "rnn"),
    ],
)
def test_cells_end_ok_with_what_was_found_in_the_file(
    make, tmp_path, name, content, settings, architecture
):
    make(name, content(), **settings)
    record = run_cell(cell_of("a", architecture, steps=20), tmp_path)
    assert record.outcome == "ok", record.traceback
    assert record.facts["kind"] == settings["kind"] and record.facts["file"].startswith(name)
    assert record.key["task"]["parameters"]["order"] == "kept" and np.isfinite(record.skill)


@pytest.mark.slow
def test_pairs_and_tags_are_learned(make, tmp_path):
    rng = np.random.default_rng(0)
    words = ["".join(rng.choice(list("abcd"), rng.integers(1, 5))) for _ in range(600)]
    table = pd.DataFrame({"s": words, "t": [word.upper() for word in words]})
    make("p.csv", table, kind="pairs", target="t", inputs="s")
    record = run_cell(cell_of("p", "encoder_decoder", steps=20), tmp_path)
    assert record.outcome == "ok" and record.samples[0]["input"].islower()
    tokens = [list(word + "x") for word in words]
    tags = [[after for _, after in pairwise(word)] for word in tokens]
    rows = [{"w": w[:-1], "t": t} for w, t in zip(tokens, tags, strict=True)]
    make("t.jsonl", rows, kind="tagging", target="t")
    assert (
        run_cell(cell_of("t", "bilstm", steps=300), tmp_path).skill > 0.8
    )  # the next letter is in sight


def test_data_that_changed_after_planning_is_not_used(make, tmp_path):
    make("changing.csv", long_table(), inputs="speed,heat", **LONG)
    cell = cell_of("changing", "logistic", steps=20)
    with open(tmp_path / "changing.csv", "a") as file:
        file.write("\n")
    record = run_cell(cell)
    assert record.outcome == "unavailable" and "changed" in record.reason


# -- the report ----------------------------------------------------------------------------------


def said(store: Store) -> str:
    results = reports.analysis.results.read(store)
    ((task, control),) = results.controls
    return " ".join(reasons(Choice(results, task, control)))


def test_the_report_says_what_the_data_needs(tmp_path):
    scores = {("kept", "gru"): right(0.92), ("kept", "cnn"): right(0.915),
              ("kept", "rnn"): right(0.7), ("kept", "logistic"): right(0.75),
              ("shuffled", "gru"): right(0.6), ("shuffled", "cnn"): right(0.62)}  # fmt: skip
    store = store_of(tmp_path, scores)
    words = said(store)
    assert words.startswith(
        "mine needs a sequence model: gru (91.5 ±1.2) does better than the base"
    )
    assert "the baseline logistic (74.5 ±1.2)" in words
    assert "the best, gru: cnn; the cheapest of these in training is cnn" in words
    assert "Order carries something" in words and "the best, cnn, has 61.5" in words
    page = build(store).read_text()
    assert "Your data" in page and "harness run --task mine.toml" in page
    assert "highest mean skill" not in page  # which would count the control row as a task
    assert "order shuffled" in page.replace("\n", " ")
    rows = (tmp_path / "out/report/mine/report.md").read_text()
    assert "| `cnn` | 91.0 ±1.2 | 61.5 ±1.2 |" in rows


def test_the_report_says_when_no_sequence_model_and_no_order_is_needed(tmp_path):
    scores = {("kept", "gru"): right(0.9), ("kept", "logistic"): right(0.895),
              ("shuffled", "gru"): right(0.897)}  # fmt: skip
    words = said(store_of(tmp_path, scores))
    assert "is not shown to do better than the baseline logistic" in words
    assert "Order is not shown to carry anything: with the steps in random order" in words
    better = scores | {("kept", "logistic"): right(0.97)}
    assert "does no better than the baseline logistic" in said(store_of(tmp_path / "2", better))
    none = {("kept", "gru"): [np.array([1.0, 0.0] * 50 + [s]) for s in (1, 0, 1)]}
    assert "Nothing is shown to beat the best trivial predictor" in said(
        store_of(tmp_path / "3", none)
    )
    alone = {("kept", "gru"): right(0.9)}
    words = said(store_of(tmp_path / "4", alone, **{"control row": "none: one step"}))
    assert (
        "no baseline was run beside it" in words and "Whether order matters was not asked" in words
    )


def test_what_is_not_learned_of_steps_in_random_order_is_no_shortfall(tmp_path):
    """The control row is there to be lost."""
    store = store_of(tmp_path, {("kept", "gru"): right(0.9), ("shuffled", "gru"): right(0.5)})
    for name in store.ids():
        record = store.get(name)
        record.skills = {"validation": 0.0 if "shuffled" in record.task else 0.5}
        store.put(record)
    results = read(store)
    assert sum(cell.learned is False for cell in results.cells) == 3
    assert not any("nothing was learned" in said for said in shortfalls(results))


def test_seeds_that_agree_do_not_make_up_for_few_test_examples(tmp_path):
    """Three seeds alike, and two examples more right of twelve: no difference is shown."""
    scores = {("kept", "gru"): [np.arange(12) < 10.0] * 3,
              ("kept", "logistic"): [np.arange(12) < 8.0] * 3}  # fmt: skip
    few = {pair: [row.astype(float) for row in rows] for pair, rows in scores.items()}
    assert "is not shown to do better than the baseline logistic" in said(store_of(tmp_path, few))
    many = {pair: [np.tile(row, 30) for row in rows] for pair, rows in few.items()}
    assert "mine needs a sequence model" in said(store_of(tmp_path / "2", many))


# -- through the command line --------------------------------------------------------------------

TOML = """
[task]
name = "machines"
path = "machines.csv"
kind = "classification"
target = "failed"
inputs = ["speed", "heat"]
time = "hour"
group = "machine"
"""
MATRIX = """
seeds = 2
tasks = ["data/machines.toml"]
architectures = ["rnn", "logistic"]
[budget]
steps = 20
batch = 8
parameters = 500
evaluate_every = 10
"""


@pytest.fixture
def machines(tmp_path):
    """A folder ``data`` with a table and its declaration, and a matrix beside it."""
    (tmp_path / "data").mkdir()
    tables = []
    for kind in "abc":
        table = long_table()
        tables.append(table.assign(machine=table.machine + kind, heat=table.heat + ord(kind)))
    rows = pd.concat(tables)
    rows.to_csv(tmp_path / "data" / "machines.csv", index=False)
    (tmp_path / "data" / "machines.toml").write_text(TOML)
    (tmp_path / "small.toml").write_text(MATRIX)
    return tmp_path


def planned(answer) -> list[tuple[str, str]]:
    assert answer.returncode == 0, answer.stderr
    return [(c["task"], c["architecture"]) for c in json.loads(answer.stdout)["cells"]]


def test_the_literal_command_plans_all_that_fits_with_the_control_row(harness_cli, machines):
    answer = harness_cli("plan", "--task", "data/machines.toml", "--arch", "*", "--seeds", "1",
                         "--json")  # fmt: skip
    cells = planned(answer)
    plan = json.loads(answer.stdout)
    assert plan["matrix"] == "machines"
    assert {task for task, _ in cells} == {"machines", "machines[order=shuffled]"}
    facts = {n: d.facts for n, d in architecture_declarations().items()}
    wanted = {n for n in facts if "many-to-one" in facts[n]["problems"]}
    assert {architecture for _, architecture in cells} == wanted
    usual = planned(harness_cli("plan", "--task", "data/machines.toml", "--seeds", "1", "--json"))
    assert {"gru", "logistic"} <= {architecture for _, architecture in usual} < wanted
    flags = ["--path", "data/machines.csv", "--kind", "classification", "--target", "failed",
             "--inputs", "speed,heat", "--time", "hour", "--group", "machine"]  # fmt: skip
    by_flags = harness_cli("plan", *flags, "--seeds", "1", "--json")
    assert planned(by_flags) == usual
    ids = [{c["id"] for c in json.loads(a.stdout)["cells"]} for a in (by_flags, answer)]
    assert ids[0] < ids[1]


@pytest.mark.slow
def test_a_run_a_move_and_a_change(harness_cli, machines):
    done = harness_cli("run", "--matrix", "small.toml")
    assert done.returncode == 0, done.stderr
    assert "8 cells planned: 8 ok  (8 run now, 0 from before)" in done.stdout
    assert "machines: accuracy, %, test split" in done.stdout
    page = (machines / "harness-out" / "report" / "small" / "index.html").read_text()
    assert "Your data" in page and "machines.csv" in page and "24, steps in each: 2 to 9" in page

    (machines / "elsewhere").mkdir()
    for name in ("data", "small.toml", "harness-out"):
        shutil.move(machines / name, machines / "elsewhere" / name)
    moved = harness_cli("run", "--matrix", "small.toml", cwd=machines / "elsewhere")
    assert moved.returncode == 0 and "(0 run now, 8 from before)" in moved.stdout, moved.stderr

    data = machines / "elsewhere" / "data" / "machines.csv"
    data.write_text(data.read_text() + "\n")
    again = harness_cli("plan", "--matrix", "small.toml", "--json", cwd=machines / "elsewhere")
    assert {c["state"] for c in json.loads(again.stdout)["cells"]} == {"to run"}


@pytest.mark.slow
def test_a_task_of_ones_own_has_a_plan_of_its_own(harness_cli, machines):
    """Neither the plan of quick nor results of other settings are mixed with it."""
    (machines / "quick.toml").write_text(MATRIX)
    arguments = ["run", "--task", "data/machines.toml", "--seeds", "1", "--arch"]
    assert harness_cli(*arguments, "logistic").returncode == 0
    assert harness_cli(*arguments, "hmm[max_states=2,restarts=1]").returncode == 0
    rows = json.loads(harness_cli("results", "--json").stdout)
    assert {row["architecture"] for row in rows} == {"logistic", "hmm[max_states=2,restarts=1]"}
    assert (machines / "harness-out" / "plans" / "machines.json").exists()
    assert not (machines / "harness-out" / "plans" / "quick.json").exists()
    text = TOML.replace('["speed", "heat"]', '["heat"]')
    (machines / "data" / "machines.toml").write_text(text)
    assert harness_cli(*arguments, "logistic").returncode == 0
    rows = json.loads(harness_cli("results", "--json").stdout)
    assert {row["architecture"] for row in rows} == {"logistic"}


@pytest.mark.parametrize(
    ("change", "arguments", "words"),
    [
        (("target", "taget"), [], ["machines.toml: unknown key 'taget'", "target"]),
        (("[task]", "[tsk]"), [], ["machines.toml", "[task]", "tsk"]),
        (('"machines.csv"', '"machine.csv"'), [], ["machine.csv", "No such file"]),
        (('"machines"', '"recall"'), [], ["name = 'recall'", "taken"]),
        (("", ""), ["--kind", "text"], ["task by flags", "'path' is missing"]),
        (("failed", "fialed"), [], ["machines.csv: target = 'fialed'", "did you mean failed?"]),
        (('time = "hour"', "context = -3"), [], ["context = -3", "greater than or equal to 1"]),
    ],
)
def test_mistakes_end_with_2_and_no_traceback(harness_cli, machines, change, arguments, words):
    file = machines / "data" / "machines.toml"
    file.write_text(file.read_text().replace(*change))
    answer = harness_cli("run", "--task", "data/machines.toml", *arguments)
    assert answer.returncode == 2 and "Traceback" not in answer.stderr
    for word in words:
        assert word in answer.stderr, answer.stderr
    assert not (machines / "harness-out" / "records").exists()


def test_names_may_not_clash_and_files_may_be_mixed_with_other_tasks(harness_cli, machines):
    other = TOML.replace('"machines.csv"', '"data/machines.csv"') + "context = 2\n"
    (machines / "other.toml").write_text(other)
    arguments = ["plan", "--arch", "rnn", "--seeds", "1", "--json", "--task", "data/machines.toml"]
    answer = harness_cli(*arguments, "--task", "other.toml")
    assert answer.returncode == 2 and "another task of this run has it" in answer.stderr
    cells = planned(harness_cli(*arguments, "--task", "recall"))
    assert {task for task, _ in cells} == {"machines", "machines[order=shuffled]", "recall"}


def test_a_table_may_be_changed_on_the_command_line(harness_cli, machines):
    cells = planned(harness_cli("plan", "--task", "data/machines.toml[context=3,order=kept]",
                                "--arch", "rnn", "--seeds", "1", "--json"))  # fmt: skip
    assert cells == [("machines[context=3]", "rnn")]


def test_to_name_a_task_opens_no_data(make, tmp_path, monkeypatch):
    """Neither names, nor the choice of tasks and architectures read it; the plan does."""
    import harness.experiment.plan as plan
    from harness.errors import UserError
    from harness.experiment.request import Request
    from harness.experiment.user_data import choose

    (tmp_path / "machines.toml").write_text(TOML)
    data = tmp_path / "machines.csv"
    long_table().to_csv(data, index=False)
    opened_files = []

    def spy(file, *arguments, **named):
        opened_files.append(str(file))
        return real(file, *arguments, **named)

    real = builtins.open
    monkeypatch.setattr(builtins, "open", spy)
    chosen = choose(Request(tasks=[f"{tmp_path}/machines.toml[context=2]"]))
    assert chosen.tasks == ["machines[context=2]", "machines[context=2,order=shuffled]"]
    assert {"gru", "logistic"} <= set(chosen.matrix.architectures)
    spec = spec_of("machines[context=3]", "task", "test")
    assert make_task(spec).problem == "many-to-one"
    assert str(data) not in opened_files
    assert make_task(spec).data_version().startswith("csv ")
    assert str(data) in opened_files
    opened_files.clear()
    cells = plan.expand(chosen.matrix, chosen.tasks, ["rnn"])
    assert str(data) in opened_files and cells[0].task.contents.facts["kind"] == "classification"
    data.unlink()
    chosen = choose(Request(tasks=[f"{tmp_path}/machines.toml"]))
    with pytest.raises(UserError, match="machines.csv: cannot be read"):
        plan.expand(chosen.matrix, chosen.tasks)


def test_from_a_script(machines, monkeypatch):
    import harness

    monkeypatch.chdir(machines)
    settings = {"path": "data/machines.csv", "kind": "classification", "target": "failed",
                "inputs": ["speed", "heat"], "time": "hour", "group": "machine"}  # fmt: skip
    table = harness.run(user_data=settings, architectures=["logistic"], seeds=1, jobs=0,
                        track=False, report=False)  # fmt: skip
    assert set(table.task) == {"machines", "machines[order=shuffled]"}
    assert set(table.outcome) == {"ok"}
