"""Tasks one by one: limits, seeds, learning curves, errors, splits, measures and samples."""

from __future__ import annotations

import numpy as np
from builders.blocks import drawn, made, numbers, rows, said
from builders.stores import holey, make, two_by_two, with_examples

from reports.analysis.results import read
from reports.document import Cell, Figure, Heading, Table, figures, plain
from reports.render.html import html
from reports.render.markdown import markdown
from reports.sections import measures, tasks


def changed(store, change):
    """The store with a change made to each record."""
    for name in store.ids():
        record = store.get(name)
        change(record)
        store.put(record)
    return store


def test_scores_stand_in_their_own_unit_with_floor_and_references(tmp_path):
    document = made(tasks.blocks, read(two_by_two(tmp_path)))
    anchors = [b.anchor for b in document.blocks if isinstance(b, Heading)]
    assert anchors == ["tasks", "task-recall-lag-9", "task-adding"]
    words = said(document)
    assert "metric: accuracy, % (higher is better)\nfloor: 25.0\n" in words
    assert "mse (lower is better)" in words and "(perfect)" in words
    assert "linear: 0.1500" in words
    recall = rows(document, "seed 0")["lstm"]
    assert recall["seed 0"] == "92.5"  # 0.25 + 0.9 * 0.75
    assert recall["parameters"] == "10,050" and recall["training"] == "13 s"


def test_how_many_test_inputs_there_are_is_told(tmp_path):
    def change(record):
        record.test_examples = {"adding": 1024}.get(record.task, 419)
        record.test_is_whole = record.task != "adding"

    words = said(made(tasks.blocks, read(changed(two_by_two(tmp_path), change))))
    assert "test examples: 1,024" in words and "test examples: 419" in words
    assert words.count("Its test has 419 inputs, all that there are.") == 1
    assert "1,024 inputs" not in words


def test_the_best_is_marked_and_a_hole_has_its_reason(tmp_path):
    document = made(tasks.blocks, read(holey(tmp_path)))
    table = next(block for block in document.blocks if isinstance(block, Table))
    lstm, bilstm, cnn = table.rows
    cells = [cell for cell in bilstm if isinstance(cell, Cell)]
    assert [(c.text, c.mark, c.why) for c in cells[:3]] == [("n/a", "hole", "reads the future")] * 3
    assert [plain(c) for c in cnn[1:4]] == ["fail"] * 3
    assert "Only lstm has a score" in said(document)


def test_captions_of_curves_say_who_is_first_and_who_still_learns(tmp_path):
    store = make(tmp_path, {("recall[lag=9]", a): 0.9 for a in ("fast", "slow", "never")}, seeds=1)
    curves = {"fast": [0.7, 0.9, 0.9, 0.9, 0.9], "slow": [0.3, 0.4, 0.5, 0.7, 0.95],
              "never": [0.3, 0.3, 0.3, 0.3, 0.3]}  # fmt: skip

    def change(record):
        values = curves[record.architecture]
        record.curve = [dict(step=100 * (i + 1), validation=v) for i, v in enumerate(values)]

    document = made(tasks.blocks, read(changed(store, change)))
    words = said(document)
    assert "fast is first at a validation skill of 0.5, after 100 updates" in words
    assert "slow was still learning when training ended" in words
    found = numbers(document, "curves-recall-lag-9")
    assert [float(r["mean"]) for r in found if r["architecture"] == "slow"] == curves["slow"]


def test_records_without_curves_leave_the_curves_out(tmp_path):
    def change(record):
        record.curve = [dict(step=10, validation=None)]

    document = made(tasks.blocks, read(changed(two_by_two(tmp_path), change)))
    assert drawn(document) == {"seeds-recall-lag-9", "seeds-adding"}


