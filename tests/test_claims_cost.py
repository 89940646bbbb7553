"""Claims on cost: parameters, operations and seconds, against length and width."""

from __future__ import annotations

from typing import Any

import pytest
from builders.claims import Parts, check, judge
from builders.evidence import Row, around, rows

from reports.claims.judging import MIXED, REFUTED, SUPPORTED, UNDECIDED
from reports.figures.style import style

LENGTHS = (10, 20, 100, 300, 1000, 2000)


def update(
    seconds: float, path: int = 100, parameters: int = 1000, equations: float = 0.0, length: int = 9
) -> dict[str, Any]:
    """What the cost probe says of one update."""
    kernel = {"seconds": seconds, "critical_path": path, "flops": 10.0 * parameters,
              "matched_parameters": parameters, "parameters": parameters}  # fmt: skip
    found: dict[str, Any] = {"length": length, "batch": 8, "width": 32, "kernel": kernel}
    if equations:
        found["equations"] = kernel | {"seconds": equations}
    return {"measured": found}


def by_length(recurrent: float, parallel: float, waits: bool = True, seeds: int = 5) -> Parts:
    """Seconds a step of those that read step by step, and of the others."""
    found: list[Row] = []
    for n in LENGTHS:
        for seed in range(seeds):
            noise = n * (1 + 0.01 * seed)
            for a in ("rnn", "lstm", "gru"):
                path = 5 + 3 * n if waits else 30
                fields = update(recurrent * noise, path, equations=2 * recurrent * n, length=n)
                found.append((f"recall[lag={n - 1}]", a, seed, fields))
            for a in ("cnn", "self_attention"):
                fields = update(parallel * noise, 30 if waits else 3 * n, length=n)
                found.append((f"recall[lag={n - 1}]", a, seed, fields))
    return {"cost-length": found}


def sequential(claimed: bool, seeds: int) -> Parts:
    if claimed:
        return by_length(recurrent=3e-4, parallel=1e-4, seeds=seeds)
    return by_length(recurrent=1e-4, parallel=3e-4, waits=False, seeds=seeds)


def by_width(seeds: int = 5, **of: tuple[float, float, int]) -> Parts:
    """Parts of equal width: seconds by kernel and by equations, and parameters."""
    return {
        f"cost-width-{width}": [
            ("recall[lag=99]", a, seed,
             update(kernel * (1 + 0.01 * seed), 100, count, equations * (1 + 0.01 * seed)))
            for a, (kernel, equations, count) in of.items()
            for seed in range(seeds)
        ]
        for width in (32, 64, 128)
    }  # fmt: skip


def lstm(claimed: bool, seeds: int) -> Parts:
    one, other = ((1.0, 1.0, 100), (2.0, 3.0, 400))[:: 1 if claimed else -1]
    return by_width(seeds, rnn=one, lstm=other)


def survey(gru: float, seeds: int = 5) -> list[Row]:
    return [
        row
        for task in ("recall[lag=20]", "adding", "weather")
        for row in (*rows(task, "lstm", 0.5, seeds), *rows(task, "gru", gru, seeds))
    ]


def gru(claimed: bool, seeds: int) -> Parts:
    small, large = (1.0, 1.5, 300), (2.0, 2.0, 400)
    if claimed:
        return {"": survey(0.51, seeds)} | by_width(seeds, lstm=large, gru=small)
    return {"": survey(0.2, seeds)} | by_width(seeds, lstm=small, gru=large)


def attention(claimed: bool, seeds: int) -> Parts:
    good, other = (0.9, 0.5) if claimed else (0.5, 0.9)
    small, large = (1000, 4000) if claimed else (4000, 1000)
    pairs: list[Row] = []
    for task in ("recall", "copy"):
        pairs += rows(task, "self_attention", good, seeds) + rows(task, "lstm", other, seeds)
    for architecture, skill, rate in (
        ("transformer", good, large), ("encoder_decoder", other, small)
    ):  # fmt: skip
        pairs += rows("reverse", architecture, skill, seeds, examples_per_second=rate)
    width = [
        ("recall[lag=99]", architecture, seed, update(size * factor, 1, size, length=100))
        for architecture, size in (("self_attention", small), ("lstm", large))
        for seed, factor in enumerate(around(1.0, seeds=seeds))
    ]
    sizes = [
        ("reverse", architecture, 0, {"measured": {"without_embedding": size}})
        for architecture, size in (("transformer", small), ("encoder_decoder", large))
    ]
    return {"": pairs, "cost-width-64": width, "cost-length": width, "size-decoders": sizes}


CASES = {
    "sequential-cost": sequential,
    "lstm-costs-more": lstm,
    "gru-equals-lstm-faster": gru,
    "attention-cheap-and-good": attention,
}


@pytest.mark.parametrize("name", CASES)
def test_the_numbers_decide(name):
    check(name, CASES[name])


def test_a_chain_that_is_as_long_as_the_sequence_need_not_be_slow():
    assert judge("sequential-cost", sequential(True, 5)).effect == pytest.approx(3)
    assert judge("sequential-cost", by_length(1e-4, 3e-4)).verdict == MIXED


def test_a_kernel_that_is_faster_than_the_equations_say():
    by_kernel = judge("lstm-costs-more", by_width(rnn=(2, 1, 100), lstm=(1, 3, 400)))
    assert by_kernel.verdict == MIXED
    assert judge("lstm-costs-more", lstm(True, 5)).effect == pytest.approx(4)


def test_a_gru_that_only_the_kernel_makes_slow():
    slow = by_width(lstm=(1.0, 2.0, 400), gru=(2.0, 1.5, 300))
    judgement = judge("gru-equals-lstm-faster", {"": survey(0.51)} | slow)
    assert judgement.verdict == MIXED
    assert judgement.effect == pytest.approx(0.01)


# -- counted ------------------------------------------------------------------------------------


def sizes(recurrent_growth: int = 0, window_growth: int = 256) -> Parts:
    def count(architecture: str, length: int) -> int:
        if architecture.startswith("fnn"):
            window = int(architecture.partition("=")[2].rstrip("]") or 10)
            return 680 + window_growth * window
        return 900 + recurrent_growth * length

    names = ("rnn", "lstm", "gru", "birnn", "bilstm", "bigru", "cnn", "fnn_window")
    windows = ("fnn_window[window=100]", "fnn_window[window=1000]")
    return {"size": [
        (f"recall[lag={n - 1}]", a, 0, {"measured": {"parameters": count(a, n), "length": n}})
        for n in (10, 100, 1000)
        for a in (*names, *windows)
    ]}  # fmt: skip


def test_constant_parameters_are_counted():
    judgement = judge("parameters-constant", sizes())
    assert judgement.verdict == SUPPORTED and judgement.exact and judgement.effect == 0
    assert judgement.reason.startswith("Constant, too, are the parameters of cnn.")
    assert judgement.table[-1] == ("fnn_window[window=1000]", "1,000", "256,680")
    assert judge("parameters-constant", sizes(recurrent_growth=1)).verdict == MIXED
    assert judge("parameters-constant", sizes(1, window_growth=0)).verdict == REFUTED
    assert judge("parameters-constant", {}).verdict == UNDECIDED


def test_counted_parameters_are_drawn():
    with style():
        drawing = judge("parameters-constant", sizes()).draw("claim-parameters-constant")
    assert ">1,000<" in drawing.svg
