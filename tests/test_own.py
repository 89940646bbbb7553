"""Tasks from files of the user's own: what is made of them, and what is refused."""

from __future__ import annotations

import json
import shutil
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

import reports.own
import reports.results
from harness.cell import Cell
from harness.errors import UserError
from harness.fit.run import run_cell
from harness.matrix import Budget
from harness.own import choose
from harness.record import Record
from harness.registry import architecture_declarations, make_task, spec_of, task_declarations
from harness.store import Store
from reports.build import build
from tasks.task import Classes, Problem, Reals, Tokens, Vectors

SPLIT = ["train"] * 4 + ["val"] * 2 + ["test"] * 2
"""Splits of eight sequences, where a test gives them itself."""


@pytest.fixture
def own(tmp_path):
    """Write a file and declare a task on it; returns the task and, if there is one, its control."""

    def make(name: str, content: object = None, **settings):
        path = tmp_path / name
        if isinstance(content, str):
            path.write_text(content, encoding="utf-8")
        elif isinstance(content, pd.DataFrame):
            content.to_parquet(path) if path.suffix == ".parquet" else content.to_csv(
                path, index=False
            )
        elif isinstance(content, list):
            path.write_text("\n".join(json.dumps(row) for row in content))
        elif isinstance(content, dict):
            np.savez(path, **content)
        chosen = choose("", flags={"path": str(path), **settings})
        made = [make_task(spec_of(t, task_declarations(), "task", "test")) for t in chosen.tasks]
        return made[0] if len(made) == 1 else made

    return make


def refused(make, *arguments, **settings) -> str:
    """The message that a file or its settings are refused with."""
    with pytest.raises(UserError) as caught:
        make(*arguments, **settings)
    return str(caught.value)


def facts(task) -> dict[str, str]:
    return dict(task.data.facts)


# -- classification --------------------------------------------------------------------------


def long_table() -> pd.DataFrame:
    """Eight machines of two to nine hours, rows in no order; the label is a machine's."""
    rng = np.random.default_rng(0)
    rows = [
        {"machine": f"m{m}", "hour": hour, "speed": 10 * m + hour, "heat": rng.normal(),
         "failed": "yes" if m % 2 else "no", "part": SPLIT[m]}
        for m in range(8) for hour in range(2 + m)
    ]  # fmt: skip
    return pd.DataFrame(rows).sample(frac=1, random_state=1)


LONG = {"kind": "classification", "target": "failed", "time": "hour", "group": "machine",
        "split": "part"}  # fmt: skip


def test_rows_of_a_group_in_order_of_time_are_a_sequence(own):
    table = long_table()
    task, control = own("machines.csv", table, inputs="speed,heat", **LONG)
    assert task.problem is Problem.MANY_TO_ONE and task.name == "machines"
    assert task.inputs == Vectors(2) and task.outputs == Classes(2)
    training = table[table.part == "train"]
    mean, spread = training[["speed", "heat"]].mean(), training[["speed", "heat"]].std(ddof=0)
    for split, part in (("training", "train"), ("validation", "val"), ("test", "test")):
        examples = task.splits()[split]
        groups = [g for _, g in table[table.part == part].groupby("machine")]
        wanted = {len(g): g.sort_values("hour") for g in groups}
        assert sorted(examples.lengths) == sorted(wanted)
        for x, length, label in zip(
            examples.inputs, examples.lengths, examples.targets, strict=True
        ):
            group = wanted[length]
            right = ((group[["speed", "heat"]] - mean) / spread).to_numpy()
            assert x[:length] == pytest.approx(right, abs=1e-5) and not x[length:].any()
            assert label == (group.failed.iloc[0] == "yes")
    assert task.floor() == 0.5
    assert "came before an earlier one: sorted" in facts(task)["order"]
    assert "no 50.0 %, yes 50.0 %" in facts(task)["target"]
    for split in ("training", "validation", "test"):
        kept, mixed = task.splits()[split], control.splits()[split]
        assert not np.array_equal(kept.inputs, mixed.inputs)
        assert np.array_equal(kept.targets, mixed.targets)
        for x, y, length in zip(kept.inputs, mixed.inputs, kept.lengths, strict=True):
            assert sorted(map(tuple, x[:length])) == sorted(map(tuple, y[:length]))
            assert not y[length:].any()


def test_parquet_json_lines_and_csv_give_the_same(own, tmp_path):
    table = long_table()
    settings = LONG | {"inputs": "speed,heat"}
    made = [own("a.csv", table, **settings)[0], own("a.parquet", table, **settings)[0]]
    made.append(own("a.jsonl", table.to_dict("records"), **settings)[0])
    for other in made[1:]:
        for split in ("training", "test"):
            one, two = made[0].splits()[split], other.splits()[split]
            assert one.inputs == pytest.approx(two.inputs, abs=1e-6)
            assert np.array_equal(one.targets, two.targets)


def test_columns_of_a_row_are_a_sequence_that_may_be_ragged(own):
    text = "t0,t1,t2,t3,label,part\n" + "\n".join(
        f"{i},{i + 1},{'' if i % 2 else i + 2},{'' if i % 2 else i + 3},{'ab'[i % 2]},{SPLIT[i]}"
        for i in range(8)
    )
    task, _ = own("wide.csv", text, kind="classification", target="label", split="part")
    assert task.inputs == Vectors(1)
    training = task.splits()["training"]
    assert training.lengths.tolist() == [4, 2, 4, 2]
    values = [0, 1, 2, 3, 1, 2, 2, 3, 4, 5, 3, 4]
    right = (np.array([1, 2]) - np.mean(values)) / np.std(values)
    assert training.inputs[1, :, 0] == pytest.approx([*right, 0, 0], abs=1e-6)
    assert facts(task)["missing"] == "none"


