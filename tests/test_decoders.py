"""Decoders: their contract in every setting they have, what they compute by other means, and the
search for the best output."""

from __future__ import annotations

import dataclasses
import functools
import itertools

import numpy as np
import pytest
import torch
from conftest import make_cell
from torch import nn
from torch.nn.functional import cross_entropy

from architectures.architecture import Signature
from harness.contract import architecture as contract
from harness.experiment.record import Outcome
from harness.experiment.registry import architecture_declarations, load_architecture, spec_of
from harness.training.network import Network
from harness.training.run_cell import run_cell

KNOWN = architecture_declarations()
DECODERS = [name for name, d in KNOWN.items() if "sequence-to-sequence" in d.facts["problems"]]
CELLS = ["lstm", "gru", "rnn"]
FIXED = [
    f"encoder_decoder[cell={cell},layers={layers},context={context}]"
    for cell, layers, context in itertools.product(CELLS, (1, 2), ("start", "every_step"))
] + ["encoder_decoder[reads=backwards]"]
ATTENTIVE = [
    f"attention_encoder_decoder[attention={attention},cell={cell},layers={layers},"
    f"bidirectional={both}]"
    for attention, cell, layers, both in itertools.product(
        ("bahdanau", "luong"), CELLS, (1, 2), ("true", "false")
    )
]
VARIANTS = [*FIXED, *ATTENTIVE, "transformer", "transformer[layers=3,heads=3,feedforward=1]"]
INPUT, OUTPUT, EMBEDDING = 4, 5, 6
"""Numbers an input step, output symbols, numbers that stand for one."""
TOKENS = Signature(
    "sequence-to-sequence", "tokens", INPUT, "tokens", OUTPUT, False, "decoder", embedding=EMBEDDING
)
VECTORS = Signature(
    "sequence-to-sequence", "vectors", INPUT, "tokens", OUTPUT, False, "decoder",
    embedding=EMBEDDING,
)  # fmt: skip


def spec(label):
    return spec_of(label, "architecture", "test")


def built(label, signature=VECTORS, width=9, dtype=torch.float64, spread=0.3) -> Network:
    """A network none of whose parameters is at a special value."""
    torch.manual_seed(1)
    made = spec(label)
    net = Network(load_architecture(made), width, signature, dict(made.parameters)).to(dtype)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.add_(spread * torch.randn_like(parameter))
    return net.eval()


def some_vectors(*lengths) -> tuple[torch.Tensor, torch.Tensor]:
    """Padded inputs whose padding is anything but zero."""
    draw = torch.Generator().manual_seed(2)
    x = torch.randn(len(lengths), max(lengths), INPUT, dtype=torch.float64, generator=draw)
    return x, torch.tensor(lengths)


def some_tokens(*lengths) -> tuple[torch.Tensor, torch.Tensor]:
    draw = torch.Generator().manual_seed(2)
    return torch.randint(INPUT, (len(lengths), max(lengths)), generator=draw), torch.tensor(lengths)


def some_previous(batch, steps) -> torch.Tensor:
    draw = torch.Generator().manual_seed(3)
    return torch.randn(batch, steps, EMBEDDING, dtype=torch.float64, generator=draw)


# -- the contract ------------------------------------------------------------------------------


def test_every_decoder_is_here():
    assert {label.partition("[")[0] for label in VARIANTS} == set(DECODERS)


@pytest.mark.parametrize(
    "check",
    [
        contract.outputs_have_shape,
        contract.padding_does_not_matter,
        contract.decodes_step_by_step,
        contract.every_parameter_gets_a_gradient,
        contract.same_seed_same_network,
    ],
    ids=lambda check: check.__name__,
)
@pytest.mark.parametrize("label", VARIANTS)
def test_contract(label, check):
    check(spec(label))


@pytest.mark.parametrize("label", ["encoder_decoder", "attention_encoder_decoder[cell=gru]"])
def test_encoder_and_decoder_start_alike(label):
    torch.manual_seed(0)
    signature = dataclasses.replace(VECTORS, steps=100)
    made = spec(label.replace("]", ",start=chrono]") if "[" in label else f"{label}[start=chrono]")
    body = Network(load_architecture(made), 80, signature, dict(made.parameters)).body
    for layer in (*body.encoder.forwards, *body.encoder.backwards, *body.decoder.forwards):
        bias = layer.weights.bias_ih_l0[layer.width : 2 * layer.width]  # forget, or update
        assert 80 < bias.exp().max() <= 99


