"""What the README shows works as shown."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
FILES = re.findall(r"```python\n# (\w+\.py)\n(.*?)```", README, re.S)


def test_there_is_an_architecture_and_a_task_to_copy():
    assert ["@architecture(" in text for _, text in FILES].count(True) == 1
    assert ["@task(" in text for _, text in FILES].count(True) == 1


@pytest.mark.slow
def test_the_files_shown_run_as_plug_ins(harness_cli, tmp_path):
    names = []
    for name, text in FILES:
        assert len(text.splitlines()) < 40
        (tmp_path / name).write_text(text)
        names.append(re.search(r'@(?:architecture|task)\("(\w+)"', text)[1])
    plugins = [part for name, _ in FILES for part in ("--plugin", name)]
    answer = harness_cli(
        "run", "--matrix", "smoke", "--seeds", "1", *plugins,
        "--task", names[1], "--task", "recall[lag=5]", "--arch", names[0], "--arch", "gru",
        "--out", "out",
    )  # fmt: skip
    assert answer.returncode == 0, answer.stdout + answer.stderr
    rows = json.loads(harness_cli("results", "--json", "--out", "out").stdout)
    assert len(rows) == 4 and all(row["outcome"] == "ok" for row in rows)
    assert all(row["skill"] > 0.3 for row in rows)


def test_every_verb_shown_exists():
    from harness.cli import application

    known = {command.name for command in application().registered_commands}
    shown = set(re.findall(r"^    harness (\w+)", README, re.M))
    assert shown and shown <= known


def test_the_tables_list_what_is_registered(harness_cli):
    """In a process of its own: other tests of this one may have registered things."""
    found = json.loads(harness_cli("list", "--json").stdout)
    for row in (*found["tasks"], *found["architectures"]):
        assert f"| `{row['name']}`" in README, row["name"]
