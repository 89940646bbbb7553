"""What is inside a model: that the numbers are those that the model computes with, and that they
are drawn and told."""

from __future__ import annotations

import itertools
import json
import re
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from conftest import make_cell
from torch import nn

from architectures.architecture import Signature
from architectures.cnn import CNN
from architectures.markov import Chain
from architectures.self_attention import SelfAttention
from architectures.transformer import Transformer
from harness.cli import show
from harness.errors import UserError
from harness.experiment.registry import make_task
from harness.experiment.store import Store
from harness.probes import internals as probe
from harness.probes.attention import attention_parts
from harness.probes.chain import most_probable_path
from harness.probes.gallery import gallery
from harness.probes.ngrams import common, filters_part
from harness.training.network import Network
from harness.training.run_cell import run_cell
from reports.figures.internals import draw
from reports.figures.style import style
from reports.sections import internals as sections
from tasks.synthetic.reverse import Reverse
from tasks.task import Examples

LENGTHS = torch.tensor([6, 4])


def signature(causal=False, readout="per-step", problem="many-to-many"):
    return Signature(problem, "vectors", 3, "classes", 2, causal, readout, embedding=4)


def softmax(scores):
    e = np.exp(scores - scores.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


# what the architectures hand out


@pytest.mark.parametrize("causal", [False, True])
def test_attention_is_the_weights_that_self_attention_computes_with(causal):
    torch.manual_seed(0)
    body = SelfAttention(3, 7, signature(causal), layers=2, heads=2).double()
    x = torch.randn(2, 6, 3, dtype=torch.float64)
    entered: list[torch.Tensor] = []
    left: list[torch.Tensor] = []
    for block in body.blocks:
        block.query_key_value.register_forward_hook(lambda m, i, out: entered.append(out))
        block.leave.register_forward_pre_hook(lambda m, i: left.append(i[0]))
    with torch.no_grad():
        body(x, LENGTHS)
        joints, mixed = entered[:2], left[:2]
        found = body.attention(x, LENGTHS)
    for weights, joint, seen in zip(found, joints, mixed, strict=True):
        assert weights.shape == (2, 2, 6, 6)
        query, key, value = joint.numpy().reshape(2, 6, 3, 2, -1).transpose(2, 0, 3, 1, 4)
        scores = query @ key.swapaxes(-1, -2) / np.sqrt(query.shape[-1])
        allowed = np.tril(np.ones((6, 6), bool)) if causal else np.arange(6) < LENGTHS.numpy()[
            :, None, None, None]  # fmt: skip
        expected = softmax(np.where(allowed, scores, -np.inf))
        np.testing.assert_allclose(weights.numpy(), expected, atol=1e-12)
        together = (weights.numpy() @ value).transpose(0, 2, 1, 3).reshape(2, 6, -1)
        np.testing.assert_allclose(together, seen.numpy(), atol=1e-12)


def test_cross_attention_is_the_weights_that_the_transformer_decodes_with():
    torch.manual_seed(0)
    told = signature(readout="decoder", problem="sequence-to-sequence")
    body = Transformer(3, 9, told, layers=2, heads=2).double()
    x, previous = (torch.randn(2, n, d, dtype=torch.float64) for n, d in ((6, 3), (5, 4)))
    left: list[torch.Tensor] = []
    for block in body.blocks:
        block.leave_memory.register_forward_pre_hook(lambda m, i: left.append(i[0]))
    with torch.no_grad():
        state = body.encode(x, LENGTHS)
        body.decode(previous, state)
        mixed = left[:2]
        found = body.attention(x, LENGTHS, previous)
    assert (found[0][1, :, :, 4:] == 0).all()  # padding
    for level, (weights, seen) in enumerate(zip(found, mixed, strict=True)):
        assert weights.shape == (2, 2, 5, 6)
        np.testing.assert_allclose(weights.sum(-1).numpy(), 1, atol=1e-12)
        value = state[f"memory_{level}"].chunk(2, -1)[1].unflatten(-1, (2, -1)).transpose(1, 2)
        together = (weights @ value).transpose(1, 2).flatten(2)
        np.testing.assert_allclose(together.numpy(), seen.numpy(), atol=1e-12)


def test_a_filter_reads_its_window_and_nothing_else():
    torch.manual_seed(0)
    body = CNN(3, 7, signature(readout="max", problem="many-to-one"))
    with torch.no_grad():
        for parameter in body.parameters():
            parameter.abs_()  # so that no relu is shut
        x = torch.rand(1, 11, 3)
        plain = body(x, torch.tensor([11]))[0, 5]
        moved = {}
        for step in range(11):
            other = x.clone()
            other[0, step] += 1
            moved[step] = body(other, torch.tensor([11]))[0, 5] != plain
    windows = body.windows()
    assert len(windows) == 7 and {before + after + 1 for before, after in windows} == {2, 3, 4}
    for f, (before, after) in enumerate(windows):
        assert [step for step in range(11) if moved[step][f]] == [*range(5 - before, 6 + after)]


# chains


def test_most_probable_path_is_the_best_of_all_paths():
    rng = np.random.default_rng(3)
    for _ in range(5):
        start, moves, emits = (
            rng.dirichlet(np.ones(n), size) for n, size in ((3, 1), (3, 3), (4, 3))
        )
        chain = Chain(start[0], moves, emits)
        symbols = rng.integers(4, size=6)

        def probability(path, start=start[0], moves=moves, emits=emits, symbols=symbols):
            p = start[path[0]] * emits[path[0], symbols[0]]
            for before, now, symbol in zip(path, path[1:], symbols[1:], strict=False):
                p *= moves[before, now] * emits[now, symbol]
            return p

        best = max(itertools.product(range(3), repeat=6), key=probability)
        assert most_probable_path(chain, symbols).tolist() == list(best)


def test_most_probable_path_over_vectors_is_hmmlearns():
    from hmmlearn.hmm import GaussianHMM

    rng = np.random.default_rng(4)
    theirs = GaussianHMM(3, covariance_type="diag", init_params="")
    theirs.startprob_, theirs.transmat_ = rng.dirichlet(np.ones(3)), rng.dirichlet(np.ones(3), 3)
    means, variances = rng.normal(size=(3, 2)), rng.uniform(0.5, 2, (3, 2))
    theirs.means_, theirs.covars_ = means, variances
    x = rng.normal(size=(40, 2))
    chain = Chain(theirs.startprob_, theirs.transmat_, None, means, variances)
    assert most_probable_path(chain, x).tolist() == theirs.decode(x)[1].tolist()


# filters


def test_ngrams_are_those_that_fire_a_filter_most():
    torch.manual_seed(1)
    told = Signature("many-to-one", "tokens", 5, "classes", 2, False, "max", embedding=4)
    network = Network(CNN, 9, told, {}).eval()
    rng = np.random.default_rng(0)
    test = Examples.of(rng.integers(5, size=(40, 9)), np.zeros(40, int), rng.integers(5, 10, 40))
    with torch.no_grad():
        part, best = filters_part(network, test, str)
    body, table = network.body, network.embed.weight.detach().numpy()
    kernels = [
        (layer.weight[f].detach().numpy(), layer.bias[f].item())
        for layer in body.convolutions
        for f in range(layer.out_channels)
    ]
    assert [f["filter"] for f in part["filters"]] == [b + 1 for b in best]
    for found in part["filters"]:
        weight, bias = kernels[found["filter"] - 1]
        span = weight.shape[1]
        outputs: dict[tuple[str, ...], float] = {}
        for row, length in zip(test.inputs, test.lengths, strict=True):
            for at in range(length - span + 1):
                gram = row[at : at + span]
                fires = max(float((weight * table[gram].T).sum()) + bias, 0.0)
                outputs[tuple(map(str, gram))] = fires
        strongest = sorted(outputs.values(), reverse=True)[: len(found["ngrams"])]
        told_of = [gram["output"] for gram in found["ngrams"]]
        np.testing.assert_allclose(told_of, strongest, atol=1e-3)
        for gram in found["ngrams"]:
            assert outputs[tuple(gram["symbols"])] == pytest.approx(gram["output"], abs=1e-3)
    shares = [f["share"] for f in part["filters"]]
    assert shares == sorted(shares, reverse=True) and 0 < sum(shares) <= 1


def test_common_run_of_ngrams():
    assert common([list("3012"), list("0124"), list("9012")]) == list("012")
    assert common([list("12"), list("21")]) == ["1"]
    assert common([list("12"), list("34")]) == []
    assert common([]) == []


# recurrent


def test_memory_kept_is_the_product_of_the_gates_after_the_first_step_read():
    forget = np.array([[0.1, 0.1], [0.5, 0.9], [0.5, 1.0]])
    seen = {"output": forget}
    for suffix in ("_l0", "_l0_reverse"):
        seen[f"forget_gate{suffix}"] = forget
        seen[f"hidden{suffix}"] = np.array([[0.95, 0], [-0.95, 0], [0, 0]])
        seen[f"cell{suffix}"] = np.arange(6.0).reshape(3, 2)
    ahead, back = probe.recurrent_parts(seen)
    assert ahead["numbers"]["kept"] == {"mean": 0.575, "best": 0.9, "unit": 2}  # .25 and .9
    assert back["numbers"]["kept"] == {"mean": 0.07, "best": 0.09, "unit": 2}  # .05 and .09
    assert ahead["numbers"]["saturated"] == pytest.approx(2 / 6, abs=1e-4)
    gate = ahead["numbers"]["gates"]["forget_gate"]
    assert gate == {"mean": round(3.1 / 6, 4), "open": round(1 / 6, 4), "shut": 0.0}
    assert (ahead["name"], back["name"]) == ("layer-1", "layer-1-backwards")


def test_units_that_go_together_stand_together():
    rng = np.random.default_rng(0)
    walks = rng.normal(size=(50, 3)).cumsum(0)
    group = rng.permutation(np.repeat([0, 1, 2], 8))
    order = probe.ordered(walks[:, group] + 0.01 * rng.normal(size=(50, 24)))
    assert sorted(order) == list(range(24))
    assert (np.diff(group[order]) != 0).sum() == 2


def test_at_most_so_many_units_are_shown_and_they_vary_most():
    values = np.random.default_rng(0).normal(size=(20, 50)) * np.arange(50)
    assert sorted(probe.ordered(values)) == sorted(np.argsort(values.var(0))[-probe.UNITS :])
    assert len(probe.ordered(np.zeros((20, 50)))) == probe.UNITS  # nothing varies: no NaN


# attention


def test_alignment_of_reverse_is_where_each_target_comes_from():
    test = Reverse(length=7).examples("test").take(slice(0, 50))
    for inputs, length, targets in zip(test.inputs, test.lengths, test.targets, strict=True):
        places = Reverse().alignment(inputs[:length])
        assert len(places) == length + 1 and places[-1] == -1
        assert (inputs[places[:-1]] == targets[:length]).all()


class Aligned(nn.Module):
    """Writes any sequence backwards, and attends to the step ``off`` the right one."""

    readout, embed, body = "decoder", None, property(lambda self: self)

    def __init__(self, off: int):
        super().__init__()
        self.off, self.embed_output = off, nn.Embedding(9, 2)

    def write(self, inputs, lengths, longest):
        written = torch.zeros(len(inputs), inputs.shape[1] + 1, dtype=torch.int64)
        for row, length in enumerate(lengths):
            written[row, :length] = inputs[row, :length].flip(0)
        return written

    def attention(self, x, lengths, previous):
        weights = torch.full((len(x), previous.shape[1], x.shape[1]), 1 / x.shape[1])
        for row, length in enumerate(lengths.tolist()):
            weights[row, : length + 1] = 0  # beyond it nothing is written
            for step in range(length + 1):
                weights[row, step, (length - 1 - step + self.off) % length] = 1
        return weights


@pytest.mark.parametrize(("off", "right"), [(0, 1.0), (1, 0.0)])
def test_weight_on_the_right_step(off, right):
    task, inputs = Reverse(length=6), np.array([3, 1, 4, 2])
    with torch.no_grad():
        (part,) = attention_parts(Aligned(off), task, inputs, 120)
    (head,) = part["heads"]
    numbers = head["numbers"]
    assert numbers == {"attended": 1.0, "right": right, "hits": right, "right_here": right}
    assert part["rows"] == ["2", "4", "1", "3", "end"] and part["columns"] == ["3", "1", "4", "2"]
    assert part["alignment"] == [[0, 3], [1, 2], [2, 1], [3, 0]]
    assert np.shape(head["values"]) == (5, 4)


# from a record to its figures

CELLS = {
    ("recall[lag=5,symbols=4]", "lstm"): ("recurrent", ["layer-1"]),
    ("recall[lag=5,symbols=4]", "gru[layers=2]"): ("recurrent", ["layer-1", "layer-2"]),
    ("recall[lag=5,symbols=4]", "bilstm"): ("recurrent", ["layer-1", "layer-1-backwards"]),
    ("adding[length=8]", "rnn"): ("recurrent", ["layer-1"]),
    ("keyword[length=8,symbols=4]", "cnn"): ("filters", ["filters", "activations"]),
    ("japanese_vowels", "cnn"): ("filters", ["filters", "activations"]),
    ("recall[lag=5,symbols=4]", "cnn"): ("states", ["states"]),
    ("recall[lag=5,symbols=4]", "fnn_window"): ("states", ["states"]),
    ("keyword[length=8,symbols=4]", "self_attention[layers=2]"): (
        "attention",
        ["attention-1", "attention-2"],
    ),
    ("reverse[length=5,symbols=4]", "encoder_decoder"): ("recurrent", ["layer-1"]),
    ("reverse[length=5,symbols=4]", "attention_encoder_decoder"): ("attention", ["attention-1"]),
    ("reverse[length=5,symbols=4]", "transformer"): ("attention", ["attention-1"]),
    ("hmm_source[states=2,symbols=4,length=8]", "hmm[max_states=2]"): ("chain", ["chain", "path"]),
    ("japanese_vowels", "hmm[max_states=2]"): ("chain", ["chain", "path"]),
    ("recall[lag=5,symbols=4]", "logistic"): ("none", []),
    ("run_length", "encoder_decoder"): ("none", []),
}  # fmt: skip


@pytest.fixture(scope="module")
def records():
    """Cells of all kinds, hardly trained, made when first asked for."""
    made = {}

    def get(task, architecture):
        if (task, architecture) not in made:
            cell = make_cell(task, architecture, steps=4)
            made[task, architecture] = run_cell(cell), make_task(cell.task)
            assert made[task, architecture][0].outcome == "ok", made[task, architecture][0].reason
        return made[task, architecture]

    return get


@pytest.mark.parametrize(("task", "architecture"), CELLS)
def test_inside_of_every_kind_is_told_and_drawn(records, task, architecture):
    record, made = records(task, architecture)
    inside = probe.internals(record, record.weights, example=1)
    assert (inside["kind"], [p["name"] for p in inside["parts"]]) == CELLS[task, architecture]
    json.dumps(inside, allow_nan=False)
    if inside["kind"] == "none":
        assert inside["reason"]
        return
    test = made.examples("test")
    length = int(test.lengths[1])
    assert inside["steps"] == len(inside["symbols"]) == length
    if test.inputs.ndim == 2:
        assert inside["symbols"] == [made.describe(x) for x in test.inputs[1, :length, None]]
    with style():
        shown = sections.figures("cell", inside)
    assert [f.name for f in shown] == [f"cell-{p['name']}" for p in inside["parts"]]
    for figure in shown:
        assert len(figure.drawing.svg) < 60_000
        assert re.search(r"\d", figure.finding.partition(": ")[2]), "no number in the finding"
        assert "nan" not in figure.finding and figure.finding.endswith(".")
        assert figure.label == figure.finding


def test_states_shown_are_those_of_torchs_lstm(records):
    record, made = records("recall[lag=5,symbols=4]", "lstm")
    inside = probe.internals(record, record.weights, example=2)
    weights = {name: torch.from_numpy(a) for name, a in record.weights.items()}
    table = weights["embed.weight"]
    lstm = nn.LSTM(table.shape[1], record.width, batch_first=True)
    layer = "body.forwards.0.weights."
    lstm.load_state_dict({n.removeprefix(layer): a for n, a in weights.items() if layer in n})
    tokens = torch.from_numpy(made.examples("test").inputs[2])
    with torch.no_grad():
        hidden = lstm(table[tokens][None])[0][0].numpy()
    (part,) = inside["parts"]
    shown = next(p["values"] for p in part["panels"] if p["name"] == "hidden")
    units = [unit - 1 for unit in part["units"]]
    np.testing.assert_allclose(shown, hidden[:, units].T, atol=1e-4)


def test_text_takes_the_place_of_an_example(records):
    record, _ = records("reverse[length=5,symbols=4]", "attention_encoder_decoder")
    inside = probe.internals(record, record.weights, text="4 1 2")
    assert inside["symbols"] == ["4", "1", "2"] and "target" not in inside
    assert inside["source"] == "the text given"
    (part,) = inside["parts"]
    assert part["columns"] == ["4", "1", "2"]
    written = [symbol for symbol in part["rows"] if symbol != "end"]
    assert " ".join(written) == inside["output"]


@pytest.mark.parametrize(
    ("task", "architecture", "choice", "message"),
    [
        ("recall[lag=5,symbols=4]", "lstm", {"text": "1 99"}, "numbers from 0 to 7"),
        ("recall[lag=5,symbols=4]", "lstm", {"text": "one"}, "numbers from 0 to 7"),
        ("recall[lag=5,symbols=4]", "lstm", {"text": " "}, "empty"),
        ("recall[lag=5,symbols=4]", "lstm", {"example": 1024}, "examples 0 to 426"),
        ("adding[length=8]", "rnn", {"text": "1 2"}, "reads vectors"),
    ],
)
def test_a_sequence_that_cannot_be_had(records, task, architecture, choice, message):
    record, _ = records(task, architecture)
    with pytest.raises(UserError, match=message):
        probe.internals(record, record.weights, **choice)


def test_symbols_of_other_scripts_are_drawn_without_complaint(recwarn):
    part = {"form": "units", "name": "layer-1", "layer": 1, "backwards": False, "of": 1,
            "units": [1], "panels": [{"name": "hidden", "gate": False, "values": [[0.1, 0.2]]}],
            "numbers": {"gates": {}, "saturated": 0.0}}  # fmt: skip
    about = {"architecture": "rnn", "task": "t", "seed": 0, "symbols": ["中", "文"], "steps": 2,
             "vectors": False, "parts": [part]}  # fmt: skip
    with style():
        drawing = draw("x", about, part)
    assert "中" in drawing.svg and not recwarn.list


# the command, and the gallery


@pytest.fixture
def store(tmp_path, records):
    """A store in which every cell of ``CELLS`` that is asked for is put, and planned."""
    store = Store(tmp_path / "out")
    store.create()
    planned = []

    def put(task, architecture, **changes):
        record, _ = records(task, architecture)
        record = SimpleNamespace(record=type(record)(**vars(record))).record
        for name, value in changes.items():
            setattr(record, name, value)
        store.put(record)
        if record.id not in [row["id"] for row in planned]:
            planned.append({"id": record.id, "task": record.task, "kind": "score",
                            "architecture": record.architecture, "seed": 0})  # fmt: skip
        store.put_plan({"matrix": "tiny", "cells": planned})
        return record

    return SimpleNamespace(put=put, store=store)


def test_show_writes_the_figures_and_says_where(store, capsys):
    record = store.put("keyword[length=8,symbols=4]", "cnn")
    show.main(record.id[:6], internals=True, example=3, out=store.store.out)
    told = capsys.readouterr().out
    folder = store.store.out / "internals" / record.id
    assert {p.name for p in folder.iterdir()} == {"filters.svg", "activations.svg"}
    assert all(str(path) in told for path in folder.iterdir())
    assert "test example 3" in told and "filter" in told
    assert (folder / "filters.svg").read_text().rstrip().endswith("</svg>")


def test_show_tells_why_there_is_nothing(store, capsys):
    record = store.put("recall[lag=5,symbols=4]", "logistic", weights={})
    show.main(record.id, internals=True, out=store.store.out)
    assert "nothing to show: logistic has no states" in capsys.readouterr().out


def test_show_refuses_a_cell_without_weights_and_options_without_sense(store):
    record = store.put("recall[lag=5,symbols=4]", "lstm", weights={}, outcome="diverged")
    with pytest.raises(UserError, match="no trained weights .outcome diverged."):
        show.main(record.id, internals=True, out=store.store.out)
    with pytest.raises(UserError, match="--example: .*--internals"):
        show.main(record.id, example=1, out=store.store.out)
    with pytest.raises(UserError, match="give one of them"):
        show.main(record.id, internals=True, example=1, text="1", out=store.store.out)


def test_gallery_has_one_cell_of_each_kind_on_a_telling_task(store):
    store.put("reverse[length=5,symbols=4]", "attention_encoder_decoder", skill=0.9)
    store.put("reverse[length=5,symbols=4]", "transformer", skill=0.6)
    store.put("keyword[length=8,symbols=4]", "cnn", skill=0.7)
    store.put("japanese_vowels", "cnn", skill=0.99)
    hmm = "hmm[max_states=2]"
    store.put("hmm_source[states=2,symbols=4,length=8]", hmm, skill=0.1)
    store.put("japanese_vowels", hmm, skill=0.8)
    store.put("recall[lag=5,symbols=4]", "logistic", skill=1.0)
    store.put("recall[lag=5,symbols=4]", "lstm", skill=0.9, outcome="timeout")
    shown = gallery(store.store, "tiny")
    assert [(inside["task"].partition("[")[0], inside["architecture"]) for inside in shown] == [
        ("reverse", "attention_encoder_decoder"),
        ("keyword", "cnn"),
        ("japanese_vowels", hmm),  # the telling task's model has learned too little
    ]
    assert len(gallery(store.store, "tiny", limit=2)) == 2
    store.store.weights_file(shown[1]["id"]).unlink()
    assert gallery(store.store, "tiny")[1]["task"] == "japanese_vowels"
