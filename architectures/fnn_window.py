"""A feed-forward network on a sliding window."""

from torch import Tensor, nn
from torch.nn.functional import pad

from architectures.architecture import Signature, architecture


@architecture("fnn_window")
class WindowFNN(nn.Module):
    """A multilayer perceptron on the last ``window`` steps, the same weights at every step
    (a time-delay network, Waibel et al. 1989; NETtalk, Sejnowski & Rosenberg 1987). What lies
    further back than the window does not exist for it."""

    def __init__(
        self, features: int, width: int, signature: Signature, *, window: int = 10, layers: int = 2
    ):
        super().__init__()
        self.receptive_field = window
        sizes = [window * features] + [width] * layers
        self.layers = nn.ModuleList(
            nn.Linear(below, above) for below, above in zip(sizes, sizes[1:], strict=False)
        )

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        before = pad(x, (0, 0, self.receptive_field - 1, 0))
        x = before.unfold(1, self.receptive_field, 1).flatten(2)
        for layer in self.layers:
            x = layer(x).relu()
        return x
