"""Tasks from the user's files: what is made of them, by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from builders.user_files import FORECAST, LONG, SPLIT, facts, long_table, maker, refused, series

from tasks.task import Classes, Problem, Reals, Tokens, Vectors


@pytest.fixture
def make(tmp_path):
    return maker(tmp_path)


# -- classification --------------------------------------------------------------------------


def test_rows_of_a_group_in_order_of_time_are_a_sequence(make):
    table = long_table()
    task, control = make("machines.csv", table, inputs="speed,heat", **LONG)
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


def test_parquet_json_lines_and_csv_give_the_same(make, tmp_path):
    table = long_table()
    settings = LONG | {"inputs": "speed,heat"}
    made = [make("a.csv", table, **settings)[0], make("a.parquet", table, **settings)[0]]
    made.append(make("a.jsonl", table.to_dict("records"), **settings)[0])
    for other in made[1:]:
        for split in ("training", "test"):
            one, two = made[0].splits()[split], other.splits()[split]
            assert one.inputs == pytest.approx(two.inputs, abs=1e-6)
            assert np.array_equal(one.targets, two.targets)


def test_columns_of_a_row_are_a_sequence_that_may_be_ragged(make):
    text = "t0,t1,t2,t3,label,part\n" + "\n".join(
        f"{i},{i + 1},{'' if i % 2 else i + 2},{'' if i % 2 else i + 3},{'ab'[i % 2]},{SPLIT[i]}"
        for i in range(8)
    )
    task, _ = make("wide.csv", text, kind="classification", target="label", split="part")
    assert task.inputs == Vectors(1)
    training = task.splits()["training"]
    assert training.lengths.tolist() == [4, 2, 4, 2]
    values = [0, 1, 2, 3, 1, 2, 2, 3, 4, 5, 3, 4]
    right = (np.array([1, 2]) - np.mean(values)) / np.std(values)
    assert training.inputs[1, :, 0] == pytest.approx([*right, 0, 0], abs=1e-6)
    assert facts(task)["missing"] == "none"


def test_semicolons_a_byte_order_mark_quotes_and_commas_in_names(make):
    lines = [f'"two\nlines";{i};{i + 1};{"ab"[i % 2]}' for i in range(12)]
    text = '\ufeffnote;"speed, m/s";heat;y\n\n' + "\n".join(lines)
    task, _ = make("a.csv", text, kind="classification", target="y", inputs=["speed, m/s", "heat"])
    assert task.splits()["training"].inputs.shape == (8, 2, 1)
    message = refused(make, "a.csv", text + "\nx;y;1;a", kind="classification", target="y")
    assert "a.csv, row 27, column 'speed, m/s': 'y' is no finite number" in message


def test_parquet_with_lists_and_times(make):
    table = pd.DataFrame({
        "x": [[float(i), i + 1.0, 0.0] for i in range(20)], "y": [i % 2 for i in range(20)],
        "when": pd.date_range("2024-01-01", periods=20, tz="Europe/Berlin")[::-1],
    })  # fmt: skip
    task, _ = make("a.parquet", table, kind="classification", target="y", time="when",
                  split="time")  # fmt: skip
    assert task.splits()["test"].inputs.shape == (3, 3, 1)
    assert task.splits()["test"].targets.tolist() == [0, 1, 0]  # rows 2, 1, 0 are the latest


def test_a_pattern_names_many_columns_and_a_tab_parts_them(make):
    rows = "\n".join(f"x\t{i}\t{i % 3}\t{'ab'[i % 2]}" for i in range(20))
    task, _ = make("wide.tsv", "id\tv1\tv2\tlabel\n" + rows, kind="classification", target="label",
                  inputs="v*")  # fmt: skip
    assert task.splits()["training"].inputs.shape[1:] == (2, 1)


def test_npz_with_lengths(make):
    x = np.arange(8 * 5 * 2, dtype=float).reshape(8, 5, 2)
    arrays = {"X": x, "y": np.array([0, 1] * 4), "lengths": np.array([5, 4, 3, 2] * 2),
              "part": np.array(SPLIT)}  # fmt: skip
    task, _ = make("a.npz", arrays, kind="classification", target="y", split="part")
    training = task.splits()["training"]
    assert training.lengths.tolist() == [5, 4, 3, 2] and task.inputs == Vectors(2)
    steps = np.concatenate([row[:n] for row, n in zip(x[:4], (5, 4, 3, 2), strict=True)])
    assert training.inputs[3, 1] == pytest.approx((x[3, 1] - steps.mean(0)) / steps.std(0))
    assert not training.inputs[3, 2:].any()


def test_ts_files(make):
    cases = "\n".join(f"{i},{i + 1},{i + 2}:{5 - i},?,1:{'no' if i % 2 else 'yes'}"
                      for i in range(12))  # fmt: skip
    task, _ = make("a.ts", f"@univariate false\n@classLabel true no yes\n@data\n{cases}\n",
                  kind="classification", target="y")  # fmt: skip
    training = task.splits()["training"]
    assert task.inputs == Vectors(2) and training.inputs.shape[1:] == (3, 2)
    assert "12 input values (16.7 %)" in facts(task)["missing"]
    filled = training.inputs[:, 1, 1]
    assert np.array_equal(filled, training.inputs[:, 0, 1])  # a missing value repeats the last


def test_symbols_in_a_column(make):
    rows = [
        {"user": u, "event": event, "label": "ab"[u % 2]}
        for u in range(20) for event in ("in", "out" if u % 2 else "buy", f"page{u}")
    ]  # fmt: skip
    task, _ = make("a.csv", pd.DataFrame(rows), kind="classification", target="label",
                  group="user")  # fmt: skip
    assert isinstance(task.inputs, Tokens)
    training = task.splits()["training"]
    assert task.inputs.size == 1 + 3 + len(training)  # each user of the training split has a page
    assert (task.splits()["test"].inputs[:, 2] == 0).all()  # pages that training never shows


# -- other kinds -------------------------------------------------------------------------------


def test_regression(make):
    rows = [{"x": [float(i), i + 1.0], "y": 3.0 * i, "part": SPLIT[i]} for i in range(8)]
    task, _ = make("a.jsonl", rows, kind="regression", target="y", split="part")
    assert task.metric == "rmse" and isinstance(task.outputs, Reals)
    known = 3.0 * np.arange(4)
    assert task.outputs.scale == pytest.approx(known.std())
    test = task.splits()["test"].targets[:, 0] * task.outputs.scale + known.mean()
    assert test == pytest.approx([18, 21])
    assert task.floor() == pytest.approx(np.sqrt(np.mean((np.array([18, 21]) - known.mean()) ** 2)))


def test_forecast_windows_by_hand(make):
    table = series().sample(frac=1, random_state=0)
    task, control = make("sales.csv", table, context=3, horizon=2, **FORECAST)
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


def test_the_mean_is_the_floor_of_noise_and_persistence_that_of_a_walk(make):
    rng = np.random.default_rng(0)
    noise = rng.normal(size=400)
    flat = make("a.csv", pd.DataFrame({"v": noise}), kind="forecast", target="v", context=4)[0]
    walk = make("b.csv", pd.DataFrame({"v": noise.cumsum()}), kind="forecast", target="v",
               context=4)[0]  # fmt: skip
    test = noise[340 + 4 :]
    assert flat.floor() == pytest.approx(np.sqrt(np.mean((test - noise[:280].mean()) ** 2)))
    assert walk.floor() == pytest.approx(np.sqrt(np.mean(test**2)))
    assert "training mean" in facts(flat)["trivial"].split(";")[1]
    assert "last value" in facts(walk)["trivial"].split(";")[1]


def test_forecast_with_whole_series_held_out(make):
    table = pd.concat([series(20, 3).assign(shop=lambda t, k=k: t.shop + k) for k in "xyz"])
    task, _ = make("a.csv", table, context=3, **(FORECAST | {"split": "group"}))
    sizes = [len(task.splits()[s]) for s in ("training", "validation", "test")]
    assert sizes == [7 * 17, 17, 17]  # of nine series, 17 windows each


def test_missing_targets_are_never_scored_nor_looked_up_in_the_future(make):
    table = series(40, 1)
    table.loc[10, "sales"] = None
    task, _ = make("a.csv", table, context=3, horizon=1, inputs="sales", kind="forecast",
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


def test_tagging_from_rows_and_from_lists(make):
    sentences = [["the", "cat", f"w{i}"] for i in range(8)]
    tags = [["D", "N", "NV"[i % 2]] for i in range(8)]
    rows = [
        {"sentence": i, "word": word, "tag": tag, "part": SPLIT[i]}
        for i in range(8) for word, tag in zip(sentences[i], tags[i], strict=True)
    ]  # fmt: skip
    lists = [{"tokens": s, "tags": t, "part": p}
             for s, t, p in zip(sentences, tags, SPLIT, strict=True)]  # fmt: skip
    one, mixed = make("a.csv", pd.DataFrame(rows), kind="tagging", target="tag", group="sentence",
                     split="part")  # fmt: skip
    two, _ = make("a.jsonl", lists, kind="tagging", target="tags", split="part")
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


def test_text_by_characters_and_by_words(make):
    rows = [{"review": f"{'good' if i % 2 else 'bad'} {i}", "stars": i % 2, "part": SPLIT[i]}
            for i in range(8)]  # fmt: skip
    characters, _ = make("a.csv", pd.DataFrame(rows), kind="text", target="stars", split="part")
    words, control = make("a.csv", kind="text", target="stars", split="part", tokens="words")
    assert characters.inputs == Tokens(1 + len(set("good bad 0123")))
    assert words.inputs == Tokens(1 + len({"good", "bad", "0", "1", "2", "3"}))
    test = words.splits()["test"]
    assert test.inputs[:, 1].tolist() == [0, 0]  # 6 and 7 are not in training
    assert [words.describe(x) for x in test.inputs] == ["bad �", "good �"]
    assert test.targets.tolist() == [0, 1]
    assert words.encode("good 3").tolist() == [
        1 + words.contents.symbols.index("good"), 1 + words.contents.symbols.index("3")
    ]  # fmt: skip
    assert {tuple(sorted(x)) for x in control.splits()["test"].inputs} == {
        tuple(sorted(x)) for x in test.inputs
    }


def test_language_model_of_a_text_file(make):
    text = "abcd" * 50 + "x"
    task, control = make("a.txt", text, kind="language-model", context=8)
    assert task.causal and task.horizon == 1 and task.metric == "bits"
    assert task.inputs == task.outputs == Tokens(5)
    ids = {letter: task.encode(letter)[0] for letter in "abcd"}
    training, test = task.splits()["training"], task.splits()["test"]
    assert training.loss_mask.sum() == 141 - 1  # 70 % of 201, each but the first predicted once
    for part in (training, test):
        for x, y, n in zip(part.inputs, part.targets, part.lengths, strict=True):
            assert np.array_equal(x[1:n], y[: n - 1])
    assert task.decode(training.inputs[0]) == "abcdabcd"
    assert (test.targets[test.loss_mask] == 0).sum() == 1  # x, which training never shows
    shares = np.array([35, 35, 35, 35]) / 140
    assert len(ids) == 4 and task.floor("validation") == pytest.approx(
        -np.log2(shares).mean(), abs=0.1
    )
    mixed = control.splits()["test"]
    whole = [np.append(p.inputs[0], p.targets[0, -1]) for p in (test, mixed)]
    assert sorted(whole[0]) == sorted(whole[1]) and not np.array_equal(*whole)
    assert np.array_equal(mixed.inputs[0, 1:], mixed.targets[0, :-1])  # shuffled before targets


def test_language_model_of_a_column(make):
    rows = [{"line": f"{'ab' * (3 + i)}", "part": SPLIT[i]} for i in range(8)]
    task, _ = make("a.csv", pd.DataFrame(rows), kind="language-model", context=4, split="part")
    texts = ["ab" * (3 + i) for i in range(4)]
    assert task.splits()["training"].loss_mask.sum() == sum(len(text) - 1 for text in texts)


def test_pairs(make):
    rows = [{"word": "abc"[: 1 + i % 3] + "z" * i, "sound": "XY"[: 1 + i % 2], "part": SPLIT[i]}
            for i in range(8)]  # fmt: skip
    task, control = make("a.csv", pd.DataFrame(rows), kind="pairs", target="sound", inputs="word",
                        split="part")  # fmt: skip
    lists = [row | {"word": list(row["word"]), "sound": list(row["sound"])} for row in rows]
    same, _ = make("a.jsonl", lists, kind="pairs", target="sound", inputs="word", split="part")
    assert task.problem is Problem.SEQUENCE_TO_SEQUENCE and task.metric == "token_error_rate"
    test = task.splits()["test"]
    assert np.array_equal(test.targets, same.splits()["test"].targets)
    assert [task.decode(row[row > 0]) for row in test.targets] == ["X", "XY"]
    assert (test.targets[np.arange(2), test.target_lengths - 1] == 0).all()
    assert task.longest_output == 3
    # always "X" or always "XY": one edit in three symbols
    assert task.floor() == pytest.approx(1 / 3)
    assert np.array_equal(control.splits()["test"].targets, test.targets)
