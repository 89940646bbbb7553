"""Convolution over time."""

import torch
from torch import Tensor, nn
from torch.nn.functional import linear, pad

from architectures.architecture import Signature, architecture
from architectures.convolution import batch_first, convolve


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
        x = x.transpose(0, 1)
        real = None
        if not self.backward_only:  # else no real step sees the padding, which comes last
            real = (torch.arange(len(x), device=x.device)[:, None] < lengths)[..., None].to(x)
            x = x * real
        if self.pooled:
            return batch_first(self._side_by_side(x))
        x = linear(x, self.enter.weight[..., 0], self.enter.bias)
        for layer in self.convolutions:
            assert isinstance(layer, nn.Conv1d) and layer.bias is not None
            before, after = self._reach(layer)
            offsets = range(-before, after + 1, layer.dilation[0])
            x = x if real is None else x * real
            x = convolve(x, layer.weight, layer.bias, offsets, residual=True)
        return batch_first(x)

    def _side_by_side(self, x: Tensor) -> Tensor:
        """All filters at once, each with zeros beyond its own width."""
        layers = [layer for layer in self.convolutions if isinstance(layer, nn.Conv1d)]
        reaches = [self._reach(layer) for layer in layers]
        before, after = (max(reach) for reach in zip(*reaches, strict=True))
        weight = [
            pad(layer.weight, (before - reach[0], after - reach[1]))
            for layer, reach in zip(layers, reaches, strict=True)
        ]
        bias = torch.cat([layer.bias for layer in layers if layer.bias is not None])
        return convolve(x, torch.cat(weight), bias, range(-before, after + 1))

    def windows(self) -> list[tuple[int, int]]:
        """How many steps before and after its own each filter of the pooled form reads, in the
        order of the hidden vector's numbers."""
        layers = [layer for layer in self.convolutions if isinstance(layer, nn.Conv1d)]
        return [self._reach(layer) for layer in layers for _ in range(layer.out_channels)]

    def _reach(self, layer: nn.Conv1d) -> tuple[int, int]:
        missing = layer.dilation[0] * (layer.kernel_size[0] - 1)
        after = 0 if self.backward_only else missing // 2
        return missing - after, after
