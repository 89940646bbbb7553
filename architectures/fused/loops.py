"""How compiled recurrences are compiled, and the loops that all of them share."""

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
from numba import njit
from numba.core.compiler import Compiler

from architectures.fused.blas import product

_config: Any = numba.config  # its names are set as it is imported


class _Apart(Compiler):
    """Array arguments do not overlap: numba has this option, but no way to ask for it."""

    def __init__(self, *arguments: Any):
        super().__init__(*arguments)
        self.state.flags.noalias = True


# Divisions never raise, and a product and a sum may be one operation: so loops become vector code.
elementwise = njit(fastmath={"contract"}, error_model="numpy", pipeline_class=_Apart)
"""For loops over arrays that do not overlap."""


def recurrence(function: Callable) -> Callable:
    """For all steps of a sequence. Compiled once on a machine and kept in the user's cache folder,
    by the content of all files here: numba itself looks at the file of one function alone."""
    before, _config.CACHE_DIR = _config.CACHE_DIR, str(_cache_folder())
    try:
        return njit(nogil=True, error_model="numpy", cache=True)(function)
    finally:
        _config.CACHE_DIR = before


def _cache_folder() -> Path:
    sources = b"".join(file.read_bytes() for file in sorted(Path(__file__).parent.glob("*.py")))
    base = os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME")
    folder = Path(_config.CACHE_DIR or base or Path.home() / ".cache")
    return folder / "harness" / f"kernels-{hashlib.sha256(sources).hexdigest()[:16]}"


CHUNK = 1024
"""Rows (steps times batch) whose input products, and whose gradients, are computed at once: few
enough to stay in the cache."""


def steps_at_once(batch: int) -> int:
    """How many steps have about ``CHUNK`` rows."""
    return max(CHUNK // batch, 1)


@elementwise
def fill(out, row):
    """A vector into all rows of a matrix."""
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = row[j]


@elementwise
def add_rows(total, rows):
    """All rows of a matrix onto a vector."""
    for i in range(rows.shape[0]):
        for j in range(rows.shape[1]):
            total[j] += rows[i, j]


@njit
def flat(a):
    """The rows of several steps, ``(steps, batch, n)``, as one matrix."""
    return a.reshape(a.shape[0] * a.shape[1], a.shape[2])


@njit
def share_out(d, x, hidden, below, d_x, d_below, d_before, d_bias):
    """From the gradient of several steps' sums, ``(steps, batch, n)``, to those of what was added
    up: inputs, unless ``d_x`` is empty, both matrices (transposed) and the bias."""
    rows = flat(d)
    product(flat(x).T, rows, d_below, 1)
    product(flat(hidden).T, rows, d_before, 1)
    add_rows(d_bias, rows)
    if d_x.size:
        product(rows, below, flat(d_x), 0)
