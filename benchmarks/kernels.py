"""What an update takes, and how much of the machine it uses, for every neural architecture.

    python benchmarks/kernels.py                       all, a Markdown table, about five minutes
    python benchmarks/kernels.py gru lstm[layers=2]    some
    python benchmarks/kernels.py --steps 64 --parameters 16000 --seconds 2 gru

An update is forward pass, loss and backward pass of a batch of 32 sequences of tokens, with an
output at each step, on one thread; decoders write 21 symbols. Widths are those that the harness
gives for so many parameters. Seconds are the process's own, so that other processes disturb little:
the least of all repeats. The peak is that of a matrix product of 1024 x 1024. Where there are
compiled kernels, torch's are measured too, in turns: the ratio is the median over pairs, with its
quartiles, and above 1 where ours are faster.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable

from harness.workers.local import _ALLOCATOR

BATCH, SYMBOLS, WRITTEN = 32, 30, 21
FEWEST = 3
"""repeats"""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("architectures", nargs="*", help="as in a matrix file; default: all")
    parser.add_argument("--steps", type=int, nargs="*", default=[21, 64, 200, 1000])
    parser.add_argument("--parameters", type=int, nargs="*", default=[16000, 64000])
    parser.add_argument("--seconds", type=float, default=0.6, help="for each row, at the least")
    return parser.parse_args()


def cpu_seconds(call: Callable[[], object]) -> float:
    started = time.process_time()
    call()
    return time.process_time() - started


def peak() -> float:
    """FLOPs a second."""
    import torch

    one, out = torch.randn(1024, 1024), torch.empty(1024, 1024)
    return 2 * 1024**3 / min(cpu_seconds(lambda: torch.mm(one, one, out=out)) for _ in range(20))


def update_of(label: str, parameters: int, steps: int):
    """A call that makes one update's gradients; its FLOPs, None if uncounted; the width; whether
    there are kernels to choose from."""
    import torch

    from architectures.architecture import Signature
    from harness.experiment.registry import architecture_declarations, load_architecture, spec_of
    from harness.training.loop import loss_of
    from harness.training.network import Network
    from harness.training.size import matched_size

    spec = spec_of(label, "architecture", "the command line")
    decodes = "many-to-many" not in architecture_declarations()[spec.name].facts["problems"]
    problem, readout = (
        ("sequence-to-sequence", "decoder") if decodes else ("many-to-many", "per-step")
    )
    signature = Signature(
        problem=problem, inputs="tokens", input_size=SYMBOLS, outputs="classes",
        output_size=SYMBOLS, causal=False, readout=readout, horizon=1, embedding=16, steps=steps,
    )  # fmt: skip
    shapes = (BATCH, steps), (BATCH, WRITTEN if decodes else steps)
    width, flops = matched_size(spec, signature, "parameters", parameters, *shapes)
    torch.manual_seed(0)
    body = load_architecture(spec)
    network = Network(body, width, signature, dict(spec.parameters)).train()
    inputs, targets = (torch.randint(SYMBOLS, shape) for shape in shapes)
    lengths = torch.full((BATCH,), steps)
    mask = torch.ones(targets.shape, dtype=torch.bool)

    def update() -> None:
        network.zero_grad(set_to_none=True)
        loss_of(network(inputs, lengths, targets), targets, mask, network.outputs).backward()

    chooses = any(getattr(module, "has_kernel", False) for module in network.modules())
    return update, flops, width, chooses


def measured(update: Callable[[], None], kernels: list[str], least: float) -> list[list[float]]:
    """CPU seconds of each repeat with each of the kernels, in turns."""
    from architectures.fused.choice import VARIABLE

    seconds: list[list[float]] = [[] for _ in kernels]
    ends = time.perf_counter() + least
    while time.perf_counter() < ends or len(seconds[0]) <= FEWEST:
        for found, name in zip(seconds, kernels, strict=True):
            os.environ[VARIABLE] = name
            found.append(cpu_seconds(update))
    return [found[1:] for found in seconds]  # the first one warms up


def main() -> None:
    import torch

    from architectures.fused import choice
    from harness.experiment.registry import architecture_declarations

    asked = arguments()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    neural = [name for name, of in architecture_declarations().items() if of.facts["neural"]]
    top = peak()
    if not choice.usable():
        sys.exit("the compiled kernels cannot be used here: numba is missing or fails")
    print(f"Peak of a matrix product: {top / 1e9:.0f} GFLOP/s; compiled by {choice.name()}.\n")
    print("| architecture | parameters | width | steps | ms | of peak | torch's ms | ratio |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for label in asked.architectures or neural:
        for parameters in asked.parameters:
            for steps in asked.steps:
                update, flops, width, chooses = update_of(label, parameters, steps)
                kernels = ["numba", "torch"] if chooses else ["torch"]
                ours, *theirs = measured(update, kernels, asked.seconds)
                share = f"{flops / min(ours) / top:.0%}" if flops else ""
                row = [label, parameters, width, steps, f"{1e3 * min(ours):.2f}", share, "", ""]
                if theirs:
                    ratios = [b / a for a, b in zip(ours, theirs[0], strict=True)]
                    low, middle, high = statistics.quantiles(ratios, n=4)
                    row[6:] = f"{1e3 * min(theirs[0]):.2f}", f"{middle:.2f} ({low:.2f}-{high:.2f})"
                print("|", " | ".join(map(str, row)), "|", flush=True)


if __name__ == "__main__":
    if not _ALLOCATOR.items() <= os.environ.items():  # as in a worker, from the start of a process
        os.environ.update(_ALLOCATOR | {"OMP_NUM_THREADS": "1"})
        os.execv(sys.executable, [sys.executable, *sys.argv])
    main()