def test_semicolons_a_byte_order_mark_quotes_and_commas_in_names(own):
    lines = [f'"two\nlines";{i};{i + 1};{"ab"[i % 2]}' for i in range(12)]
    text = '\ufeffnote;"speed, m/s";heat;y\n\n' + "\n".join(lines)
    task, _ = own("a.csv", text, kind="classification", target="y", inputs=["speed, m/s", "heat"])
    assert task.splits()["training"].inputs.shape == (8, 2, 1)
    message = refused(own, "a.csv", text + "\nx;y;1;a", kind="classification", target="y")
    assert "a.csv, row 27, column 'speed, m/s': 'y' is no finite number" in message


def test_parquet_with_lists_and_times(own):
    table = pd.DataFrame({
        "x": [[float(i), i + 1.0, 0.0] for i in range(20)], "y": [i % 2 for i in range(20)],
        "when": pd.date_range("2024-01-01", periods=20, tz="Europe/Berlin")[::-1],
    })  # fmt: skip
    task, _ = own("a.parquet", table, kind="classification", target="y", time="when",
                  split="time")  # fmt: skip
    assert task.splits()["test"].inputs.shape == (3, 3, 1)
    assert task.splits()["test"].targets.tolist() == [0, 1, 0]  # rows 2, 1, 0 are the latest


def test_a_pattern_names_many_columns_and_a_tab_parts_them(own):
    rows = "\n".join(f"x\t{i}\t{i % 3}\t{'ab'[i % 2]}" for i in range(20))
    task, _ = own("wide.tsv", "id\tv1\tv2\tlabel\n" + rows, kind="classification", target="label",
                  inputs="v*")  # fmt: skip
    assert task.splits()["training"].inputs.shape[1:] == (2, 1)


def test_npz_with_lengths(own):
    x = np.arange(8 * 5 * 2, dtype=float).reshape(8, 5, 2)
    arrays = {"X": x, "y": np.array([0, 1] * 4), "lengths": np.array([5, 4, 3, 2] * 2),
              "part": np.array(SPLIT)}  # fmt: skip
    task, _ = own("a.npz", arrays, kind="classification", target="y", split="part")
    training = task.splits()["training"]
    assert training.lengths.tolist() == [5, 4, 3, 2] and task.inputs == Vectors(2)
    steps = np.concatenate([row[:n] for row, n in zip(x[:4], (5, 4, 3, 2), strict=True)])
    assert training.inputs[3, 1] == pytest.approx((x[3, 1] - steps.mean(0)) / steps.std(0))
    assert not training.inputs[3, 2:].any()


def test_ts_files(own):
    cases = "\n".join(f"{i},{i + 1},{i + 2}:{5 - i},?,1:{'no' if i % 2 else 'yes'}"
                      for i in range(12))  # fmt: skip
    task, _ = own("a.ts", f"@univariate false\n@classLabel true no yes\n@data\n{cases}\n",
                  kind="classification", target="y")  # fmt: skip
    training = task.splits()["training"]
    assert task.inputs == Vectors(2) and training.inputs.shape[1:] == (3, 2)
    assert "12 input values (16.7 %)" in facts(task)["missing"]
    filled = training.inputs[:, 1, 1]
    assert np.array_equal(filled, training.inputs[:, 0, 1])  # a missing value repeats the last


def test_symbols_in_a_column(own):
    rows = [
        {"user": u, "event": event, "label": "ab"[u % 2]}
        for u in range(20) for event in ("in", "out" if u % 2 else "buy", f"page{u}")
    ]  # fmt: skip
    task, _ = own("a.csv", pd.DataFrame(rows), kind="classification", target="label",
                  group="user")  # fmt: skip
    assert isinstance(task.inputs, Tokens)
    training = task.splits()["training"]
    assert task.inputs.size == 1 + 3 + len(training)  # each user of the training split has a page
    assert (task.splits()["test"].inputs[:, 2] == 0).all()  # pages that training never shows


# -- other kinds -------------------------------------------------------------------------------


def test_regression(own):
    rows = [{"x": [float(i), i + 1.0], "y": 3.0 * i, "part": SPLIT[i]} for i in range(8)]
    task, _ = own("a.jsonl", rows, kind="regression", target="y", split="part")
    assert task.metric == "rmse" and isinstance(task.outputs, Reals)
    known = 3.0 * np.arange(4)
    assert task.outputs.scale == pytest.approx(known.std())
    test = task.splits()["test"].targets[:, 0] * task.outputs.scale + known.mean()
    assert test == pytest.approx([18, 21])
    assert task.floor() == pytest.approx(np.sqrt(np.mean((np.array([18, 21]) - known.mean()) ** 2)))


def series(n: int = 40, groups: int = 2) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    return pd.DataFrame([
        {"shop": shop, "day": f"2024-01-{day + 1:02d}" if day < 31 else f"2024-02-{day - 30:02d}",
         "sales": 100 * g + rng.normal(), "promo": day % 7}
        for g, shop in enumerate("ABC"[:groups]) for day in range(n)
    ])  # fmt: skip


FORECAST = {"kind": "forecast", "target": "sales", "time": "day", "group": "shop"}


