"""Adding a thing takes one file: a test writes it from a string and uses it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import harness

VERB = '''
def main(name: str) -> None:
    """Greet."""
    print(f"hello {name}")
'''


def run_with(package: str, folder, code: str) -> str:
    """What a process prints whose package has one more folder of modules."""
    script = f"import {package}\n{package}.__path__.append({str(folder)!r})\n{code}"
    answer = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True,
        env=os.environ | {"XDG_CACHE_HOME": str(folder)},
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def test_a_verb(tmp_path):
    (tmp_path / "greet.py").write_text(VERB)
    code = "import sys; sys.argv = ['harness', {}]; harness.cli.main()"
    assert run_with("harness.cli", tmp_path, code.format("'greet', 'you'")) == "hello you\n"
    assert "Greet." in run_with("harness.cli", tmp_path, code.format("'--help'"))


CELL = """
from harness.experiment.cell import Cell
from harness.experiment.matrix import Budget
from harness.experiment.registry import architecture_declarations, spec_of, task_declarations
from harness.training.run_cell import run_cell

task = spec_of({task!r}, "task", "")
architecture = spec_of({architecture!r}, "architecture", "")
print(run_cell(Cell(task, architecture, 0, Budget(steps=4, parameters=2000))).outcome)
"""


@pytest.mark.parametrize(
    ("kind", "package", "task", "architecture"),
    [
        ("task", "tasks.real", "my_own", "rnn"),
        ("architecture", "architectures", "recall", "my_own"),
    ],
)
def test_a_task_or_an_architecture(tmp_path, kind, package, task, architecture):
    starter = Path(harness.__file__).parent / "starters" / f"{kind}.py.txt"
    text = starter.read_text().replace("NAME", "my_own").replace("CLASS", "MyOwn")
    (tmp_path / "my_own.py").write_text(text)
    code = CELL.format(task=task, architecture=architecture)
    assert run_with(package, tmp_path, code).split() == ["ok"]
