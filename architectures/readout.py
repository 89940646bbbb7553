"""Readouts: how a sequence of hidden vectors becomes an output."""

import torch
from torch import Tensor


def read(hidden: Tensor, lengths: Tensor, how: str, backward_features: int = 0) -> Tensor:
    """Reduce ``(batch, time, hidden)`` to ``(batch, hidden)``, or leave it where ``per-step``.

    last: the state at each sequence's true last step; mean, max: over its real steps only.
    backward_features: so many of the hidden features, the trailing ones, read the sequence
    backwards. They have read it whole at its first step, and at its last one a single step.
    """
    if how == "per-step":
        return hidden
    if how == "last":
        last = hidden[torch.arange(len(hidden), device=hidden.device), lengths - 1]
        if not backward_features:
            return last
        forward = last[:, :-backward_features]
        return torch.cat([forward, hidden[:, 0, -backward_features:]], -1)
    real = torch.arange(hidden.shape[1], device=hidden.device) < lengths[:, None]
    if how == "max":
        # Hidden by a sum and taken with its place: masks and shared gradients take twice as long.
        hide = torch.zeros(real.shape, device=hidden.device).masked_fill(~real, -torch.inf)
        return (hidden + hide.to(hidden)[..., None]).max(1).values
    if how == "mean":
        return (real.to(hidden)[:, None] @ hidden)[:, 0] / lengths[:, None]
    raise ValueError(f"unknown readout {how!r}; known: last, mean, max, per-step")
