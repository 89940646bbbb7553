"""Tuning: equal trials, choice on validation, rounds that go on where they stopped."""

from __future__ import annotations

import itertools
import json
import statistics
from dataclasses import replace

import numpy as np
import pytest
from conftest import make_cell

import harness
import harness.experiment.tuning
from harness.errors import UserError
from harness.experiment.matrix import TUNING_SEED
from harness.experiment.plan import document, expand, resolve, trials
from harness.experiment.record import BODY_ALONE, Outcome, Record
from harness.experiment.request import Request
from harness.experiment.store import Store
from harness.experiment.user_data import choose
from reports.analysis.trials import edge, expected_best
from reports.build import build

HEAD = """
tasks = ["recall[lag=3,symbols=4]", "adding[length=5]"]
architectures = ["rnn", "lstm", "cnn", "hmm[max_states=2]", "lstm[layers=3]"]
seeds = 2
[budget]
steps = 40
batch = 16
parameters = 2000
evaluate_every = 10
"""
GRID = "[tuning.space]\nlearning_rate = [0.001, 0.01, 0.1]\nlayers = [1, 2]\n"
RANDOM = """[tuning]
method = "random"
trials = 8
[tuning.space]
learning_rate = { low = 1e-4, high = 1e-1, log = true }
layers = { low = 1, high = 3 }
dropout = [0.0, 0.2]
"""
OPTUNA = RANDOM.replace("random", "optuna")


class Fake:
    """Answers for records as a store does; a function of a cell gives its validation score."""

    def __init__(self, score, higher_is_better=True, curve=None):
        self.records: dict[str, Record] = {}
        self.score, self.higher, self.curve = score, higher_is_better, curve

    def get(self, cell):
        return self.records.get(cell)

    def run(self, cells, rounds=100):
        """Answer all trials that are known, again and again; returns the ids in order."""
        for _ in range(rounds):
            new = [c for c in trials(cells, self) if c.study is None and c.id not in self.records]
            for cell in new:
                self.records[cell.id] = self.record(cell)
            if not new:
                break
        return list(self.records)

    def record(self, cell):
        score = self.score(cell)
        record = Record(cell.id, cell.key, cell.task.label, cell.architecture.label, cell.seed)
        record.kind, record.metric, record.higher_is_better = cell.kind, "accuracy", self.higher
        if score is None:
            record.outcome = Outcome.DIVERGED
            return record
        record.scores = {"validation": {"accuracy": score}}
        if self.curve:
            record.curve, record.stopped = self.curve(cell, score)
            record.steps = record.curve[-1]["step"]
        return record


@pytest.fixture
def matrix_of(tmp_path):
    """A matrix from the text of its file."""

    def load(*text: str, name: str = "tuned"):
        (tmp_path / f"{name}.toml").write_text("".join(text))
        return choose(Request(str(tmp_path / f"{name}.toml"))).matrix

    return load


def by_architecture(cells, task="recall"):
    found: dict[str, list] = {}
    for cell in cells:
        if cell.task.name == task:
            found.setdefault(cell.architecture.label, []).append(cell)
    return found


def rate_of(cell):
    return cell.budget.learning_rate


WIDE = """[[parts]]
name = "{}"
tasks = ["recall[lag=3,symbols=4]"]
architectures = ["rnn"]
budget = {{ match = "none", width = {}, learning_rate = [0.001, 0.01, 0.1] }}
"""


def test_each_part_chooses_a_rate_of_its_own(matrix_of):
    """On tuning seeds, as a matrix does: with one width another rate may be the best."""
    matrix = matrix_of(HEAD, WIDE.format("narrow", 8), WIDE.format("wide", 64))
    cells = expand(matrix, parts=["narrow", "wide"])
    store = Fake(lambda cell: cell.budget.learning_rate * (1 if cell.budget.width == 8 else -1))
    store.run(cells)
    tried = trials(cells, store)
    assert {c.seed for c in tried} == {TUNING_SEED} and len(tried) == 6
    best = {cell.part: rate_of(cell) for cell in resolve(cells, store)}
    assert best == {"narrow": 0.1, "wide": 0.001}


