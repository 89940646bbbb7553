"""Gradient flow: how much of the loss gradient reaches the steps before the output.

The gradient through k steps of a recurrent network is a product of k Jacobians: it vanishes or
explodes exponentially in k (Bengio et al. 1994; Pascanu et al. 2013). Norms are taken in float64,
since in float32 a gradient that halves at each step is lost after 150 of them.
"""

import copy
import math
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import linear

from harness.probes.growth import set_by_equations
from harness.training.bench import Bench
from harness.training.loop import loss_of
from harness.training.metrics import skill
from harness.training.network import Network
from tasks.task import Examples

LEAST = 1e-30
"""A gradient of this norm or less is not fitted, and counts as zero."""
EXAMPLES = 32
"""Validation examples that the norms are averaged over."""
JACOBIAN_EXAMPLES, JACOBIAN_POINTS = 8, 32


def measure(bench: Bench) -> dict[str, Any]:
    """``initial`` and ``trained``, each what ``gradient_flow`` finds on validation examples; and
    ``skill``, on validation, of the network that was trained."""
    network = bench.network()
    examples = bench.data.splits["validation"].take(slice(0, EXAMPLES))
    initial = gradient_flow(network, examples)
    bench.train(network)
    score = bench.record.validation
    return {
        "initial": initial,
        "trained": gradient_flow(network, examples),
        "skill": skill(score, *bench.data.bounds["validation"]) if score is not None else None,
    }


def gradient_flow(network: Network, examples: Examples) -> dict[str, Any]:
    """Norm of the gradient of each example's loss at every step back from the output.

    The loss is that of the last scored target alone, so that a lag is defined: k steps back from
    the step of that target; where the output is a sequence of its own, from the input's end. For
    steps after the output, which some networks see, there is no lag. Examples without a scored
    target are left out.

    The network is copied, and the copy run in float64, without dropout and, where it is
    recurrent, by its equations.

    ``lags``: 0, 1, ...; ``examples``: how many are as long as that; ``loss``: their mean loss.
    ``norms``: by place, ``input`` (what enters the body: the embedding) and, where the body or
    its encoder is a ``Recurrent``, the states of its layers that read forwards, ``hidden_l0``,
    ``cell_l0`` (LSTM; what it does through the hidden state of its own step included),
    ``hidden_l1``, ... At each place, by lag: ``mean`` over examples of the
    norm; ``geometric``, its geometric mean, 0 if one is 0; None where a number is beyond float64;
    ``decay`` and ``geometric_decay``: see ``decay``.
    ``jacobian``: see ``step_jacobian``, of the first of these layers; None elsewhere.
    """
    bare = copy.deepcopy(network).cpu().double().eval().requires_grad_(False)
    set_by_equations(bare, True)
    given = [torch.from_numpy(a) for a in (examples.inputs, examples.lengths, examples.targets)]
    inputs, lengths, targets = (a.double() if a.is_floating_point() else a for a in given)
    loss_mask, at = _last_scored(bare, examples)

    embedded = inputs if bare.embed is None else bare.embed(inputs)
    bare.embed = None
    steps = [step.clone().requires_grad_() for step in embedded.unbind(1)]
    places = {"input": steps}
    recurrent: Any = next(
        (b for b in (bare.body, getattr(bare.body, "encoder", None)) if hasattr(b, "forwards")),
        None,
    )
    jacobian, seen = None, []
    if recurrent is not None:
        if not getattr(recurrent.forwards[0], "untied", 0):  # else each step has its own
            jacobian = step_jacobian(recurrent.forwards[0], embedded, lengths)
        seen = [_recorded(layer) for layer in recurrent.forwards]
    outputs = bare(torch.stack(steps, 1), lengths, targets)
    mask = torch.from_numpy(loss_mask)
    # Examples do not mix, so the gradient of the sum is, row by row, each example's own.
    loss = loss_of(outputs, targets, mask, bare.outputs) * mask.sum()
    for level, computed in enumerate(seen):
        for name in recurrent.layer.states if recurrent else ():
            places[f"{name}_l{level}"] = [step[name] for step in computed]

    tensors = [tensor for place in places.values() for tensor in place]
    gradients = torch.autograd.grad(loss, tensors, allow_unused=True, materialize_grads=True)
    reach = range(int(at.max()) + 1)
    norms = {}
    for number, name in enumerate(places):
        norm = _norms(gradients[number * len(steps) : (number + 1) * len(steps)])
        norms[name] = _summary([norm[at >= lag, at[at >= lag] - lag] for lag in reach])
    return {
        "lags": [*reach],
        "examples": [int((at >= lag).sum()) for lag in reach],
        "loss": loss.item() / int((at >= 0).sum()),
        "norms": norms,
        "jacobian": jacobian,
    }


def decay(norms: list[float | None]) -> dict[str, Any]:
    """The factor by which a gradient changes with each step back: norms[k] ~ a rate^k.

    Least squares of log(norm) against the lag k, over lags from 1 on where the norm is a number
    above 1e-30. ``rate`` is exp(slope), ``r2`` the fit's share of the variance of the logarithm
    (it means nothing where the rate is 1), ``from`` and ``to`` the first and the last lag fitted:
    None, all of them, with fewer than three such lags. ``zero_beyond``: the last lag that is
    not zero, where the gradient after it is zero to the last bit as beyond a receptive field; None
    where it is not, or only below what floating point can hold.
    """
    lags = [k for k, norm in enumerate(norms) if k and norm is not None and norm > LEAST]
    fit: dict[str, Any] = dict.fromkeys(("rate", "r2", "from", "to"))
    if len(lags) > 2:
        logs = np.log(np.array([norms[k] for k in lags], float))
        slope = float(np.polyfit(lags, logs, 1)[0])
        r2 = float(np.corrcoef(lags, logs)[0, 1] ** 2) if np.ptp(logs) else 0.0
        fit = {"rate": math.exp(slope), "r2": r2, "from": lags[0], "to": lags[-1]}
    last = max((k for k, norm in enumerate(norms) if norm != 0), default=None)
    cut = last is not None and last < len(norms) - 1 and (norms[last] or 0) > LEAST
    return fit | {"zero_beyond": last if cut else None}


