"""Which edits make which cells run again: those of what a result depends on, and no others."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness.experiment.imports import closure, fingerprint, forget

ROOT = Path(__file__).parent.parent

HELPER = """
import torch
from torch import nn


class Cell(nn.Module):
    def __init__(self, features, width):
        super().__init__()
        self.enter = nn.Linear(features, width)
        self.scale = 0.0

    def forward(self, x):
        return torch.tanh(self.enter(x) * self.scale)
"""
PLUGIN = '''
from torch import nn

from architectures.architecture import architecture
from mylayers import Cell


@architecture("myarch")
class MyArch(nn.Module):
    """A layer that lives in a module of its own."""

    def __init__(self, features, width, signature):
        super().__init__()
        self.cell = Cell(features, width)

    def forward(self, x, lengths):
        return self.cell(x)
'''

CELLS = {
    "lstm": ("recall", "lstm", ""),
    "gru": ("keyword", "gru", ""),
    "decoder": ("reverse", "encoder_decoder", ""),
    "hmm": ("recall", "hmm", ""),
    "cnn": ("recall", "cnn", ""),
    "fnn": ("keyword", "fnn_window", ""),
    "data": ("mine", "cnn", ""),
    "plug-in": ("keyword", "myarch", ""),
    "flow": ("keyword", "cnn", "gradient-flow"),
    "writing": ("english_chars", "cnn", "writing"),
}
"""Task, architecture and probe of a cell."""

EVERYTHING = set(CELLS)
EDITS: dict[str, set[str]] = {
    "architectures/recurrent.py": {"lstm", "gru", "decoder"},
    "architectures/gates.py": {"lstm", "gru", "decoder"},
    "architectures/starts.py": {"lstm", "gru", "decoder"},
    "architectures/encoder_decoder.py": {"decoder"},
    "architectures/hmm.py": {"hmm"},
    "architectures/markov.py": {"hmm"},
    "architectures/cnn.py": {"cnn", "data", "flow", "writing"},
    "architectures/convolution.py": {"cnn", "data", "flow", "writing"},
    "architectures/fnn_window.py": {"fnn"},
    "architectures/architecture.py": EVERYTHING,
    "tasks/synthetic/recall.py": {"lstm", "hmm", "cnn"},
    "tasks/synthetic/keyword.py": {"gru", "fnn", "plug-in", "flow"},
    "tasks/sources/text.py": {"data", "writing"},
    "tasks/user_data/labelled.py": {"data"},
    "tasks/task.py": EVERYTHING,
    "harness/training/loop.py": EVERYTHING,
    "harness/training/metrics.py": EVERYTHING,
    "harness/training/samples.py": set(),
    "harness/training/generation.py": {"writing"},
    "harness/probes/gradients.py": {"flow"},
    "harness/experiment/registry.py": set(),
    "harness/experiment/store.py": set(),
    "harness/workers/worker.py": set(),
    "harness/cli/run.py": set(),
    "reports/figures/cost.py": set(),
    "reports/build.py": set(),
    "mylayers.py": {"plug-in"},
    "myarch.py": {"plug-in"},
}
"""The cells that an edit of a file makes run again."""

IDS = """
import json, sys
from pathlib import Path
from harness.experiment import imports
from harness.experiment.cell import Cell
from harness.experiment.imports import fingerprint
from harness.experiment.matrix import Budget
from harness.experiment.registry import (
    architecture_declarations, spec_of, task_declarations, use_plugins)
from harness.experiment.user_data import declare

cells, files = json.loads(sys.argv[1]), json.loads(sys.argv[2])
use_plugins(["myarch.py"])
declare({"name": "mine", "path": "mine.csv", "kind": "classification", "target": "y"}, Path(), "")

def ids():
    imports.forget()
    fingerprint.cache_clear()
    found = {}
    for name, (task, architecture, probe) in cells.items():
        task = spec_of(task, "task", "")
        architecture = spec_of(architecture, "architecture", "")
        kind = "probe" if probe else "score"
        found[name] = Cell(task, architecture, 0, Budget(), kind, probe=probe).id
    return found

def after(file, edit):
    text = file.read_text()
    file.write_text(edit(text))
    changed = ids()
    file.write_text(text)
    return changed

def comment(text):
    return text.replace('\"\"\"', '\"\"\"Edited. ', 1) + "\\n# edited\\n"