# -- mistakes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[tuning]\nmethd = "grid"\n' + GRID, ["'tuning.methd'", "did you mean method"]),
        ('[tuning]\nmethod = "gird"\n' + GRID, ["tuning.method", "'gird'", "'grid'"]),
        ("[tuning]\ntrials = 0\n" + GRID, ["tuning.trials", "greater than 0"]),
        ("[tuning]\ntrials = 5\n" + GRID, ["trials = 5", "6 settings"]),
        ("[tuning]\nseeds = 0\n" + GRID, ["tuning.seeds", "greater than 0"]),
        ("[tuning]\n", ["tuning.space", "missing"]),
        ("[tuning.space]\nlearning_rate = 3\n", ["tuning.space.learning_rate", "list"]),
        ("[tuning.space]\nlearning_rate = []\n", ["tuning.space.learning_rate", "empty"]),
        ("[tuning.space]\nlearning_rate = [1, 1]\n", ["learning_rate twice"]),
        (RANDOM.replace("low = 1e-4", "low = 1"), ["learning_rate", "low = 1 ", "below high"]),
        (RANDOM.replace("low = 1e-4", "low = 0"), ["learning_rate", "above 0", "log"]),
        (RANDOM.replace("high = 1e-1", "hihg = 1"), ["'tuning.space.learning_rate.hihg'", "high"]),
        (RANDOM.replace("trials = 8", ""), ["random needs trials"]),
        (RANDOM.replace("random", "grid"), ["learning_rate is a range"]),
        ("[tuning.space]\nlayer = [1, 2]\n", ["tuning.space", "'layer'", "did you mean layers"]),
        ("[tuning.space]\nlayers = [1.5, 2]\n", ["tuning.space", "layers=1.5", "int"]),
        ("[tuning.space]\ndropout = [1.5]\n", ["tuning.space", "dropout = 1.5"]),
        ("[tuning.space]\nwidth = [8, 16]\n", ["tuning.space", "match = none"]),
        ("learning_rate = [0.1]\n" + GRID, ["learning_rate is a list", "tuning.space"]),
        ("width = 8\n", ["budget", "width is for match = none"]),
        ("flops = 1e6\n", ["budget", "flops is for match = flops"]),
        ('match = "flops"\n', ["budget.match = 'flops' needs a flops"]),
        ('match = "none"\n', ["budget.match = 'none' needs a width"]),
        ('match = "non"\n', ["budget.match", "'none'"]),
        ('[budgets."adding*"]\nstpes = 3\n', ["budgets.adding*", "'stpes'", "did you mean steps"]),
        ('[budgets."adding*"]\nsteps = -3\n', ["budgets.adding*", "steps = -3"]),
        ("[budgets.adding]\nwidth = 3\n", ["budgets.adding", "width is for match = none"]),
        ("[budgets.addin]\nsteps = 3\n", ["budgets", "'addin'", "did you mean adding"]),
        (
            '[[published]]\ntask = "adding"\narchitecture = "gru"\nmetric = "mse"\nvalue = 1\n'
            'source = "x"\n',
            ["published", "adding is no task of the matrix", "did you mean adding[length=5]"],
        ),
        (
            '[[published]]\ntask = "adding[length=5]"\narchitecture = "grru"\nmetric = "mse"\n'
            'value = 1\nsource = "x"\n',
            ["published", "unknown architecture 'grru'", "gru"],
        ),
        (
            '[[published]]\ntask = "adding[length=5]"\narchitecture = "gru"\nmetric = "mse"\n'
            'value = 1\nsource = "x"\n',
            ["published", "gru is no architecture of the matrix"],
        ),
        ('[[published]]\ntask = "adding"\nvalu = 1\n', ["'published.0.valu'", "value"]),
    ],
    ids=lambda value: str(value)[:50],
)
def test_mistakes_are_explained(matrix_of, text, words):
    with pytest.raises(UserError) as told:
        expand(matrix_of(HEAD, text))
    for word in words:
        assert word in str(told.value)


def test_without_optuna_the_command_that_brings_it_is_told(matrix_of, monkeypatch):
    monkeypatch.setattr(harness.experiment.tuning.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UserError, match="python -m pip install 'optuna>=4'"):
        expand(matrix_of(HEAD, OPTUNA))
    expand(matrix_of(HEAD, RANDOM))


def test_a_mistake_ends_with_2_and_no_traceback(harness_cli, tmp_path):
    (tmp_path / "mine.toml").write_text(HEAD + "[tuning.space]\nlayer = [1, 2]\n")
    answer = harness_cli("run", "--matrix", "mine.toml")
    assert answer.returncode == 2 and "Traceback" not in answer.stderr
    assert "did you mean layers" in answer.stderr


# -- equal trials ------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [GRID, RANDOM, RANDOM.replace("trials = 8", "trials = 40")])
def test_every_architecture_gets_the_same_number_of_trials(matrix_of, text):
    """Also those that lack a parameter, and so try a setting again with other seeds."""
    matrix = matrix_of(HEAD, text)
    found = by_architecture(trials(expand(matrix)))
    assert set(found) == {"rnn", "lstm", "cnn", "lstm[layers=3]"}  # the HMM chooses for itself
    for cells in found.values():
        assert len(cells) == len({cell.id for cell in cells}) == matrix.tuning.count
        assert all(cell.study is None for cell in cells)


def test_tuning_seeds_multiply_the_cells_and_not_the_settings(matrix_of):
    once = trials(expand(matrix_of(HEAD, GRID)))
    thrice = trials(expand(matrix_of(HEAD, "[tuning]\nseeds = 3\n", GRID)))
    assert len(thrice) == 3 * len(once)
    assert {c.id for c in once} < {c.id for c in thrice}


