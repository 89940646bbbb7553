"""Self-attention: the Transformer's encoder."""

import functools
import math

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

from architectures.architecture import Signature, architecture


@architecture("self_attention")
class SelfAttention(nn.Module):
    """Transformer encoder (Vaswani et al. 2017) with the normalisation before each sublayer
    (Xiong et al. 2020) and sinusoidal positions. Under a causal task each step attends to itself
    and the steps before it; else to the whole sequence, padding excepted."""

    def __init__(
        self,
        features: int,
        width: int,
        signature: Signature,
        *,
        layers: int = 2,
        heads: int = 2,
        feedforward: int = 2,
    ):
        super().__init__()
        self.causal = signature.causal
        self.enter = nn.Linear(features, width)
        self.blocks = nn.ModuleList(Block(width, heads, feedforward) for _ in range(layers))
        self.norm = nn.LayerNorm(width)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        x, mask = self._enter(x, lengths)
        for block in self.blocks:
            x = block(x, mask, self.causal)
        return self.norm(x)

    def attention(self, x: Tensor, lengths: Tensor) -> list[Tensor]:
        """The weight that each step gives to each step, layer by layer,
        ``(batch, heads, time, time)``; zero on what a step must not see. Rows of padded steps
        mean nothing."""
        x, mask = self._enter(x, lengths)
        seen = []
        for block in self.blocks:
            assert isinstance(block, Block)
            seen.append(block.attention(x, mask, self.causal))
            x = block(x, mask, self.causal)
        return seen

    def _enter(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor | None]:
        """What the first block reads, and the mask of what may be attended to."""
        x = self.enter(x)
        x = x + positions(x.shape[1], x.shape[2]).to(x)
        if self.causal:  # padding comes last, so this hides it from every real step
            return x, None
        return x, (torch.arange(x.shape[1], device=x.device) < lengths[:, None])[:, None, None]


class Block(nn.Module):
    """Attention and a feed-forward layer, each behind a normalisation and a residual.

    Of ``query_key_value``'s bias the key's third is of no use, as it moves all scores of a query
    alike; it is kept as in ``torch.nn.MultiheadAttention``.
    """

    def __init__(self, width: int, heads: int, feedforward: int):
        super().__init__()
        self.heads = heads
        inner = heads * math.ceil(width / heads)  # any width does, divisible or not
        self.before_attention = nn.LayerNorm(width)
        self.query_key_value = nn.Linear(width, 3 * inner)
        self.leave = nn.Linear(inner, width)
        self.before_feedforward = nn.LayerNorm(width)
        self.feedforward = nn.Sequential(
            nn.Linear(width, feedforward * width), nn.GELU(), nn.Linear(feedforward * width, width)
        )

    def forward(self, x: Tensor, mask: Tensor | None, causal: bool) -> Tensor:
        query, key, value = self._heads(x)
        seen = scaled_dot_product_attention(query, key, value, attn_mask=mask, is_causal=causal)
        x = x + self.leave(seen.transpose(1, 2).flatten(2))
        return x + self.feedforward(self.before_feedforward(x))

    def attention(self, x: Tensor, mask: Tensor | None, causal: bool) -> Tensor:
        """The weights by which ``forward`` attends, ``(batch, heads, time, time)``."""
        query, key, _ = self._heads(x)
        return weights(query, key, mask, causal)

    def _heads(self, x: Tensor) -> Tensor:
        """Queries, keys and values, each ``(batch, heads, time, inner / heads)``."""
        joint = self.query_key_value(self.before_attention(x))
        return joint.unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)


def weights(query: Tensor, key: Tensor, mask: Tensor | None, causal: bool = False) -> Tensor:
    """Attention weights, ``(..., query steps, key steps)``: what attention returns where each
    step's value is the step's own unit vector."""
    steps = key.shape[-2]
    units = torch.eye(steps).to(key).expand(*key.shape[:-2], steps, steps)
    return scaled_dot_product_attention(query, key, units, attn_mask=mask, is_causal=causal)


@functools.lru_cache(maxsize=16)
def positions(steps: int, width: int) -> Tensor:
    """Sinusoidal position codes, ``(steps, width)``; kept, so never to be changed in place."""
    with torch.inference_mode(False), torch.device("cpu"):  # whoever asks for them first
        step = torch.arange(steps)[:, None]
        rate = torch.exp(torch.arange(0, width, 2) * (-math.log(10000.0) / width))
        code = torch.zeros(steps, width)
        code[:, 0::2] = torch.sin(step * rate)
        code[:, 1::2] = torch.cos(step * rate)[:, : width // 2]
        return code
