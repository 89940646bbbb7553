"""Claims on recurrence, gates and cost, put on trial with invented records."""

from __future__ import annotations

import importlib
import math
from collections.abc import Mapping
from typing import Any

import pytest
from claim_evidence import SEEDS, Row, around, climb, each, evidence

from reports.analysis.evidence import Evidence
from reports.claims.claim import MIXED, REFUTED, SUPPORTED, UNDECIDED, Claim, Judgement
from reports.claims.entries import entry
from reports.figures.style import style
from reports.sections.claims import figure_of

LAGS = (5, 10, 20, 50, 100)
LENGTHS = (10, 20, 100, 300, 1000, 2000)


def claim(module: str) -> Claim:
    return importlib.import_module(f"reports.claims.{module}").CLAIM


def tried(module: str, given: Evidence) -> Judgement:
    """The judgement; looked at are its words and, where a claim is supported, its own figure."""
    found = claim(module)
    judgement = found.judge(given)
    assert judgement.reason
    assert "None" not in judgement.reason and "nan" not in judgement.reason.lower()
    if found.draw and judgement.verdict == SUPPORTED:
        drawing = found.draw(given, judgement)
        assert drawing is not None and "<svg" in drawing.inline and drawing.alt
    return judgement


MODULES = (
    "parameters_constant",
    "any_length",
    "sequential_cost",
    "vanishing_exploding",
    "ten_steps",
    "gates_extend_memory",
    "lstm_costs_more",
    "gru_equals_lstm_faster",
    "gru_contains_rnn",
    "gates_divide_labour",
)


@pytest.mark.parametrize("module", MODULES)
def test_without_records_a_claim_is_undecided(module: str) -> None:
    found = claim(module)
    judgement = tried(module, evidence({}))
    assert judgement.verdict == UNDECIDED and judgement.n == 0 and judgement.effect is None
    assert found.id == module.replace("_", "-")
    assert found.draw is None or found.draw(evidence({}), judgement) is None


# -- exact --------------------------------------------------------------------------------------


def sizes(recurrent_growth: int = 0, window_growth: int = 256) -> Evidence:
    def count(architecture: str, length: int) -> int:
        if architecture.startswith("fnn"):
            window = int(architecture.partition("=")[2].rstrip("]") or 10)
            return 680 + window_growth * window
        return 900 + recurrent_growth * length

    names = ("rnn", "lstm", "gru", "birnn", "bilstm", "bigru", "cnn", "fnn_window")
    windows = ("fnn_window[window=100]", "fnn_window[window=1000]")
    rows: list[Row] = [
        (f"recall[lag={n - 1}]", a, 0, {"measured": {"parameters": count(a, n), "length": n}})
        for n in (10, 100, 1000)
        for a in (*names, *windows)
    ]
    return evidence({"size": rows}, {"size": "size"})


def test_constant_parameters_are_counted() -> None:
    found = tried("parameters_constant", sizes())
    assert found.verdict == SUPPORTED and found.exact and found.effect == 0
    assert "256,680 with a window of 1,000" in found.reason and "cnn" in found.reason
    assert tried("parameters_constant", sizes(recurrent_growth=1)).verdict == MIXED
    assert tried("parameters_constant", sizes(1, window_growth=0)).verdict == REFUTED


def held(*differences: float) -> Evidence:
    rows: list[Row] = [
        ("recall", "gru[hold_reset=1,hold_update=0]", seed,
         {"measured": {"outputs": d, "gradients": d / 2, "tolerance": 1e-5, "equal": d <= 1e-5}})
        for seed, d in enumerate(differences)
    ]  # fmt: skip
    return evidence({"contains-rnn": rows})


def test_the_gru_is_the_rnn_to_rounding() -> None:
    found = tried("gru_contains_rnn", held(0.0, 3e-7, 1e-6))
    assert found.verdict == SUPPORTED and found.effect == 1e-6 and found.n == 3
    assert tried("gru_contains_rnn", held(0.3, 0.2)).verdict == REFUTED
    assert tried("gru_contains_rnn", held(0.3, 0.0)).verdict == MIXED


