"""The size of a network: the width that meets the budget, parameters and FLOPs counted."""

import functools
import math
from collections.abc import Callable

import torch

from architectures.architecture import Signature
from harness.experiment.record import NotApplicable
from harness.experiment.registry import Spec, load_architecture
from harness.training.network import Network

MATCH_TOLERANCE = 0.05
"""How far a size may be from the budget before the record says so."""

FEW_STEPS = 16
"""Over so many steps, and twice as many, a recurrent body's operations are counted."""


@functools.lru_cache(maxsize=1024)
def matched_size(
    architecture: Spec,
    signature: Signature,
    match: str,
    target: float,
    shape: tuple[int, ...],
    target_shape: tuple[int, ...],
) -> tuple[int, float | None]:
    """The width that meets a target, and the FLOPs of an update at that width.

    match: ``parameters``, ``flops`` or ``none``: what the target counts; with ``none`` it is the
    width itself. Parameters are those of ``held_count``. shape, target_shape: of a batch of
    inputs and of targets. Kept, because it is the same for all seeds. Raises NotApplicable where
    FLOPs are to be matched and cannot be counted.
    """
    body, parameters = load_architecture(architecture), dict(architecture.parameters)

    def build(width: int) -> Network:
        return Network(body, width, signature, parameters)

    def flops(network: Network) -> float:
        counted = flops_per_update(network, shape, target_shape)
        if not counted:
            raise NotApplicable(
                f"the FLOPs of {architecture.name} cannot be counted, so that its size cannot be "
                "matched by them; match = parameters can"
            )
        return counted

    if match == "parameters":
        prevails = output_layer_prevails(signature, int(target))
        width = matched_width(build, target, lambda network: held_count(network, prevails))
    else:
        width = matched_width(build, target, flops) if match == "flops" else int(target)
    return width, flops_per_update(build(width), shape, target_shape)


def output_layer_prevails(signature: Signature, parameters: int) -> bool:
    """Whether the output layer would be more than half of a count of ``parameters``, so that the
    width that meets it would say nothing of the architecture.

    It is asked of a plain Elman network of h units, the same for all architectures of a task:
    h (features + h + 2) numbers in the body and (h + 1) outputs in the output layer.
    """
    features = signature.embedding if signature.inputs == "tokens" else signature.input_size
    outputs = signature.output_size
    linear = features + 2 + outputs  # h^2 + linear h + outputs = parameters
    width = (math.sqrt(linear**2 + 4 * max(parameters - outputs, 0)) - linear) / 2
    return (width + 1) * outputs > parameters / 2


def held_count(network: Network, body_alone: bool) -> int:
    """The parameters that are held to the budget: all but the embeddings, which all architectures
    share, or the body's alone, where the output layer prevails."""
    if body_alone:
        return sum(parameter.numel() for parameter in network.body.parameters())
    return network.counts()[1]


def matched_width(
    build: Callable[[int], Network],
    target: float,
    measure: Callable[[Network], float] = lambda network: network.counts()[1],
) -> int:
    """The width whose measure (the count without embeddings) is nearest to ``target``.

    ``build`` is called on the meta device, so nothing is allocated. Measures grow with the
    width, much like a power of it, which says where to look; halving the bracket now and then
    keeps that from taking long where they do not.
    """

    @functools.cache
    def count(width: int) -> float:
        with torch.device("meta"):
            return measure(build(width))

    low, high = 1, 16
    if count(low) >= target:
        return low
    while count(high) < target:
        low, high = high, 4 * high
    tries = 0
    while high - low > 1:
        power = math.log(count(high) / count(low)) / math.log(high / low)
        likely = round(low * (target / count(low)) ** (1 / power))
        tries += 1
        middle = (low + high) // 2 if tries % 3 == 0 else min(max(likely, low + 1), high - 1)
        low, high = (middle, high) if count(middle) < target else (low, middle)
    return min((low, high), key=lambda width: abs(count(width) - target))


def flops_per_update(
    network: Network, shape: tuple[int, ...], target_shape: tuple[int, ...]
) -> float | None:
    """Floating-point operations of one forward and backward pass over a batch of this shape.

    Counted on the meta device: the fused kernels that run on real devices hide theirs from the
    counter. None where a body computes with values and so cannot run without them. A body
    that does the same at every step, where counting takes long, is counted over few steps, and
    the line through these carried on, which is exact.
    """
    same_at_every_step = getattr(network.body, "same_at_every_step", False)
    if same_at_every_step and shape[1] > 2 * FEW_STEPS:
        few, twice = (
            _count_flops(network, *(_cut(s, shape[1], steps) for s in (shape, target_shape)))
            for steps in (FEW_STEPS, 2 * FEW_STEPS)
        )
        if few is None or twice is None:
            return None
        return few + (twice - few) / FEW_STEPS * (shape[1] - FEW_STEPS)
    return _count_flops(network, shape, target_shape)


def _cut(shape: tuple[int, ...], time: int, steps: int) -> tuple[int, ...]:
    """The shape with so many steps, where it has steps at all."""
    return (shape[0], steps, *shape[2:]) if shape[1:2] == (time,) else shape


def _count_flops(
    network: Network, shape: tuple[int, ...], target_shape: tuple[int, ...]
) -> float | None:
    from torch.utils.flop_counter import FlopCounterMode

    ghost = network.to("meta")
    kind = torch.float32 if network.embed is None else torch.int64
    inputs = torch.empty(shape, dtype=kind, device="meta")
    lengths = torch.empty(shape[0], dtype=torch.int64, device="meta")
    targets = torch.empty(target_shape, dtype=torch.int64, device="meta")
    try:
        with FlopCounterMode(display=False) as counter:
            ghost(inputs, lengths, targets).sum().backward()
    except (RuntimeError, NotImplementedError):
        return None
    return float(counter.get_total_flops())
