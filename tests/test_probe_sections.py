"""The sections on horizons, gradients, lengths, costs and stability; made-up records."""

from __future__ import annotations

import re

import numpy as np
import pytest
from builders import evidence as fake
from scipy import stats

from harness.experiment.record import Outcome
from harness.probes.gradients import decay
from reports.analysis.probes import exponent, path_formula, step_to_step
from reports.document import Figure, Heading, Paragraph, Table
from reports.figures.style import style
from reports.sections import cost_growth, gradient_flow, horizon, length, stability

LAGS = (5, 10, 20, 50)


def made(module, *given, **options):
    """The blocks that a module makes of made-up records."""
    with style():
        return module.blocks(fake.evidence(*given, **options))


def figures_of(blocks):
    return [block for block in blocks if isinstance(block, Figure)]


def of_horizon():
    rows = [
        *fake.climb("recall", "rnn", [10, 20, 10, 10, 0] * 2, LAGS),
        *fake.climb("recall", "lstm", [50] * 10, LAGS),
        *fake.climb("recall", "cnn", [0] * 10, LAGS),
        *fake.climb("copy", "lstm", [0] * 10, LAGS[:1]),
    ]
    return made(horizon, {"horizon": rows}, {"horizon": "horizon"}, {"horizon": LAGS})


def flow(norms, loss_after=1.0, jacobian=None):
    """What the probe says of these norms, before training and, times a factor, after."""

    def one(values):
        found = {"mean": values, "geometric": values, "decay": decay(values)}
        return {"lags": [*range(len(values))], "norms": {"input": found}, "jacobian": jacobian}

    after = [None if v is None else v * loss_after for v in norms]
    return {"measured": {"initial": one(list(norms)), "trained": one(after), "skill": 0.5}}


def of_gradients():
    state = {"spectral_radius": 0.9, "lyapunov": -0.1, "examples": 8, "points": 32}
    rows = [
        *(("recall", "rnn", seed, flow([0.9**k for k in range(41)], jacobian=state))
          for seed in range(3)),
        *(("recall", "rnn[gain=2.0]", seed, flow([1.1**k for k in range(41)], jacobian=state))
          for seed in range(3)),
        *(("recall", "cnn", seed, flow([0.8**k for k in range(11)] + [0.0] * 30))
          for seed in range(3)),
        ("recall", "s4d", 0, flow([1.0, None, *[0.5] * 39])),
        ("recall", "gru", 0, None),
    ]  # fmt: skip
    return made(gradient_flow, {"gradient-flow": rows}, {"gradient-flow": "gradient-flow"})


def update(size, power, path, axis="length", kernel=0.5, seed=0):
    """What the probe says of an update that costs the size to a power."""
    seconds = 1e-4 * (1 + 0.01 * seed) * size**power
    found = {"seconds": seconds, "flops": 10.0 * size**power, "matched_parameters": 1000,
             "activation_memory": 0.1 * size, "equations_memory": 0.1 * size**power,
             "critical_path": path}  # fmt: skip
    measured = {"length": 100, "batch": 8, "width": 16, axis: size}
    measured |= {"kernel": found | {"seconds": kernel * seconds}, "equations": found}
    return {"measured": measured}


def of_costs():
    rows = [
        (f"recall[lag={size}]", architecture, seed, update(size, power, path, seed=seed))
        for architecture, power in (("lstm", 1.0), ("self_attention", 2.0))
        for size in (10, 100, 1000)
        for path in [8 * size + 7 if architecture == "lstm" else 80]
        for seed in range(3)
    ]
    for row in rows:
        if row[1] == "self_attention":
            del row[3]["measured"]["equations"]
    batch = [
        ("recall", "lstm", seed, update(size, 0.5, 807, "batch", seed=seed))
        for size in (8, 32)
        for seed in range(3)
    ]
    parts = {"cost-length": rows, "cost-batch-8": batch[:3], "cost-batch-32": batch[3:]}
    return made(cost_growth, parts, dict.fromkeys(parts, "cost"))


def training(swing, norms, **fields):
    """A training whose log loss goes up and down by this much."""
    losses = np.exp(swing * (np.arange(len(norms)) % 2))
    updates = {"loss": losses, "norm": np.array(norms, float)}
    return {"skill": 0.5, "updates": updates} | fields


def of_stability():
    ended = {"outcome": Outcome.DIVERGED, "skill": None}
    off = [
        ("adding", "rnn", s, training(2 + 0.1 * s, [0.5, 3, 3, np.inf], **(ended if s > 2 else {})))
        for s in range(5)
    ]
    on = [("adding", "rnn", s, training(1 + 0.1 * s, [0.5, 0.5, 0.5, 3])) for s in range(5)]
    return made(stability, {"clip-on": on, "clip-off": off})


