"""What the report says of the user's own data: what to take, the scores, the facts of the file."""

from __future__ import annotations

from builders.blocks import made, rows, said
from builders.stores import make, two_by_two

from reports.analysis.results import read
from reports.document import Heading, Paragraph, Table, plain
from reports.sections import user_data

FACTS = {"metric": "accuracy", "floor": 0.5, "ceiling": 1.0, "ceiling_is_ideal": True}
TASKS = {"mine": FACTS, "mine[order=shuffled]": FACTS}


def results_of(out):
    """A task of the user's own with its control row; gru uses the order, the baseline does not."""
    skills = {
        ("mine", "gru"): [0.9, 0.91, 0.92], ("mine", "logistic"): [0.3, 0.32, 0.31],
        ("mine[order=shuffled]", "gru"): [0.2, 0.22, 0.21],
    }  # fmt: skip
    store = make(out, skills, tasks=TASKS)
    for name in store.ids():
        record = store.get(name)
        order = "shuffled" if "shuffled" in record.task else "kept"
        record.key = {"task": {"name": "mine", "parameters": {"order": order}}}
        record.facts = {"kind": "text", "trivial": "always 'no'"}
        record.baseline = record.architecture == "logistic"
        store.put(record)
    return read(store)


def test_the_users_data_has_its_advice_its_scores_and_its_facts(tmp_path):
    document = made(user_data.blocks, results_of(tmp_path))
    titles = [(b.text, b.anchor) for b in document.blocks if isinstance(b, Heading)]
    assert titles == [("Your data", "own"), ("mine", "")]  # the control row is no task
    (advice,) = [plain(b.text) for b in document.blocks if isinstance(b, Paragraph) and b.lead]
    assert "take gru" in advice
    table = rows(document, "order shuffled")
    assert list(table) == ["gru", "logistic (baseline)"]
    assert table["gru"]["accuracy, %"].startswith("95.5 ±")
    assert table["gru"]["order shuffled"].startswith("60.5 ±")
    assert table["logistic (baseline)"]["order shuffled"] == ""  # was not run on it
    scores, facts = [b for b in document.blocks if isinstance(b, Table)]
    assert ("trivial", "always 'no'") in facts.rows
    assert scores.quiet == (1,)


def test_a_run_ends_with_the_scores_and_what_they_say(tmp_path):
    document = made(user_data.answers, results_of(tmp_path))
    words = said(document)
    assert "mine: accuracy, %, test split" in words and "trivial:" not in words
    assert "mine needs a sequence model: gru" in words and "Order carries something" in words
    assert "score" in next(b for b in document.blocks if isinstance(b, Table)).heads


def test_other_tasks_are_not_the_users_data(tmp_path):
    results = read(two_by_two(tmp_path))
    assert user_data.blocks(results) == user_data.answers(results) == []