@pytest.mark.parametrize(
    "label", [*DECODERS, "attention_encoder_decoder[attention=luong]", "transformer[layers=2]"]
)
def test_parameters_match_the_budget(label):
    contract.parameters_match(spec(label))


@pytest.mark.parametrize("label", VARIANTS)
def test_no_output_depends_on_later_targets(label):
    """The gradient of a step with respect to later ones is exactly zero, to its own it is not."""
    net = built(label)
    x, lengths = some_vectors(5, 2)
    previous = some_previous(2, 6).requires_grad_()
    hidden, _ = net.body.decode(previous, net.body.encode(x, lengths))
    for step in range(6):
        (gradient,) = torch.autograd.grad(hidden[:, step].sum(), previous, retain_graph=True)
        assert (gradient[:, step + 1 :] == 0).all()
        assert (gradient[:, : step + 1] != 0).any(-1).all()


@pytest.mark.parametrize("label", VARIANTS)
def test_every_output_depends_on_every_real_input_and_on_no_padding(label):
    net = built(label)
    x, lengths = some_vectors(5, 2)
    x.requires_grad_()
    hidden, _ = net.body.decode(some_previous(2, 3), net.body.encode(x, lengths))
    for step in range(3):
        (gradient,) = torch.autograd.grad(hidden[:, step].sum(), x, retain_graph=True)
        read = (gradient != 0).any(-1)
        assert read.tolist() == [[True] * 5, [True, True, False, False, False]]


@pytest.mark.parametrize("label", VARIANTS)
def test_padded_targets_change_nothing(label):
    """An example beside one with a longer output comes out as it does alone."""
    net = built(label)
    x, lengths = some_vectors(5, 2)
    targets = torch.tensor([[3, 1, 2, 4, 0], [2, 0, 0, 0, 0]])
    together = net(x, lengths, targets)
    torch.testing.assert_close(together[1:, :2], net(x[1:, :2], lengths[1:], targets[1:, :2]))


@pytest.mark.parametrize("label", VARIANTS)
def test_decoding_goes_on_in_parts_of_any_size(label):
    net = built(label)
    x, lengths = some_vectors(5, 2)
    previous = some_previous(2, 7)
    whole, _ = net.body.decode(previous, net.body.encode(x, lengths))
    state, parts = net.body.encode(x, lengths), []
    for part in previous.split([1, 3, 2, 1], 1):
        before = {name: tensor.clone() for name, tensor in state.items()}
        given = state
        hidden, state = net.body.decode(part, state)
        assert all(torch.equal(given[name], tensor) for name, tensor in before.items())
        assert all(len(tensor) == 2 for tensor in state.values())
        parts.append(hidden)
    torch.testing.assert_close(torch.cat(parts, 1), whole, atol=1e-12, rtol=0)


# -- the same, computed by other means ---------------------------------------------------------

TORCH = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}
STEP = {"lstm": torch.lstm_cell, "gru": torch.gru_cell, "rnn": torch.rnn_tanh_cell}
WEIGHTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def weights_of(layer) -> list[torch.Tensor]:
    return [getattr(layer.weights, f"{name}_l0").detach() for name in WEIGHTS]


def torchs(network, cell) -> nn.RNNBase:
    """torch's own stack, with the weights of one of ours."""
    first, layers = network.forwards[0].weights, len(network.forwards)
    stack = TORCH[cell](first.input_size, first.hidden_size, layers, batch_first=True).double()
    for level, layer in enumerate(network.forwards):
        for name, value in zip(WEIGHTS, weights_of(layer), strict=True):
            getattr(stack, f"{name}_l{level}").data.copy_(value)
    return stack


@pytest.mark.parametrize("label", FIXED)
def test_fixed_context_is_torchs_stack_on_one_unpadded_sequence(label):
    """torch's final state of the encoder is what its decoder starts from."""
    parameters = dict(spec(label).parameters)
    net = built(label)
    encoder, decoder = (
        torchs(network, parameters["cell"]) for network in (net.body.encoder, net.body.decoder)
    )
    x, lengths = some_vectors(7, 3, 1)
    previous = some_previous(3, 4)
    hidden, _ = net.body.decode(previous, net.body.encode(x, lengths))
    for row, length in enumerate(lengths):
        steps = x[row : row + 1, :length]
        read, state = encoder(steps.flip(1) if parameters["reads"] == "backwards" else steps)
        symbols = previous[row : row + 1]
        if parameters["context"] == "every_step":
            symbols = torch.cat([symbols, read[:, -1:].expand(1, 4, -1)], -1)
        expected, _ = decoder(symbols, state)
        torch.testing.assert_close(hidden[row], expected[0], atol=1e-12, rtol=0)