def test_a_start_that_a_label_gives_is_not_tuned(matrix_of):
    """Also where it is the default."""
    text = 'seeds = 1\ntasks = ["recall[lag=3]"]\narchitectures = ["lstm[start=orthogonal]"]\n'
    space = '[tuning.space]\nlearning_rate = [0.01, 0.1]\nstart = ["uniform", "chrono"]\n'
    tried = trials(expand(matrix_of(text, space)))
    assert {dict(cell.architecture.parameters)["start"] for cell in tried} == {"orthogonal"}
    assert {cell.budget.learning_rate for cell in tried} == {0.01, 0.1}


def test_what_has_nothing_to_choose_has_no_trials(matrix_of):
    found = by_architecture(trials(expand(matrix_of(HEAD, "[tuning.space]\nlayers = [1, 2]\n"))))
    assert set(found) == {"rnn", "lstm"}  # the CNN has no layers, the other LSTM was given three


def test_trials_have_seeds_of_their_own(matrix_of):
    cells = expand(matrix_of(HEAD, GRID))
    assert {cell.seed for cell in cells} == {0, 1}
    assert all(cell.seed >= TUNING_SEED and cell.kind == "trial" for cell in trials(cells))
    with pytest.raises(UserError, match="less than 1000000"):
        matrix_of(HEAD.replace("seeds = 2", "seeds = [1000000]"))


def test_a_grid_tries_every_combination(matrix_of):
    found = by_architecture(trials(expand(matrix_of(HEAD, GRID))))
    tried = {(rate_of(c), dict(c.architecture.parameters)["layers"]) for c in found["rnn"]}
    assert tried == set(itertools.product([0.001, 0.01, 0.1], [1, 2]))
    assert sorted(map(rate_of, found["cnn"])) == [0.001, 0.001, 0.01, 0.01, 0.1, 0.1]
    assert all(dict(c.architecture.parameters)["layers"] == 3 for c in found["lstm[layers=3]"])


def test_random_draws_are_the_same_for_all_and_stay_in_range(matrix_of):
    found = by_architecture(trials(expand(matrix_of(HEAD, RANDOM))))
    rates = {name: list(map(rate_of, cells)) for name, cells in found.items()}
    assert rates["rnn"] == rates["lstm"] == rates["cnn"] == rates["lstm[layers=3]"]
    assert len(set(rates["rnn"])) == 8 and all(1e-4 <= rate <= 1e-1 for rate in rates["rnn"])
    layers = {dict(c.architecture.parameters)["layers"] for c in found["rnn"]}
    assert layers <= {1, 2, 3} and len(layers) > 1
    assert {c.budget.dropout for c in found["rnn"]} == {0.0, 0.2}


def test_a_logarithmic_range_is_drawn_evenly_in_its_logarithm():
    space = harness.experiment.tuning.Range(low=1e-4, high=1.0, log=True)
    drawn = [harness.experiment.tuning._draw("x", space, False, n) for n in range(2000)]
    quarters = np.histogram(np.log10(drawn), bins=4, range=(-4, 0))[0]
    assert quarters == pytest.approx([500] * 4, abs=80)
    whole = harness.experiment.tuning.Range(low=1, high=4)
    counts = np.bincount(
        [harness.experiment.tuning._draw("x", whole, True, n) for n in range(2000)]
    )
    assert counts[1:] == pytest.approx([500] * 4, abs=80)


def test_a_list_of_learning_rates_is_a_grid_of_them(matrix_of):
    one = trials(expand(matrix_of(HEAD, "learning_rate = [0.001, 0.01]\n")))
    other = trials(expand(matrix_of(HEAD, "[tuning.space]\nlearning_rate = [0.001, 0.01]\n")))
    assert [c.id for c in one] == [c.id for c in other] and len(one) == 2 * 4 * 2


# -- the choice --------------------------------------------------------------------------------


@pytest.mark.parametrize("higher", [True, False])
def test_the_best_validation_score_is_chosen(matrix_of, higher):
    cells = expand(matrix_of(HEAD, GRID))
    wanted = {"rnn": (0.1, 1), "lstm": (0.01, 2)}

    def score(cell):
        layers = dict(cell.architecture.parameters).get("layers")
        right = (rate_of(cell), layers) == wanted.get(cell.architecture.label)
        return 0.9 if right is higher else 0.5

    store = Fake(score, higher)
    store.run(cells)
    found = by_architecture(resolve(cells, store))
    for name, (rate, layers) in wanted.items():
        assert len(found[name]) == 2
        for cell in found[name]:
            assert (rate_of(cell), cell.key["architecture"]["parameters"]["layers"]) == (
                rate,
                layers,
            )
            assert cell.study is None and cell.kind == "score" and cell.seed in (0, 1)


