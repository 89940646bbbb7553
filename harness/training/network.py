"""A neural architecture made into a model of a task: embedding, body, readout, output layer."""

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from architectures.architecture import Signature
from architectures.readout import read


class Network(nn.Module):
    """``(batch, time[, dim])`` and lengths to ``(batch[, time], output size)``.

    Where the output is a sequence of its own, ``forward`` gets the targets (teacher forcing) and
    ``write`` does without. Everything but the body is the same for all architectures.
    Tokens get an embedding of ``signature.embedding`` numbers, the same size for all. In
    training, dropout leaves out a share of the features that enter the body and that leave it.
    """

    def __init__(
        self,
        body: type[nn.Module],
        width: int,
        signature: Signature,
        parameters: Mapping[str, Any],
        dropout: float = 0.0,
    ):
        super().__init__()
        self.readout, self.outputs = signature.readout, signature.outputs
        features = signature.input_size
        self.embed: nn.Embedding | None = None
        if signature.inputs == "tokens":
            self.embed = embedding(signature.input_size, signature.embedding)
            features = signature.embedding
        self.embed_output: nn.Embedding | None = None
        if signature.readout == "decoder":
            # One symbol more than can be written stands for the beginning.
            self.embed_output = embedding(signature.output_size + 1, signature.embedding)
        self.body: Any = body(features, width, signature, **parameters)
        hidden = getattr(self.body, "out_features", width)
        self.head = nn.Linear(hidden, signature.output_size)
        self.drop = nn.Dropout(dropout) if dropout else nn.Identity()

    def forward(self, inputs: Tensor, lengths: Tensor, targets: Tensor | None = None) -> Tensor:
        x = self.drop(inputs if self.embed is None else self.embed(inputs))
        if self.embed_output is None:
            hidden = self.body(x, lengths)
            backward_features = getattr(self.body, "backward_features", 0)
            return self.head(self.drop(read(hidden, lengths, self.readout, backward_features)))
        assert targets is not None
        previous = torch.cat([self._beginning(targets[:, :1]), targets[:, :-1]], 1)
        previous = self.drop(self.embed_output(previous))
        hidden, _ = self.body.decode(previous, self.body.encode(x, lengths))
        return self.head(self.drop(hidden))

    def write(self, inputs: Tensor, lengths: Tensor, longest: int, beam: int = 1) -> Tensor:
        """The output sequences, ``(batch, steps)``, each closed and padded by symbol 0.

        Beam search for the highest sum of log-probabilities; a beam of 1 is greedy decoding.
        longest: symbols after which a sequence is cut off.
        """
        assert self.embed_output is not None
        x = inputs if self.embed is None else self.embed(inputs)
        batch = len(x)
        state: dict[str, Tensor] = self.body.encode(x, lengths)
        state = {name: tensor.repeat_interleave(beam, 0) for name, tensor in state.items()}
        first_row = torch.arange(batch, device=x.device)[:, None] * beam
        written = torch.zeros(batch * beam, 0, dtype=torch.int64, device=x.device)
        last = self._beginning(torch.zeros_like(first_row)).repeat_interleave(beam, 0)
        ended = torch.zeros(batch * beam, dtype=torch.bool, device=x.device)
        score = torch.full((batch, beam), -torch.inf, device=x.device)
        score[:, 0] = 0  # all beams are the same at the start: only one may branch
        while written.shape[1] < longest and not ended.all():
            hidden, state = self.body.decode(self.embed_output(last), state)
            log = self.head(hidden[:, -1]).log_softmax(-1)
            log[ended] = -torch.inf
            log[ended, 0] = 0
            total = (score[..., None] + log.unflatten(0, (batch, beam))).flatten(1)
            score, best = total.topk(beam)
            rows = (first_row + best // log.shape[1]).flatten()
            last = (best % log.shape[1]).view(-1, 1)
            state = {name: tensor[rows] for name, tensor in state.items()}
            written = torch.cat([written[rows], last], 1)
            ended = ended[rows] | (last[:, 0] == 0)
        return written[first_row[:, 0]]

    def _beginning(self, like: Tensor) -> Tensor:
        return torch.full_like(like, self.head.out_features)

    def counts(self) -> tuple[int, int]:
        """All trainable numbers, and those without embeddings, which all architectures share."""
        total = sum(p.numel() for p in self.parameters())
        tables = [table for table in (self.embed, self.embed_output) if table is not None]
        return total, total - sum(table.weight.numel() for table in tables)


def embedding(symbols: int, dim: int) -> nn.Embedding:
    """The larger the vocabulary, the rarer and less trained each symbol: at torch's spread of 1
    the noise of rare words drowns what is learned of the others."""
    table = nn.Embedding(symbols, dim)
    nn.init.normal_(table.weight, std=min(1.0, math.sqrt(dim / symbols)))
    return table
