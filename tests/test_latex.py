"""The tables for a paper: what they say, and that LaTeX could read them."""

from __future__ import annotations

import re

import pytest
from builders.stores import TASKS, make, two_by_two

from reports.analysis.results import Results, read
from reports.render.latex import escaped, latex
from reports.sections import paper

ODD = {"a_b & c% $x$ {y} #1 ~ ^ \\z": dict(metric="accuracy", floor=0.0, ceiling=1.0, tags=[])}


def tables(results: Results) -> dict[str, str]:
    return {name: latex(table, name) for name, table in paper.tables(results).items()}


def checked(table: str) -> list[list[str]]:
    """The rows of a table, its header first, having checked that it is one."""
    opened: list[str] = []
    for kind, name in re.findall(r"\\(begin|end)\{(\w+)\}", table):
        if kind == "begin":
            opened.append(name)
        else:
            assert opened.pop() == name
    assert not opened
    bare = re.sub(r"\\[\\{}%&#$_]", "", table)  # what is escaped
    depth = 0
    for character in bare:
        depth += (character == "{") - (character == "}")
        assert depth >= 0
    assert depth == 0 and bare.count("$") % 2 == 0 and "#" not in bare
    assert table.isascii()
    columns = re.search(r"\\begin\{tabular\}\{([lr]+)\}", table)[1]
    assert all(table.count(rule) == 1 for rule in (r"\toprule", r"\midrule", r"\bottomrule"))
    body = table[table.index(r"\toprule") : table.index(r"\bottomrule")]
    rows = [line[: -len(r" \\")] for line in body.splitlines() if line.endswith(r" \\")]
    cells = [re.split(r"(?<!\\)&", row) for row in rows]
    assert all(len(row) == len(columns) for row in cells)
    assert not any(character in "_^~" for character in re.sub(r"\$.*?\$", "", bare))
    return [[cell.strip() for cell in row] for row in cells]


@pytest.mark.parametrize("text", ["a_b", "50 %", "$x$", "{", "}", "#", "&", "~", "^", "\\", "<|>"])
def test_no_character_is_a_command(text):
    assert escaped(text) != text
    plain = re.sub(r"\\(text\w+|ldots)\{\}", "", escaped(text))
    assert not re.search(r"(?<!\\)[_%$#&{}~^<>|]", plain)


def test_skill_has_the_best_bold_and_what_is_near_marked(tmp_path):
    pairs = {("recall[lag=9]", "lstm"): [0.9, 0.91, 0.92],
             ("recall[lag=9]", "my_gru"): [0.89, 0.90, 0.92],
             ("recall[lag=9]", "rnn"): [-0.02, 0.01, -0.03],
             ("adding", "lstm"): [0.5, 0.51, 0.52],
             ("adding", "rnn"): {"outcome": "not-applicable", "reason": "no"}}  # fmt: skip
    open_ended = {name: of | {"ceiling_is_ideal": True, "tags": []} for name, of in TASKS.items()}
    results = read(make(tmp_path, pairs, tasks=open_ended))
    header, recall, adding = checked(tables(results)["skill"])
    assert header == ["task", "lstm", r"my\_gru", "rnn"]
    assert recall[0] == "recall[lag=9]"
    assert recall[1] == r"\textbf{0.91 $\pm$0.02}"
    assert recall[2] == r"0.90 $\pm$0.04\textsuperscript{*}"
    assert recall[3].startswith(r"$-$0.01") and "textsuperscript" not in recall[3]
    assert adding[1:] == [r"0.51 $\pm$0.02", "", "n/a"]  # alone on a task, nobody is best
    assert "n/a: not applicable" in tables(results)["skill"]


def test_every_table_of_odd_names_can_be_read(tmp_path):
    (task,) = ODD
    results = read(make(tmp_path, {(task, "l_1&2"): [0.5, 0.6, 0.7], (task, "b"): 0.4}, tasks=ODD))
    made = tables(results)
    assert set(made) == {"skill", "cost", f"scores-{results.tasks[0].slug}"}
    for table in made.values():
        checked(table)
    assert checked(made["skill"])[1][0] == escaped(task)


def test_scores_are_best_first_with_bounds_and_cost(tmp_path):
    results = read(two_by_two(tmp_path))
    made = tables(results)
    assert set(made) == {"skill", "cost", "scores-recall-lag-9", "scores-adding"}
    header, first, second = checked(made["scores-adding"])
    assert header == ["architecture", "score", "skill", "parameters", "training"]
    assert (first[0], second[0]) == ("lstm", "elman")  # lower is better
    assert first[1].startswith(r"\textbf{0.0") and first[3:] == ["10,050", "13 s"]
    assert "lower is better" in made["scores-adding"] and "floor: 0.2" in made["scores-adding"]
    assert "mean of 3 seeds" in made["scores-adding"]
    rows = checked(made["cost"])
    assert [row[0] for row in rows[1:]] == ["lstm", "elman"] and rows[1][2] == "10,050"
    labels = re.findall(r"\\label\{(.*?)\}", "".join(made.values()))
    assert len(set(labels)) == len(labels) == 4


def test_wide_tables_are_scaled_and_narrow_ones_are_not(tmp_path):
    pairs = {("adding", f"a{i}"): 0.1 * i for i in range(8)}
    assert r"\resizebox{\textwidth}" in tables(read(make(tmp_path, pairs)))["skill"]
    checked(tables(read(make(tmp_path, pairs)))["skill"])
    assert r"\resizebox" not in tables(read(two_by_two(tmp_path / "2")))["skill"]


def test_without_scores_there_are_no_tables(tmp_path):
    assert tables(read(make(tmp_path, {(task, "lstm"): None for task in TASKS}))) == {}


def test_one_seed_has_no_interval(tmp_path):
    made = tables(read(make(tmp_path, {("adding", "lstm"): 0.5, ("adding", "b"): 0.4}, seeds=1)))
    assert "half-width" not in "".join(made.values()) and r"\pm" not in "".join(made.values())