def of_lengths():
    def skills(*values):
        names = ("test", "test@2x", "test@8x")
        found = dict(zip(names, values, strict=True))
        return {"skill": values[0], "skills": found}

    rows = [
        *(("parity", "rnn", seed, skills(1.0, 0.98, 0.97)) for seed in range(3)),
        *(("parity", "gru", seed, skills(0.95, 0.6, 0.25)) for seed in range(3)),
        *(("parity", "cnn", seed, skills(0.2, 0.1, 0.99)) for seed in range(3)),
        ("parity", "transformer", 0, {"outcome": Outcome.NOT_APPLICABLE}),
    ]
    return made(length, {"length": rows})


ALL = {
    "horizon": of_horizon,
    "gradient-flow": of_gradients,
    "cost-growth": of_costs,
    "stability": of_stability,
    "length": of_lengths,
}


def rows_of(blocks, figure=0):
    table = figures_of(blocks)[figure].table
    assert all(len(row) == len(table.heads) for row in table.rows)
    return [dict(zip(table.heads, row, strict=True)) for row in table.rows]


def test_a_horizon_is_told_with_its_interval_its_ends_and_its_seeds():
    blocks = of_horizon()
    rnn, lstm, cnn = rows_of(blocks)
    # Of the seeds 6 of 10 learned up to 10 and no further; a draw of them may have half at 20, or
    # half that learned nothing.
    assert rnn["recall, steps"].startswith("10 [") and rnn["seeds"] == "10"
    assert lstm["recall, steps"] == "≥ 50"
    assert cnn["recall, steps"] == lstm["copy, steps"] == "< 5"
    assert rnn["copy, steps"] == ""  # never planned
    assert blocks[1].text == (
        "On recall lstm remembers furthest: ≥ 50 steps. On copy none learns even a lag of 5."
    )


def test_lags_that_were_not_tried_are_empty_in_the_table():
    (table,) = (block for block in of_horizon() if isinstance(block, Table))
    by_pair = {row[:2]: row[2:] for row in table.rows}
    assert by_pair["copy", "lstm"] == ("0.00 ±0.00", "", "", "")
    assert by_pair["recall", "rnn"][0] == "0.80 ±0.30"  # Student's t of 8 times 1, 2 times 0


def test_a_decay_is_told_as_a_loss_a_step_with_its_fit():
    blocks = of_gradients()
    answer = blocks[1].text
    assert "the gradient of rnn changes by a factor a step: at initialisation 0.900 (R² 1.000)" in (
        answer
    )
    assert "Beyond a window it is exactly zero: that of cnn 10 steps back" in answer
    rnn = rows_of(blocks)[0]
    assert rnn["factor a step [95 %]"] == "0.900" and rnn["seeds"] == "3"
    assert rnn["norm 40 steps back, of that at the output"] == "0.01"
    assert rnn["Lyapunov exponent"] == "−0.10" and rnn["spectral radius"] == "0.90"


def test_gradients_that_are_zero_or_beyond_numbers_are_told_as_such():
    by_name = {row["architecture"]: row for row in rows_of(of_gradients())}
    assert by_name["cnn"]["norm 40 steps back, of that at the output"] == "none"
    assert by_name["cnn"]["zero beyond lag"] == "10"
    assert by_name["cnn"]["Lyapunov exponent"] == ""
    assert "gru" not in by_name  # has not run


def test_an_exponent_is_the_power_and_kernels_stand_beside_equations():
    blocks = of_costs()
    lstm, equations, attention = rows_of(blocks)
    assert (lstm["computed"], equations["computed"]) == ("by the library", "by the equations")
    assert attention["computed"] == "by the library" and attention["exponent, length"] == "2.00"
    assert lstm["exponent, length"] == "1.00" and lstm["exponent, batch"] == "0.50"
    assert attention["exponent, batch"] == ""
    # 1e-4 s a step, of three seeds 0, 1 and 2 % more; the library takes half of it.
    assert equations["seconds at length 1,000"].startswith("0.101 [")
    assert lstm["seconds at length 1,000"].startswith("0.0505 [")
    assert "the power of 1.00 (lstm) to 2.00 (self_attention)" in figures_of(blocks)[0].finding


def test_the_critical_path_is_told_as_a_formula():
    blocks = of_costs()
    lstm, attention = rows_of(blocks, 1)
    assert (lstm["critical path"], lstm["critical path at 1,000"]) == ("8 T + 7", "8,007")
    assert attention["critical path"] == "80"
    assert "80 (self_attention) to 8,007 (lstm) operations" in figures_of(blocks)[1].finding
    assert path_formula({10: 5, 20: 15, 40: 36}) == ""
    assert path_formula({10: 8, 20: 18}) == "T − 2"
    assert path_formula({10: 8}) == ""


