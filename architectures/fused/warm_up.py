"""Load the compiled kernels before they are needed; on a new machine, compile them."""

import sys

import torch
from numba.core import event

from architectures.fused.bridge import COMPILED, recurrence


class _Told(event.Listener):
    """Says once that something is being compiled, which takes a while."""

    told = False

    def on_start(self, event: event.Event) -> None:
        if not self.told:
            self.told = True
            print(
                "Compiling the recurrent kernels: once on this machine, about 20 seconds.",
                file=sys.stderr,
                flush=True,
            )

    def on_end(self, event: event.Event) -> None:
        pass


def warm_up() -> None:
    """Whatever cells need in single precision; all variants of a kind are one kernel."""
    with event.install_listener("numba:compile", _Told()):
        for kind in COMPILED:
            blocks = {"rnn": 1, "lstm": 4, "gru": 3}[kind]
            x, start = torch.ones(1, 2, 1), [torch.zeros(1, 1)] * (2 if kind == "lstm" else 1)
            weights = [torch.ones(blocks, 1, requires_grad=True) for _ in range(2)]
            weights += [torch.ones(blocks, requires_grad=True) for _ in range(2)]
            how = (("sigmoid",) * blocks, *([False] if kind == "gru" else []))
            recurrence(kind, x, start, weights, *how)[0].sum().backward()