@pytest.mark.parametrize("label", ATTENTIVE)
def test_attention_by_hand(label):
    """Start, scores, weights, contexts and outputs in numpy, one unpadded sequence at a time."""
    parameters = dict(spec(label).parameters)
    net = built(label)
    body, step = net.body, STEP[parameters["cell"]]
    x, lengths = some_vectors(6, 3, 1)
    previous = some_previous(3, 4)
    with torch.no_grad():
        got, _ = body.decode(previous, body.encode(x, lengths))
        weights_got = body.attention(x, lengths, previous)
    assert weights_got.shape == (3, 4, 6)
    number = {name: value.detach().numpy() for name, value in body.named_parameters()}
    for row, length in enumerate(lengths):
        with torch.no_grad():
            h = body.encoder(x[row : row + 1, :length], lengths[row : row + 1])[0].numpy()
        size = h.shape[1] // 2
        whole = h[0, size:] if parameters["bidirectional"] else h[-1]
        start = np.tanh(number["start.weight"] @ whole + number["start.bias"])
        carried = np.split(start, len(body.decoder.forwards) * (1 + (step is torch.lstm_cell)))
        states = [torch.from_numpy(part)[None] for part in carried]
        for t, symbol in enumerate(previous[row].numpy()):
            if parameters["attention"] == "bahdanau":
                s = top(states, step)
                query = number["query.weight"] @ s + number["query.bias"]
                inner = np.tanh(query + h @ number["key.weight"].T)
                weights = softmax(inner @ number["score.weight"][0])
                states = one_step(body.decoder, np.append(symbol, weights @ h), states, step)
            else:
                states = one_step(body.decoder, symbol, states, step)
                weights = softmax(top(states, step) @ number["key.weight"] @ h.T)
            both = np.append(weights @ h, top(states, step))
            expected = np.tanh(number["join.weight"] @ both + number["join.bias"])
            np.testing.assert_allclose(weights_got[row, t, :length], weights, atol=1e-12)
            assert (weights_got[row, t, length:] == 0).all()
            np.testing.assert_allclose(got[row, t], expected, atol=1e-12)


def softmax(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores)
    return powers / powers.sum()


def top(states, step) -> np.ndarray:
    """The top layer's hidden state; an LSTM's cell comes after it."""
    return states[-2 if step is torch.lstm_cell else -1][0].numpy()


def one_step(decoder, x, states, step) -> list[torch.Tensor]:
    below, after = torch.from_numpy(x)[None], []
    for layer, state in zip(decoder.forwards, by_layer(states, step), strict=True):
        new = step(below, state if len(state) > 1 else state[0], *weights_of(layer))
        after.extend(new if isinstance(new, tuple) else (new,))
        below = after[-len(state)]
    return after


def by_layer(states, step) -> list[tuple]:
    each = 2 if step is torch.lstm_cell else 1
    return list(zip(*(states[start::each] for start in range(each)), strict=True))


