"""The temporal convolutional network."""

import torch
from torch import Tensor, nn

from architectures.architecture import Signature, architecture
from architectures.convolution import batch_first, convolve


@architecture("tcn")
class TCN(nn.Module):
    """Temporal convolutional network (Bai, Kolter & Koltun 2018): residual blocks of two dilated
    causal convolutions each, the dilation doubling from block to block.

    An output sees 1 + 2 (kernel - 1) (2^layers - 1) steps, itself and those before it, whether
    or not the task would let it see the future: that is how the paper defines it, also for
    outputs read at the last step. ``dropout`` blanks whole channels, as the paper has it.

    Filters start at torch's default, not at the normal(0, 0.01) that the paper and the authors'
    code give: there weight normalisation overwrites them before they are used
    (github.com/locuslab/TCN, issue 1), and with them 500 updates taught nothing here. The
    shortcut where sizes differ does start at normal(0, 0.01), as it does there.
    """

    def __init__(
        self,
        features: int,
        width: int,
        signature: Signature,
        *,
        layers: int = 6,
        kernel: int = 3,
        dropout: float = 0.0,
    ):
        super().__init__()
        self.receptive_field = 1 + 2 * (kernel - 1) * (2**layers - 1)
        self.blocks = nn.Sequential(
            *(
                Block(width if level else features, width, kernel, 2**level, dropout)
                for level in range(layers)
            )
        )

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        # Padding comes last, where no real step looks.
        return batch_first(self.blocks(x.transpose(0, 1)))


class Block(nn.Module):
    """relu(x + F(x)), F twice a causal convolution, ReLU and dropout; ``(time, batch, size)``."""

    def __init__(self, below: int, width: int, kernel: int, dilation: int, dropout: float):
        super().__init__()
        self.change = nn.Sequential(
            CausalConvolution(below, width, kernel, dilation),
            ChannelDropout(dropout),
            CausalConvolution(width, width, kernel, dilation),
            ChannelDropout(dropout),
        )
        self.shortcut: nn.Module = nn.Identity()
        if below != width:
            self.shortcut = nn.Linear(below, width)
            nn.init.normal_(self.shortcut.weight, std=0.01)

    def forward(self, x: Tensor) -> Tensor:
        return (self.shortcut(x) + self.change(x)).relu()


class ChannelDropout(nn.Dropout1d):
    """Blanks a channel of a sequence at all its steps, ``(time, batch, size)``."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.permute(1, 2, 0)).permute(2, 0, 1) if self.p else x


class CausalConvolution(nn.Module):
    """ReLU of a dilated convolution over a step and those before it, under weight normalisation
    (Salimans & Kingma 2016): each filter has a direction and, apart from it, a length.

    Torch's own weight normalisation cannot be pickled.
    """

    def __init__(self, below: int, width: int, kernel: int, dilation: int):
        super().__init__()
        plain = nn.Conv1d(below, width, kernel)
        self.direction, self.bias = plain.weight, plain.bias
        self.length = nn.Parameter(
            torch.linalg.vector_norm(self.direction.detach(), dim=(1, 2), keepdim=True)
        )
        self.offsets = range(-dilation * (kernel - 1), 1, dilation)

    def weight(self) -> Tensor:
        """The filters: their directions, scaled to their lengths."""
        # What torch.nn.utils calls, too; written out it is eight small operations an update.
        return torch._weight_norm(self.direction, self.length, 0)

    def forward(self, x: Tensor) -> Tensor:
        assert self.bias is not None
        return convolve(x, self.weight(), self.bias, self.offsets)