def test_the_mean_over_all_seeds_of_a_setting_counts(matrix_of):
    """One lucky seed does not decide."""
    cells = expand(matrix_of(HEAD, "[tuning]\nseeds = 3\n", GRID))
    lucky = Fake(lambda c: 1.0 if (rate_of(c), c.seed) == (0.1, TUNING_SEED)
                 else 0.4 if rate_of(c) == 0.1 else 0.7 if rate_of(c) == 0.01 else 0.6)  # fmt: skip
    lucky.run(cells)
    assert {rate_of(c) for c in by_architecture(resolve(cells, lucky))["rnn"]} == {0.01}


def test_the_mean_over_the_repeats_of_a_setting_counts(matrix_of):
    """The CNN has no layers, so each of its learning rates is tried twice."""
    cells = expand(matrix_of(HEAD, GRID))
    lucky = Fake(
        lambda c: {0.1: 1.0 if c.seed == TUNING_SEED else 0.4, 0.01: 0.75, 0.001: 0.1}[rate_of(c)]
    )
    lucky.run(cells)
    found = by_architecture(resolve(cells, lucky))
    assert rate_of(found["rnn"][0]) == 0.1 and rate_of(found["cnn"][0]) == 0.01


def test_a_setting_that_diverged_on_a_seed_is_not_chosen(matrix_of):
    cells = expand(matrix_of(HEAD, "[tuning]\nseeds = 2\n", GRID))
    store = Fake(lambda c: (None if c.seed > TUNING_SEED else 0.9) if rate_of(c) == 0.1 else 0.5)
    store.run(cells)
    assert rate_of(by_architecture(resolve(cells, store))["rnn"][0]) == 0.001
    nothing = Fake(lambda c: None)
    nothing.run(cells)
    assert rate_of(by_architecture(resolve(cells, nothing))["rnn"][0]) == 0.001  # the first


def test_nothing_is_chosen_before_all_trials_have_ended(matrix_of):
    cells = expand(matrix_of(HEAD, GRID))
    store = Fake(lambda c: 0.5)
    last = store.run(cells)[-1]
    gone = store.records.pop(last)
    waiting = [c for c in resolve(cells, store) if c.study]
    assert {(c.task.label, c.architecture.label) for c in waiting} == {
        (gone.task, gone.architecture)
    }
    for outcome in (Outcome.INTERRUPTED, Outcome.UNAVAILABLE):
        store.records[last] = replace(gone, outcome=outcome, scores={})
        assert [c.id for c in resolve(cells, store) if c.study] == [c.id for c in waiting]


def test_a_tuned_cell_keeps_its_label_and_is_not_the_cell_of_another(matrix_of):
    """``lstm`` tuned to three layers and ``lstm[layers=3]`` stand side by side."""
    matrix = matrix_of(HEAD, "[tuning.space]\nlayers = [1, 3]\n")
    cells = expand(matrix)
    store = Fake(lambda c: dict(c.architecture.parameters)["layers"] / 10)
    store.run(cells)
    found = by_architecture(resolve(cells, store))
    tuned, given = found["lstm"][0], found["lstm[layers=3]"][0]
    assert tuned.architecture.parameters == given.architecture.parameters
    assert tuned.id != given.id and tuned.key["chosen"] == {"layers": 3}
    assert "chosen" not in given.key
    settled = resolve(cells, store)
    assert len({cell.id for cell in settled}) == len(settled) == 2 * 5 * 2


def test_tuning_alone_changes_no_cell(matrix_of):
    """A reported cell with a tuned learning rate is the cell of that learning rate."""
    cells = expand(matrix_of(HEAD, "[tuning.space]\nlearning_rate = [0.003, 0.01]\n"))
    store = Fake(rate_of)
    store.run(cells)
    plain = expand(matrix_of(HEAD, "learning_rate = 0.01\n"))
    named = {(c.task.label, c.architecture.label, c.seed): c.id for c in plain}
    for cell in resolve(cells, store):
        if cell.architecture.name != "hmm" and cell.refusal is None:
            assert named[cell.task.label, cell.architecture.label, cell.seed] == cell.id


# -- rounds ------------------------------------------------------------------------------------


def landscape(cell):
    """Best at a learning rate of 0.003."""
    return 1 - abs(np.log10(rate_of(cell)) + 2.5) / 5 - cell.budget.dropout / 10


def test_optuna_goes_round_by_round_and_is_deterministic(matrix_of):
    pytest.importorskip("optuna")
    cells = expand(matrix_of(HEAD, OPTUNA))
    total = 2 * 4 * 8
    first = trials(cells, Fake(landscape))
    assert len(first) == total  # those not known yet are counted
    assert sum(cell.study is None for cell in first) == 2 * 4 * 4
    one, two, other = Fake(landscape), Fake(landscape), Fake(lambda c: -landscape(c))
    assert one.run(cells) == two.run(list(reversed(cells))[::-1]) and len(one.records) == total
    assert {c.study for c in trials(cells, one)} == {None}
    other.run(cells)
    assert len(other.records) == total and set(other.records) != set(one.records)
    assert len(set(other.records) & set(one.records)) >= 2 * 4 * 4  # the draws before are the same


