"""A neural architecture made into a model of a task: embedding, body, readout, output layer."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from architectures.architecture import Signature
from architectures.readout import read


class Network(nn.Module):
    """``(batch, time[, dim])`` and lengths to ``(batch[, time], output size)``.

    Everything but the body is the same for all architectures. Tokens get an embedding of
    ``embedding`` numbers, the same size for all.
    """

    def __init__(
        self,
        body: type[nn.Module],
        width: int,
        signature: Signature,
        embedding: int,
        parameters: Mapping[str, Any],
    ):
        super().__init__()
        self.readout = signature.readout
        self.discrete = signature.outputs != "reals"
        features = signature.input_size
        self.embed: nn.Embedding | None = None
        if signature.inputs == "tokens":
            self.embed = nn.Embedding(signature.input_size, embedding)
            # The larger the vocabulary, the rarer and less trained each symbol: at torch's
            # spread of 1 the noise of rare words drowns what is learned of the others.
            spread = min(1.0, math.sqrt(embedding / signature.input_size))
            nn.init.normal_(self.embed.weight, std=spread)
            features = embedding
        self.body = body(features, width, signature, **parameters)
        hidden = getattr(self.body, "out_features", width)
        self.head = nn.Linear(hidden, signature.output_size)

    def forward(self, inputs: Tensor, lengths: Tensor) -> Tensor:
        x = inputs if self.embed is None else self.embed(inputs)
        return self.head(read(self.body(x, lengths), lengths, self.readout))

    def counts(self) -> tuple[int, int]:
        """All trainable numbers, and those without the embedding, which all architectures share."""
        total = sum(p.numel() for p in self.parameters())
        return total, total - (self.embed.weight.numel() if self.embed is not None else 0)


def matched_width(build: Callable[[int], Network], target: int) -> int:
    """The width whose count (without the embedding) is nearest to ``target``.

    ``build`` is called on the meta device, so nothing is allocated. Counts grow with the width;
    found by doubling, then bisection.
    """

    def count(width: int) -> int:
        with torch.device("meta"):
            return build(width).counts()[1]

    high = 1
    while count(high) < target:
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if count(middle) < target else (low, middle)
    if low == 0:
        return high
    return min((low, high), key=lambda width: abs(count(width) - target))


def flops_per_update(network: Network, shape: tuple[int, ...]) -> float | None:
    """Floating-point operations of one forward and backward pass over a batch of this shape.

    Counted on the meta device: the fused kernels that run on real devices hide theirs from the
    counter. None where a body computes with values and so cannot run without them.
    """
    from torch.utils.flop_counter import FlopCounterMode

    ghost = network.to("meta")
    kind = torch.float32 if network.embed is None else torch.int64
    inputs = torch.empty(shape, dtype=kind, device="meta")
    lengths = torch.empty(shape[0], dtype=torch.int64, device="meta")
    try:
        with FlopCounterMode(display=False) as counter:
            ghost(inputs, lengths).sum().backward()
    except (RuntimeError, NotImplementedError):
        return None
    return float(counter.get_total_flops())