def test_forecast_windows_by_hand(own):
    table = series().sample(frac=1, random_state=0)
    task, control = own("sales.csv", table, context=3, horizon=2, **FORECAST)
    assert task.metric == "rmse" and task.inputs == Vectors(2) and task.problem == "many-to-one"
    scale = task.outputs.scale
    days = sorted(table.day.unique())
    ends = {"training": (0, 28), "validation": (28, 34), "test": (34, 40)}  # 70 / 15 / 15 %
    known = table[table.day.isin(days[:28])].sales
    for split, (first, last) in ends.items():
        wanted = []
        for _, group in table.groupby("shop", sort=False):
            values = group.sort_values("day").sales.to_numpy()
            for start in range(first, last - 4):
                window, aim = values[start : start + 3], values[start + 4]
                wanted.append(((window - known.mean()) / known.std(ddof=0), aim - window[-1]))
        part = task.splits()[split]
        assert len(part) == len(wanted)
        for x, y, (window, change) in zip(part.inputs, part.targets, wanted, strict=True):
            assert x[:, 0] == pytest.approx(window, abs=1e-5)
            assert y[0] * scale == pytest.approx(change, abs=1e-4)
    changes = task.splits()["test"].targets[:, 0] * scale
    assert task.floor() == pytest.approx(np.sqrt((changes**2).mean()), rel=1e-4)  # persistence
    mixed = control.splits()["test"]
    assert np.array_equal(mixed.targets, task.splits()["test"].targets)
    for x, y in zip(task.splits()["test"].inputs, mixed.inputs, strict=True):
        assert sorted(map(tuple, x)) == sorted(map(tuple, y))


def test_the_mean_is_the_floor_of_noise_and_persistence_that_of_a_walk(own):
    rng = np.random.default_rng(0)
    noise = rng.normal(size=400)
    flat = own("a.csv", pd.DataFrame({"v": noise}), kind="forecast", target="v", context=4)[0]
    walk = own("b.csv", pd.DataFrame({"v": noise.cumsum()}), kind="forecast", target="v",
               context=4)[0]  # fmt: skip
    test = noise[340 + 4 :]
    assert flat.floor() == pytest.approx(np.sqrt(np.mean((test - noise[:280].mean()) ** 2)))
    assert walk.floor() == pytest.approx(np.sqrt(np.mean(test**2)))
    assert "training mean" in facts(flat)["trivial"].split(";")[1]
    assert "last value" in facts(walk)["trivial"].split(";")[1]


def test_forecast_with_whole_series_held_out(own):
    table = pd.concat([series(20, 3).assign(shop=lambda t, k=k: t.shop + k) for k in "xyz"])
    task, _ = own("a.csv", table, context=3, **(FORECAST | {"split": "group"}))
    sizes = [len(task.splits()[s]) for s in ("training", "validation", "test")]
    assert sizes == [7 * 17, 17, 17]  # of nine series, 17 windows each


def test_missing_targets_are_never_scored_nor_looked_up_in_the_future(own):
    table = series(40, 1)
    table.loc[10, "sales"] = None
    task, _ = own("a.csv", table, context=3, horizon=1, inputs="sales", kind="forecast",
                  target="sales", time="day")  # fmt: skip
    assert facts(task)["missing targets"] == "1 window left out"
    training, values = task.splits()["training"], table.sales.to_numpy()
    known = values[:28][~np.isnan(values[:28])]
    assert len(training) == 28 - 3 - 1
    window = np.array([values[8], values[9], values[9]])  # the one that would end at day 10 is gone
    assert training.inputs[7, :, 0] == pytest.approx(
        (window - known.mean()) / known.std(), abs=1e-5
    )
    base = values[9] if "last value" in facts(task)["trivial"].split(";")[1] else known.mean()
    assert training.targets[7, 0] * task.outputs.scale == pytest.approx(values[11] - base, abs=1e-5)


def test_tagging_from_rows_and_from_lists(own):
    sentences = [["the", "cat", f"w{i}"] for i in range(8)]
    tags = [["D", "N", "NV"[i % 2]] for i in range(8)]
    rows = [
        {"sentence": i, "word": word, "tag": tag, "part": SPLIT[i]}
        for i in range(8) for word, tag in zip(sentences[i], tags[i], strict=True)
    ]  # fmt: skip
    lists = [{"tokens": s, "tags": t, "part": p}
             for s, t, p in zip(sentences, tags, SPLIT, strict=True)]  # fmt: skip
    one, mixed = own("a.csv", pd.DataFrame(rows), kind="tagging", target="tag", group="sentence",
                     split="part")  # fmt: skip
    two, _ = own("a.jsonl", lists, kind="tagging", target="tags", split="part")
    for split in ("training", "validation", "test"):
        a, b = one.splits()[split], two.splits()[split]
        assert np.array_equal(a.inputs, b.inputs) and np.array_equal(a.targets, b.targets)
    test = one.splits()["test"]
    assert test.targets.tolist() == [[0, 1, 1], [0, 1, 2]]  # D N N, D N V
    assert (test.inputs[:, 2] == 0).all() and (test.inputs[:, :2] > 0).all()
    # the, cat: always right; a new word gets the commonest tag, N
    assert one.floor() == pytest.approx(5 / 6)
    shuffled = mixed.splits()["test"]
    for kept, other in ((test, shuffled),):
        for i in range(2):
            pairs = set(zip(kept.inputs[i], kept.targets[i], strict=True))
            assert pairs == set(zip(other.inputs[i], other.targets[i], strict=True))


