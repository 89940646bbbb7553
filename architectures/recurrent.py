"""Recurrent networks: Elman RNN, LSTM and GRU, reading forwards or in both directions."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor, nn

from architectures.architecture import Signature, architecture
from architectures.gates import GRULayer, Layer, LSTMLayer, RNNLayer
from architectures.starts import Start


class Recurrent(nn.Module):
    """Layers of one kind; each reads what the one below returns.

    Read in both directions, a layer is two: one reads forwards, one backwards from each
    sequence's true end, and their hidden states are concatenated to ``2 width`` numbers.

    ``residual``: from the second layer up, a layer returns its input plus its hidden states, of
    the same size; what it carries to its own next step is the hidden state alone. One layer has
    no such connection. ``initial_state``: the hidden state before the first step, and the LSTM's
    cell state, is ``zero``, or ``learned`` for each layer and direction, from zero on.
    ``start``, ``gain`` and ``bias``: what training starts from; see ``Layer.start``.
    ``equations`` are those of the layer; see ``Layer``.
    """

    layer: ClassVar[type[Layer]]
    both_directions: ClassVar[bool] = False
    same_at_every_step = True

    def __init__(
        self,
        features: int,
        width: int,
        signature: Signature,
        *,
        layers: int = 1,
        residual: bool = False,
        start: Start = "orthogonal",
        initial_state: Literal["zero", "learned"] = "zero",
        gain: float,
        bias: Mapping[str, float],
        **equations: Any,
    ):
        super().__init__()
        if layers < 1:
            raise ValueError(f"layers={layers}: a recurrent network has at least one")
        self.residual = residual
        self.out_features = 2 * width if self.both_directions else width
        self.backward_features = width if self.both_directions else 0
        sizes = [features] + [self.out_features] * (layers - 1)
        self.forwards, self.backwards = (
            nn.ModuleList(
                self.layer(size, width, initial_state == "learned", **equations) for size in read
            )
            for read in (sizes, sizes if self.both_directions else [])
        )
        for layer in (*self.forwards, *self.backwards):
            layer.start(start, gain, bias, signature)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        return self._read(x, lengths, None)

    def trace(self, x: Tensor, lengths: Tensor) -> dict[str, Tensor]:
        """What goes on inside: ``output``, as ``forward`` returns it, and for the layers l = 0,
        1, ... ``hidden_l0``; LSTM: ``cell_l0``; LSTM and GRU: ``candidate_l0`` and the gates
        (``input_gate_l0``, ``forget_gate_l0``, ``output_gate_l0``; ``reset_gate_l0``,
        ``update_gate_l0``), each ``(batch, time, width)``. Layers that read backwards add
        ``_reverse``; theirs too stand at the step that was read. What stands at a padded step
        means nothing."""
        seen: dict[str, Tensor] = {}
        seen["output"] = self._read(x, lengths, seen)
        return seen

    def _read(self, x: Tensor, lengths: Tensor, seen: dict[str, Tensor] | None) -> Tensor:
        turned = mirrored(lengths, x.shape[1]) if self.backwards else None
        for level, ahead in enumerate(self.forwards):
            hidden = _states(ahead, x, f"_l{level}", seen, None)
            if self.backwards:
                back = _states(self.backwards[level], x, f"_l{level}_reverse", seen, turned)
                hidden = torch.cat([hidden, back], -1)
            x = x + hidden if self.residual and level > 0 else hidden
        return x


def _states(
    layer: nn.Module, x: Tensor, suffix: str, seen: dict[str, Tensor] | None, order: Tensor | None
) -> Tensor:
    """The hidden states of a layer that reads the steps in ``order``, at their own places."""
    assert isinstance(layer, Layer)
    read = reordered(x, order)
    if seen is None:
        return reordered(layer(read), order)
    states = {name + suffix: reordered(a, order) for name, a in layer.unroll(read).items()}
    seen.update(states)
    return states["hidden" + suffix]


def mirrored(lengths: Tensor, time: int) -> Tensor:
    """Each sequence's real steps in reverse, ``(batch, time)``; padding stays where it is."""
    steps = torch.arange(time, device=lengths.device).expand(len(lengths), time)
    turned = lengths[:, None] - 1 - steps
    return torch.where(turned >= 0, turned, steps)


def reordered(x: Tensor, order: Tensor | None) -> Tensor:
    """Steps in another order; None: as they are."""
    return x if order is None else x.gather(1, order[..., None].expand(-1, -1, x.shape[2]))


