"""minGRU: a gated recurrence that is computed in parallel over time."""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from architectures.architecture import Signature, architecture
from architectures.starts import chrono


@architecture("min_gru")
class MinGRU(nn.Module):
    """Minimal gated recurrent units (Feng et al. 2024, "Were RNNs All We Needed?"), stacked.

    h_t = (1 - z_t) h_{t-1} + z_t g(V x_t + b) with z_t = sigmoid(W x_t + c) and h_0 = 0;
    g(a) is a + 1/2 from a = 0 on and sigmoid(a) below, so that states are positive.
    Neither gate nor candidate sees the state, so what is kept can depend on what was read before
    from the second layer on only. Each layer stands behind a normalisation, beside a residual.
    Weights start as torch draws them (``uniform``). ``chrono``: the bias c is the negative of what
    ``architectures/starts.py`` gives, since the gate keeps the state where it is shut.
    """

    def __init__(
        self,
        features: int,
        width: int,
        signature: Signature,
        *,
        layers: int = 3,
        start: Literal["uniform", "chrono"] = "uniform",
    ):
        super().__init__()
        self.enter = nn.Linear(features, width)
        stack = [Layer(width) for _ in range(layers)]
        if start == "chrono":
            for layer in stack:
                layer.gate.bias.data = -chrono(width, signature)
        self.layers = nn.ModuleList(stack)
        self.norm = nn.LayerNorm(width)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        x = self.enter(x)
        for layer in self.layers:
            x = x + layer(x)
        return self.norm(x)


class Layer(nn.Module):
    """Normalisation and recurrence, ``(batch, time, width)`` to the same."""

    def __init__(self, width: int):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.gate = nn.Linear(width, width)
        self.candidate = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(x)
        gate, candidate = self.gate(x), self.candidate(x)
        positive = torch.where(candidate >= 0, candidate + 0.5, candidate.sigmoid())
        return scan((-gate).sigmoid(), gate.sigmoid() * positive)


def scan(keep: Tensor, gain: Tensor) -> Tensor:
    """All h_t = keep_t h_{t-1} + gain_t from h_0 = 0 at once; ``(batch, time, width)`` each.

    Steps are joined in pairs, the half as long sequence of pairs is solved in the same way, and
    the steps in between are filled in: log2(time) rounds (Blelloch 1990). Factors below 1 and
    positive terms lose nothing here, while the paper's sums of logarithms over all the steps
    before lose digits as sequences get longer.
    """
    steps = gain.shape[1]
    if steps == 1:
        return gain
    if steps % 2:
        return scan(pad(keep, (0, 0, 0, 1)), pad(gain, (0, 0, 0, 1)))[:, :-1]
    (keep_1, keep_2), (gain_1, gain_2) = ((a[:, 0::2], a[:, 1::2]) for a in (keep, gain))
    second = scan(keep_1 * keep_2, torch.addcmul(gain_2, keep_2, gain_1))
    first = torch.addcmul(gain_1, keep_1, pad(second, (0, 0, 1, -1)))
    return torch.stack([first, second], 2).flatten(1, 2)