def test_text_by_characters_and_by_words(own):
    rows = [{"review": f"{'good' if i % 2 else 'bad'} {i}", "stars": i % 2, "part": SPLIT[i]}
            for i in range(8)]  # fmt: skip
    characters, _ = own("a.csv", pd.DataFrame(rows), kind="text", target="stars", split="part")
    words, control = own("a.csv", kind="text", target="stars", split="part", tokens="words")
    assert characters.inputs == Tokens(1 + len(set("good bad 0123")))
    assert words.inputs == Tokens(1 + len({"good", "bad", "0", "1", "2", "3"}))
    test = words.splits()["test"]
    assert test.inputs[:, 1].tolist() == [0, 0]  # 6 and 7 are not in training
    assert [words.describe(x) for x in test.inputs] == ["bad �", "good �"]
    assert test.targets.tolist() == [0, 1]
    assert words.encode("good 3").tolist() == [
        1 + words.data.symbols.index("good"), 1 + words.data.symbols.index("3")
    ]  # fmt: skip
    assert {tuple(sorted(x)) for x in control.splits()["test"].inputs} == {
        tuple(sorted(x)) for x in test.inputs
    }


def test_language_model_of_a_text_file(own):
    text = "abcd" * 50 + "x"
    task, control = own("a.txt", text, kind="language-model", context=8)
    assert task.causal and task.horizon == 1 and task.metric == "bits"
    assert task.inputs == task.outputs == Tokens(5)
    ids = {letter: task.encode(letter)[0] for letter in "abcd"}
    training, test = task.splits()["training"], task.splits()["test"]
    assert training.scored.sum() == 141 - 1  # 70 % of 201, each but the first foretold once
    for part in (training, test):
        for x, y, n in zip(part.inputs, part.targets, part.lengths, strict=True):
            assert np.array_equal(x[1:n], y[: n - 1])
    assert task.decode(training.inputs[0]) == "abcdabcd"
    assert (test.targets[test.scored] == 0).sum() == 1  # x, which training never shows
    shares = np.array([35, 35, 35, 35]) / 140
    assert len(ids) == 4 and task.floor("validation") == pytest.approx(
        -np.log2(shares).mean(), abs=0.1
    )
    mixed = control.splits()["test"]
    whole = [np.append(p.inputs[0], p.targets[0, -1]) for p in (test, mixed)]
    assert sorted(whole[0]) == sorted(whole[1]) and not np.array_equal(*whole)
    assert np.array_equal(mixed.inputs[0, 1:], mixed.targets[0, :-1])  # shuffled before targets


def test_language_model_of_a_column(own):
    rows = [{"line": f"{'ab' * (3 + i)}", "part": SPLIT[i]} for i in range(8)]
    task, _ = own("a.csv", pd.DataFrame(rows), kind="language-model", context=4, split="part")
    texts = ["ab" * (3 + i) for i in range(4)]
    assert task.splits()["training"].scored.sum() == sum(len(text) - 1 for text in texts)


def test_pairs(own):
    rows = [{"word": "abc"[: 1 + i % 3] + "z" * i, "sound": "XY"[: 1 + i % 2], "part": SPLIT[i]}
            for i in range(8)]  # fmt: skip
    task, control = own("a.csv", pd.DataFrame(rows), kind="pairs", target="sound", inputs="word",
                        split="part")  # fmt: skip
    lists = [row | {"word": list(row["word"]), "sound": list(row["sound"])} for row in rows]
    same, _ = own("a.jsonl", lists, kind="pairs", target="sound", inputs="word", split="part")
    assert task.problem is Problem.SEQUENCE_TO_SEQUENCE and task.metric == "token_error_rate"
    test = task.splits()["test"]
    assert np.array_equal(test.targets, same.splits()["test"].targets)
    assert [task.decode(row[row > 0]) for row in test.targets] == ["X", "XY"]
    assert (test.targets[np.arange(2), test.target_lengths - 1] == 0).all()
    assert task.longest_output == 3
    # always "X" or always "XY": one edit in three symbols
    assert task.floor() == pytest.approx(1 / 3)
    assert np.array_equal(control.splits()["test"].targets, test.targets)


# -- nothing leaks -----------------------------------------------------------------------------


def test_no_window_reaches_over_a_group_or_a_split(own):
    """Each value tells its shop and its day, so that every window can be traced."""
    table = series(60, 3)
    table["sales"] = np.random.default_rng(0).permutation(len(table)) * 1.0
    row_of = {value: row for row, value in enumerate(table.sales)}
    task, _ = own("a.csv", table, context=5, horizon=3, inputs="sales", **FORECAST)
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


def test_nothing_but_the_training_split_decides_vocabulary_and_scale(own):
    table = long_table()
    before = own("a.csv", table, inputs="speed,heat", **LONG)[0].splits()["training"]
    table.loc[table.part != "train", ["speed", "heat"]] *= 1000
    after = own("a.csv", table, inputs="speed,heat", **LONG)[0].splits()["training"]
    assert np.array_equal(before.inputs, after.inputs)

    def texts(last: str):
        rows = [{"t": f"{'ab'[i % 2]}{i}", "y": i % 2, "part": SPLIT[i]} for i in range(7)]
        rows.append({"t": last, "y": 1, "part": "test"})
        return own("t.csv", pd.DataFrame(rows), kind="text", target="y", split="part")[0]

    assert texts("a9").inputs == texts("üö").inputs
    assert set(texts("üö").data.symbols) == set("ab0123")


def test_a_missing_value_takes_nothing_from_the_future_or_another_group(own):
    table = long_table().sort_values(["machine", "hour"]).reset_index(drop=True)
    last = table.index[(table.machine == "m3") & (table.hour == 2)][0]
    first = table.index[(table.machine == "m2") & (table.hour == 0)][0]
    table.loc[[last, first], "speed"] = np.nan
    task, control = own("a.csv", table, inputs="speed", **LONG)
    training = task.splits()["training"]
    m2, m3 = (training.inputs[list(training.lengths).index(n), :, 0] for n in (4, 5))
    assert m3[2] == m3[1] != m3[3] and m2[0] == 0 != m2[1]
    assert "2 input values" in facts(task)["missing"]
    mixed = control.splits()["training"]
    for n in (4, 5):
        row = list(training.lengths).index(n)
        assert sorted(training.inputs[row, :n, 0]) == sorted(mixed.inputs[row, :n, 0])


