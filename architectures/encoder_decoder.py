"""Recurrent encoder-decoders: with one context vector for the whole input, and with attention."""

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor, nn

from architectures.architecture import Signature, architecture
from architectures.gates import Layer
from architectures.readout import read
from architectures.recurrent import (
    GRU,
    LSTM,
    RNN,
    BiGRU,
    BiLSTM,
    BiRNN,
    Recurrent,
    mirrored,
    reordered,
)
from architectures.starts import Start

FORWARDS: dict[str, Callable[..., Recurrent]] = {"rnn": RNN, "gru": GRU, "lstm": LSTM}
BOTH: dict[str, Callable[..., Recurrent]] = {"rnn": BiRNN, "gru": BiGRU, "lstm": BiLSTM}

State = dict[str, Tensor]


@architecture("encoder_decoder", problems=("one-to-many", "sequence-to-sequence"))
class EncoderDecoder(nn.Module):
    """Recurrent encoder-decoder with one fixed context vector.

    From Sutskever et al. (2014) and Cho et al. (2014). The encoder's state after each sequence's
    true last step is all that the decoder gets of the input. ``context``: the decoder starts
    from it, layer by layer (``start``, Sutskever et al.), or also finds the top layer's hidden
    state beside every symbol that it reads (``every_step``, Cho et al.). ``cell`` is the LSTM, as
    in Sutskever et al.: its context is two vectors, hidden state and cell, and must hold the
    whole input. ``reads``: the input forwards, or backwards, as Sutskever et al. had it read.
    ``start`` is that of encoder and decoder, as in the recurrent networks.
    """

    def __init__(
        self,
        features: int,
        width: int,
        signature: Signature,
        *,
        cell: Literal["lstm", "gru", "rnn"] = "lstm",
        layers: int = 1,
        context: Literal["start", "every_step"] = "start",
        reads: Literal["forwards", "backwards"] = "forwards",
        start: Start = "orthogonal",
    ):
        super().__init__()
        kind, self.every_step = FORWARDS[cell], context == "every_step"
        self.backwards = reads == "backwards"
        self.encoder = kind(features, width, signature, layers=layers, start=start)
        read_size = signature.embedding + (width if self.every_step else 0)
        self.decoder = kind(read_size, width, signature, layers=layers, start=start)

    def encode(self, x: Tensor, lengths: Tensor) -> State:
        if self.backwards:
            x = reordered(x, mirrored(lengths, x.shape[1]))
        state: State = {}
        for level, layer in enumerate(self.encoder.forwards):
            assert isinstance(layer, Layer)
            after = layer.states_after(x)  # at each sequence's true end, not after the padding
            for name, states in zip(layer.states, after, strict=True):
                state[f"{name}_l{level}"] = read(states, lengths, "last")
            x = after[0]
        if self.every_step:
            state["context"] = read(x, lengths, "last")
        return state

    def decode(self, previous: Tensor, state: State) -> tuple[Tensor, State]:
        if self.every_step:
            context = state["context"][:, None].expand(-1, previous.shape[1], -1)
            previous = torch.cat([previous, context], -1)
        return forward_from(self.decoder, previous, state)


