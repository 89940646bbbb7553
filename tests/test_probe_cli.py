"""``harness probe`` as a person sees it, and what a part must not ask for."""

from __future__ import annotations

import json

import pytest

import harness
from harness.errors import UserError


def test_a_probe_prints_its_tables_with_whole_names_and_gives_them_as_json(harness_cli):
    asked = ("probe", "gradient-flow", "--arch", "rnn[gain=0.5]", "--lag", "10", "--seeds", "1",
             "--steps", "2")  # fmt: skip
    answer = harness_cli(*asked)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "Why: what is left of the gradient" in answer.stdout
    rows = [line for line in answer.stdout.splitlines() if "at initialisation" in line]
    assert any(line.split()[0] == "rnn[gain=0.5]" for line in rows)
    assert "report:" in answer.stdout
    (section,) = json.loads(harness_cli(*asked, "--json").stdout)
    assert section["title"] == "Why: what is left of the gradient" and section["sentences"]
    (table,) = section["tables"]
    rows = [(row["architecture"], row["when"], row["seeds"]) for row in table["rows"]]
    assert rows == [("rnn[gain=0.5]", when, "1") for when in
                    ("at initialisation", "after training")]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("lags = [5, 10]", ["parts", "lags", "horizon"]),
        (
            'probe = "size"\nbudget = { learning_rate = [0.01, 0.1] }',
            ["parts.p", "learning_rate", "list"],
        ),
    ],
)
def test_what_a_part_cannot_do_is_refused(tmp_path, text, words):
    path = tmp_path / "bad.toml"
    path.write_text(f'[[parts]]\nname = "p"\ntasks = ["recall"]\narchitectures = ["rnn"]\n{text}\n')
    with pytest.raises(UserError) as caught:
        harness.run(str(path), out=tmp_path / "out", jobs=0, track=False, report=False)
    assert all(word in str(caught.value) for word in words), caught.value


def test_a_plan_that_changes_brings_the_report_up_to_date(tmp_path):
    """Also where nothing has to be computed for it."""
    line = 'architectures = ["rnn", "lstm"]\nseeds = 1\ntasks = ["recall[lag=2,symbols=4]"]\n'
    terms = "[budget]\nsteps = 2\nparameters = 1000\n"
    path, page = tmp_path / "mine.toml", tmp_path / "out" / "report" / "mine" / "index.html"
    for names in (line, line.replace(', "lstm"', "")):
        path.write_text(names + terms)
        harness.run(str(path), out=tmp_path / "out", jobs=0, track=False)
        assert ("lstm" in page.read_text()) == ("lstm" in names)
    before = page.stat().st_mtime_ns
    harness.run(str(path), out=tmp_path / "out", jobs=0, track=False)
    assert page.stat().st_mtime_ns == before