def test_a_series_takes_no_value_from_the_one_before_it(own):
    table = series(40, 2)
    table.loc[[40, 41, 42], "sales"] = None  # the first days of the second shop
    task, _ = own("a.csv", table, context=3, horizon=1, inputs="sales", **FORECAST)
    assert facts(task)["missing targets"] == "1 window left out"  # it has no last value either
    training = task.splits()["training"]
    assert len(training) == 2 * 25 - 1
    assert training.inputs[25, :2, 0].tolist() == [0, 0] and training.inputs[25, 2, 0] != 0


def test_a_repeat_goes_where_its_first_copy_is(own):
    rows = [{"text": f"note {i}", "y": i % 2} for i in range(99)] + [{"text": "note 3", "y": 1}]
    task, _ = own("a.csv", pd.DataFrame(rows), kind="text", target="y", split="time")
    sizes = [len(task.splits()[s]) for s in ("training", "validation", "test")]
    assert sizes == [71, 15, 14] and facts(task)["moved"].startswith("1 sequence moved")


@pytest.mark.parametrize("method", ["random", "time"])
def test_repeats_and_groups_stay_in_one_split(own, method):
    rng = np.random.default_rng(0)
    rows = [{"patient": i // 3, "text": f"{i // 2} note", "y": int(rng.random() < 0.3),
             "day": i} for i in range(240)]  # fmt: skip
    task, _ = own("a.csv", pd.DataFrame(rows), kind="text", target="y", group="patient",
                  inputs="text", tokens="words", time="day", split=method)  # fmt: skip
    # text 2k and 2k + 1 are alike, patients have three rows: all are linked in sixes
    assert "120 sequences with the inputs of an earlier one" in facts(task)["repeats"]
    sizes = [len(task.splits()[s]) for s in ("training", "validation", "test")]
    assert sum(sizes) == 240 and all(size % 6 == 0 and size for size in sizes)


def test_each_class_has_its_share_of_each_split(own):
    rows = [{"v0": i, "v1": i * i, "y": "rare" if i % 10 == 0 else "common"} for i in range(200)]
    task, _ = own("a.csv", pd.DataFrame(rows), kind="classification", target="y")
    for split, size in (("training", 140), ("validation", 30), ("test", 30)):
        targets = task.splits()[split].targets
        assert len(targets) == size and (targets == 1).mean() == pytest.approx(0.1, abs=0.01)
    assert "common 90.0 %, rare 10.0 %" in facts(task)["target"]


def test_time_puts_the_latest_into_the_test(own):
    rows = [{"a": i % 7, "b": i, "y": "pq"[i % 2], "when": f"2024-03-01 {i // 60:02d}:{i % 60:02d}"}
            for i in range(200)]  # fmt: skip
    table = pd.DataFrame(rows).sample(frac=1, random_state=3)
    task = own("a.csv", table, kind="classification", target="y", time="when", split="time",
               inputs="b")  # fmt: skip
    known = np.arange(140)
    order = {s: e.inputs[:, 0, 0] * known.std() + known.mean() for s, e in task.splits().items()}
    assert sorted(np.rint(order["training"])) == list(range(140))
    assert sorted(np.rint(order["test"])) == list(range(170, 200))


def test_shares_of_the_splits(own):
    rows = [{"a": i, "b": -i, "y": "pq"[i % 2]} for i in range(200)]
    for split in ("0.5/0.25/0.25", "random 50/25/25"):
        task, _ = own("a.csv", pd.DataFrame(rows), kind="classification", target="y", split=split)
        assert [len(task.splits()[s]) for s in ("training", "validation", "test")] == [100, 50, 50]


def test_a_given_split_without_validation_takes_it_from_training(own):
    rows = [{"a": i, "b": i, "y": "pq"[i % 2], "s": "test" if i >= 80 else "train"}
            for i in range(100)]  # fmt: skip
    task, _ = own("a.csv", pd.DataFrame(rows), kind="classification", target="y", split="s")
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
def test_what_is_wrong_is_told_with_file_row_and_column(own, name, text, settings, words):
    message = refused(own, name, text, **settings)
    for word in words:
        assert word in message, message


def test_npz_arrays_that_do_not_fit(own):
    x = np.zeros((6, 4))
    wrong = {"X": x, "y": np.zeros(5)}
    assert "'y' has shape (5,)" in refused(own, "a.npz", wrong, **CLASSES)
    wrong = {"X": x, "y": np.zeros(6), "lengths": np.array([1, 2, 3, 4, 5, 1])}
    assert "row 4, array 'lengths': 5 is not from 1 to 4" in refused(own, "a.npz", wrong, **CLASSES)
    assert "no array 'X'" in refused(own, "a.npz", {"data": x}, **CLASSES)


def test_a_given_split_that_parts_a_group_is_refused(own):
    text = "g,t,x,y,s\n" + "".join(
        f"g{g},{t},{t * g},{'ab'[g % 2]},{SPLIT[g] if (g, t) != (3, 2) else 'test'}\n"
        for g in range(8) for t in range(3)
    )  # fmt: skip
    settings = CLASSES | {"group": "g", "split": "s"}
    message = refused(own, "a.csv", text, **settings)
    assert "row 13, column 's'" in message and "group 'g3' says 'test'" in message