def test_logarithmic_axes_are_labelled_in_plain_numbers(tmp_path):
    """Errors that fall by orders of magnitude: no formula source shows through."""
    curve = [dict(step=s, validation=v) for s, v in ((10, 0.15), (20, 0.01), (30, 0.0005))]
    end = dict(scores={"test": {"mse": 0.0005}}, skill=0.99, curve=curve)
    store = make(tmp_path, {("adding", "lstm"): end, ("adding", "elman"): 0.1})
    for figure in figures(made(tasks.blocks, read(store))).values():
        svg = figure.drawing.svg
        assert "$" not in svg and "mathdefault" not in svg
        assert ">0.001<" in svg and ">0.1<" in svg


def test_who_differs_is_said_with_what_it_rests_on(tmp_path):
    rng = np.random.default_rng(0)
    of = {"good": rng.random(200) < 0.8, "bad": rng.random(200) < 0.3}
    words = said(made(tasks.blocks, read(with_examples(tmp_path / "a", of))))
    assert "1 of 1 others differs from the best over 2 seeds and 200 test examples" in words
    apart = with_examples(
        tmp_path / "b", {"lstm": np.ones(9), "gru": np.zeros(9)}, gru=np.full(9, 2.0)
    )
    assert "over 2 seeds (" in said(made(tasks.blocks, read(apart)))  # not of the same examples


def test_errors_tell_which_examples_all_or_none_get_right(tmp_path):
    of = {"lstm": np.array([1.0, 1, 1, 0, 0]), "gru": np.array([1.0, 0, 1, 0, 0])}

    def change(record):
        if (record.architecture, record.seed) == ("lstm", 1):
            record.per_example = {"score": np.array([1.0, 1, 0, 0, 0]), "weight": np.ones(5)}

    results = read(changed(with_examples(tmp_path, of), change))
    (fold,) = measures.errors(results, results.tasks[0])
    assert "Of 5 test examples 1 are wholly right with every model, 2 with none." in fold.summary
    assert fold.blocks[0].rows == (("lstm", "40.0 %", "20.0 %", "40.0 %"),
                                   ("gru", "40.0 %", "0.0 %", "60.0 %"))  # fmt: skip


def test_errors_tell_how_much_the_worst_examples_carry(tmp_path):
    """Of ten examples the worst one."""
    lstm, gru = np.full(10, 0.1), np.full(10, 0.1)
    lstm[3], gru[5] = 0.1 * 9, 0.1 * 31
    results = read(with_examples(tmp_path, {"lstm": lstm, "gru": gru}, "adding"))
    (fold,) = measures.errors(results, results.tasks[0])
    assert [row[1] for row in fold.blocks[0].rows] == ["50.0 %", "77.5 %"]
    assert "50.0 % of the error of lstm, the best." in fold.summary


def test_splits_measures_and_samples_are_shown(tmp_path):
    def change(record):
        record.skills = {"test": record.skill, "test@2x": 0.25 + record.seed / 10}
        record.scores["test"] |= {"fluency": 0.5 + record.seed / 10, "mse": 0.01}
        record.samples = [{"input": "in <b>", "output": "what <i>it</i> wrote"},
                          {"input": "a", "output": "b", "target": "c"}]  # fmt: skip

    store = make(tmp_path, {("recall[lag=9]", "lstm"): [0.5, 0.7]}, seeds=2)
    document = made(tasks.blocks, read(changed(store, change)))
    assert rows(document, "test@2x")["lstm"]["test@2x"].startswith("0.30")  # of 0.25 and 0.35
    fluency = "sentences ranked above their scrambled words, %"
    assert rows(document, fluency)["lstm"][fluency].startswith("55")
    assert "“a” → “b”, right: “c”" in said(document)
    assert "what &lt;i&gt;it&lt;/i&gt; wrote" in html(document)
    assert "what \\<i\\>it" in markdown(document)


def test_every_figure_has_the_command_of_its_task(tmp_path):
    document = made(tasks.blocks, read(two_by_two(tmp_path)))
    found = [b for b in figures(document).values() if isinstance(b, Figure)]
    assert len(found) == 4 and all("--task" in figure.command for figure in found)