@pytest.mark.filterwarnings("ignore:enable_nested_tensor")
@pytest.mark.parametrize(("layers", "heads"), [(1, 2), (2, 2), (3, 4)])
def test_transformer_is_torchs_with_the_same_weights(layers, heads):
    net = built(f"transformer[layers={layers},heads={heads}]", width=23)
    body, width = net.body, 12
    reference = nn.Transformer(
        width, heads, layers, layers, 2 * width, 0.0, "gelu", batch_first=True, norm_first=True
    ).double()
    pairs = [(body.encoder.norm, reference.encoder.norm), (body.norm, reference.decoder.norm)]
    layers_of = [
        (body.encoder.blocks, reference.encoder.layers, "norm2"),
        (body.blocks, reference.decoder.layers, "norm3"),
    ]
    with torch.no_grad():
        for ours_all, theirs_all, last in layers_of:
            for ours, theirs in zip(ours_all, theirs_all, strict=True):
                theirs.self_attn.in_proj_weight.copy_(ours.query_key_value.weight)
                theirs.self_attn.in_proj_bias.copy_(ours.query_key_value.bias)
                pairs += [
                    (ours.before_attention, theirs.norm1),
                    (ours.leave, theirs.self_attn.out_proj),
                    (ours.before_feedforward, getattr(theirs, last)),
                    (ours.feedforward[0], theirs.linear1),
                    (ours.feedforward[2], theirs.linear2),
                ]
        for ours, theirs in zip(body.blocks, reference.decoder.layers, strict=True):
            across = theirs.multihead_attn
            across.in_proj_weight.copy_(torch.cat([ours.query.weight, ours.memory.weight]))
            across.in_proj_bias.copy_(torch.cat([ours.query.bias, ours.memory.bias]))
            pairs += [(ours.leave_memory, across.out_proj), (ours.before_memory, theirs.norm2)]
        for ours, theirs in pairs:
            theirs.load_state_dict(ours.state_dict())
        x, lengths = some_vectors(6, 3, 1)
        previous = some_previous(3, 4)
        got, _ = body.decode(previous, body.encode(x, lengths))
        padding = torch.arange(6) >= lengths[:, None]
        expected = reference(
            body.encoder.enter(x) + sinusoids(6, width),
            body.enter(previous) + sinusoids(4, width),
            tgt_mask=nn.Transformer.generate_square_subsequent_mask(4, dtype=torch.float64),
            src_key_padding_mask=padding,
            memory_key_padding_mask=padding,
        )
    torch.testing.assert_close(got, expected, atol=1e-6, rtol=0)  # positions are single precision