def test_a_class_that_training_never_shows_is_refused(own):
    text = "a,b,y,s\n" + "".join(f"{i},{i},{'pq'[i % 2]},{SPLIT[i % 8]}\n" for i in range(16))
    message = refused(own, "a.csv", text + "5,6,z,test\n", split="s", **CLASSES)
    assert "row 18, column 'y'" in message and "class 'z' is in test" in message


def test_sequences_of_one_step_have_no_control_row(own):
    rows = [{"a": i, "y": "pq"[i % 2]} for i in range(40)]
    task = own("a.csv", pd.DataFrame(rows), **CLASSES)
    assert task.settings.order == "kept" and "no order" in facts(task)["control row"]


# -- order ---------------------------------------------------------------------------------------


def cell_of(task_label: str, architecture: str, **budget) -> Cell:
    return Cell(
        spec_of(task_label, task_declarations(), "task", "test"),
        spec_of(architecture, architecture_declarations(), "architecture", "test"),
        0,
        Budget(**({"steps": 150, "batch": 32, "parameters": 3000, "learning_rate": 0.01} | budget)),
    )


@pytest.mark.slow
@pytest.mark.parametrize("label", ["first", "commonest"])
def test_shuffling_costs_where_order_matters_and_only_there(own, label):
    rng = np.random.default_rng(0)
    words = ["".join(rng.choice(list("abc"), 9)) for _ in range(900)]
    answer = {
        "first": lambda word: word[0],
        "commonest": lambda word: max("abc", key=word.count),
    }[label]
    table = pd.DataFrame({"word": words, "y": [answer(word) for word in words]})
    kept, control = own("a.csv", table, kind="text", target="y")
    scores = [
        run_cell(cell_of(f"a{order}", "gru")).scores["test"]["accuracy"]
        for order in ("", "[order=shuffled]")
    ]
    assert kept.settings.order == "kept" and control.settings.order == "shuffled"
    assert scores[0] > 0.9
    assert (scores[1] > 0.9) == (label == "commonest")
    if label == "first":  # a letter of nine drawn at random tells little of the first
        assert scores[1] < 0.6


@pytest.mark.parametrize(
    ("name", "content", "settings", "architecture"),
    [
        ("a.csv", long_table, LONG | {"inputs": "speed,heat"}, "logistic"),
        ("a.csv", series, FORECAST | {"context": 3}, "ridge"),
        ("a.txt", lambda: "abcd" * 99, {"kind": "language-model", "context": 8}, "rnn"),
    ],
)
def test_cells_end_ok_with_what_was_found_in_the_file(
    own, tmp_path, name, content, settings, architecture
):
    own(name, content(), **settings)
    record = run_cell(cell_of("a", architecture, steps=20), tmp_path)
    assert record.outcome == "ok", record.traceback
    assert record.facts["kind"] == settings["kind"] and record.facts["file"].startswith(name)
    assert record.key["task"]["parameters"]["order"] == "kept" and np.isfinite(record.skill)


@pytest.mark.slow
def test_pairs_and_tags_are_learned(own, tmp_path):
    rng = np.random.default_rng(0)
    words = ["".join(rng.choice(list("abcd"), rng.integers(1, 5))) for _ in range(600)]
    table = pd.DataFrame({"s": words, "t": [word.upper() for word in words]})
    own("p.csv", table, kind="pairs", target="t", inputs="s")
    record = run_cell(cell_of("p", "encoder_decoder", steps=20), tmp_path)
    assert record.outcome == "ok" and record.samples[0]["input"].islower()
    tokens = [list(word + "x") for word in words]
    tags = [[after for _, after in pairwise(word)] for word in tokens]
    rows = [{"w": w[:-1], "t": t} for w, t in zip(tokens, tags, strict=True)]
    own("t.jsonl", rows, kind="tagging", target="t")
    assert (
        run_cell(cell_of("t", "bilstm", steps=300), tmp_path).skill > 0.8
    )  # the next letter is in sight


def test_data_that_changed_after_planning_is_not_used(own, tmp_path):
    own("changing.csv", long_table(), inputs="speed,heat", **LONG)
    cell = cell_of("changing", "logistic", steps=20)
    with open(tmp_path / "changing.csv", "a") as file:
        file.write("\n")
    record = run_cell(cell)
    assert record.outcome == "unavailable" and "changed" in record.reason


# -- the report ----------------------------------------------------------------------------------


def store_of(tmp_path, scores: dict, metric: str = "accuracy", **more) -> Store:
    """Records of a task and its control: ``scores[order, architecture]`` has a row of right (1)
    and wrong (0) test examples for each seed."""
    store = Store(tmp_path / "out")
    store.create()
    cells = []
    for (order, architecture), seeds in scores.items():
        for seed, right in enumerate(seeds):
            name = f"{len(cells):012x}"
            label = "mine" if order == "kept" else f"mine[order={order}]"
            key = {"task": {"name": "mine", "parameters": {"kind": "text", "order": order}}}
            record = Record(
                name, key, label, architecture, seed, baseline=architecture == "logistic",
                metric=metric, floor=0.5, ceiling=1.0, skill=2 * np.mean(right) - 1,
                scores={"test": {metric: np.mean(right)}, "validation": {metric: np.mean(right)}},
                seconds={"training": {"gru": 9.0, "cnn": 2.0}.get(architecture, 0.1)},
                parameters=1000, facts={"kind": "text", "trivial": "always 'no'"} | more,
                per_example={"score": np.array(right), "weight": np.ones(len(right))},
            )  # fmt: skip
            store.put(record)
            row = {"id": name, "task": label, "architecture": architecture, "seed": seed}
            cells.append(row | {"kind": "report"})
    store.put_plan({"matrix": "mine", "description": "", "budget": {}, "cells": cells,
                    "command": "harness run --task mine.toml"})  # fmt: skip
    return store


