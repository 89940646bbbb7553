"""A feed-forward network on a sliding window."""

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from architectures.architecture import Signature, architecture

LOOKING_BACK, CENTRED = 10, 11
"""Most steps of a window that is fitted."""


@architecture("fnn_window")
class WindowFNN(nn.Module):
    """A multilayer perceptron on a window of ``window`` steps, the same weights at every step.

    Where an output may see the future, and is one of each step or of all, the window is centred on
    its step (NETtalk, Sejnowski & Rosenberg 1987); one of an even number of steps has the odd one
    before. Where it must not, or is read at the last step, the window ends with its step (a
    time-delay network, Waibel et al. 1989). What lies outside does not exist for it.

    ``window=0`` is fitted to the task: as many steps as its longest sequence has, at most 10 where
    it looks back and 11 where it is centred, so that there are no weights for steps that never
    are.
    """

    def __init__(
        self, features: int, width: int, signature: Signature, *, window: int = 0, layers: int = 2
    ):
        super().__init__()
        centred = not signature.causal and signature.readout != "last"
        most = CENTRED if centred else LOOKING_BACK
        self.receptive_field = window or min(signature.steps or most, most)
        self.after = (self.receptive_field - 1) // 2 if centred else 0
        sizes = [self.receptive_field * features] + [width] * layers
        self.layers = nn.ModuleList(
            nn.Linear(below, above) for below, above in zip(sizes, sizes[1:], strict=False)
        )

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        if self.after:  # else no real step sees the padding, which comes last
            real = torch.arange(x.shape[1], device=x.device) < lengths[:, None]
            x = x * real[..., None]
        x = pad(x, (0, 0, self.receptive_field - 1 - self.after, self.after))
        x = x.unfold(1, self.receptive_field, 1).flatten(2)
        for layer in self.layers:
            x = layer(x).relu()
        return x