def sinusoids(steps, width) -> torch.Tensor:
    """Vaswani et al. 2017, section 3.5."""
    step, i = np.arange(steps)[:, None], np.arange(width)
    angle = step / 10000 ** (i // 2 * 2 / width)
    return torch.from_numpy(np.where(i % 2, np.cos(angle), np.sin(angle)))


# -- writing -----------------------------------------------------------------------------------

LONGEST = 4
WRITERS = [*DECODERS, "attention_encoder_decoder[attention=luong,cell=gru]"]


@functools.cache
def writer(label) -> tuple[Network, torch.Tensor, torch.Tensor]:
    """A network that has half learned some answers of 1, 2 and END by heart, and their inputs."""
    signature = Signature(
        "sequence-to-sequence", "tokens", INPUT, "tokens", 3, False, "decoder", embedding=EMBEDDING
    )
    net = built(label, signature, dtype=torch.float32, spread=0.1)
    inputs, lengths = some_tokens(5, 2, 1, 4, 3, 5, 5, 3)
    answers = torch.tensor([[1, 2, 1, 0], [2, 0, 0, 0], [1, 1, 0, 0], [0, 0, 0, 0],
                            [2, 2, 1, 2], [1, 0, 0, 0], [2, 1, 1, 1], [1, 2, 2, 0]])  # fmt: skip
    optimizer = torch.optim.Adam(net.parameters(), 0.01)
    for _ in range(300):
        loss = cross_entropy(net(inputs, lengths, answers).flatten(0, 1), answers.flatten())
        if loss < 0.55:
            break
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return net, inputs, lengths


def log_probability(net, inputs, lengths, row, symbols) -> float:
    """Of a sequence of symbols, by teacher forcing on the row alone."""
    one = slice(row, row + 1)
    with torch.no_grad():
        log = net(inputs[one, : lengths[row]], lengths[one], torch.tensor([symbols]))[0]
    return float(log.log_softmax(-1)[torch.arange(len(symbols)), list(symbols)].sum())


def padded(symbols, steps) -> list[int]:
    return [*symbols, *[0] * (steps - len(symbols))]


@pytest.mark.parametrize("label", WRITERS)
def test_a_beam_that_holds_everything_finds_the_best(label):
    """Against all sequences there are, each closed by END or cut off."""
    net, inputs, lengths = writer(label)
    everything = [
        (*symbols, *end)
        for steps in range(LONGEST + 1)
        for symbols in itertools.product((1, 2), repeat=steps)
        for end in ([(0,)] if steps < LONGEST else [()])
    ]
    greedy = net.write(inputs, lengths, LONGEST)
    best = net.write(inputs, lengths, LONGEST, beam=len(everything))
    for row in range(len(inputs)):
        scores = [log_probability(net, inputs, lengths, row, each) for each in everything]
        expected = everything[int(np.argmax(scores))]
        assert best[row].tolist() == padded(expected, best.shape[1])
    greedy, best = ([tuple(padded(row, LONGEST)) for row in t.tolist()] for t in (greedy, best))
    assert len(set(best)) > 3 and greedy != best  # else there is no need to search


@pytest.mark.parametrize("beam", [1, 2, 3, 5])
@pytest.mark.parametrize("label", WRITERS)
def test_beam_search_by_hand(label, beam):
    """Against lists of hypotheses, each scored from its start; a beam of 1 is greedy."""
    net, inputs, lengths = writer(label)
    longest = 6
    got = net.write(inputs, lengths, longest, beam)
    for row in range(len(inputs)):
        kept = [()]
        for _ in range(longest):
            grown = [h for h in kept if h[-1:] == (0,)]
            grown += [(*h, symbol) for h in kept if h[-1:] != (0,) for symbol in range(3)]
            grown.sort(key=lambda h: -log_probability(net, inputs, lengths, row, h))
            kept = grown[:beam]
        assert got[row].tolist() == padded(kept[0], got.shape[1])


@pytest.mark.parametrize("beam", [1, 4])
@pytest.mark.parametrize("label", WRITERS)
def test_writing_does_not_depend_on_the_batch(label, beam):
    net, inputs, lengths = writer(label)
    together = net.write(inputs, lengths, 6, beam)
    for row, length in enumerate(lengths):
        one = slice(row, row + 1)
        (alone,) = net.write(inputs[one, :length], lengths[one], 6, beam)
        assert together[row].tolist() == padded(alone.tolist(), together.shape[1])
        ends = torch.nonzero(together[row] == 0)
        assert not len(ends) or (together[row, int(ends[0]) :] == 0).all()


# -- cells -------------------------------------------------------------------------------------


LEARNERS = [*DECODERS, "attention_encoder_decoder[attention=luong]"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "task", ["reverse[length=4,symbols=6]", "run_length[runs=2,longest=3,symbols=6]"]
)
@pytest.mark.parametrize("label", LEARNERS)
def test_cells_learn(label, task):
    budget = {"steps": 250, "evaluate_every": 250, "parameters": 4000, "learning_rate": 0.01}
    record = run_cell(make_cell(task, label, **budget))
    assert record.outcome == Outcome.OK, record.traceback
    assert record.skill > 0.5
    assert record.flops > 0


@pytest.mark.parametrize("label", LEARNERS)
def test_cells_repeat_themselves(label):
    one, again = (run_cell(make_cell("reverse[length=4,symbols=6]", label)) for _ in range(2))
    assert one.outcome == Outcome.OK, one.traceback
    assert one.scores == again.scores
    assert [p["loss"] for p in one.curve] == [p["loss"] for p in again.curve]
    for name, value in one.weights.items():
        assert np.array_equal(value, again.weights[name])


@pytest.mark.slow
def test_attention_looks_where_the_answer_is():
    """Trained to reverse, output k looks at the k-th input from the end."""
    from harness.training.restore import restored
    from harness.training.run_cell import signature_of

    label = "attention_encoder_decoder[attention=luong]"
    record = run_cell(make_cell("reverse[length=8]", label, steps=600, evaluate_every=200,
                                parameters=8000, learning_rate=0.005))  # fmt: skip
    assert record.skill > 0.9
    task, _ = restored(record, record.weights)
    made = spec(label)
    signature = signature_of(task, embedding=8)
    net = Network(load_architecture(made), record.width, signature, dict(made.parameters))
    net.load_state_dict({k: torch.from_numpy(v) for k, v in record.weights.items()})
    test = task.examples("test")
    inputs, lengths, targets = map(torch.from_numpy, (test.inputs, test.lengths, test.targets))
    previous = torch.cat([torch.full_like(targets[:, :1], signature.output_size), targets], 1)
    with torch.no_grad():
        weights = net.body.attention(net.embed(inputs), lengths, net.embed_output(previous))
    steps = torch.arange(targets.shape[1])
    real = steps < lengths[:, None]
    there = weights[:, : len(steps)].argmax(-1) == lengths[:, None] - 1 - steps
    assert there[real].float().mean() > 0.8