def right(share: float, seeds: int = 3, n: int = 200) -> list[np.ndarray]:
    """For each seed the test examples that are right: nearly the same ones, a few less."""
    return [(np.arange(n) < round(share * n) - seed).astype(float) for seed in range(seeds)]


def said(store: Store) -> str:
    (own,) = reports.own.read(store, reports.results.read(store))
    return " ".join(own.sentences)


def test_the_report_says_what_the_data_needs(tmp_path):
    scores = {("kept", "gru"): right(0.92), ("kept", "cnn"): right(0.915),
              ("kept", "rnn"): right(0.7), ("kept", "logistic"): right(0.75),
              ("shuffled", "gru"): right(0.6), ("shuffled", "cnn"): right(0.62)}  # fmt: skip
    store = store_of(tmp_path, scores)
    words = said(store)
    assert words.startswith("mine needs a sequence model: gru does better than the baseline logi")
    assert "on 200 test examples, means of 3 seeds with 95 % intervals: gru 91.5 ±1.2" in words
    assert "logistic 74.5 ±1.2 and the best trivial predictor 50.0 (always 'no')" in words
    assert "not told apart from it: cnn (91.0 ±1.2); the cheapest of these is cnn" in words
    assert "cnn takes 2.0 s of training" in words and "gru takes 9.0 s" in words
    assert "Order carries something" in words and "the best, cnn, has 61.5" in words
    page = build(store).read_text()
    assert "Your data" in page and "harness run --task mine.toml" in page
    assert "highest mean skill" not in page  # which would count the control row as a task
    assert "order shuffled" in page.replace("\n", " ")
    rows = (tmp_path / "out/report/mine/report.md").read_text()
    assert "| `cnn` | 91.0 ±1.2 | 61.5 ±1.2 |" in rows


def test_the_report_says_when_no_sequence_model_and_no_order_is_needed(tmp_path):
    scores = {("kept", "gru"): right(0.9), ("kept", "logistic"): right(0.895),
              ("shuffled", "gru"): right(0.897)}  # fmt: skip
    words = said(store_of(tmp_path, scores))
    assert "the best, gru, is not told apart from the baseline logistic" in words
    assert "Order is not shown to carry anything: not told apart" in words
    better = scores | {("kept", "logistic"): right(0.97)}
    assert "none does better than the baseline logistic" in said(store_of(tmp_path / "2", better))
    none = {("kept", "gru"): [np.array([1.0, 0.0] * 50 + [s]) for s in (1, 0, 1)]}
    assert "Nothing is shown to beat the best trivial predictor" in said(
        store_of(tmp_path / "3", none)
    )
    alone = {("kept", "gru"): right(0.9)}
    words = said(store_of(tmp_path / "4", alone, **{"control row": "none: one step"}))
    assert (
        "no baseline was run beside it" in words and "Whether order matters was not asked" in words
    )


def test_seeds_that_agree_do_not_make_up_for_few_test_examples(tmp_path):
    """Three seeds alike, and two examples more right of twelve: no difference is shown."""
    scores = {("kept", "gru"): [np.arange(12) < 10.0] * 3,
              ("kept", "logistic"): [np.arange(12) < 8.0] * 3}  # fmt: skip
    few = {pair: [row.astype(float) for row in rows] for pair, rows in scores.items()}
    assert "gru, is not told apart from the baseline logistic" in said(store_of(tmp_path, few))
    many = {pair: [np.tile(row, 30) for row in rows] for pair, rows in few.items()}
    assert "mine needs a sequence model" in said(store_of(tmp_path / "2", many))


# -- through the command line --------------------------------------------------------------------

TOML = """
[task]
name = "machines"
path = "machines.csv"
kind = "classification"
target = "failed"
inputs = ["speed", "heat"]
time = "hour"
group = "machine"
"""
MATRIX = """
seeds = 2
tasks = ["data/machines.toml"]
architectures = ["rnn", "logistic"]
[budget]
steps = 20
batch = 8
parameters = 500
evaluate_every = 10
"""


@pytest.fixture
def machines(tmp_path):
    """A folder ``data`` with a table and its declaration, and a matrix beside it."""
    (tmp_path / "data").mkdir()
    tables = []
    for kind in "abc":
        table = long_table()
        tables.append(table.assign(machine=table.machine + kind, heat=table.heat + ord(kind)))
    rows = pd.concat(tables)
    rows.to_csv(tmp_path / "data" / "machines.csv", index=False)
    (tmp_path / "data" / "machines.toml").write_text(TOML)
    (tmp_path / "small.toml").write_text(MATRIX)
    return tmp_path


def planned(answer) -> list[tuple[str, str]]:
    assert answer.returncode == 0, answer.stderr
    return [(c["task"], c["architecture"]) for c in json.loads(answer.stdout)["cells"]]


def test_the_literal_command_plans_all_that_fits_with_the_control_row(harness_cli, machines):
    answer = harness_cli("plan", "--task", "data/machines.toml", "--arch", "*", "--seeds", "1",
                         "--json")  # fmt: skip
    cells = planned(answer)
    plan = json.loads(answer.stdout)
    assert plan["matrix"] == "machines"
    assert {task for task, _ in cells} == {"machines", "machines[order=shuffled]"}
    facts = {n: d.facts for n, d in architecture_declarations().items()}
    wanted = {n for n in facts if "many-to-one" in facts[n]["problems"]}
    assert {architecture for _, architecture in cells} == wanted
    usual = planned(harness_cli("plan", "--task", "data/machines.toml", "--seeds", "1", "--json"))
    assert {"gru", "logistic"} <= {architecture for _, architecture in usual} < wanted
    flags = ["--path", "data/machines.csv", "--kind", "classification", "--target", "failed",
             "--inputs", "speed,heat", "--time", "hour", "--group", "machine"]  # fmt: skip
    by_flags = harness_cli("plan", *flags, "--seeds", "1", "--json")
    assert planned(by_flags) == usual
    ids = [{c["id"] for c in json.loads(a.stdout)["cells"]} for a in (by_flags, answer)]
    assert ids[0] < ids[1]