@architecture("rnn")
class RNN(Recurrent):
    """Simple recurrent network: h_t = act(W x_t + U h_{t-1} + b) (Elman 1990). U starts as an
    orthogonal matrix, or with ``start=uniform`` as torch draws it, times ``gain``. It has no
    ``start=chrono``, which is one of gates. ``untied``: the first so many steps have weights of
    their own, those after them the last one's; 0: all steps share theirs."""

    layer = RNNLayer

    def __init__(
        self,
        *sizes: Any,
        activation: Literal["tanh", "relu"] = "tanh",
        gain: float = 1.0,
        untied: int = 0,
        start: Literal["orthogonal", "uniform"] = "orthogonal",
        **shared: Any,
    ):
        if untied < 0:
            raise ValueError(f"untied={untied}: it is a number of steps")
        shared |= {"candidate": activation, "untied": untied, "start": start}
        super().__init__(*sizes, gain=gain, bias={}, **shared)


@architecture("birnn", both_directions=True)
class BiRNN(RNN):
    """Bidirectional RNN (Schuster & Paliwal 1997): one simple network reads forwards, one
    backwards from each sequence's true end, their states are concatenated."""

    both_directions = True


@architecture("lstm")
class LSTM(Recurrent):
    """Long short-term memory (Hochreiter & Schmidhuber 1997) with a forget gate that starts
    open, at ``forget_bias`` (Gers et al. 2000; Jozefowicz et al. 2015: 1), or with
    ``start=chrono`` at biases that suit the task (Tallec & Ollivier 2018).

    Its equations and those of ``gate``, ``candidate`` and ``hold_...`` are in
    ``architectures/gates.py``. A held gate has no parameters. ``hold_forget=1`` is the network
    of 1997, which could not forget.
    """

    layer = LSTMLayer

    def __init__(
        self,
        *sizes: Any,
        forget_bias: float = 1.0,
        gate: Literal["sigmoid", "hard_sigmoid", "relu"] = "sigmoid",
        candidate: Literal["tanh", "relu"] = "tanh",
        hold_input: Literal["free", "0", "1"] = "free",
        hold_forget: Literal["free", "0", "1"] = "free",
        hold_output: Literal["free", "0", "1"] = "free",
        **shared: Any,
    ):
        shared |= {"gate": gate, "candidate": candidate}
        shared |= {"input": hold_input, "forget": hold_forget, "output": hold_output}
        super().__init__(*sizes, gain=1.0, bias={"forget": forget_bias}, **shared)


@architecture("bilstm", both_directions=True)
class BiLSTM(Recurrent):
    """Bidirectional LSTM (Schuster & Paliwal 1997; Graves & Schmidhuber 2005): one LSTM reads
    forwards, one backwards from each sequence's true end, their states are concatenated."""

    layer = LSTMLayer
    both_directions = True

    def __init__(self, *sizes: Any, forget_bias: float = 1.0, **shared: Any):
        super().__init__(*sizes, gain=1.0, bias={"forget": forget_bias}, **shared)


@architecture("gru")
class GRU(Recurrent):
    """Gated recurrent unit (Cho et al. 2014), in the variant that torch and cuDNN compute:
    the reset gate acts after the recurrent product, and an update gate at 1 keeps the state.
    With ``variant=reset_before`` it acts on the state before the product, as in the paper. It
    starts at ``update_bias``, or with ``start=chrono`` at biases that suit the task (Tallec &
    Ollivier 2018).

    Its equations and those of ``gate``, ``candidate`` and ``hold_...`` are in
    ``architectures/gates.py``. A held gate has no parameters. With ``hold_reset=1`` and
    ``hold_update=0`` it is the RNN, weight for weight; with ``hold_update=1`` the state never
    changes.
    """

    layer = GRULayer

    def __init__(
        self,
        *sizes: Any,
        update_bias: float = 1.0,
        gate: Literal["sigmoid", "hard_sigmoid", "relu"] = "sigmoid",
        candidate: Literal["tanh", "relu"] = "tanh",
        hold_reset: Literal["free", "0", "1"] = "free",
        hold_update: Literal["free", "0", "1"] = "free",
        variant: Literal["reset_after", "reset_before"] = "reset_after",
        **shared: Any,
    ):
        shared |= {"gate": gate, "candidate": candidate, "variant": variant}
        shared |= {"reset": hold_reset, "update": hold_update}
        super().__init__(*sizes, gain=1.0, bias={"update": update_bias}, **shared)


@architecture("bigru", both_directions=True)
class BiGRU(Recurrent):
    """Bidirectional GRU (Schuster & Paliwal 1997; Cho et al. 2014): one GRU reads forwards, one
    backwards from each sequence's true end, their states are concatenated."""

    layer = GRULayer
    both_directions = True

    def __init__(self, *sizes: Any, update_bias: float = 1.0, **shared: Any):
        super().__init__(*sizes, gain=1.0, bias={"update": update_bias}, **shared)
