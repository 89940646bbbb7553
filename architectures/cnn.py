"""Convolution over time."""

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from architectures.architecture import Signature, architecture


@architecture("cnn", readout="max")
class CNN(nn.Module):
    """Convolution over time, in the form the task's readout calls for.

    Pooled over time: filters as wide as 2 to ``ngram`` steps side by side, to be pooled by their
    maximum, so that a pattern counts wherever it stands (Collobert et al. 2011; Kim 2014).

    One output a step, or the last one: a stack of ``levels`` dilated convolutions with residual
    connections (WaveNet, van den Oord et al. 2016), which sees
    1 + (kernel - 1) (2^levels - 1) steps: those before the output where it must not see the
    future or is read at the last step, else centred on it.
    """

    def __init__(
        self,
        features: int,
        width: int,
        signature: Signature,
        *,
        ngram: int = 4,
        kernel: int = 3,
        levels: int = 4,
    ):
        super().__init__()
        self.pooled = signature.readout in ("max", "mean")
        self.backward_only = signature.causal or signature.readout == "last"
        if self.pooled:
            spans = range(2, ngram + 1)
            shares = [width // len(spans) + (i < width % len(spans)) for i in range(len(spans))]
            self.convolutions = nn.ModuleList(
                nn.Conv1d(features, share, span)
                for share, span in zip(shares, spans, strict=True)
                if share
            )
            self.receptive_field = ngram
        else:
            self.enter = nn.Conv1d(features, width, 1)
            self.convolutions = nn.ModuleList(
                nn.Conv1d(width, width, kernel, dilation=2**level) for level in range(levels)
            )
            self.receptive_field = 1 + (kernel - 1) * (2**levels - 1)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        real = (torch.arange(x.shape[1], device=x.device) < lengths[:, None])[:, None]
        x = x.transpose(1, 2) * real
        if self.pooled:
            x = torch.cat([self._same_length(layer, x) for layer in self.convolutions], 1).relu()
        else:
            x = self.enter(x) * real
            for layer in self.convolutions:
                x = (x + self._same_length(layer, x).relu()) * real
        return x.transpose(1, 2)

    def windows(self) -> list[tuple[int, int]]:
        """How many steps before and after its own each filter of the pooled form reads, in the
        order of the hidden vector's numbers."""
        layers = [layer for layer in self.convolutions if isinstance(layer, nn.Conv1d)]
        return [self._reach(layer) for layer in layers for _ in range(layer.out_channels)]

    def _same_length(self, layer: nn.Module, x: Tensor) -> Tensor:
        assert isinstance(layer, nn.Conv1d)
        return layer(pad(x, self._reach(layer)))

    def _reach(self, layer: nn.Conv1d) -> tuple[int, int]:
        missing = layer.dilation[0] * (layer.kernel_size[0] - 1)
        after = 0 if self.backward_only else missing // 2
        return missing - after, after
