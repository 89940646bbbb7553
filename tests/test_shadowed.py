"""A file of the user's own may have the name of one of the project's packages."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import harness
from harness.experiment.store import Store


@pytest.mark.parametrize("name", ["tasks.py", "architectures.py", "reports/__init__.py"])
def test_a_module_that_hides_a_package_is_named(harness_cli, tmp_path, name):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("")
    answer = harness_cli("list")
    assert answer.returncode == 2
    assert str(tmp_path / name) in answer.stderr and "Traceback" not in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "script",
    ["import harness; harness.run", "import tasks, harness; harness.results"],
)
def test_a_notebook_is_told_as_well(tmp_path, script):
    (tmp_path / "tasks.py").write_text("")
    code = f"try:\n {script}\nexcept Exception as e: print(type(e).__name__, e)"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path
    )
    assert answer.stdout.startswith("UserError") and str(tmp_path / "tasks.py") in answer.stdout


def test_a_folder_without_modules_hides_nothing(harness_cli, tmp_path):
    """Where Python finds the packages by its path; in an editable install the folder comes first,
    and is named."""
    (tmp_path / "tasks").mkdir()
    root = str(Path(harness.__file__).parent.parent)
    assert harness_cli("list", env=os.environ | {"PYTHONPATH": root}).returncode == 0
    answer = harness_cli("list")
    assert answer.returncode == 0 or f"{tmp_path / 'tasks'} hides" in answer.stderr


TELLS = """
import sys
from torch import nn
from architectures.architecture import architecture


@architecture("tells")
class Tells(nn.Module):
    def __init__(self, features, width, signature):
        raise RuntimeError(f"safe path: {sys.flags.safe_path}")
"""


def test_workers_do_not_look_for_modules_where_the_user_works(harness_cli, tmp_path, matrix_file):
    """Python's fork server would: it would take a folder tasks/ there for ours."""
    (tmp_path / "tells.py").write_text(TELLS)
    file = matrix_file(architectures=("tells",))
    harness_cli("run", "--matrix", file, "--plugin", "tells.py", "--jobs", "1", "--out", "out")
    (row,) = Store(tmp_path / "out").results()
    assert row["reason"].endswith("safe path: True")
