"""Recurrent networks: Elman RNN, LSTM, GRU and the bidirectional LSTM."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import torch
from torch import Tensor, nn

from architectures.architecture import Signature, architecture


class Recurrent(nn.Module):
    """One of torch's recurrent stacks; what it returns at a step never depends on later steps."""

    cell: Callable[..., nn.RNNBase]

    def __init__(self, features: int, width: int, signature: Signature, **options: Any):
        super().__init__()
        self.stack = self.cell(features, width, batch_first=True, **options)
        orthogonal_recurrence(self.stack)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        return self.stack(x)[0]


def orthogonal_recurrence(stack: nn.RNNBase) -> None:
    """Start each gate's recurrent matrix orthogonal (Saxe et al. 2014), biases at zero."""
    for name, parameter in stack.named_parameters():
        if name.startswith("weight_hh"):
            for gate in parameter.data.split(stack.hidden_size):
                nn.init.orthogonal_(gate)
        elif name.startswith("bias"):
            nn.init.zeros_(parameter)


@architecture("rnn")
class RNN(Recurrent):
    """Simple recurrent network: h_t = act(W x_t + U h_{t-1} + b) (Elman 1990)."""

    cell = nn.RNN

    def __init__(
        self,
        features: int,
        width: int,
        signature: Signature,
        *,
        layers: int = 1,
        activation: Literal["tanh", "relu"] = "tanh",
    ):
        super().__init__(features, width, signature, num_layers=layers, nonlinearity=activation)


@architecture("lstm")
class LSTM(Recurrent):
    """Long short-term memory (Hochreiter & Schmidhuber 1997) with a forget gate that starts
    open, at a bias of 1 (Gers et al. 2000; Jozefowicz et al. 2015)."""

    cell = nn.LSTM

    def __init__(
        self,
        features: int,
        width: int,
        signature: Signature,
        *,
        layers: int = 1,
        forget_bias: float = 1.0,
    ):
        super().__init__(features, width, signature, num_layers=layers)
        set_forget_bias(self.stack, forget_bias)


def set_forget_bias(lstm: nn.RNNBase, bias: float) -> None:
    """Torch keeps two biases for each gate, in the order input, forget, cell, output."""
    for name, parameter in lstm.named_parameters():
        if name.startswith("bias_ih"):
            parameter.data[lstm.hidden_size : 2 * lstm.hidden_size] = bias


@architecture("gru")
class GRU(Recurrent):
    """Gated recurrent unit (Cho et al. 2014), in the variant that torch and cuDNN compute:
    the reset gate acts after the recurrent product."""

    cell = nn.GRU

    def __init__(
        self,
        features: int,
        width: int,
        signature: Signature,
        *,
        layers: int = 1,
        update_bias: float = 1.0,
    ):
        super().__init__(features, width, signature, num_layers=layers)
        for name, parameter in self.stack.named_parameters():
            if name.startswith("bias_ih"):
                parameter.data[width : 2 * width] = update_bias


@architecture("bilstm", both_directions=True)
class BiLSTM(nn.Module):
    """Bidirectional LSTM (Schuster & Paliwal 1997; Graves & Schmidhuber 2005): one LSTM reads
    forwards, one backwards from each sequence's true end, their states are concatenated."""

    def __init__(
        self,
        features: int,
        width: int,
        signature: Signature,
        *,
        layers: int = 1,
        forget_bias: float = 1.0,
    ):
        super().__init__()
        self.out_features = 2 * width
        sizes = [features] + [self.out_features] * (layers - 1)
        self.forwards = nn.ModuleList(nn.LSTM(size, width, batch_first=True) for size in sizes)
        self.backwards = nn.ModuleList(nn.LSTM(size, width, batch_first=True) for size in sizes)
        for lstm in (*self.forwards, *self.backwards):
            orthogonal_recurrence(lstm)
            set_forget_bias(lstm, forget_bias)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        steps = torch.arange(x.shape[1], device=x.device).expand(x.shape[:2])
        mirrored = lengths[:, None] - 1 - steps  # padding stays where it is
        mirrored = torch.where(mirrored >= 0, mirrored, steps)
        for ahead, back in zip(self.forwards, self.backwards, strict=True):
            x = torch.cat([ahead(x)[0], _reorder(back(_reorder(x, mirrored))[0], mirrored)], -1)
        return x


def _reorder(x: Tensor, order: Tensor) -> Tensor:
    return x.gather(1, order[..., None].expand(-1, -1, x.shape[2]))
