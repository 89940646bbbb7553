"""The user's files: what must not leak, and what is refused with file, row and column."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from builders.user_files import FORECAST, LONG, SPLIT, facts, long_table, maker, refused, series


@pytest.fixture
def make(tmp_path):
    return maker(tmp_path)


# -- nothing leaks -----------------------------------------------------------------------------


def test_no_window_reaches_over_a_group_or_a_split(make):
    """Each value tells its shop and its day, so that every window can be traced."""
    table = series(60, 3)
    table["sales"] = np.random.default_rng(0).permutation(len(table)) * 1.0
    row_of = {value: row for row, value in enumerate(table.sales)}
    task, _ = make("a.csv", table, context=5, horizon=3, inputs="sales", **FORECAST)
    cuts = {"training": (0, 42), "validation": (42, 51), "test": (51, 60)}
    known = table.sales[table.groupby("shop").cumcount() < 42]
    assert "difference to the training mean" in facts(task)["trivial"]
    seen = []
    for split, part in task.splits().items():
        for x, y in zip(part.inputs[:, :, 0], part.targets[:, 0], strict=True):
            values = np.rint(x * known.std(ddof=0) + known.mean())
            rows = [row_of[value] for value in values]
            aim = row_of[np.rint(y * task.outputs.scale + known.mean())]
            assert (np.diff(rows) == 1).all() and aim == rows[-1] + 3
            assert rows[0] // 60 == aim // 60
            assert cuts[split][0] <= rows[0] % 60 and aim % 60 < cuts[split][1]
            seen.append(rows[0])
    assert len(set(seen)) == len(seen) == 3 * (35 + 2 + 2)


def test_nothing_but_the_training_split_decides_vocabulary_and_scale(make):
    table = long_table()
    before = make("a.csv", table, inputs="speed,heat", **LONG)[0].splits()["training"]
    table.loc[table.part != "train", ["speed", "heat"]] *= 1000
    after = make("a.csv", table, inputs="speed,heat", **LONG)[0].splits()["training"]
    assert np.array_equal(before.inputs, after.inputs)

    def texts(last: str):
        rows = [{"t": f"{'ab'[i % 2]}{i}", "y": i % 2, "part": SPLIT[i]} for i in range(7)]
        rows.append({"t": last, "y": 1, "part": "test"})
        return make("t.csv", pd.DataFrame(rows), kind="text", target="y", split="part")[0]

    assert texts("a9").inputs == texts("üö").inputs
    assert set(texts("üö").contents.symbols) == set("ab0123")


def test_a_missing_value_takes_nothing_from_the_future_or_another_group(make):
    table = long_table().sort_values(["machine", "hour"]).reset_index(drop=True)
    last = table.index[(table.machine == "m3") & (table.hour == 2)][0]
    first = table.index[(table.machine == "m2") & (table.hour == 0)][0]
    table.loc[[last, first], "speed"] = np.nan
    task, control = make("a.csv", table, inputs="speed", **LONG)
    training = task.splits()["training"]
    m2, m3 = (training.inputs[list(training.lengths).index(n), :, 0] for n in (4, 5))
    assert m3[2] == m3[1] != m3[3] and m2[0] == 0 != m2[1]
    assert "2 input values" in facts(task)["missing"]
    mixed = control.splits()["training"]
    for n in (4, 5):
        row = list(training.lengths).index(n)
        assert sorted(training.inputs[row, :n, 0]) == sorted(mixed.inputs[row, :n, 0])


def test_a_series_takes_no_value_from_the_one_before_it(make):
    table = series(40, 2)
    table.loc[[40, 41, 42], "sales"] = None  # the first days of the second shop
    task, _ = make("a.csv", table, context=3, horizon=1, inputs="sales", **FORECAST)
    assert facts(task)["missing targets"] == "1 window left out"  # it has no last value either
    training = task.splits()["training"]
    assert len(training) == 2 * 25 - 1
    assert training.inputs[25, :2, 0].tolist() == [0, 0] and training.inputs[25, 2, 0] != 0


def test_a_repeat_goes_where_its_first_copy_is(make):
    rows = [{"text": f"note {i}", "y": i % 2} for i in range(99)] + [{"text": "note 3", "y": 1}]
    task, _ = make("a.csv", pd.DataFrame(rows), kind="text", target="y", split="time")
    sizes = [len(task.splits()[s]) for s in ("training", "validation", "test")]
    assert sizes == [71, 15, 14] and facts(task)["moved"].startswith("1 sequence moved")


@pytest.mark.parametrize("method", ["random", "time"])
def test_repeats_and_groups_stay_in_one_split(make, method):
    rng = np.random.default_rng(0)
    rows = [{"patient": i // 3, "text": f"{i // 2} note", "y": int(rng.random() < 0.3),
             "day": i} for i in range(240)]  # fmt: skip
    task, _ = make("a.csv", pd.DataFrame(rows), kind="text", target="y", group="patient",
                  inputs="text", tokens="words", time="day", split=method)  # fmt: skip
    # text 2k and 2k + 1 are alike, patients have three rows: all are linked in sixes
    assert "120 sequences with the inputs of an earlier one" in facts(task)["repeats"]
    sizes = [len(task.splits()[s]) for s in ("training", "validation", "test")]
    assert sum(sizes) == 240 and all(size % 6 == 0 and size for size in sizes)


def test_each_class_has_its_share_of_each_split(make):
    rows = [{"v0": i, "v1": i * i, "y": "rare" if i % 10 == 0 else "common"} for i in range(200)]
    task, _ = make("a.csv", pd.DataFrame(rows), kind="classification", target="y")
    for split, size in (("training", 140), ("validation", 30), ("test", 30)):
        targets = task.splits()[split].targets
        assert len(targets) == size and (targets == 1).mean() == pytest.approx(0.1, abs=0.01)
    assert "common 90.0 %, rare 10.0 %" in facts(task)["target"]


def test_time_puts_the_latest_into_the_test(make):
    rows = [{"a": i % 7, "b": i, "y": "pq"[i % 2], "when": f"2024-03-01 {i // 60:02d}:{i % 60:02d}"}
            for i in range(200)]  # fmt: skip
    table = pd.DataFrame(rows).sample(frac=1, random_state=3)
    task = make("a.csv", table, kind="classification", target="y", time="when", split="time",
               inputs="b")  # fmt: skip
    known = np.arange(140)
    order = {s: e.inputs[:, 0, 0] * known.std() + known.mean() for s, e in task.splits().items()}
    assert sorted(np.rint(order["training"])) == list(range(140))
    assert sorted(np.rint(order["test"])) == list(range(170, 200))


def test_shares_of_the_splits(make):
    rows = [{"a": i, "b": -i, "y": "pq"[i % 2]} for i in range(200)]
    for split in ("0.5/0.25/0.25", "random 50/25/25"):
        task, _ = make("a.csv", pd.DataFrame(rows), kind="classification", target="y", split=split)
        assert [len(task.splits()[s]) for s in ("training", "validation", "test")] == [100, 50, 50]


def test_a_given_split_without_validation_takes_it_from_training(make):
    rows = [{"a": i, "b": i, "y": "pq"[i % 2], "s": "test" if i >= 80 else "train"}
            for i in range(100)]  # fmt: skip
    task, _ = make("a.csv", pd.DataFrame(rows), kind="classification", target="y", split="s")
    assert [len(task.splits()[s]) for s in ("training", "validation", "test")] == [68, 12, 20]


# -- what is refused ---------------------------------------------------------------------------

CLASSES = {"kind": "classification", "target": "y"}
ROWS = "".join(f"{i},{i + 1},{'ab'[i % 2]}\n" for i in range(5, 17))
GROUPED = "g,t,x,y\n" + "".join(
    f"g{g},{t},{t * g},{'ab'[g % 2]}\n" for g in range(8) for t in range(3)
)


@pytest.mark.parametrize(
    ("name", "text", "settings", "words"),
    [
        ("a.csv", ROWS, CLASSES, ["a.csv, row 1", "'5' is a number", "header"]),
        ("a.csv", "u,u,y\n" + ROWS, CLASSES, ["row 1", "two columns", "'u'"]),
        ("a.csv", "", CLASSES, ["a.csv: is empty"]),
        ("a.csv", "u,v,y\n", CLASSES, ["a.csv: holds no row"]),
        ("a.csv", "u,v,y\n1,2,a\n3,4,5,b\n" + ROWS, CLASSES, ["a.csv, row 3: 4 fields", "3"]),
        ("a.csv", "u,v,y\n1,2,a\n3,b\n" + ROWS, CLASSES, ["a.csv, row 3: 2 fields"]),
        ("a.csv", "u,v,y\n" + ROWS + '1,"2,a\n', CLASSES, ["a.csv, row 14"]),
        ("a.csv", "u,v,label\n" + ROWS, CLASSES | {"target": "lable"},
         ["a.csv: target = 'lable'", "did you mean label?"]),
        ("a.csv", "u,v,y\n" + ROWS, CLASSES | {"inputs": "u,w"}, ["inputs = 'w'", "u"]),
        ("a.csv", "u,v,y\n" + ROWS, CLASSES | {"inputs": "u,y"},
         ["column 'y' is the target", "give the answer away"]),
        ("a.csv", "u,v,y\n" + ROWS + "12,x13,a\n", CLASSES,
         ["a.csv, row 14, column 'v'", "'x13' is no finite number"]),
        ("a.csv", "u,v,y\n" + ROWS + "12,inf,a\n", CLASSES, ["row 14, column 'v'", "'inf'"]),
        ("a.csv", "u,v,y\n" + ROWS + "12,13,\n", CLASSES, ["row 14, column 'y': nothing there"]),
        ("a.csv", "u,v,y\n" + ROWS + ",,a\n", CLASSES, ["row 14: no value"]),
        ("a.csv", "u,v,y\n" + ROWS + "7,8,rare\n", CLASSES,
         ["row 14, column 'y'", "class 'rare' has 1 example", "regression"]),
        ("a.csv", "u,v,y\n" + ROWS + "7,8,c\n7,8,c\n7,8,c\n", CLASSES,
         ["row 14, column 'y'", "class 'c' has 1 distinct example"]),
        ("a.csv", "u,v,y\n" + ROWS.replace("b", "a"), CLASSES, ["'y' holds one class only, 'a'"]),
        ("a.csv", "u,v,y\n" + ROWS, {"kind": "classification"}, ["target is missing"]),
        ("a.csv", "u,v,y\n" + ROWS, CLASSES | {"horizon": 2}, ["horizon = 2", "classification"]),
        ("a.csv", "u,v,y\n" + ROWS, CLASSES | {"kind": "classify"}, ["kind = 'classify'", "text"]),
        ("a.csv", "u,v,y\n" + ROWS, CLASSES | {"split": "tim"}, ["split = 'tim'", "a column"]),
        ("a.csv", "u,v,y\n" + ROWS, CLASSES | {"split": "0.9/0.1"}, ["three shares"]),
        ("a.csv", "u,v,y\n" + ROWS, CLASSES | {"split": "group"}, ["needs group"]),
        ("a.csv", "u,v,y\n" + ROWS, CLASSES | {"split": "v"}, ["row 2, column 'v'", "no split"]),
        ("a.csv", GROUPED + "g1,9,1,a\n", CLASSES | {"group": "g"},
         ["row 26, column 'y'", "group 'g1' says 'a' here", "'b' in row 5", "one target"]),
        ("a.csv", GROUPED + "g1,1,1,b\n", CLASSES | {"group": "g", "time": "t"},
         ["row 26, column 't'", "group 'g1' has the time 1 twice", "row 6"]),
        ("a.csv", GROUPED + "g1,soon,1,b\n", CLASSES | {"group": "g", "time": "t"},
         ["row 26, column 't'", "'soon' is no time"]),
        ("a.csv", "u,v,w,y\n" + "".join(f"{i},{i},{i % 2},{i % 2}\n" for i in range(9)), CLASSES,
         ["column 'w' holds the same as the target 'y'", "give the answer away"]),
        ("a.csv", "d,v\n1,2\n2,3\n1,5\n", {"kind": "forecast", "target": "v", "time": "d"},
         ["row 4, column 'd'", "there is the time 1 twice, also in row 2", "name their group"]),
        ("a.csv", GROUPED + ",9,1,b\n", CLASSES | {"group": "g"}, ["row 26, column 'g'"]),
        ("a.csv", "g,w,y\n" + "s,the,D\n" * 9, {"kind": "tagging", "target": "y"},
         ["group is missing"]),
        ("a.csv", "g,w,y\n" + "".join(f"{i},the{i},D\n" for i in range(9)),
         {"kind": "tagging", "target": "y", "group": "g"}, ["every step has the tag 'D'"]),
        ("a.csv", "t,y\n" + "".join(f"{i},word {i}\n" for i in range(9)),
         CLASSES | {"inputs": "t"}, ["class 'word 0' has 1 example"]),
        ("a.csv", "note,y\n" + "".join(f"text {i},{i % 2}\n" for i in range(9)), CLASSES,
         ["no column of numbers", "kind = \"text\""]),
        ("a.csv", "d,v\n" + "".join(f"{i},{i * i}\n" for i in range(60)),
         {"kind": "forecast", "target": "v", "split": "random"}, ["windows overlap"]),
        ("a.csv", "d,v\n" + "".join(f"{i},{i * i}\n" for i in range(60)),
         {"kind": "forecast", "target": "v", "time": "d"},
         ["no window for validation", "context 24 + horizon 1", "9 rows"]),
        ("a.csv", "d,v\n" + "".join(f"{i},5\n" for i in range(99)),
         {"kind": "forecast", "target": "v", "time": "d", "context": 4}, ["'v'", "never wrong"]),
        ("a.csv", "u,v,y\n" + ROWS.replace("a", "1").replace("b", "1"),
         {"kind": "regression", "target": "y"}, ["'y' is 1 in all of the training split"]),
        ("a.csv", "u,y\n" + "".join(f"{'ab'[i % 2]}{i},{'ab'[i % 2]}{i}\n" for i in range(30)),
         {"kind": "pairs", "target": "y", "inputs": "u"}, ["the source copied", "always right"]),
        ("a.jsonl", '{"x": [1, 2], "y": "a"}\n{"x": [1, 2', CLASSES, ["a.jsonl, row 2: not JSON"]),
        ("a.jsonl", '{"x": [1, "q"], "y": "a"}\n' * 9, CLASSES,
         ["row 1, column 'x'", "step 1", "'q' is no number"]),
        ("a.jsonl", '{"x": ["u"], "y": ["N"]}\n{"x": ["u", "v"], "y": ["N"]}\n',
         {"kind": "tagging", "target": "y"}, ["row 2, column 'y'", "1 tags for 2 steps"]),
        ("a.ts", "@classLabel true a b\n@data\n1,2:a\n1,x:b\n", CLASSES,
         ["a.ts, line 4", "'x' is no number"]),
        ("a.parquet", "no parquet", CLASSES, ["a.parquet: "]),
        ("a.npz", "no npz", CLASSES, ["a.npz: "]),
        ("a.xlsx", "no", CLASSES, [".xlsx is not read", ".csv"]),
        ("a.txt", "abc", {"kind": "language-model", "split": "random"}, ["one text, cut in order"]),
        ("a.txt", "abc", CLASSES, [".txt is not read"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_file_row_and_column(make, name, text, settings, words):
    message = refused(make, name, text, **settings)
    for word in words:
        assert word in message, message


def test_npz_arrays_that_do_not_fit(make):
    x = np.zeros((6, 4))
    wrong = {"X": x, "y": np.zeros(5)}
    assert "'y' has shape (5,)" in refused(make, "a.npz", wrong, **CLASSES)
    wrong = {"X": x, "y": np.zeros(6), "lengths": np.array([1, 2, 3, 4, 5, 1])}
    message = refused(make, "a.npz", wrong, **CLASSES)
    assert "row 4, column 'lengths': 5 is not from 1 to 4" in message
    assert "no array 'X'" in refused(make, "a.npz", {"data": x}, **CLASSES)


def test_a_given_split_that_parts_a_group_is_refused(make):
    text = "g,t,x,y,s\n" + "".join(
        f"g{g},{t},{t * g},{'ab'[g % 2]},{SPLIT[g] if (g, t) != (3, 2) else 'test'}\n"
        for g in range(8) for t in range(3)
    )  # fmt: skip
    settings = CLASSES | {"group": "g", "split": "s"}
    message = refused(make, "a.csv", text, **settings)
    assert "row 13, column 's'" in message and "group 'g3' says 'test'" in message


def test_a_class_that_training_never_shows_is_refused(make):
    text = "a,b,y,s\n" + "".join(f"{i},{i},{'pq'[i % 2]},{SPLIT[i % 8]}\n" for i in range(16))
    message = refused(make, "a.csv", text + "5,6,z,test\n", split="s", **CLASSES)
    assert "row 18, column 'y'" in message and "class 'z' is in test" in message


def test_sequences_of_one_step_have_no_control_row(make):
    rows = [{"a": i, "y": "pq"[i % 2]} for i in range(40)]
    task = make("a.csv", pd.DataFrame(rows), **CLASSES)
    assert task.settings.order == "kept" and "no order" in facts(task)["control row"]