def test_what_is_counted_or_computed_is_in_the_table_beside_its_figure() -> None:
    for module, given, heads, row in (
        ("parameters_constant", sizes(), ("architecture", "length, steps", "parameters"),
         ("fnn_window[window=1000]", "1,000", "256,680")),
        ("gru_contains_rnn", held(0.0, 3e-7), ("task", "seed", "outputs", "gradients", "tolerance"),
         ("recall", "1", "3e-07", "1.5e-07", "1e-05")),
    ):  # fmt: skip
        found = claim(module)
        judgement = found.judge(given)
        with style():
            figure = figure_of(entry(found, judgement, found.draw and found.draw(given, judgement)))
        assert figure is not None and figure.table.heads == heads and figure.table.rows[-1] == row


# -- lengths and memory -------------------------------------------------------------------------


def stretched(far: Mapping[str, float], seeds: int = 5, near: float = 1.0) -> Evidence:
    """Skill at 2, 4 and 8 times the length, the same for all, by task."""
    rows: list[Row] = []
    for task, mean in far.items():
        for architecture in ("rnn", "lstm", "self_attention"):
            for seed, skill in enumerate(around(mean, seeds=seeds)):
                skills = {"test": near} | {f"test@{n}x": skill for n in (2, 4, 8)}
                fields: dict[str, Any] = {"skill": near, "skills": skills}
                rows.append((f"{task}[beyond=8]", architecture, seed, fields))
    return evidence({"length": rows})


def test_unseen_lengths() -> None:
    found = tried("any_length", stretched({"parity": 0.9, "recall": 0.8}))
    assert found.verdict == SUPPORTED and found.effect == pytest.approx(0.85)
    assert len(found.comparisons) == 4
    assert tried("any_length", stretched({"parity": 0.1, "recall": 0.0})).verdict == REFUTED
    assert tried("any_length", stretched({"parity": 0.9, "recall": 0.0})).verdict == MIXED
    assert tried("any_length", stretched({"parity": 0.9}, seeds=1)).verdict == UNDECIDED
    not_learned = tried("any_length", stretched({"parity": 0.0}, near=0.5))
    assert not_learned.verdict == UNDECIDED and not_learned.n == 0


def horizons(**steps: tuple[int, ...]) -> Evidence:
    """The same horizons by seed on two tasks."""
    names = {"uniform": "rnn[start=uniform]"}
    rows = [
        row
        for task in ("recall", "adding")
        for name, found in steps.items()
        for row in climb(task, names.get(name, name), found, LAGS)
    ]
    return evidence({"horizon": rows}, {"horizon": "horizon"}, {"horizon": LAGS})


def test_ten_steps() -> None:
    short = tried("ten_steps", horizons(rnn=(10,) * 5, uniform=(10, 10, 5, 5, 0)))
    assert short.verdict == SUPPORTED and short.unit == "steps"
    assert short.effect is not None and 5 < short.effect < 10
    assert tried("ten_steps", horizons(rnn=(20,) * 5, uniform=(50,) * 5)).verdict == REFUTED
    mixed = tried("ten_steps", horizons(rnn=(100,) * 5, uniform=(5,) * 5))
    assert mixed.verdict == MIXED and "100 or more" in mixed.reason
    assert tried("ten_steps", horizons(rnn=(10,), uniform=(10,))).verdict == UNDECIDED


def test_gates_extend_memory() -> None:
    given = horizons(rnn=(10, 10, 20, 10, 10), uniform=(5,) * 5, lstm=(50,) * 5, gru=(100,) * 5)
    found = tried("gates_extend_memory", given)
    assert found.verdict == SUPPORTED and found.effect is not None and found.effect > 4
    worse = horizons(rnn=(50,) * 5, lstm=(10,) * 5, gru=(20,) * 5)
    assert tried("gates_extend_memory", worse).verdict == REFUTED
    as_long = horizons(rnn=(50,) * 5, lstm=(50,) * 5, gru=(50,) * 5)
    assert tried("gates_extend_memory", as_long).verdict == REFUTED
    one = horizons(rnn=(10,), lstm=(50,), gru=(50,))
    assert tried("gates_extend_memory", one).verdict == UNDECIDED


@pytest.mark.parametrize("end", [0, LAGS[-1]])
def test_horizons_at_the_end_of_the_grid_do_not_tell_gates_from_none(end: int) -> None:
    same = tried("gates_extend_memory", horizons(rnn=(end,) * 5, lstm=(end,) * 5, gru=(end,) * 5))
    assert same.verdict == UNDECIDED and same.n == 0
    apart = horizons(rnn=(end,) * 5, lstm=(end,) * 5, gru=(20,) * 5)
    assert {c.label for c in tried("gates_extend_memory", apart).comparisons} == {
        "GRU over RNN, recall",
        "GRU over RNN, adding",
    }