def test_optuna_learns_from_the_trials_before(matrix_of):
    """Its proposals lie nearer to the best learning rate than independent draws."""
    pytest.importorskip("optuna")
    far = []
    for text in (OPTUNA, RANDOM):
        text = text.split("layers")[0].replace("trials = 8", "trials = 20")
        cells = expand(matrix_of(HEAD, text))[:1]
        store = Fake(landscape)
        store.run(cells)
        late = trials(cells, store)[10:]
        far.append(statistics.fmean(abs(np.log10(rate_of(c)) + 2.5) for c in late))
    assert far[0] < 0.7 * far[1]


@pytest.mark.parametrize(
    "text", [GRID, RANDOM, OPTUNA, OPTUNA.replace("[tuning]", "[tuning]\nprune = true")]
)
@pytest.mark.parametrize("after", [0, 7, 40, 60])
def test_an_interrupted_run_goes_on_with_the_same_trials(matrix_of, text, after):
    pytest.importorskip("optuna")

    def curve(cell, score):
        points = [dict(step=s, validation=score * s / 40, loss=1.0) for s in (10, 20, 30, 40)]
        return points, "steps"

    cells = expand(matrix_of(HEAD, text))
    whole = Fake(landscape, curve=curve)
    ids = whole.run(cells)
    resumed = Fake(landscape, curve=curve)
    resumed.records = {i: whole.records[i] for i in ids[:after]}
    resumed.run(cells)
    assert set(resumed.records) == set(ids)
    assert [c.id for c in resolve(cells, resumed)] == [c.id for c in resolve(cells, whole)]


def test_optuna_goes_on_from_trials_without_a_score(matrix_of):
    pytest.importorskip("optuna")
    cells = expand(matrix_of(HEAD, OPTUNA))
    for score in (lambda c: None, lambda c: None if rate_of(c) > 0.01 else 0.5):
        store = Fake(score)
        assert len(store.run(cells)) == 2 * 4 * 8


def test_widths_can_be_tuned_where_they_are_not_matched(matrix_of):
    space = '[tuning]\nmethod = "random"\ntrials = 6\nspace = { width = { low = 8, high = 64 } }\n'
    cells = expand(matrix_of(HEAD, 'match = "none"\n', space))
    store = Fake(lambda c: c.budget.width)
    store.run(cells)
    widths = [c.budget.width for c in by_architecture(trials(cells, store))["rnn"]]
    assert all(isinstance(width, int) and 8 <= width <= 64 for width in widths)
    (one, other) = by_architecture(resolve(cells, store))["cnn"]
    assert one.key["budget"]["width"] == other.budget.width == max(widths)


# -- pruning -----------------------------------------------------------------------------------


def test_the_bar_is_the_median_of_the_best_before(matrix_of):
    """Worked out by hand; the first quarter of the steps and the last step have none."""
    text = RANDOM.replace("[tuning]", "[tuning]\nprune = true").replace("trials = 8", "trials = 5")
    cells = [c for c in expand(matrix_of(HEAD, text)) if c.architecture.label == "rnn"][:1]
    curves = iter(
        [
            ([0.1, 0.5, 0.4, 0.6], "steps"),
            ([0.2, 0.3], "solved"),  # it counts on with 0.3
            ([0.1, 0.2, 0.9, 0.1], "steps"),
            ([0.1, 0.25], "pruned"),  # it is not there at step 30
            ([0.0] * 4, "steps"),
        ]
    )

    def curve(cell, score):
        values, stopped = next(curves)
        points = [dict(step=10 * (i + 1), validation=v) for i, v in enumerate(values)]
        return points, stopped

    store = Fake(lambda c: 0.5, curve=curve)
    store.run(cells)
    bars = [cell.bar for cell in trials(cells, store)]
    assert bars[:3] == [(), (), ()]
    assert bars[3] == ((20, 0.3), (30, 0.5))
    assert bars[4] == ((20, pytest.approx(0.275)), (30, 0.5))
    assert [c.key.get("bar") for c in trials(cells, store)][3] == [[20, 0.3], [30, 0.5]]


def test_pruning_waits_for_the_trials_before(matrix_of):
    text = RANDOM.replace("[tuning]", "[tuning]\nprune = true")
    known = [c for c in trials(expand(matrix_of(HEAD, text)), Fake(landscape)) if c.study is None]
    assert len(known) == 2 * 4 * 3


