"""The settings of user data: one model gives the keys, the flags, their help and the docs."""

from __future__ import annotations

import inspect
import re
from dataclasses import fields
from pathlib import Path

import pytest

import harness
from harness.errors import UserError
from harness.experiment.matrix import validate
from harness.experiment.request import Request
from tasks.user_data.settings import Settings, kinds

ALL = kinds("kind")
DOCS = Path(__file__).parent.parent / "docs" / "user-data.md"


def row(name: str) -> str:
    """The row of the docs' table that a setting should have."""
    description = " ".join((Settings.model_fields[name].description or "").split())
    lacking = [kind for kind in ALL if kind not in kinds(name)]
    where = ", ".join(f"`{kind}`" for kind in kinds(name))
    if len(lacking) < 2:
        where = "all" + "".join(f" but `{kind}`" for kind in lacking)
    return f"| `{name}` | {description} | {where} |"


def test_the_docs_list_every_setting_as_the_model_describes_it():
    section = DOCS.read_text().split("## The table `[task]`")[1].split("\n\n| `kind` |")[0]
    documented = re.findall(r"^\| `.*$", section, flags=re.M)
    assert documented == [row(name) for name in Settings.model_fields]


@pytest.mark.parametrize("verb", ["run", "plan"])
def test_every_setting_is_a_flag_with_its_help(harness_cli, verb):
    said = harness_cli(verb, "--help", env=wide()).stdout
    _, panel = said.split("A task from your data, without a file")
    flags = re.findall(r"--([\w-]+)\s+<(\w+)>\s+(.*\S)", panel.replace("│", ""))
    assert [name for name, _, _ in flags] == list(Settings.model_fields)
    for name, type_, said in flags:
        field = Settings.model_fields[name]
        assert type_ == ("int" if field.annotation is int else "str")
        description = " ".join((field.description or "").split())
        assert description.startswith(said.rstrip(".")), name


def wide() -> dict[str, str]:
    import os

    return dict(os.environ, COLUMNS="200")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"context": 0}, ["context = 0", "greater than or equal to 1"]),
        ({"horizon": 2}, ["horizon = 2", "means nothing in kind text"]),
        ({"tokens": "letters"}, ["tokens = 'letters'", "characters"]),
        ({"target": ""}, ["target is missing"]),
        ({"taget": "y"}, ["unknown key 'taget'", "target"]),
        ({"order": "shuffled"}, ["unknown key 'order'"]),
        ({"split": ["a", 1]}, ["split = ['a', 1]", "string"]),
    ],
)
def test_a_setting_that_cannot_be_is_refused(settings, words):
    content = {"path": "a.csv", "kind": "text", "target": "y", **settings}
    with pytest.raises(UserError) as caught:
        validate(Settings, content, "a.toml")
    for word in ["a.toml: ", *words]:
        assert word in str(caught.value)


def test_lists_and_text_are_the_same_setting():
    content = {"path": "a.csv", "kind": "text", "target": "y"}
    lists = Settings(**content, inputs=["a,b", "c"], split=[0.8, 0.1, 0.1])
    assert lists == Settings(**content, inputs='"a,b",c', split="0.8/0.1/0.1")
    assert lists.input_names == ["a,b", "c"]


def test_what_run_takes_is_what_a_request_has():
    taken = list(inspect.signature(harness.run).parameters)
    assert taken == [field.name for field in fields(Request) if field.name != "command"]