@architecture("attention_encoder_decoder", problems=("one-to-many", "sequence-to-sequence"))
class AttentionEncoderDecoder(nn.Module):
    """Recurrent encoder-decoder with attention.

    From Bahdanau et al. (2015) and Luong et al. (2015). The encoder returns annotations h_j, one
    for each input step; the decoder, in state s, weighs them by a softmax over the scores of the
    real ones and is given their mean, the context c.

    ``bahdanau``: score v tanh(W s_{i-1} + U h_j), of the state before the step; the decoder
    reads c beside the symbol. ``luong``: score s_i W h_j ("general"), of the state after it, so
    that all steps are computed at once; the decoder does not see c (no input feeding). Both
    return tanh(W [c; s_i]), Luong et al.'s output layer, in place of Bahdanau et al.'s maxout, so
    that they differ in nothing else.

    ``bidirectional``: the encoder reads in both directions, as in Bahdanau et al.; Luong et al.'s
    reads forwards. The decoder's states start at tanh(W h), where h is the encoder's hidden state
    that has read the whole input: the backward one at the first step, else the last one.
    ``cell`` is the LSTM, as in Luong et al. and in ``encoder_decoder``, to which this compares,
    and ``start`` as there.
    ``width`` is shared out, half to each direction of the encoder and half to the decoder: of
    widths that are the same in all, none may come near a small budget.
    """

    def __init__(
        self,
        features: int,
        width: int,
        signature: Signature,
        *,
        attention: Literal["bahdanau", "luong"] = "bahdanau",
        cell: Literal["lstm", "gru", "rnn"] = "lstm",
        layers: int = 1,
        bidirectional: bool = True,
        start: Start = "orthogonal",
    ):
        super().__init__()
        self.additive, self.bidirectional = attention == "bahdanau", bidirectional
        inside, outside = (width + 1) // 2, width // 2 + 1
        self.out_features = outside
        encoder = (BOTH if bidirectional else FORWARDS)[cell]
        self.encoder = encoder(features, inside, signature, layers=layers, start=start)
        annotation = self.encoder.out_features
        read_size = signature.embedding + (annotation if self.additive else 0)
        self.decoder = FORWARDS[cell](read_size, outside, signature, layers=layers, start=start)
        self.start = nn.Linear(inside, outside * len(state_names(self.decoder)))
        self.key = nn.Linear(annotation, outside, bias=False)
        if self.additive:
            self.query = nn.Linear(outside, outside)
            self.score = nn.Linear(outside, 1, bias=False)
        self.join = nn.Linear(annotation + outside, outside)

    def encode(self, x: Tensor, lengths: Tensor) -> State:
        annotations = self.encoder(x, lengths)
        if self.bidirectional:
            whole = annotations[:, 0, self.start.in_features :]
        else:
            whole = read(annotations, lengths, "last")
        names = state_names(self.decoder)
        start = self.start(whole).tanh().chunk(len(names), -1)
        return {
            **dict(zip(names, start, strict=True)),
            "annotations": annotations,
            "keys": self.key(annotations),
            "real": torch.arange(x.shape[1], device=x.device) < lengths[:, None],
        }

    def decode(self, previous: Tensor, state: State) -> tuple[Tensor, State]:
        hidden, state, _ = self._decode(previous, state)
        return hidden, state

    def attention(self, x: Tensor, lengths: Tensor, previous: Tensor) -> Tensor:
        """The weight that each output step gives to each input step,
        ``(batch, output steps, input steps)``; zero on padding. ``previous`` as in ``decode``."""
        return self._decode(previous, self.encode(x, lengths))[2]

    def _decode(self, previous: Tensor, state: State) -> tuple[Tensor, State, Tensor]:
        if self.additive:
            top = state_names(self.decoder)[-len(self.decoder.layer.states)]
            steps = []
            for symbol in previous.split(1, 1):
                weights, context = self._attend(state[top][:, None], state)
                hidden, state = forward_from(self.decoder, torch.cat([symbol, context], -1), state)
                steps.append((hidden, context, weights))
            hidden, context, weights = (torch.cat(parts, 1) for parts in zip(*steps, strict=True))
        else:
            hidden, state = forward_from(self.decoder, previous, state)
            weights, context = self._attend(hidden, state)
        return self.join(torch.cat([context, hidden], -1)).tanh(), state, weights

    def _attend(self, hidden: Tensor, state: State) -> tuple[Tensor, Tensor]:
        """Weights and contexts for decoder states ``(batch, steps, width)``."""
        if self.additive:
            terms = self.query(hidden)[:, :, None] + state["keys"][:, None]
            scores = self.score(terms.tanh())[..., 0]
        else:
            scores = hidden @ state["keys"].mT
        weights = scores.masked_fill(~state["real"][:, None], -torch.inf).softmax(-1)
        return weights, weights @ state["annotations"]


def state_names(network: Recurrent) -> list[str]:
    """Names of what goes from one step to the next, ``hidden_l0, cell_l0, hidden_l1, ...``"""
    levels = range(len(network.forwards))
    return [f"{state}_l{level}" for level in levels for state in network.layer.states]


def forward_from(network: Recurrent, x: Tensor, state: State) -> tuple[Tensor, State]:
    """Hidden states ``(batch, steps, width)`` of a network that reads on from a state, and the
    state it ends in; the state's tensors are ``(batch, width)``."""
    after = dict(state)
    for level, layer in enumerate(network.forwards):
        assert isinstance(layer, Layer)
        names = [f"{name}_l{level}" for name in layer.states]
        x, ends = layer.forward_from(x, [state[name] for name in names])
        after.update(zip(names, ends, strict=True))
    return x, after