@pytest.mark.parametrize("task", ["recall[lag=3,symbols=4]", "adding[length=5]"])
def test_a_trial_below_the_bar_stops(task):
    from harness.training.run_cell import run_cell

    cell = replace(make_cell(task, "rnn", learning_rate=0.001), kind="trial")
    whole = run_cell(cell)
    better = 1 if whole.higher_is_better else -1
    scores = {p["step"]: p["validation"] for p in whole.curve}
    best = max(better * scores[10], better * scores[20]) * better
    passed = run_cell(replace(cell, bar=((20, best),)))
    assert passed.stopped == whole.stopped == "steps" and passed.curve[-1]["step"] == 30
    stopped = run_cell(replace(cell, bar=((20, best + better * 1e-6),)))
    assert (stopped.outcome, stopped.stopped, stopped.steps) == ("ok", "pruned", 20)
    assert stopped.validation == best and stopped.examples == 20 * 16
    assert len({run.id for run in (whole, passed, stopped)}) == 3


def test_the_best_so_far_is_held_against_the_bar(monkeypatch):
    """A bad moment after a good one does not end a trial."""
    from types import SimpleNamespace

    from harness.training import loop as train
    from harness.training.run_cell import run_cell

    scores = iter([0.5, 0.3, 0.6])
    answer = lambda *_: SimpleNamespace(metrics={"accuracy": next(scores)})  # noqa: E731
    monkeypatch.setattr(train, "evaluate", answer)
    cell = replace(make_cell("recall[lag=3]", "rnn"), kind="trial", bar=((20, 0.4),))
    assert run_cell(cell).stopped == "steps"


# -- sizes, dropout, budgets of tasks ----------------------------------------------------------


@pytest.mark.parametrize("architecture", ["cnn", "lstm", "self_attention"])
def test_flops_are_matched(architecture):
    from harness.training.run_cell import run_cell

    cell = make_cell("recall[lag=3]", architecture, steps=1, match="flops", flops=4e7)
    record = run_cell(cell)
    assert record.flops == pytest.approx(4e7, rel=0.05) and not record.notes
    tiny = run_cell(make_cell("recall[lag=3]", architecture, steps=1, match="flops", flops=1000))
    assert "FLOPs an update" in tiny.notes[0] and "off the budget of 1,000" in tiny.notes[0]


@pytest.mark.parametrize(
    ("task", "target"), [("recall[lag=2,symbols=90]", "body"), ("recall[lag=2,symbols=20]", "all")]
)
def test_where_the_output_layer_would_prevail_the_bodies_are_matched(task, target):
    """Of 4,000 parameters a plain network would give 70 % to 90 outputs, and 25 % to 20. An LSTM,
    of fewer units, would give 45 % to 90, and yet it is matched like the others."""
    from harness.training.run_cell import run_cell

    for architecture in ("rnn", "lstm", "cnn"):
        record = run_cell(make_cell(task, architecture, steps=1, parameters=4000))
        count = {"body": 0, "all": 0}
        for name, weights in record.weights.items():
            count["body"] += weights.size if name.startswith("body.") else 0
            count["all"] += weights.size if name != "embed.weight" else 0
        assert record.matched_parameters == count[target] == pytest.approx(4000, rel=0.05)
        assert record.notes == ([BODY_ALONE] if target == "body" else [])


def test_what_cannot_be_counted_cannot_be_matched_by_flops(monkeypatch):
    from harness.training import size
    from harness.training.run_cell import run_cell

    monkeypatch.setattr(size, "flops_per_update", lambda *_: None)
    record = run_cell(make_cell("recall[lag=3]", "rnn", match="flops", flops=3e7))
    assert record.outcome == "not-applicable" and "cannot be counted" in record.reason
    assert run_cell(make_cell("recall[lag=3]", "rnn", parameters=1999)).outcome == "ok"


def test_one_width_for_all():
    from harness.training.run_cell import run_cell

    for architecture in ("rnn", "cnn"):
        cell = make_cell("recall[lag=3]", architecture, steps=10, match="none", width=12)
        record = run_cell(cell)
        assert record.width == 12 and record.chosen["width"] == 12 and not record.notes
    assert "parameters" not in cell.key["budget"]


def test_dropout_is_for_training_alone():
    import torch

    from architectures.readout import read
    from harness.experiment.registry import load_architecture, make_task
    from harness.training.network import Network
    from harness.training.run_cell import signature_of

    cell = make_cell("recall[lag=3]", "rnn")
    task = make_task(cell.task)
    body, signature = load_architecture(cell.architecture), signature_of(task)
    inputs = torch.from_numpy(task.examples("test").inputs)
    lengths = torch.full((len(inputs),), inputs.shape[1])

    def made(dropout):
        torch.manual_seed(0)
        return Network(body, 8, signature, dict(cell.architecture.parameters), dropout)

    plain, dropped = made(0.0), made(0.5)
    for name, value in plain.state_dict().items():
        assert torch.equal(value, dropped.state_dict()[name])
    before = torch.get_rng_state()
    by_hand = plain.head(read(plain.body(plain.embed(inputs), lengths), lengths, plain.readout))
    assert torch.equal(plain(inputs, lengths), by_hand)
    assert torch.equal(torch.get_rng_state(), before)  # nothing drawn: the same bits as without
    assert not torch.equal(dropped(inputs, lengths), dropped(inputs, lengths))
    assert torch.equal(dropped.eval()(inputs, lengths), by_hand)


