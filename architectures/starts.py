"""What the training of a recurrent network starts from."""

from typing import Literal

import torch
from torch import Tensor

from architectures.architecture import Signature

Start = Literal["orthogonal", "uniform", "chrono"]
"""``orthogonal``: recurrent matrices orthogonal, input weights by fan-in. ``uniform``: all as torch
draws it. ``chrono``: gates that keep their state about as long as the task asks for."""


def chrono(width: int, signature: Signature) -> Tensor:
    """Biases of gates that keep the state where they are open, ``(width,)``: log u with u uniform
    between 1 and T - 1, from torch's generator, so that units forget within 2 to T steps (Tallec
    & Ollivier 2018).

    T is the task's dependency or, where it names none, its longest sequence; raises ValueError
    where neither is known. Of two steps or fewer there is nothing to keep, and biases are zero.
    """
    steps = signature.dependency or signature.steps
    if steps is None:
        raise ValueError("start=chrono: neither dependency nor steps of the task are known")
    return torch.empty(width).uniform_(1, max(steps - 1, 1)).log()
