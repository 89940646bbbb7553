"""Which kernels compute recurrences on the CPU: the compiled ones here, or torch's."""

import functools
import os
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

VARIABLE = "HARNESS_KERNELS"
"""Environment variable: with ``torch`` the compiled kernels are left alone."""


def name() -> str:
    """The kernels in use, as ``numba 0.68.1`` or ``torch``. Imports neither."""
    try:
        return "torch" if os.environ.get(VARIABLE) == "torch" else f"numba {version('numba')}"
    except PackageNotFoundError:
        return "torch"


def usable() -> bool:
    """Whether the compiled kernels can be used."""
    return name() != "torch" and _imported()


@functools.cache
def _imported() -> bool:
    try:
        import architectures.fused.bridge  # noqa: F401
    except ImportError:  # numba refuses a numpy newer than itself
        return False
    return True


def compiled(kind: str, x: "Tensor", width: int, stock: bool) -> bool:
    """Whether a compiled kernel computes a layer.

    kind: ``rnn``, ``lstm`` or ``gru``. x: ``(batch, time, features)``. stock: torch has a kernel
    of these very equations; without one, steps are computed one by one, which is always slower.
    The rule looks at nothing but its arguments, so that a cell's numbers are the same each time.
    """
    import torch

    if x.device.type != "cpu" or x.dtype not in (torch.float32, torch.float64):
        return False
    return min(x.shape) > 0 and usable()
