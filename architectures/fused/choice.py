"""Which kernels compute recurrences on the CPU: the compiled ones here, or torch's."""

import functools
import math
import os
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

VARIABLE = "HARNESS_KERNELS"
"""Environment variable: with ``torch`` the compiled kernels are left alone."""


def name() -> str:
    """The kernels in use, as ``numba 0.68.1`` or ``torch``. Imports neither."""
    return "torch" if os.environ.get(VARIABLE) == "torch" else _installed()


@functools.cache
def _installed() -> str:
    try:
        return f"numba {version('numba')}"
    except PackageNotFoundError:
        return "torch"


def usable() -> bool:
    """Whether the compiled kernels can be used."""
    return name() != "torch" and _imported()


@functools.cache
def _imported() -> bool:
    try:
        import architectures.fused.bridge  # noqa: F401
    except Exception:  # numba refuses a numpy newer than itself, or finds another's coverage.py
        return False
    return True


FEWEST: dict[str, tuple[float, float]] = {"rnn": (2, 4), "gru": (1, 3), "lstm": (1, math.inf)}
"""From how many steps on the compiled kernels are faster than torch's, in training and without
gradients, by measurements of a layer alone; ``benchmarks/kernels.py`` shows the same in whole
updates. Torch has a fast LSTM, which forwards is the faster one; widths and batches make no
difference to which is."""


def compiled(kind: str, x: "Tensor", stock: bool) -> bool:
    """Whether a compiled kernel computes a layer.

    kind: ``rnn``, ``lstm`` or ``gru``. x: ``(batch, time, features)``. stock: torch has a kernel
    of these very equations; without one, steps are computed one by one, which is always slower.
    The rule measures nothing, so that a cell's numbers are the same each time.
    """
    import torch

    if x.device.type != "cpu" or x.dtype not in (torch.float32, torch.float64):
        return False
    fewest = FEWEST[kind][not torch.is_grad_enabled()] if stock else 1
    return len(x) > 0 and x.shape[1] >= fewest and usable()
