"""The command line as a user types it: what it prints, how it exits, what it refuses."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections import Counter

import pytest

ROW = {"id", "task", "architecture", "seed", "part", "outcome", "reason", "metric", "validation",
       "test", "skill", "learned", "parameters", "seconds"}  # fmt: skip
VERBS = [
    "run",
    "plan",
    "list",
    "status",
    "results",
    "show",
    "why",
    "report",
    "ui",
    "sync",
    "doctor",
]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A small finished matrix, made through the command line; its folder and the run's output."""
    folder = tmp_path_factory.mktemp("finished")
    (folder / "tiny.toml").write_text(
        'seeds = 2\ntasks = ["recall[lag=3,symbols=4]", "hmm_source[length=8]"]\n'
        'architectures = ["rnn", "bilstm", "hmm[max_states=2]"]\n[budget]\nsteps = 20\nbatch = 16\n'
        "parameters = 2000\nevaluate_every = 10\n"
    )
    run = subprocess.run(
        [sys.executable, "-m", "harness", "run", "--matrix", "tiny.toml", "--out", "out"],
        capture_output=True, text=True, cwd=folder, timeout=240,
    )  # fmt: skip
    return folder, run


def ask(folder, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "harness", *arguments, "--out", "out"],
        capture_output=True, text=True, cwd=folder, timeout=120,
    )  # fmt: skip


def test_a_run_ends_with_scores_report_and_the_ui_command(finished):
    folder, run = finished
    assert run.returncode == 0, run.stderr
    lines = run.stdout.splitlines()
    assert sum(line.startswith("[") for line in lines) == 12
    assert any(line.startswith("task") and "rnn" in line for line in lines)
    assert "12 cells planned: 2 not-applicable, 10 ok" in run.stdout
    assert "harness ui --out out" in run.stdout
    page = folder / "out" / "report" / "tiny" / "index.html"
    assert str(page) in run.stdout and page.exists()


def test_running_again_computes_nothing(finished):
    folder, _ = finished
    before = {p.name: p.stat().st_mtime_ns for p in (folder / "out" / "records").iterdir()}
    again = ask(folder, "run", "--matrix", "tiny.toml")
    assert again.returncode == 0
    assert "(0 run now, 12 from before)" in again.stdout
    after = {p.name: p.stat().st_mtime_ns for p in (folder / "out" / "records").iterdir()}
    assert before == after


def test_results_as_json_and_csv(finished):
    folder, _ = finished
    rows = json.loads(ask(folder, "results", "--json").stdout)
    assert len(rows) == 12 and all(set(row) == ROW for row in rows)
    by_outcome = [row["outcome"] for row in rows]
    assert by_outcome.count("ok") == 10 and by_outcome.count("not-applicable") == 2
    for row in rows:
        if row["outcome"] == "ok":
            assert row["skill"] is not None and row["seconds"] > 0 and row["parameters"] > 0
        else:
            assert row["architecture"] == "bilstm" and row["skill"] is None and row["reason"]
    table = list(csv.DictReader(io.StringIO(ask(folder, "results", "--csv").stdout)))
    assert [row["id"] for row in table] == [row["id"] for row in rows]
    assert "recall[lag=3,symbols=4]" in ask(folder, "results").stdout


def test_results_as_a_data_frame(finished):
    import harness

    folder, _ = finished
    table = harness.results(folder / "out")
    assert set(table.columns) == ROW and len(table) == 12


def test_status_show_why_plan(finished):
    folder, _ = finished
    state = json.loads(ask(folder, "status", "--json").stdout)
    assert state["planned"] == 12 and state["outcomes"] == {"ok": 10, "not-applicable": 2}
    assert "12 planned" in ask(folder, "status").stdout
    cell = json.loads(ask(folder, "results", "--json").stdout)[0]
    shown = ask(folder, "show", cell["id"][:6])
    assert "test" in shown.stdout and "skill" in shown.stdout
    assert json.loads(ask(folder, "show", cell["id"], "--json").stdout)["id"] == cell["id"]
    plan = json.loads(ask(folder, "plan", "--matrix", "tiny.toml", "--json").stdout)
    assert Counter(row["state"] for row in plan["cells"]) == {"cached": 10, "not-applicable": 2}
    why = ask(folder, "why", cell["id"], "--matrix", "tiny.toml")
    assert "stored" in why.stdout
    text = (folder / "tiny.toml").read_text()
    (folder / "changed.toml").write_text(text.replace("steps = 20", "steps = 21"))
    why = ask(folder, "why", "recall[lag=3,symbols=4]/rnn/0", "--matrix", "changed.toml")
    assert "budget.steps: 21 here, 20 there" in why.stdout
    assert why.stdout.count(" here, ") == 1


@pytest.mark.parametrize("verb", VERBS)
def test_help_has_an_example(verb, harness_cli):
    answer = harness_cli(verb, "--help")
    assert answer.returncode == 0
    assert "Example" in answer.stdout and f"harness {verb}" in answer.stdout


