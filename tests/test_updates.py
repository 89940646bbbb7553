"""What happens between two updates: drawn batches, optimiser, the validation that is watched."""

import dataclasses
import math

import numpy as np
import pytest
import torch
from conftest import make_cell
from torch import nn

from harness.experiment.matrix import Budget
from harness.experiment.registry import make_task
from harness.training import data
from harness.training.loop import loss_of
from harness.training.network import Network
from harness.training.optimizer import KINDS, Optimizer
from harness.training.run_cell import run_cell
from tasks.task import AHEAD


def network() -> nn.Module:
    """With a parameter that has no gradient, and with numbers that are counted, not trained."""
    torch.manual_seed(0)
    made = nn.Sequential(nn.BatchNorm1d(5), nn.Linear(5, 7), nn.Tanh(), nn.Linear(7, 3))
    made.register_parameter("unused", nn.Parameter(torch.ones(4)))
    return made


@pytest.mark.parametrize("schedule", ["constant", "cosine"])
@pytest.mark.parametrize("rule", KINDS)
def test_updates_are_those_of_torch(rule, schedule):
    """Clipping, rule and schedule on one buffer do what torch does parameter by parameter."""
    budget = Budget(steps=40, optimizer=rule, learning_rate=0.01, schedule=schedule, clip_norm=0.5)
    ours, stock = network(), network()
    flat = Optimizer(ours, budget)
    other = KINDS[rule]([p for n, p in stock.named_parameters() if n != "unused"], lr=0.01)
    x = torch.randn(budget.steps, 8, 5)
    clipped = 0
    for update in range(budget.steps):
        flat.clear()
        other.zero_grad()
        for one in (ours, stock):
            one(x[update]).square().sum().backward()
        norm = nn.utils.clip_grad_norm_(stock.parameters(), 0.5)
        clipped += float(norm) > 0.5
        assert flat.norm().item() == pytest.approx(norm.item(), rel=1e-4)
        warm = 2
        share = (update + 1) / warm if update < warm else 1.0
        if schedule == "cosine" and update >= warm:
            share = 0.5 * (1 + math.cos(math.pi * (update - warm) / (budget.steps - warm)))
        other.param_groups[0]["lr"] = 0.01 * share
        flat.update(flat.norm().item())
        other.step()
    assert clipped
    theirs = stock.state_dict()
    for name, mine in ours.state_dict().items():
        if name != "unused":
            assert torch.allclose(mine, theirs[name], atol=1e-4), name


def test_the_best_weights_come_back_with_the_buffers():
    made = network()
    optimizer = Optimizer(made, Budget(steps=4, learning_rate=0.1))
    before, kept = {k: v.clone() for k, v in made.state_dict().items()}, optimizer.kept()
    made(torch.randn(8, 5)).sum().backward()
    optimizer.update(optimizer.norm().item())
    assert not torch.equal(before["0.weight"], made.state_dict()["0.weight"])
    optimizer.restore(kept)
    for name, value in made.state_dict().items():
        assert torch.equal(value, before[name]), name


def test_no_mask_is_a_mask_of_all():
    outputs, targets = torch.randn(3, 6, 4), torch.randint(4, (3, 6))
    every = torch.ones(3, 6, dtype=torch.bool)
    for kind, given in (("classes", targets), ("reals", torch.randn(3, 6, 4)),
                        ("binary", torch.rand(3, 6, 4).round())):  # fmt: skip
        both = [loss_of(outputs, given, mask, kind) for mask in (None, every)]
        assert both[0].item() == pytest.approx(both[1].item())


def test_a_task_and_seed_are_drawn_once_for_all_architectures(monkeypatch):
    """Each gets the same batches as it would alone, and a module that writes in what it is given
    changes nothing for the next."""
    kind = type(make_task(make_cell("adding[length=6]", "rnn").task))
    draws, real = [], kind.training
    monkeypatch.setattr(
        kind, "training", lambda self, rng, size: draws.append(size) or real(self, rng, size)
    )
    cells = [make_cell("adding[length=6]", name, steps=40) for name in ("rnn", "gru")]
    data._STREAMS.clear()
    alone = run_cell(cells[1])
    data._STREAMS.clear()
    draws.clear()
    run_cell(cells[0])
    once = len([size for size in draws if size == AHEAD * cells[0].budget.batch])
    forward = Network.forward

    def writing(self, inputs, *others):
        made = forward(self, inputs, *others)
        inputs.data.zero_()
        return made

    with monkeypatch.context() as patch:
        patch.setattr(Network, "forward", writing)
        run_cell(make_cell("adding[length=6]", "lstm", steps=40))
    after = run_cell(cells[1])
    assert len([size for size in draws if size == AHEAD * cells[0].budget.batch]) == once
    assert np.array_equal(alone.updates["loss"], after.updates["loss"])
    assert [p["validation"] for p in alone.curve] == [p["validation"] for p in after.curve]
    run_cell(dataclasses.replace(cells[1], seed=5))
    assert len([size for size in draws if size == AHEAD * cells[0].budget.batch]) > once


def test_long_streams_are_not_kept(monkeypatch):
    monkeypatch.setattr(data, "_MOST_BYTES", 1000)
    data._STREAMS.clear()
    cell = make_cell("adding[length=6]", "rnn", steps=40)
    first = run_cell(cell)
    (stream,) = data._STREAMS.values()
    assert not stream.drawn and not stream.whole
    again = run_cell(cell)
    assert np.array_equal(first.updates["loss"], again.updates["loss"])


def test_training_is_watched_by_part_of_a_large_validation_split(monkeypatch):
    """The curve scores so many at even distances; the score of the record is that of all."""
    cell = make_cell("adding[length=6]", "rnn", steps=40)
    whole = run_cell(cell)
    assert whole.monitored_examples == 512 and whole.validation in [
        p["validation"] for p in whole.curve
    ]
    monkeypatch.setattr(data, "MONITORED", 100)
    part = run_cell(cell)
    assert part.monitored_examples == 100 and part.validation not in [
        p["validation"] for p in part.curve
    ]
    same = next(p for p in whole.curve if p["step"] == part.best_step)
    assert part.validation == same["validation"], "that of all, at the update that was kept"