def gates(reset: tuple[float, float], update: tuple[float, float], seeds: int = 5) -> Evidence:
    """Skill at the short and at the long lag with one gate held; free, it is 1."""
    rows: list[Row] = []
    for pair in (("recall[lag=5]", "recall"), ("copy[lag=5]", "copy[lag=30]")):
        for lag, task in enumerate(pair):
            rows += each(task, "gru", [1.0] * seeds)
            rows += each(task, "gru[hold_reset=1]", around(reset[lag], seeds=seeds))
            rows += each(task, "gru[hold_update=0]", around(update[lag], seeds=seeds))
    return evidence({"held-gates": rows})


def test_gates_divide_labour() -> None:
    found = tried("gates_divide_labour", gates(reset=(0.6, 1.0), update=(1.0, 0.2)))
    assert found.verdict == SUPPORTED
    opposite = gates(reset=(1.0, 0.2), update=(0.6, 1.0))
    assert tried("gates_divide_labour", opposite).verdict == REFUTED
    half = tried("gates_divide_labour", gates(reset=(1.0, 1.0), update=(1.0, 0.2)))
    assert half.verdict == MIXED
    one = gates(reset=(0.6, 1.0), update=(1.0, 0.2), seeds=1)
    assert tried("gates_divide_labour", one).verdict == UNDECIDED


def test_a_task_that_the_free_gru_fails_says_nothing_of_its_gates() -> None:
    rows = [
        row
        for architecture in ("gru", "gru[hold_reset=1]", "gru[hold_update=0]")
        for task in ("recall", "copy")
        for row in (
            *each(f"{task}[lag=5]", architecture, [1.0] * 5),
            *each("recall" if task == "recall" else "copy[lag=30]", architecture, [0.1] * 5),
        )
    ]
    found = tried("gates_divide_labour", evidence({"held-gates": rows}))
    assert found.verdict == UNDECIDED and found.n == 0


# -- gradients ----------------------------------------------------------------------------------


def flow(small: float, large: float, seeds: int = 5, r2: float = 0.99) -> Evidence:
    """Gradients that change by these factors a step at gain 0.5 and 2."""

    def found(rate: float) -> dict[str, Any]:
        norms = [0.1 * rate**lag for lag in range(20)]
        decay = {"rate": rate, "r2": r2, "from": 1, "to": 19, "zero_beyond": None}
        place = {"geometric": norms, "geometric_decay": decay, "mean": norms, "decay": decay}
        flow = {"norms": {"hidden_l0": place}, "jacobian": {"lyapunov": math.log(rate)}}
        return {"measured": {"initial": flow, "trained": flow, "skill": 0.5}}

    rates = {"rnn[gain=0.5]": small, "rnn": 0.98, "rnn[gain=2.0]": large, "lstm": 0.9}
    rows: list[Row] = [
        ("recall[lag=100]", a, seed, found(rate + 0.001 * seed))
        for a, rate in rates.items()
        for seed in range(seeds)
    ]
    return evidence({"gradient-flow": rows})


def test_gradients_vanish_and_explode() -> None:
    found = tried("vanishing_exploding", flow(0.4, 1.5))
    assert found.verdict == SUPPORTED
    assert found.effect == pytest.approx(math.log2(1.502), abs=1e-4)
    assert tried("vanishing_exploding", flow(0.4, 0.8)).verdict == MIXED
    assert tried("vanishing_exploding", flow(1.0, 1.0, r2=0.2)).verdict == REFUTED
    assert tried("vanishing_exploding", flow(0.4, 1.5, r2=0.2)).verdict == MIXED
    assert tried("vanishing_exploding", flow(0.4, 1.5, seeds=1)).verdict == UNDECIDED


# -- cost ---------------------------------------------------------------------------------------


