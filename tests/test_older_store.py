"""A store of an earlier version, with other words and other code in its keys, is read as ever."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

STORE = Path(__file__).parent / "fixtures" / "store_v3"
CELLS = ("f036a575f44c", "9733f6047a4c", "6fb1f928f46b")
"""An RNN, an HMM, and the gradient flow in the RNN."""


@pytest.fixture
def ask(harness_cli, tmp_path):
    """Ask the command line about a copy of the store; returns what it printed."""
    folder = tmp_path / "store"
    shutil.copytree(STORE, folder)

    def call(*arguments: str) -> str:
        answer = harness_cli(*arguments, "--out", str(folder))
        assert answer.returncode == 0, answer.stdout + answer.stderr
        return answer.stdout

    return call


def test_its_results_are_read_shown_and_reported(ask, tmp_path):
    table = ask("results")
    for cell in CELLS:
        assert cell in table
        assert "outcome     ok" in ask("show", cell)
    ask("report")
    report = tmp_path / "store" / "report" / "old"
    results = (report / "results.csv").read_text()
    assert "0.9443" in results and all(cell in results for cell in CELLS)
    assert (report / "data" / "flow.csv").is_file(), "the probe is not reported"


def test_its_cells_are_of_other_code(ask):
    """They count as run, but not under this code; why says that it is the code, and terms that
    there were none of then."""
    matrix = ("--matrix", str(STORE / "old.toml"))
    assert "3 cells: 0 cached" in ask("plan", *matrix)
    for cell in CELLS:
        said = ask("why", cell, *matrix)
        assert cell in said and ("under older or other code" in said or "nearest record" in said)
        differing = [line for line in said.splitlines() if " here, " in line]
        assert any("code of" in line for line in differing)
        assert all("code of" in line or "none there" in line for line in differing)
