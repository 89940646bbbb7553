"""Self-attention: the Transformer's encoder."""

from __future__ import annotations

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
        x = self.enter(x)
        x = x + positions(x.shape[1], x.shape[2]).to(x)
        mask = None
        # Padding comes last, so a causal mask hides it from every real step.
        if not self.causal:
            mask = (torch.arange(x.shape[1], device=x.device) < lengths[:, None])[:, None, None]
        for block in self.blocks:
            x = block(x, mask, self.causal)
        return self.norm(x)


class Block(nn.Module):
    """Attention and a feed-forward layer, each behind a normalisation and a residual."""

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
        joint = self.query_key_value(self.before_attention(x))
        query, key, value = joint.unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        seen = scaled_dot_product_attention(query, key, value, attn_mask=mask, is_causal=causal)
        x = x + self.leave(seen.transpose(1, 2).flatten(2))
        return x + self.feedforward(self.before_feedforward(x))


def positions(steps: int, width: int) -> Tensor:
    """Sinusoidal position codes, ``(steps, width)``."""
    step = torch.arange(steps)[:, None]
    rate = torch.exp(torch.arange(0, width, 2) * (-math.log(10000.0) / width))
    code = torch.zeros(steps, width)
    code[:, 0::2] = torch.sin(step * rate)
    code[:, 1::2] = torch.cos(step * rate)[:, : width // 2]
    return code
