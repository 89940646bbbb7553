"""The equations of the RNN, the LSTM and the GRU, with their gates open to study."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn.functional import hardsigmoid, linear

from architectures.architecture import Refused, Signature
from architectures.fused import choice
from architectures.starts import Start, chrono

GATES: dict[str, Callable[[Tensor], Tensor]] = {
    "sigmoid": torch.sigmoid,
    "hard_sigmoid": hardsigmoid,
    "relu": torch.relu,
}
CANDIDATES: dict[str, Callable[[Tensor], Tensor]] = {"tanh": torch.tanh, "relu": torch.relu}


class Weights(nn.Module):
    """The parameters of one recurrent layer, named, laid out and drawn as in ``torch.nn``, for
    any number of blocks of ``width`` rows: one for the candidate, one for each gate."""

    def __init__(self, features: int, width: int, blocks: int):
        super().__init__()
        self.weight_ih_l0 = nn.Parameter(torch.empty(blocks * width, features))
        self.weight_hh_l0 = nn.Parameter(torch.empty(blocks * width, width))
        self.bias_ih_l0 = nn.Parameter(torch.empty(blocks * width))
        self.bias_hh_l0 = nn.Parameter(torch.empty(blocks * width))
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -(width**-0.5), width**-0.5)


class Layer(nn.Module):
    """One recurrent layer that reads ``(batch, time, features)`` in one direction.

    A fused kernel computes it, unless ``by_equations`` is set: a compiled one of ours where it is
    faster or the only one, else that of ``torch.nn``, which has torch's own equations alone; where
    there is none, the equations are computed step by step. All name, lay out and draw the
    parameters alike, and differ in nothing but rounding.

    ``gate``: the gates' activation; ``hard_sigmoid`` is min(max(z / 6 + 1/2, 0), 1), ``relu``
    has no upper bound. ``candidate``: the activation of the candidate, and in the LSTM of the
    memory on its way out, since torch too has one function in both places.
    ``hold``: ``free``, ``0`` or ``1`` for each gate by name. A gate that is held is that number,
    and has no parameters: its rows are missing from the weights, the other rows keep their order.
    ``learned_start``: the state before the first step is trained, from zero on; else it is zero.
    """

    kind: ClassVar[str]
    fused: ClassVar[Callable[..., nn.RNNBase]]
    blocks: ClassVar[tuple[str, ...]]
    """The candidate and the gates, in torch's order of rows."""
    states: ClassVar[tuple[str, ...]] = ("hidden",)
    """What is carried from one step to the next."""
    keeping: ClassVar[Mapping[str, int]] = {}
    """The gates that keep the state: where they are open (1), or where they are shut (-1)."""

    def __init__(
        self,
        features: int,
        width: int,
        learned_start: bool,
        gate: str = "sigmoid",
        candidate: str = "tanh",
        **hold: str,
    ):
        super().__init__()
        self.width = width
        self.by_equations = False
        self.gate, self.candidate = gate, candidate
        self.held = {name: float(value) for name, value in hold.items() if value != "free"}
        self.free = [block for block in self.blocks if block not in self.held]
        self.weights = self._torchs(features) or Weights(features, width, len(self.free))
        self.initial = nn.ParameterDict(
            {state: nn.Parameter(torch.zeros(width)) for state in self.states if learned_start}
        )

    def _torchs(self, features: int) -> nn.Module | None:
        """The fused kernel, if it computes these very equations."""
        if self.held or (self.gate, self.candidate) != ("sigmoid", "tanh"):
            return None
        return self.fused(features, self.width, batch_first=True)

    def start(
        self, how: Start, gain: float, bias: Mapping[str, float], signature: Signature
    ) -> None:
        """Set the weights to start from, drawn from torch's generator.

        ``orthogonal``: each block's recurrent matrix orthogonal (Saxe et al. 2014), its input
        weights uniform by Glorot & Bengio (2010) with the features as fan-in and the width as
        fan-out, biases zero. ``uniform``: all as torch draws it, uniform between -1 / sqrt(width)
        and 1 / sqrt(width), which gives recurrent matrices a spectral radius near 1 / sqrt(3)
        (Girko's circular law), and input weights that do not depend on how many inputs there are.
        Either way recurrent matrices are then taken times ``gain``, and the blocks named in
        ``bias`` get that bias. ``chrono``: as ``orthogonal``, but the bias of gates that keep the
        state is ``chrono`` of the task, its negative where they keep it shut; the others' is zero.
        Raises Refused where there is no such gate. What is held has no bias to start.
        """
        entering, recurrent, first, second = (p.data for p in self.weights.parameters())
        biases: Mapping[str, float | Tensor] = bias
        if how == "uniform":
            recurrent.mul_(gain)
        else:
            for matrix in recurrent.split(self.width):
                nn.init.orthogonal_(matrix, gain)
            for matrix in entering.split(self.width):
                nn.init.xavier_uniform_(matrix)
            first.zero_()
            second.zero_()
        if how == "chrono":
            biases = self._chrono(signature)
        for block in self.free:
            if block in biases:
                self._split(first)[block][:] = biases[block]
                self._split(second)[block].zero_()

    def _chrono(self, signature: Signature) -> dict[str, Tensor]:
        if not self.keeping:
            raise Refused(
                "start=chrono: it sets the biases of gates that keep the state, and this network "
                "has none; take start=orthogonal or start=uniform, or a network with gates"
            )
        keep = chrono(self.width, signature)
        return {block: sign * keep for block, sign in self.keeping.items()}

    def forward(self, x: Tensor) -> Tensor:
        """The hidden state after each step, ``(batch, time, width)``."""
        return self.forward_from(x, self.initial_state(x))[0]

    def forward_from(self, x: Tensor, state: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """The hidden state after each step, read on from a state, and the state at the end; the
        states are ``(batch, width)``, in the order of ``states``."""
        if not self.by_equations and self._compiled(x):
            states = self._compute(x, state)
            return states[0], [tensor[:, -1] for tensor in states]
        if self.by_equations or not isinstance(self.weights, nn.RNNBase):
            steps = self._steps(x, state)
            hidden = torch.stack([step["hidden"] for step in steps], 1)
            return hidden, [steps[-1][name] for name in self.states]
        before = tuple(tensor[None].contiguous() for tensor in state)
        hidden, end = self.weights(x, before if len(before) > 1 else before[0])
        return hidden, [tensor[0] for tensor in (end if isinstance(end, tuple) else (end,))]

    def states_after(self, x: Tensor) -> list[Tensor]:
        """All that is carried, after each step: ``(batch, time, width)`` each, in the order of
        ``states``. Torch's kernels return the cell of an LSTM after the last step alone."""
        if len(self.states) == 1:
            return [self(x)]
        if not self.by_equations and choice.compiled(self.kind, x, stock=False):
            return [*self._compute(x, self.initial_state(x))]
        seen = self.unroll(x)
        return [seen[name] for name in self.states]

    @property
    def has_kernel(self) -> bool:
        """Whether anything computes it but the equations, step by step."""
        on_cpu = self.weights.weight_hh_l0.device.type == "cpu"
        return isinstance(self.weights, nn.RNNBase) or on_cpu and choice.usable()

    def _compiled(self, x: Tensor) -> bool:
        """Whether our own kernel computes it: see ``architectures/fused/choice.py``."""
        return choice.compiled(self.kind, x, stock=isinstance(self.weights, nn.RNNBase))

    def _compute(self, x: Tensor, state: list[Tensor]) -> tuple[Tensor, ...]:
        from architectures.fused.bridge import recurrence

        weights = [self._whole(parameter) for parameter in self.weights.parameters()]
        return recurrence(self.kind, x, state, weights, self._activations(), *self._variant())

    def _whole(self, parameter: Tensor) -> Tensor:
        """With rows for the gates that are held, too."""
        if not self.held:
            return parameter
        rows = dict(zip(self.free, parameter.split(self.width), strict=True))
        nothing = parameter.new_zeros(self.width, *parameter.shape[1:])
        return torch.cat([rows.get(block, nothing) for block in self.blocks])

    def _activations(self) -> tuple[str | float, ...]:
        """The activation of each block, or the number that a gate is held at."""
        return tuple(
            self.candidate if block == "candidate" else self.held.get(block, self.gate)
            for block in self.blocks
        )

    def _variant(self) -> tuple[bool, ...]:
        """What else the kernel is told."""
        return ()

    def unroll(self, x: Tensor) -> dict[str, Tensor]:
        """States, candidate and gates after each step, each ``(batch, time, width)``."""
        steps = self._steps(x, self.initial_state(x))
        shape = (*x.shape[:2], self.width)
        return {
            name: x.new_full(shape, first)
            if isinstance(first, float)
            else torch.stack([step[name] for step in steps], 1)
            for name, first in steps[0].items()
        }

    def initial_state(self, x: Tensor) -> list[Tensor]:
        """The state before the first step, ``(batch, width)`` each."""
        if not self.initial:
            return [x.new_zeros(len(x), self.width) for _ in self.states]
        return [self.initial[state].expand(len(x), -1) for state in self.states]

    def _steps(self, x: Tensor, state: list[Tensor]) -> list[dict]:
        below, before, below_bias, before_bias = self.weights.parameters()
        steps: list[dict] = []
        for entering in linear(x, below, below_bias).unbind(1):
            recurrent = linear(state[0], before, before_bias)
            steps.append(self.step(entering, recurrent, *state))
            state = [steps[-1][name] for name in self.states]
        return steps

    def step(self, entering: Tensor, recurrent: Tensor, *state: Tensor) -> dict:
        """All that a step computes, by name, from W x_t + b, U h_{t-1} + b' and the state before
        it; tensors ``(batch, width)``, and plain numbers for gates that are held."""
        raise NotImplementedError

    def _split(self, blocks: Tensor) -> dict[str, Tensor]:
        return dict(zip(self.free, blocks.chunk(len(self.free), -1), strict=True))

    def _gate(self, name: str, argument: dict[str, Tensor]) -> Tensor | float:
        if name in self.held:
            return self.held[name]
        return GATES[self.gate](argument[name])


class RNNLayer(Layer):
    """h_t = act(W x_t + b + U h_{t-1} + b').

    ``untied``: the first so many steps have weights of their own, each in rows of its own; the
    steps after them have the last one's.
    """

    kind = "rnn"
    fused = nn.RNN
    blocks = ("candidate",)

    def __init__(self, *sizes: Any, untied: int = 0, **equations: Any):
        self.untied = untied
        super().__init__(*sizes, **equations)

    def _torchs(self, features: int) -> nn.Module:
        if self.untied:
            return Weights(features, self.width, self.untied)
        return nn.RNN(features, self.width, nonlinearity=self.candidate, batch_first=True)

    def step(self, entering: Tensor, recurrent: Tensor, *state: Tensor) -> dict:
        return {"hidden": CANDIDATES[self.candidate](entering + recurrent)}

    @property
    def has_kernel(self) -> bool:
        return not self.untied and super().has_kernel

    def _compiled(self, x: Tensor) -> bool:
        return not self.untied and super()._compiled(x)

    def _steps(self, x: Tensor, state: list[Tensor]) -> list[dict]:
        if not self.untied:
            return super()._steps(x, state)
        rows = [parameter.split(self.width) for parameter in self.weights.parameters()]
        own = [*zip(*rows, strict=True)]
        steps: list[dict] = []
        for number, entering in enumerate(x.unbind(1)):
            below, before, below_bias, before_bias = own[min(number, self.untied - 1)]
            recurrent = linear(state[0], before, before_bias)
            steps.append(self.step(linear(entering, below, below_bias), recurrent))
            state = [steps[-1]["hidden"]]
        return steps


class LSTMLayer(Layer):
    """c_t = f c_{t-1} + i g and h_t = o act(c_t), with gates f, i, o and candidate g."""

    kind = "lstm"
    fused = nn.LSTM
    blocks = ("input", "forget", "candidate", "output")
    states = ("hidden", "cell")
    keeping = {"forget": 1, "input": -1}

    def step(self, entering: Tensor, recurrent: Tensor, *state: Tensor) -> dict:
        argument, act = self._split(entering + recurrent), CANDIDATES[self.candidate]
        names = ("input", "forget", "output")
        enter, keep, leave = gates = [self._gate(name, argument) for name in names]
        candidate = act(argument["candidate"])
        cell = keep * state[1] + enter * candidate
        return {
            "hidden": leave * act(cell),
            "cell": cell,
            "candidate": candidate,
            **{f"{name}_gate": gate for name, gate in zip(names, gates, strict=True)},
        }


class GRULayer(Layer):
    """h_t = (1 - z) n + z h_{t-1}, with n = act(W x_t + b + r (U h_{t-1} + b')); with
    ``reset_before``, n = act(W x_t + b + U (r h_{t-1}) + b'), as Cho et al. (2014) have it.

    An update gate z held at 0 and a reset gate r held at 1 leave the RNN, weight for weight.
    """

    kind = "gru"
    fused = nn.GRU
    blocks = ("reset", "update", "candidate")
    keeping = {"update": 1}

    def __init__(self, *sizes: Any, variant: str = "reset_after", **equations: Any):
        self.reset_before = variant == "reset_before"
        super().__init__(*sizes, **equations)

    def _torchs(self, features: int) -> nn.Module | None:
        return None if self.reset_before else super()._torchs(features)

    def _variant(self) -> tuple[bool, ...]:
        return (self.reset_before,)

    def step(self, entering: Tensor, recurrent: Tensor, *state: Tensor) -> dict:
        below, before = self._split(entering), self._split(recurrent)
        gates = {name: below[name] + before[name] for name in self.free if name != "candidate"}
        reset, update = self._gate("reset", gates), self._gate("update", gates)
        if self.reset_before:
            _, weights, _, bias = self.weights.parameters()
            product = linear(reset * state[0], weights[-self.width :], bias[-self.width :])
        else:
            product = reset * before["candidate"]
        candidate = CANDIDATES[self.candidate](below["candidate"] + product)
        return {
            "hidden": (1 - update) * candidate + update * state[0],
            "candidate": candidate,
            "reset_gate": reset,
            "update_gate": update,
        }
