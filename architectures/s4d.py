"""The diagonal state-space model S4D."""

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, glu, pad

from architectures.architecture import Signature, architecture

CHUNK = 64
"""Steps that are convolved at once; a state is carried from chunk to chunk."""


@architecture("s4d")
class S4D(nn.Module):
    """Diagonal state-space model, S4D-Lin (Gu et al. 2022): linear oscillators that fade, mixed
    at each step by a gated linear unit. It sees the past only, whatever the task allows.

    ``states``: complex states of each channel, each standing for itself and its conjugate.
    """

    def __init__(
        self, features: int, width: int, signature: Signature, *, layers: int = 2, states: int = 16
    ):
        super().__init__()
        self.enter = nn.Linear(features, width)
        self.blocks = nn.ModuleList(Block(width, states) for _ in range(layers))
        self.norm = nn.LayerNorm(width)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        # Padding comes last, where no real step looks.
        x = self.enter(x)
        for block in self.blocks:
            x = block(x)
        return self.norm(x)


class Block(nn.Module):
    """Normalisation, state-space model, GELU and gated linear unit beside a residual."""

    def __init__(self, width: int, states: int):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.system = DiagonalSystem(width, states)
        self.mix = nn.Linear(width, 2 * width)

    def forward(self, x: Tensor) -> Tensor:
        return x + glu(self.mix(gelu(self.system(self.norm(x)))))


class DiagonalSystem(nn.Module):
    """s' = A s + u, y = 2 Re(C s) + D u in each channel, A diagonal, the input u held constant
    over steps of a learned length dt; ``(batch, time, width)`` to the same.

    A starts at -1/2 + i pi n, dt between 0.001 and 0.1. What B would scale, C scales.
    """

    def __init__(self, width: int, states: int):
        super().__init__()
        low, high = math.log(0.001), math.log(0.1)
        self.log_step = nn.Parameter(low + (high - low) * torch.rand(width, 1))
        self.log_decay = nn.Parameter(torch.full((width, states), math.log(0.5)))
        self.frequency = nn.Parameter(math.pi * torch.arange(states).float().repeat(width, 1))
        self.readout = nn.Parameter(torch.randn(width, states, 2) / math.sqrt(2))
        self.direct = nn.Parameter(torch.randn(width))

    def discrete(self) -> tuple[Tensor, Tensor]:
        """Zero-order hold: with s_t = exp(a) s_{t-1} + u_t, the output is 2 Re(c s_t); returns
        a and c, ``(width, states)``, complex."""
        rate = torch.complex(-self.log_decay.exp(), self.frequency)
        a = rate * self.log_step.exp()
        return a, torch.view_as_complex(self.readout) * a.expm1() / rate

    def forward(self, x: Tensor) -> Tensor:
        """As a convolution within chunks and a recurrence from chunk to chunk.

        One Fourier transform over all steps would be shorter to write, but its rounding errors
        carry the future into the past, and up to some hundred steps it is no faster.
        """
        a, c = self.discrete()
        batch, steps, _ = x.shape
        size = min(CHUNK, steps)
        chunks = -(-steps // size)
        t = torch.arange(size + 1, device=x.device)
        powers = torch.polar((a.real[..., None] * t).exp(), a.imag[..., None] * t)
        kernel = 2 * torch.einsum("wn,wnt->wt", c, powers[..., :size]).real
        toeplitz = pad(kernel, (size - 1, 0)).unfold(1, size, 1).flip(2)
        u = pad(x, (0, 0, 0, chunks * size - steps)).unflatten(1, (chunks, size))
        u = u.permute(3, 2, 1, 0).flatten(2)  # width, size, chunks * batch
        y = toeplitz @ u
        if chunks > 1:
            y = y + self.carried(u.unflatten(2, (chunks, batch)), powers, c).flatten(2)
        y = y.unflatten(2, (chunks, batch)).permute(3, 2, 1, 0).flatten(1, 2)
        return y[:, :steps] + self.direct * x

    def carried(self, u: Tensor, powers: Tensor, c: Tensor) -> Tensor:
        """What the chunks before add to each chunk's outputs, ``(width, size, chunks, batch)``.

        powers: of exp(a), 0 to ``size``. Complex products are written out as real ones.
        """
        inflow = torch.einsum("wnsr,wskb->kwnbr", real(powers[..., :-1].flip(2)), u)
        state, states = torch.zeros_like(inflow[0, ..., 0]), []
        for more in torch.view_as_complex(inflow.contiguous()):
            states.append(state)
            state = powers[..., -1:] * state + more
        weight = (2 * c[..., None] * powers[..., 1:]).conj()
        return torch.einsum("wnsr,kwnbr->wskb", real(weight), real(torch.stack(states)))


def real(numbers: Tensor) -> Tensor:
    """Complex numbers as pairs along a last axis."""
    return torch.view_as_real(numbers.resolve_conj())