def test_dropout_changes_a_result_and_repeats_it():
    from harness.training.run_cell import run_cell

    plain, one, two = (
        run_cell(make_cell("recall[lag=3]", "gru", dropout=share)) for share in (0.0, 0.3, 0.3)
    )
    assert one.scores == two.scores and one.id == two.id
    assert all(np.array_equal(one.weights[name], two.weights[name]) for name in one.weights)
    assert one.scores != plain.scores and one.id != plain.id
    assert one.chosen["dropout"] == 0.3 and "dropout" not in plain.chosen


def test_an_unresolved_cell_says_so_and_is_not_trained(matrix_of):
    from harness.training.run_cell import run_cell

    cell = next(c for c in expand(matrix_of(HEAD, GRID)) if c.architecture.label == "rnn")
    record = run_cell(cell)
    assert record.outcome == "failed" and "tuning trials have not all ended" in record.reason


def test_the_budget_of_a_task_reaches_its_cells(matrix_of, tmp_path):
    text = '[budgets."*"]\nbatch = 8\n[budgets."recall[lag=?,symbols=4]"]\nsteps = 20\nbatch = 4\n'
    matrix = matrix_of(HEAD, text)
    cells = expand(matrix)
    assert len(cells) == 20
    for cell in cells:
        recall = cell.task.name == "recall"
        assert (cell.budget.steps, cell.budget.batch) == ((20, 4) if recall else (40, 8))
        assert cell.key["budget"]["steps"] == cell.budget.steps
        assert cell.budget.evaluate_every == 10
    plan = document(matrix, cells, "", "", Store(tmp_path), partial=False)
    assert plan["budgets"] == {
        "recall[lag=3,symbols=4]": {"batch": 4, "steps": 20},
        "adding[length=5]": {"batch": 8},
    }
    assert trials(expand(matrix_of(HEAD, GRID, text)))[0].budget.steps == 20


def test_published_scores_are_in_the_plan_under_the_matrix_s_own_names(matrix_of, tmp_path):
    text = (
        '[[published]]\ntask = "recall[symbols=4, lag=3]"\narchitecture = "lstm[layers=1]"\n'
        'metric = "accuracy"\nvalue = 0.9\nabove = 0.8\nsource = "A paper"\n'
    )
    matrix = matrix_of(HEAD, text)
    (entry,) = document(matrix, [], "", "", Store(tmp_path), partial=False)["published"]
    assert (entry["task"], entry["architecture"]) == ("recall[lag=3,symbols=4]", "lstm")
    assert (entry["value"], entry["above"], entry["below"]) == (0.9, 0.8, None)
    assert entry["split"] == "test" and entry["source"] == "A paper"


# -- the report --------------------------------------------------------------------------------


@pytest.mark.parametrize("higher", [True, False])
def test_expected_best_is_the_mean_over_all_draws(higher):
    """Against every possible draw with replacement, ties included."""
    scores = [0.3, 0.8, 0.5, 0.5, 0.9]
    best = max if higher else min
    for n, value in enumerate(expected_best(scores, higher), 1):
        draws = [best(draw) for draw in itertools.product(scores, repeat=n)]
        assert value == pytest.approx(statistics.fmean(draws), rel=1e-12)
    assert expected_best([], higher) == []
    assert expected_best([0.4], higher) == [0.4]


@pytest.mark.parametrize(
    ("name", "value", "space", "where"),
    [
        ("learning_rate", 0.001, [0.001, 0.003, 0.01], "low"),
        ("learning_rate", 0.01, [0.01, 0.001, 0.003], "high"),
        ("learning_rate", 0.003, [0.001, 0.003, 0.01], ""),
        ("learning_rate", 0.001, [0.001, 0.01], ""),  # everything is an edge of two
        ("activation", "relu", ["relu", "tanh", "sin"], ""),
        ("residual", True, [True, False], ""),
        ("layers", 1, [1, 2, 3], ""),  # there is nothing below one layer
        ("layers", 3, [1, 2, 3], "high"),
        ("layers", 2, {"low": 2, "high": 5}, "low"),
        ("dropout", 0.01, {"low": 0.0, "high": 0.5}, ""),
        ("dropout", 0.49, {"low": 0.0, "high": 0.5}, "high"),
        ("learning_rate", 0.0001, {"low": 1e-4, "high": 1e-1, "log": True}, "low"),
        ("learning_rate", 0.00013, {"low": 1e-4, "high": 1e-1, "log": True}, "low"),
        ("learning_rate", 0.0002, {"low": 1e-4, "high": 1e-1, "log": True}, ""),
        ("learning_rate", 0.08, {"low": 1e-4, "high": 1e-1, "log": True}, "high"),
        ("learning_rate", 0.08, {"low": 1e-4, "high": 1e-1}, ""),
    ],
)
def test_a_value_on_the_edge_of_its_range_is_marked(name, value, space, where):
    assert edge(value, space) == where