@pytest.mark.parametrize(
    "sizes, first",
    [((10, 31, 100, 300, 1000, 2000), 100), ((8, 32, 128), 8), ((1, 2, 4, 9, 20), 2)],
)
def test_exponents_are_those_of_a_line_through_the_larger_half(sizes, first):
    rng = np.random.default_rng(0)
    values = [1e-3 + 1e-5 * size**1.5 * rng.uniform(0.8, 1.25) for size in sizes]
    line = exponent(sizes, values)
    kept = [(s, v) for s, v in zip(sizes, values, strict=True) if s >= first]
    expected = stats.linregress(*np.log(kept).T)
    assert line.mean == pytest.approx(expected.slope)
    half = stats.t.ppf(0.975, len(kept) - 2) * expected.stderr
    assert (line.low, line.high) == pytest.approx((line.mean - half, line.mean + half))


def test_one_seed_has_the_interval_of_its_fit():
    rows = [("a", "rnn", 0, update(size, 1.0, 3 * size)) for size in (10, 100, 1000)]
    for row, off in zip(rows, (1, 2, 1), strict=True):
        row[3]["measured"]["kernel"]["seconds"] *= off
    rows = [(f"recall[lag={row[3]['measured']['length']}]", *row[1:]) for row in rows]
    blocks = made(cost_growth, {"cost-length": rows}, {"cost-length": "cost"})
    assert re.fullmatch(r"1\.00 \[−\S+, \S+\]", rows_of(blocks)[0]["exponent, length"])


def test_swings_are_of_the_log_from_update_to_update():
    values = np.array([1.0, np.e, 1.0, np.nan, 2.0, 2.0 * np.e**3])
    assert step_to_step(values) == pytest.approx(np.std([1, -1, 3], ddof=1))
    assert step_to_step(values[:2]) is None
    assert step_to_step(np.array([1.0, 0.0, 1.0, -1.0])) is None


def test_large_gradients_and_diverged_seeds_are_counted_with_clipping_and_without():
    on, off = rows_of(of_stability())
    assert (on["clipping"], off["clipping"]) == ("to 1", "none")
    assert on["updates above the limit, %"] == "25"
    assert off["updates above the limit, %"] == "75"  # an infinite norm is above any limit
    assert off["largest gradient norm"] == "3.00"
    assert (on["diverged"], off["diverged"]) == ("0 of 5", "2 of 5")
    answer = of_stability()[1].text
    assert "Diverged without clipping: 2 of 5 trainings." in answer
    assert "On adding, with clipping, the loss swings less with rnn." in answer


def test_updates_are_held_against_the_norm_that_they_were_clipped_to():
    key = {"budget": {"clip_norm": 2.0}}
    evidence = fake.evidence({"clip-on": [("adding", "rnn", 0, training(1, [1, 1.5, 3, 3]))]})
    evidence.results.parts["clip-on"].results.cells[0].record.key.update(key)
    with style():
        row = rows_of(stability.blocks(evidence))[0]
    assert row["clipping"] == "to 2" and row["updates above the limit, %"] == "50"


def test_only_who_learned_a_task_is_judged_at_lengths_never_seen():
    blocks = of_lengths()
    assert blocks[1].text == (
        "On parity 2 of 3 learned the length of training; at 8 times that length still: rnn."
    )
    rnn = rows_of(blocks)[0]
    assert rnn["skill at 1×"] == "1.00 ±0.00" and rnn["skill at 8×"] == "0.97 ±0.00"
    assert rnn["seeds"] == "3"


@pytest.mark.parametrize("module", [horizon, gradient_flow, length, cost_growth, stability])
def test_there_is_no_section_without_its_records(module):
    rows = [("recall[lag=5]", "rnn", 0, None)]
    studies = {"horizon": "horizon", "gradient-flow": "gradient-flow", "cost-length": "cost"}
    parts = dict.fromkeys(("horizon", "gradient-flow", "length", "clip-on", "cost-length"), rows)
    assert made(module, {"": fake.each("recall", "rnn", [1.0])}) == []
    assert made(module, parts, studies, {"horizon": LAGS}) == []
    failed = {"outcome": Outcome.FAILED, "reason": "no"}
    parts = dict.fromkeys(parts, [("recall[lag=5]", "rnn", 0, failed)])
    assert made(module, parts, studies, {"horizon": LAGS}) == []


@pytest.mark.parametrize("name", ALL)
def test_a_section_has_an_anchor_and_its_figures_findings_numbers_and_commands(name):
    heading, answer, *rest = ALL[name]()
    assert isinstance(heading, Heading) and heading.anchor == name
    assert isinstance(answer, Paragraph) and answer.lead
    assert figures_of(rest)
    for figure in figures_of(rest):
        assert figure.finding and figure.table.rows
        assert re.fullmatch(r"harness run --matrix claims( --part [\w-]+)+", figure.command)
        assert len(figure.drawing.inline) < 40_000
        assert "None" not in figure.finding and "nan" not in figure.drawing.svg.lower()
        assert all(len(row) == len(figure.table.heads) for row in figure.table.rows)
