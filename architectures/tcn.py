"""The temporal convolutional network."""

import torch
from torch import Tensor, nn
from torch.nn.functional import conv1d, pad

from architectures.architecture import Signature, architecture


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
        return self.blocks(x.transpose(1, 2)).transpose(1, 2)


class Block(nn.Module):
    """relu(x + F(x)), F twice a causal convolution, ReLU and dropout; ``(batch, size, time)``."""

    def __init__(self, below: int, width: int, kernel: int, dilation: int, dropout: float):
        super().__init__()
        self.change = nn.Sequential(
            CausalConvolution(below, width, kernel, dilation),
            nn.ReLU(),
            nn.Dropout1d(dropout),
            CausalConvolution(width, width, kernel, dilation),
            nn.ReLU(),
            nn.Dropout1d(dropout),
        )
        self.shortcut: nn.Module = nn.Identity()
        if below != width:
            self.shortcut = nn.Conv1d(below, width, 1)
            nn.init.normal_(self.shortcut.weight, std=0.01)

    def forward(self, x: Tensor) -> Tensor:
        return (self.shortcut(x) + self.change(x)).relu()


class CausalConvolution(nn.Module):
    """Dilated convolution over a step and those before it, under weight normalisation
    (Salimans & Kingma 2016): each filter has a direction and, apart from it, a length.

    Torch's own weight normalisation cannot be pickled.
    """

    def __init__(self, below: int, width: int, kernel: int, dilation: int):
        super().__init__()
        plain = nn.Conv1d(below, width, kernel)
        self.direction, self.bias = plain.weight, plain.bias
        self.length = nn.Parameter(self.norm().detach().clone())
        self.dilation, self.before = dilation, dilation * (kernel - 1)

    def norm(self) -> Tensor:
        return torch.linalg.vector_norm(self.direction, dim=(1, 2), keepdim=True)

    def forward(self, x: Tensor) -> Tensor:
        weight = self.direction * (self.length / self.norm())
        return conv1d(pad(x, (self.before, 0)), weight, self.bias, dilation=self.dilation)