found = {"": ids()}
for name in files:
    file = Path(name)
    found[name] = after(file, lambda text: text + "\\nEDITED = 1\\n")
    found[name + " in words"] = after(file, comment)
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def ids(tmp_path_factory) -> dict[str, dict[str, str]]:
    """Ids of the cells by edit, in a copy of the tree; without an edit under the empty name."""
    folder = tmp_path_factory.mktemp("tree")
    for package in ("harness", "tasks", "architectures", "reports"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pyc*"))
    (folder / "mylayers.py").write_text(HELPER)
    (folder / "myarch.py").write_text(PLUGIN)
    rows = [f"{i % 7},{i % 5},{'ab'[i % 2]}" for i in range(200)]
    (folder / "mine.csv").write_text("\n".join(["x,z,y", *rows]))
    environment = os.environ | {"PYTHONPATH": str(folder), "XDG_CACHE_HOME": str(folder)}
    answer = subprocess.run(
        [sys.executable, "-c", IDS, json.dumps(CELLS), json.dumps([*EDITS])],
        capture_output=True, text=True, cwd=folder, env=environment,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


@pytest.mark.parametrize("file", EDITS)
def test_an_edit_makes_those_cells_run_again_that_depend_on_the_file(ids, file):
    changed = {name for name in CELLS if ids[file][name] != ids[""][name]}
    assert changed == EDITS[file]


@pytest.mark.parametrize("file", EDITS)
def test_a_comment_or_a_docstring_changes_nothing(ids, file):
    assert ids[f"{file} in words"] == ids[""]


# -- imports --------------------------------------------------------------------------------


def write(folder: Path, files: dict[str, str]) -> Path:
    """Source files by their path; returns the one called main."""
    for name, text in files.items():
        path = folder / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder / "main.py"


def names(file: Path) -> set[str]:
    """What a file is built on, by place; of Harness's own files none."""
    return {place for place in closure(file).files.values() if not place.startswith("harness")}


@pytest.mark.parametrize(
    ("text", "reached"),
    [
        ("import helper", {"helper.py"}),
        ("def f():\n    from helper import thing", {"helper.py"}),
        ("import pack.deep.inner", {"pack/deep/inner.py"}),
        ("from pack.deep import inner", {"pack/deep/inner.py"}),
        ("from pack import top", {"pack/__init__.py", "helper.py"}),
        ("from importlib import import_module\nimport_module('helper')", {"helper.py"}),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import helper", set()),
        ("import helper_of_nobody", set()),
        ("import os, json, torch", set()),
    ],
)
def test_imports_are_followed(tmp_path, text, reached):
    package = {"pack/__init__": "from helper import x as top", "pack/deep/inner": "y = 1"}
    file = write(tmp_path, {"main": text, "helper": "x = 1", **package})
    assert reached <= names(file)
    assert reached or names(file) == {""}


def test_relative_imports_are_followed(tmp_path):
    main = "from .one import a\nfrom . import two"
    others = {"one": "a = 1", "two": "from .sub.three import b", "sub/three": "b = 1"}
    file = write(tmp_path / "pack", {"main": main, "__init__": "", **others})
    reached = {"__init__.py", "one.py", "two.py", "sub/three.py"}
    assert {str(Path(name)) for name in names(file) if name} == reached


def test_a_module_on_the_path_counts(tmp_path, monkeypatch):
    write(tmp_path / "lib", {"shared_layers": "x = 1"})
    file = write(tmp_path / "mine", {"main": "import shared_layers"})
    monkeypatch.syspath_prepend(tmp_path / "lib")
    before = fingerprint.__wrapped__(str(file))
    assert "shared_layers.py" in names(file)
    write(tmp_path / "lib", {"shared_layers": "x = 2"})
    forget()
    assert fingerprint.__wrapped__(str(file)) != before


def test_an_installed_package_counts_by_its_version(tmp_path, monkeypatch):
    site = tmp_path / "lib" / "site-packages"
    write(site, {"fancy_layers": "x = 1"})
    info = site / "fancy_layers-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: fancy-layers\nVersion: 1.2\n")
    monkeypatch.syspath_prepend(site)
    file = write(tmp_path / "mine", {"main": "import fancy_layers, torch, numpy"})
    assert closure(file).packages == {"fancy_layers 1.2"}
    assert names(file) == {""}


def test_files_of_one_name_do_not_depend_on_the_hash_seed(tmp_path):
    main = "import a.util, b.util"
    file = write(tmp_path, {"main": main, "a/util": "x = 1", "b/util": "x = 2"})
    code = f"""
from harness.experiment.imports import fingerprint
print(fingerprint({str(file)!r}))
"""
    found = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True,
            env=os.environ | {"PYTHONHASHSEED": str(seed)},
        ).stdout
        for seed in range(3)
    }  # fmt: skip
    assert len(found) == 1
    write(tmp_path, {"a/util": "x = 2", "b/util": "x = 1"})
    forget()
    assert fingerprint.__wrapped__(str(file)) + "\n" not in found


# -- plug-ins -------------------------------------------------------------------------------


def test_a_plugin_runs_with_its_helper_and_again_when_that_changes(
    harness_cli, matrix_file, tmp_path
):
    """Its folder is importable in the workers, wherever the command is given."""
    mine = write(tmp_path / "mine", {"main": PLUGIN, "mylayers": HELPER})
    matrix = matrix_file(architectures=("myarch",), steps=4)
    given = ("run", "--matrix", matrix, "--plugin", str(mine), "--out", "out")

    def run() -> str:
        answer = harness_cli(*given)
        assert answer.returncode == 0, answer.stdout + answer.stderr
        return answer.stdout

    assert "1 run now, 0 from before" in run()
    assert "0 run now, 1 from before" in run()
    write(tmp_path / "mine", {"mylayers": HELPER.replace("0.0", "1.25")})
    assert "1 run now, 0 from before" in run()


def test_helpers_of_one_name_are_refused(harness_cli, tmp_path):
    other = PLUGIN.replace("myarch", "other")
    one = write(tmp_path / "one", {"main": PLUGIN, "mylayers": HELPER})
    two = write(tmp_path / "two", {"main": other, "mylayers": HELPER})
    answer = harness_cli("list", "--plugin", str(one), "--plugin", str(two))
    assert answer.returncode == 2
    for helper in (one.parent / "mylayers.py", two.parent / "mylayers.py"):
        assert str(helper) in answer.stderr


def test_a_plugin_in_a_package_may_import_relatively(harness_cli, tmp_path):
    main = PLUGIN.replace("from mylayers", "from .mylayers")
    file = write(tmp_path / "pack", {"main": main, "mylayers": HELPER, "__init__": ""})
    answer = harness_cli("list", "architectures", "--plugin", str(file))
    assert answer.returncode == 0 and "myarch" in answer.stdout