@pytest.mark.slow
def test_a_run_a_move_and_a_change(harness_cli, machines):
    done = harness_cli("run", "--matrix", "small.toml")
    assert done.returncode == 0, done.stderr
    assert "8 cells planned: 8 ok  (8 run now, 0 from before)" in done.stdout
    assert "Scores are accuracy, % (higher is better) on" in done.stdout
    page = (machines / "harness-out" / "report" / "small" / "index.html").read_text()
    assert "Your data" in page and "machines.csv" in page and "24, steps in each: 2 to 9" in page

    (machines / "elsewhere").mkdir()
    for name in ("data", "small.toml", "harness-out"):
        shutil.move(machines / name, machines / "elsewhere" / name)
    moved = harness_cli("run", "--matrix", "small.toml", cwd=machines / "elsewhere")
    assert moved.returncode == 0 and "(0 run now, 8 from before)" in moved.stdout, moved.stderr

    data = machines / "elsewhere" / "data" / "machines.csv"
    data.write_text(data.read_text() + "\n")
    again = harness_cli("plan", "--matrix", "small.toml", "--json", cwd=machines / "elsewhere")
    assert {c["state"] for c in json.loads(again.stdout)["cells"]} == {"to run"}


@pytest.mark.slow
def test_a_task_of_ones_own_has_a_plan_of_its_own(harness_cli, machines):
    """Neither the plan of quick nor results of other settings are mixed with it."""
    (machines / "quick.toml").write_text(MATRIX)
    arguments = ["run", "--task", "data/machines.toml", "--seeds", "1", "--arch"]
    assert harness_cli(*arguments, "logistic").returncode == 0
    assert harness_cli(*arguments, "hmm[max_states=2,restarts=1]").returncode == 0
    rows = json.loads(harness_cli("results", "--json").stdout)
    assert {row["architecture"] for row in rows} == {"logistic", "hmm[max_states=2,restarts=1]"}
    assert (machines / "harness-out" / "plans" / "machines.json").exists()
    assert not (machines / "harness-out" / "plans" / "quick.json").exists()
    text = TOML.replace('["speed", "heat"]', '["heat"]')
    (machines / "data" / "machines.toml").write_text(text)
    assert harness_cli(*arguments, "logistic").returncode == 0
    rows = json.loads(harness_cli("results", "--json").stdout)
    assert {row["architecture"] for row in rows} == {"logistic"}


@pytest.mark.parametrize(
    ("change", "arguments", "words"),
    [
        (("target", "taget"), [], ["machines.toml: unknown key 'taget'", "target"]),
        (("[task]", "[tsk]"), [], ["machines.toml", "[task]", "tsk"]),
        (('"machines.csv"', '"machine.csv"'), [], ["machine.csv", "No such file"]),
        (('"machines"', '"recall"'), [], ["name = 'recall'", "taken"]),
        (("", ""), ["--kind", "text"], ["task by flags", "'path' is missing"]),
        (("failed", "fialed"), [], ["machines.csv: target = 'fialed'", "did you mean failed?"]),
        (('time = "hour"', "context = -3"), [], ["context = -3", "greater than or equal to 1"]),
    ],
)
def test_mistakes_end_with_2_and_no_traceback(harness_cli, machines, change, arguments, words):
    file = machines / "data" / "machines.toml"
    file.write_text(file.read_text().replace(*change))
    answer = harness_cli("run", "--task", "data/machines.toml", *arguments)
    assert answer.returncode == 2 and "Traceback" not in answer.stderr
    for word in words:
        assert word in answer.stderr, answer.stderr
    assert not (machines / "harness-out" / "records").exists()


def test_names_may_not_clash_and_files_may_be_mixed_with_other_tasks(harness_cli, machines):
    other = TOML.replace('"machines.csv"', '"data/machines.csv"') + "context = 2\n"
    (machines / "other.toml").write_text(other)
    arguments = ["plan", "--arch", "rnn", "--seeds", "1", "--json", "--task", "data/machines.toml"]
    answer = harness_cli(*arguments, "--task", "other.toml")
    assert answer.returncode == 2 and "another task of this run has it" in answer.stderr
    cells = planned(harness_cli(*arguments, "--task", "recall"))
    assert {task for task, _ in cells} == {"machines", "machines[order=shuffled]", "recall"}


def test_a_table_may_be_changed_on_the_command_line(harness_cli, machines):
    cells = planned(harness_cli("plan", "--task", "data/machines.toml[context=3,order=kept]",
                                "--arch", "rnn", "--seeds", "1", "--json"))  # fmt: skip
    assert cells == [("machines[context=3]", "rnn")]


def test_from_a_script(machines, monkeypatch):
    import harness

    monkeypatch.chdir(machines)
    settings = {"path": "data/machines.csv", "kind": "classification", "target": "failed",
                "inputs": ["speed", "heat"], "time": "hour", "group": "machine"}  # fmt: skip
    table = harness.run(own=settings, architectures=["logistic"], seeds=1, jobs=0, track=False,
                        report=False)  # fmt: skip
    assert set(table.task) == {"machines", "machines[order=shuffled]"}
    assert set(table.outcome) == {"ok"}