def step_jacobian(layer: Any, x: Tensor, lengths: Tensor) -> dict[str, Any]:
    """What a recurrent layer's step does to a small change of its state, along the states that it
    takes over sequences ``(batch, time, features)``.

    The state is h, in the LSTM h and c side by side. ``spectral_radius``: of the step's Jacobian,
    mean over ``points`` steps spread evenly over the first ``examples`` sequences. ``lyapunov``:
    the largest Lyapunov exponent, nats a step, mean over these: the growth of a vector that is
    propagated through all the Jacobians and renormalised at each. It goes backwards, as a gradient
    does: a product and its transpose have the same growth. The first quarter of the steps is for
    it to turn to where growth is largest, and does not count. None where a number is not finite:
    a state that nothing of the state before gets into has an exponent of minus infinity.
    """
    x, lengths = x[:JACOBIAN_EXAMPLES].detach(), lengths[:JACOBIAN_EXAMPLES]
    below, before, below_bias, before_bias = (p.detach() for p in layer.weights.parameters())
    entering = linear(x, below, below_bias)

    def after(state: Tensor, entering: Tensor) -> Tensor:
        parts = state.split(layer.width, -1)
        computed = layer.step(entering, linear(parts[0], before, before_bias), *parts)
        return torch.cat([computed[name] for name in layer.states], -1)

    states = [torch.cat(layer.initial_state(x), -1).detach()]
    for entry in entering.unbind(1):
        states.append(after(states[-1], entry))

    vector = torch.randn(states[0].shape, generator=torch.Generator().manual_seed(0)).to(x)
    growth = torch.zeros(len(x), dtype=x.dtype)
    for step in reversed(range(x.shape[1])):
        state = states[step].clone().requires_grad_()
        (moved,) = torch.autograd.grad(after(state, entering[:, step]), state, vector)
        size = moved.norm(dim=-1)
        done = lengths - 1 - step
        growth = growth + torch.where(done >= lengths // 4, size.log(), 0.0)
        vector = torch.where((done >= 0)[:, None], moved / size[:, None], vector)

    real = [(row, step) for row, length in enumerate(lengths.tolist()) for step in range(length)]
    chosen = np.unique(np.linspace(0, len(real) - 1, JACOBIAN_POINTS).round().astype(int))
    rows, at = np.array(real)[chosen].T
    state = torch.stack(states, 1)[rows, at].requires_grad_()
    moved = after(state, entering[rows, at])
    columns = [
        torch.autograd.grad(moved[:, unit].sum(), state, retain_graph=True)[0]
        for unit in range(moved.shape[1])
    ]
    jacobians = torch.stack(columns, 1)
    known = bool(jacobians.isfinite().all())
    radius = torch.linalg.eigvals(jacobians).abs().amax(-1).mean() if known else math.nan
    return {
        "spectral_radius": _number(radius),
        "lyapunov": _number((growth / (lengths - lengths // 4)).mean()),
        "examples": len(x),
        "points": len(chosen),
    }


def _last_scored(network: Network, examples: Examples) -> tuple[np.ndarray, np.ndarray]:
    """Which targets are scored when only each example's last one is; and the input step that lags
    are counted from, ``(batch,)``, -1 where nothing is scored."""
    loss_mask, end = examples.loss_mask, examples.lengths - 1
    some = loss_mask if loss_mask.ndim == 1 else loss_mask.any(1)
    if loss_mask.ndim == 1:
        return loss_mask, np.where(some, end, -1)
    last = loss_mask.shape[1] - 1 - loss_mask[:, ::-1].argmax(1)
    only = loss_mask & (np.arange(loss_mask.shape[1]) == last[:, None])
    return only, np.where(some, end if network.readout == "decoder" else last, -1)


def _recorded(layer: Any) -> list[dict]:
    steps: list[dict] = []
    compute = layer.step

    def step(*given: Tensor) -> dict:
        steps.append(compute(*given))
        return steps[-1]

    layer.step = step
    return steps


def _norms(gradients: tuple[Tensor, ...]) -> np.ndarray:
    stacked = torch.stack(gradients, 1)
    # Squares leave the range of float64 long before the norms do.
    peak = stacked.abs().amax(-1)
    scaled = stacked / peak.clamp_min(torch.finfo(peak.dtype).tiny)[..., None]
    return (peak * scaled.norm(dim=-1)).numpy()


def _summary(by_lag: list[np.ndarray]) -> dict[str, Any]:
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        mean = [_number(norms.mean()) for norms in by_lag]
        geometric = [_number(np.exp(np.log(norms).mean())) for norms in by_lag]
    return {
        "mean": mean,
        "geometric": geometric,
        "decay": decay(mean),
        "geometric_decay": decay(geometric),
    }


def _number(value: Any) -> float | None:
    return float(value) if math.isfinite(value) else None