def update(
    seconds: float, path: int = 100, parameters: int = 1000, equations: float = 0.0, length: int = 9
) -> dict[str, Any]:
    kernel = {"seconds": seconds, "critical_path": path, "flops": 10.0 * parameters,
              "matched_parameters": parameters, "parameters": parameters}  # fmt: skip
    found: dict[str, Any] = {"length": length, "batch": 8, "width": 32, "kernel": kernel}
    if equations:
        found["equations"] = kernel | {"seconds": equations}
    return {"measured": found}


def by_length(recurrent: float, parallel: float, waits: bool = True, seeds: int = 5) -> Evidence:
    """Seconds a step of those that read step by step, and of the others."""
    rows: list[Row] = []
    for n in LENGTHS:
        for seed in range(seeds):
            noise = n * (1 + 0.01 * seed)
            for a in ("rnn", "lstm", "gru"):
                path = 5 + 3 * n if waits else 30
                fields = update(recurrent * noise, path, equations=2 * recurrent * n, length=n)
                rows.append((f"recall[lag={n - 1}]", a, seed, fields))
            for a in ("cnn", "self_attention"):
                fields = update(parallel * noise, 30 if waits else 3 * n, length=n)
                rows.append((f"recall[lag={n - 1}]", a, seed, fields))
    return evidence({"cost-length": rows})


def test_sequential_cost() -> None:
    found = tried("sequential_cost", by_length(recurrent=3e-4, parallel=1e-4))
    assert found.verdict == SUPPORTED and found.effect == pytest.approx(3)
    assert tried("sequential_cost", by_length(1e-4, 3e-4)).verdict == MIXED
    assert tried("sequential_cost", by_length(1e-4, 3e-4, waits=False)).verdict == REFUTED
    assert tried("sequential_cost", by_length(3e-4, 1e-4, seeds=1)).verdict == UNDECIDED


def by_width(**of: tuple[float, float, int]) -> dict[str, list[Row]]:
    """Parts of equal width: seconds by kernel and by equations, and parameters."""
    return {
        f"cost-width-{width}": [
            ("recall[lag=99]", a, seed,
             update(kernel * (1 + 0.01 * seed), 100, count, equations * (1 + 0.01 * seed)))
            for a, (kernel, equations, count) in of.items()
            for seed in SEEDS
        ]
        for width in (32, 64, 128)
    }  # fmt: skip


def test_lstm_costs_more() -> None:
    given = by_width(rnn=(1.0, 1.0, 100), lstm=(2.0, 3.0, 400))
    found = tried("lstm_costs_more", evidence(given))
    assert found.verdict == SUPPORTED and found.effect == pytest.approx(4)
    kernel = tried("lstm_costs_more", evidence(by_width(rnn=(2, 1, 100), lstm=(1, 3, 400))))
    assert kernel.verdict == MIXED and "how it was written" in kernel.reason
    cheap = evidence(by_width(rnn=(2.0, 3.0, 400), lstm=(1.0, 1.0, 100)))
    assert tried("lstm_costs_more", cheap).verdict == REFUTED
    one = {part: [row for row in rows if row[2] == 0] for part, rows in given.items()}
    assert tried("lstm_costs_more", evidence(one)).verdict == UNDECIDED


def survey(gru: float) -> list[Row]:
    rows = []
    for task in ("recall[lag=20]", "adding", "weather"):
        rows += each(task, "lstm", [0.5] * 5) + each(task, "gru", around(gru))
    return rows


def test_gru_equals_lstm_faster() -> None:
    cheaper = by_width(lstm=(2.0, 2.0, 400), gru=(1.0, 1.5, 300))
    found = tried("gru_equals_lstm_faster", evidence({"": survey(0.51)} | cheaper))
    assert found.verdict == SUPPORTED and found.effect == pytest.approx(0.01)
    by_kernel = by_width(lstm=(1.0, 2.0, 400), gru=(2.0, 1.5, 300))
    slow = tried("gru_equals_lstm_faster", evidence({"": survey(0.51)} | by_kernel))
    assert slow.verdict == MIXED and "not its equations" in slow.reason
    dearer = by_width(lstm=(1.0, 1.0, 300), gru=(2.0, 2.0, 400))
    worse = tried("gru_equals_lstm_faster", evidence({"": survey(0.2)} | dearer))
    assert worse.verdict == REFUTED and "weather (−0.30)" in worse.reason
    one = evidence({"": [row for row in survey(0.51) if row[2] == 0]} | cheaper)
    assert tried("gru_equals_lstm_faster", one).verdict == UNDECIDED