def test_list_knows_all_kinds(harness_cli):
    found = json.loads(harness_cli("list", "--json").stdout)
    architectures = {row["name"] for row in found["architectures"]}
    assert architectures >= {
        "hmm", "fnn_window", "cnn", "tcn", "rnn", "lstm", "gru", "min_gru", "s4d", "birnn",
        "bilstm", "bigru", "self_attention", "encoder_decoder", "attention_encoder_decoder",
        "transformer", "logistic", "ridge", "ngram", "most_frequent_tag",
    }  # fmt: skip
    assert {"recall", "japanese_vowels"} <= {row["name"] for row in found["tasks"]}
    assert {row["name"] for row in found["matrices"]} >= {"smoke", "quick", "standard"}
    assert all(row["summary"] for kind in ("tasks", "architectures") for row in found[kind])


def test_listing_and_planning_import_nothing_heavy():
    code = (
        "import sys; from harness.cli import application\n"
        "for verb, theirs in {'list': {'harness.runner', 'numpy'}, 'plan': set()}.items():\n"
        "    application(verb)(args=[verb], standalone_mode=False)\n"
        "    assert not theirs & set(sys.modules), theirs & set(sys.modules)\n"
        "heavy = {'torch', 'mlflow', 'seaborn', 'hmmlearn', 'pandas', 'numba'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("name", "tasks", "architectures", "seeds", "cells"),
    [
        ("smoke", 4, 9, 1, 36),
        ("quick", 12, 14, 3, 504),
        ("standard", 37, 22, 5, 4000),
        ("published", 3, 5, 6, 90),
    ],
)
def test_shipped_matrices(name, tasks, architectures, seeds, cells):
    """The first eight architectures, on as many tasks as promised, real ones among them."""
    from harness.experiment.plan import expand
    from harness.experiment.registry import architecture_declarations, task_declarations
    from harness.experiment.request import Request
    from harness.experiment.user_data import choose

    matrix = choose(Request(name)).matrix
    assert len(matrix.tasks) >= tasks and len(matrix.architectures) == architectures
    assert len(matrix.seeds) == seeds
    planned = expand(matrix)
    own = [cell.id for cell in planned if not cell.part]
    assert len(own) >= cells and len(set(own)) == len(own)
    tags = {n: d.facts["tags"] for n, d in task_declarations().items()}
    if name == "published":
        return
    assert any("real data" in tags[cell.task.name] for cell in planned)
    used = {cell.architecture.name for cell in planned}
    assert used >= {"hmm", "fnn_window", "cnn", "rnn", "lstm", "gru", "bilstm", "self_attention"}
    if name == "standard":
        assert {cell.task.name for cell in planned} == set(task_declarations())
        assert used == set(architecture_declarations())


