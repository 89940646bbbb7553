"""What a worker process runs. Imported once by the fork server, so that workers start warm."""

import contextlib
import signal
import sys

import torch
from torch.utils.flop_counter import FlopCounterMode

import harness.training.loop  # noqa: F401
from architectures.fused import choice
from harness.experiment.registry import architecture_declarations, use_plugins


def _warm_up() -> None:
    """Bring in what torch imports on first use, a second's worth, before workers are forked."""
    layer = torch.nn.Linear(1, 1)
    with FlopCounterMode(display=False):
        layer(torch.ones(1, 1)).sum().backward()
    torch.optim.Adam(layer.parameters()).step()
    architecture_declarations()
    if choice.usable():
        from architectures.fused.warm_up import warm_up

        warm_up()


_warm_up()


def start(memory: int | None, plugins: tuple[str, ...]) -> None:
    """Prepare a worker: its signals, its share of the memory (bytes), the user's own files."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C means
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # die at once, even inside a long kernel
    if sys.platform == "linux":
        _die_with_parent()
        if memory:
            import resource

            resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    use_plugins(plugins)


def _die_with_parent() -> None:
    """Ask the kernel to end this process when its parent is gone, however that went."""
    import ctypes

    pr_set_pdeathsig = 1
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