@pytest.mark.slow
def test_a_tuned_matrix_from_end_to_end(tmp_path, monkeypatch):
    """Trials, choice, plan, report; a second run computes nothing, a cut-off one goes on."""
    pytest.importorskip("optuna")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tuned.toml").write_text(
        HEAD.replace('"cnn", "hmm[max_states=2]", "lstm[layers=3]"', '"cnn", "hmm[max_states=2]"')
        + '[budgets."adding*"]\nsteps = 20\n'
        + OPTUNA.replace("[tuning]", "[tuning]\nprune = true").replace("trials = 8", "trials = 5")
    )
    run = dict(out="out", jobs=0, track=False)
    table = harness.run("tuned.toml", **run)
    assert set(table["outcome"]) <= {"ok", "not-applicable"} and len(table) == 2 * 4 * 2
    store = Store("out")
    plan = store.plan("tuned")
    rows = [row for row in plan["cells"] if row["kind"] == "trial"]
    assert len(rows) == 2 * 3 * 5 and {row["trial"] for row in rows} == set(range(5))
    tried = {row["id"]: store.get(row["id"]) for row in rows}
    assert all("test" not in r.scores and r.kind == "trial" for r in tried.values())
    assert all("learning_rate" in r.chosen for r in tried.values() if r.outcome == "ok")
    for pair in {(row["task"], row["architecture"]) for row in rows}:
        mine = [r for r in tried.values() if (r.task, r.architecture) == pair and r.validation]
        best = max(mine, key=lambda r: r.validation * (1 if r.higher_is_better else -1))
        (reported, _) = [r for c, r in store.planned() if (c["task"], c["architecture"]) == pair]
        assert reported.chosen == best.chosen
        assert reported.architecture == pair[1]

    before = {p.name: p.read_bytes() for p in (tmp_path / "out" / "records").glob("*.json")}
    assert harness.run("tuned.toml", **run).equals(table)
    after = {p.name: p.read_bytes() for p in (tmp_path / "out" / "records").glob("*.json")}
    assert before == after
    for row in plan["cells"]:
        if row["kind"] == "score" or row["trial"] >= 3:
            (tmp_path / "out" / "records" / f"{row['id']}.json").unlink()
    again = harness.run("tuned.toml", **run)
    assert [row["id"] for row in store.plan("tuned")["cells"]] == [r["id"] for r in plan["cells"]]
    assert (again["test"].dropna() == table["test"].dropna()).all()

    page = (tmp_path / "out" / "report" / "tuned" / "index.html").read_text()
    for words in ('id="tuning"', 'id="figure-tuning-recall-lag-3-symbols-4"', "best of 4",
                  "Chosen: learning_rate", "On an edge of what was tried", "steps 20"):  # fmt: skip
        assert words in page, words
    for row in plan["cells"]:
        if row["kind"] == "score":
            (tmp_path / "out" / "records" / f"{row['id']}.json").unlink()
    assert 'id="tuning"' in build(store, "tuned").read_text()
    narrowed = dict(architectures=["rnn"], **run)
    assert len(harness.run("tuned.toml", **narrowed)) == 2 * 4 * 2
    assert len(json.loads((tmp_path / "out" / "plans" / "tuned.json").read_text())["cells"]) == len(
        plan["cells"]
    )


def test_a_trial_that_failed_and_is_tried_again_counts(tmp_path, monkeypatch):
    """The choice is made from the records as they are after the round, not before."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "two.toml").write_text(
        'tasks = ["recall[lag=2,symbols=4]"]\narchitectures = ["rnn"]\nseeds = 1\n'
        "[budget]\nsteps = 40\nbatch = 16\nparameters = 2000\nlearning_rate = [1e-6, 0.01]\n"
    )
    run = dict(out="out", jobs=0, track=False, report=False)
    table = harness.run("two.toml", **run)
    store = Store("out")
    (best,) = [
        record
        for i in store.ids()
        if (record := store.get(i))
        and record.kind == "trial"
        and record.chosen["learning_rate"] > 1e-3
    ]
    store.put(replace(best, outcome="failed", scores={}))
    assert harness.run("two.toml", **run)["id"][0] != table["id"][0]
    assert harness.run("two.toml", retry_failed=True, **run)["id"][0] == table["id"][0]
