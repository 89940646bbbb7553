"""Updates of all weights at once: one flat buffer of weights, one of gradients."""

import math
from typing import Any

import torch
from torch import Tensor, nn

from harness.experiment.matrix import Budget

KINDS: dict[str, Any] = {
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "sgd": torch.optim.SGD,
    "rmsprop": torch.optim.RMSprop,
}
FUSED = ("adam", "adamw", "sgd")
"""Those that torch updates in one kernel."""
ALIGNED = 16
"""Numbers: every parameter begins on a cache line of its own, as if it were allocated alone."""


class Optimizer:
    """The budget's optimiser, clipping and schedule, over all trainable weights of a network.

    Its parameters become views of one buffer of each kind of number (mostly there is one), and so
    do their gradients. Clipping, the update and the copy of the best weights are then a few
    operations instead of some for each parameter, which on small networks take as long as the
    backward pass. A parameter without gradient has one of zero.
    """

    def __init__(self, network: nn.Module, budget: Budget):
        assert not isinstance(budget.learning_rate, list)
        self.rate = budget.learning_rate
        kinds: dict[torch.dtype, list[nn.Parameter]] = {}
        for parameter in network.parameters():
            if parameter.requires_grad:
                kinds.setdefault(parameter.dtype, []).append(parameter)
        self.network, self.budget = network, budget
        self.flat = [_joined(parameters) for parameters in kinds.values()]
        self.gradients = [buffer.grad for buffer in self.flat if buffer.grad is not None]
        fused = {"fused": all(kind.is_floating_point for kind in kinds)}
        self.rule: torch.optim.Optimizer = KINDS[budget.optimizer](
            self.flat, lr=self.rate, **(fused if budget.optimizer in FUSED else {})
        )
        self.updates = 0

    def clear(self) -> None:
        """Forget the gradients."""
        for gradient in self.gradients:
            gradient.zero_()

    def norm(self) -> Tensor:
        """The norm of the gradient, over all weights, before clipping."""
        norms = [torch.linalg.vector_norm(gradient) for gradient in self.gradients]
        return norms[0] if len(norms) == 1 else torch.linalg.vector_norm(torch.stack(norms))

    def update(self, norm: float) -> None:
        """Clip the gradient, whose norm this is, and change the weights once."""
        most = self.budget.clip_norm
        if most and norm > most:
            for gradient in self.gradients:
                gradient.mul_(most / norm)
        for group in self.rule.param_groups:
            group["lr"] = self.rate * self._share(self.updates)
        self.rule.step()
        self.updates += 1

    def kept(self) -> tuple[list[Tensor], dict[str, Tensor]]:
        """A copy of weights and buffers, for ``restore``."""
        buffers = {name: buffer.clone() for name, buffer in self.network.named_buffers()}
        return [buffer.data.clone() for buffer in self.flat], buffers

    def restore(self, kept: tuple[list[Tensor], dict[str, Tensor]]) -> None:
        """Put a copy back in place."""
        weights, buffers = kept
        with torch.no_grad():
            for whole, before in zip(self.flat, weights, strict=True):
                whole.copy_(before)
            for name, buffer in self.network.named_buffers():
                buffer.copy_(buffers[name])

    def _share(self, update: int) -> float:
        """Of the learning rate, after so many updates: it rises over the first twentieth, and
        then stays or falls as half a cosine."""
        steps = self.budget.steps
        warm = max(1, steps // 20)
        if update < warm:
            return (update + 1) / warm
        if self.budget.schedule == "constant":
            return 1.0
        return 0.5 * (1 + math.cos(math.pi * (update - warm) / max(1, steps - warm)))


def _joined(parameters: list[nn.Parameter]) -> nn.Parameter:
    """One buffer that holds these parameters, which become views of it; so do their gradients."""
    sizes = [-(-p.numel() // ALIGNED) * ALIGNED for p in parameters]
    whole = nn.Parameter(parameters[0].data.new_zeros(sum(sizes)))
    whole.grad = torch.zeros_like(whole.data)
    for parameter, weights, gradient in zip(
        parameters, whole.data.split(sizes), whole.grad.split(sizes), strict=True
    ):
        place = weights[: parameter.numel()].view(parameter.shape)
        place.copy_(parameter.data)
        parameter.data = place
        parameter.grad = gradient[: parameter.numel()].view(parameter.shape)
    return whole
