"""Cost growth: what one update takes, and how it grows with the length, the batch or the width.

Fused kernels and the equations written out are measured apart. Seconds are those of the
network as it is: by kernels, or, after ``set_by_equations``, with recurrent layers written out
step by step. Memory is given both ways. The critical path is always that of the equations: it says
how long an update must take however many processors there are, which no kernel can change. FLOPs
and parameters are the same both ways.
"""

import contextlib
import copy
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from harness.training.bench import Bench
from harness.training.loop import loss_of, tensors
from harness.training.network import Network
from harness.training.size import flops_per_update

MIB = 2**20


def measure(bench: Bench) -> dict[str, Any]:
    """``kernel``, and where the architecture's layers have fused kernels ``equations``,
    each what ``measure_update`` finds for one batch; ``length``, ``batch`` and ``width``."""
    network = bench.network()
    batch = bench.data.splits["validation"].take(slice(0, bench.cell.budget.batch))
    given = tensors(batch, bench.device)
    # counted when the size was found: to count again would take longer than all the rest
    costs: dict[str, Any] = {
        "length": int(batch.lengths.max()),
        "batch": len(batch),
        "width": bench.record.width,
        "kernel": measure_update(network, *given, flops=bench.record.flops),
    }
    if set_by_equations(network, True):
        costs["equations"] = measure_update(network, *given, flops=bench.record.flops)
    return costs


def measure_update(
    network: Network,
    inputs: Tensor,
    lengths: Tensor,
    targets: Tensor,
    loss_mask: Tensor,
    *,
    repeats: int = 3,
    flops: float | None = None,
) -> dict[str, Any]:
    """What one update costs: forward pass, loss, backward pass and clearing the gradients. The
    optimizer's share depends on the parameters alone, and is left out.

    The batch is as in ``tasks.task.Examples``, as tensors on the network's device. The weights
    are left as they were.

    ``seconds``: the least of ``repeats`` after one to warm up, which other processes disturb the
    least; ``seconds_median``: their median.
    ``flops``: see ``flops_per_update``; None where they cannot be counted. Counting takes as long
    as many updates, so they can be given instead.
    ``parameters``, and ``matched_parameters``, without embeddings.
    ``activation_memory``: MiB that the forward pass of the network as it is keeps for the backward
    pass, each storage once, the weights left out; ``equations_memory``: the same with recurrent
    layers and attention by their equations, where an attention map is kept whole;
    ``weight_memory``: MiB of the weights, to which their gradients add as much again.
    ``Record.peak_memory``, in contrast, is what the whole process held, the library and the data
    included.
    ``critical_path``: see ``critical_path``.
    """
    was_training = network.training
    network.train()

    def loss(model: nn.Module = network) -> Tensor:
        return loss_of(model(inputs, lengths, targets), targets, loss_mask, network.outputs)

    seconds = []
    for _ in range(repeats + 1):
        _wait(inputs)
        start = time.perf_counter()
        loss().backward()
        network.zero_grad(set_to_none=True)
        _wait(inputs)
        seconds.append(time.perf_counter() - start)
    kept = _kept_for_backward(loss, network)
    with _equations_of(network) as bare:
        kept_by_equations = _kept_for_backward(loss, bare)
    network.train(was_training)
    parameters, matched = network.counts()
    return {
        "seconds": min(seconds[1:]),
        "seconds_median": statistics.median(seconds[1:]),
        "flops": flops or flops_per_update(copy.deepcopy(network), inputs.shape, targets.shape),
        "parameters": parameters,
        "matched_parameters": matched,
        "activation_memory": kept / MIB,
        "equations_memory": kept_by_equations / MIB,
        "weight_memory": sum(p.numel() * p.element_size() for p in network.parameters()) / MIB,
        "critical_path": critical_path(network, inputs, lengths, targets),
    }


def set_by_equations(network: nn.Module, on: bool) -> bool:
    """Have recurrent layers computed step by step from their equations, or by fused
    kernels. Results agree to rounding. False where it is the same: no layer has a kernel."""
    layers: list[Any] = [module for module in network.modules() if hasattr(module, "by_equations")]
    for layer in layers:
        layer.by_equations = on
    return any(layer.has_kernel for layer in layers)


def critical_path(
    network: Network, inputs: Tensor, lengths: Tensor, targets: Tensor | None = None
) -> int:
    """Operations of the longest chain in which each needs the result of the one before, from the
    weights or the inputs to the outputs; the backward pass is a chain as long.

    An operation is a node of torch's graph, whatever the size of its tensors: a matrix product
    over all steps is one, and so is a change of shape. Recurrent layers and attention are counted
    by their equations: into a fused kernel one cannot see.
    """
    with _equations_of(network) as bare:
        end = bare(inputs, lengths, targets).grad_fn
    longest: dict[Any, int] = {}
    todo = [end]
    while todo:
        node = todo[-1]
        below = [before for before, _ in node.next_functions if before is not None]
        waiting = [before for before in below if before not in longest]
        if waiting:
            todo.extend(waiting)
            continue
        todo.pop()
        # What has nothing below it is a weight, not an operation.
        longest[node] = 1 + max(longest[before] for before in below) if below else 0
    return longest[end]


@contextlib.contextmanager
def _equations_of(network: nn.Module) -> Iterator[nn.Module]:
    """A copy of a network, computed without fused kernels while the context lasts."""
    bare = copy.deepcopy(network)
    set_by_equations(bare, True)
    with sdpa_kernel(SDPBackend.MATH):
        yield bare


def _kept_for_backward(loss: Callable[[nn.Module], Tensor], network: nn.Module) -> int:
    """Bytes of all storages that a forward pass keeps, other than the weights'."""
    weights = {parameter.untyped_storage().data_ptr() for parameter in network.parameters()}
    kept: dict[int, int] = {}

    def note(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        result = loss(network)  # held until all are noted: a freed storage's address is given again
    del result
    return sum(kept.values())


def _wait(inputs: Tensor) -> None:
    if inputs.is_cuda:
        torch.cuda.synchronize()