# -- mistakes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "--matrix", "quik"], ["--matrix quik", "did you mean quick"]),
        (["run", "--matrix", "nowhere.toml"], ["nowhere.toml", "No such file"]),
        (["run", "--task", "recal"], ["--task", "'recal'", "recall"]),
        (["run", "--arch", "ltsm"], ["--arch", "'ltsm'", "lstm"]),
        (["run", "--arch", "lstm[layer=2]"], ["lstm", "'layer'", "layers"]),
        (["run", "--arch", "lstm[layers=two]"], ["layers=two", "int"]),
        (["run", "--arch", "lstm[layers=-1]"], ["layers=-1", "negative"]),
        (["run", "--arch", "lstm[layers]"], ["layers", "parameter=value"]),
        (["run", "--arch", "rnn[activation=[2]"], ["not a name"]),
        (["run", "--arch", "rnn[activation=rely]"], ["activation=rely", "did you mean relu"]),
        (["run", "--task", "recall[symbols=0]"], ["symbols=0]: no such task"]),
        (["run", "--task", "keyword[length=1]"], ["keyword[length=1]"]),
        (["run", "--task", "weather[airport=SFO]"], ["airport=SFO", "JFK"]),
        (["run", "--seeds", "0"], ["--seeds 0", "at least 1"]),
        (["run", "--jobs", "-2"], ["--jobs -2", "positive"]),
        (["run", "--timeout", "-1"], ["--timeout -1", "positive"]),
        (["run", "--device", "tpu9"], ["--device tpu9"]),
        (["run", "--plugin", "gone.py"], ["--plugin gone.py", "no such file"]),
        (["list", "taks"], ["taks", "tasks"]),
        (["show", "abc"], ["abc"]),
        (["results"], ["no matrix was run"]),
        (["status"], ["no matrix was run"]),
        (["report"], ["no matrix was run"]),
        (["sync"], ["no matrix was run"]),
        (["ui", "--no-browser"], ["no matrix was run"]),
        (["results", "--json", "--csv"], ["exclude each other"]),
        (["run", "--stpes", "3"], ["--stpes"]),
        (["rnu"], ["rnu"]),
    ],
    ids=lambda value: " ".join(value)[:40],
)
def test_mistakes_are_explained(harness_cli, arguments, words):
    answer = harness_cli(*arguments)
    said = answer.stdout + answer.stderr
    assert answer.returncode == 2, said
    assert "Traceback" not in said
    for word in words:
        assert word in said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("this is not toml", ["not a TOML file", "line 1"]),
        ('tasks = []\narchitectures = ["rnn"]', ["tasks", "empty"]),
        ('tasks = ["recall"]\narchitectures = []', ["architectures", "empty"]),
        ('tasks = ["recall"]', ["architectures", "missing"]),
        ('taks = ["recall"]\narchitectures = ["rnn"]', ["'taks'", "tasks"]),
        (
            'tasks = ["recall"]\narchitectures = ["rnn"]\n[budget]\nstpes = 3',
            ["budget.stpes", "steps"],
        ),
        (
            'tasks = ["recall"]\narchitectures = ["rnn"]\n[budget]\nsteps = -3',
            ["budget.steps", "-3"],
        ),
        (
            'tasks = ["recall"]\narchitectures = ["rnn"]\n[budget]\nlearning_rate = -0.1',
            ["budget.learning_rate", "-0.1"],
        ),
        (
            'tasks = ["recall"]\narchitectures = ["rnn"]\n[budget]\noptimizer = "adm"',
            ["budget.optimizer", "adam"],
        ),
        ('tasks = ["recall"]\narchitectures = ["rnn"]\nseeds = 0', ["seeds", "at least 1"]),
        ('tasks = ["recall"]\narchitectures = ["rnn"]\nseeds = [1, 1]', ["seeds", "twice"]),
        ('tasks = ["recal"]\narchitectures = ["rnn"]', ["'recal'", "recall"]),
        ('tasks = ["recall[lga=3]"]\narchitectures = ["rnn"]', ["'lga'", "lag"]),
        ('tasks = ["recall", "recall"]\narchitectures = ["rnn"]', ["recall", "twice"]),
    ],
    ids=lambda value: str(value)[:40],
)
def test_mistakes_in_a_matrix_file_are_explained(harness_cli, tmp_path, text, words):
    (tmp_path / "mine.toml").write_text(text)
    answer = harness_cli("run", "--matrix", "mine.toml")
    assert answer.returncode == 2, answer.stdout + answer.stderr
    assert "Traceback" not in answer.stderr and "mine" in answer.stderr
    for word in words:
        assert word in answer.stderr
    assert not list((tmp_path / "harness-out").glob("records/*"))


def test_a_plugin_that_fails_names_itself(harness_cli, tmp_path):
    (tmp_path / "mine.py").write_text("from tasks.task import task\n@task('x')\nclass X: 1/0\n")
    answer = harness_cli("list", "--plugin", "mine.py")
    assert answer.returncode == 2
    assert "mine.py" in answer.stderr and "ZeroDivisionError" in answer.stderr
    (tmp_path / "empty.py").write_text("x = 1\n")
    assert "declares nothing" in harness_cli("list", "--plugin", "empty.py").stderr


def test_an_unwritable_out_is_refused(harness_cli, tmp_path, matrix_file):
    (tmp_path / "file").write_text("in the way")
    answer = harness_cli("run", "--matrix", matrix_file(), "--out", str(tmp_path / "file" / "out"))
    assert answer.returncode == 2
    assert "cannot write" in answer.stderr and "Traceback" not in answer.stderr


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere"
)
def test_a_read_only_out_is_refused(harness_cli, tmp_path, matrix_file):
    (tmp_path / "out").mkdir(mode=0o500)
    answer = harness_cli("run", "--matrix", matrix_file(), "--out", "out")
    assert answer.returncode == 2 and "cannot write" in answer.stderr


# -- choosing ----------------------------------------------------------------------------------


def planned(harness_cli, *arguments):
    answer = harness_cli("plan", "--json", *arguments)
    assert answer.returncode == 0, answer.stderr
    return [(c["task"], c["architecture"], c["seed"]) for c in json.loads(answer.stdout)["cells"]]


def test_filters_choose_and_change(harness_cli):
    cells = planned(harness_cli, "--task", "a*", "--arch", "lstm", "--seeds", "2")
    assert cells == [(t, "lstm", s) for s in (0, 1) for t in ("adding", "associative_recall")]
    cells = planned(
        harness_cli, "--task", "recall[lag=50]", "--arch", "lstm[layers=2]", "--seeds", "1"
    )
    assert cells == [("recall[lag=50]", "lstm[layers=2]", 0)]
    cells = planned(harness_cli, "--task", "adding", "--seeds", "1")
    assert len(cells) == 14


def test_matrix_without_a_name_is_quick(harness_cli):
    assert planned(harness_cli, "--matrix") == planned(harness_cli, "--matrix", "quick")
    assert planned(harness_cli, "--matrix", "--seeds", "1") == planned(harness_cli, "--seeds", "1")
