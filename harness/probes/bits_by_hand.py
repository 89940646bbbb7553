"""A hidden Markov model that remembers bits, built by hand instead of fitted."""

import math
from itertools import product
from typing import Any

import numpy as np

from architectures.markov import Chain, distribution
from harness.experiment.record import NotApplicable
from harness.training.bench import Bench
from harness.training.loop import evaluate
from harness.training.metrics import skill

SIGN = 2
"""The symbol of the task ``bits`` after which the bits are to be said; those below are the bits,
those above fill the lag."""


def measure(bench: Bench) -> dict[str, Any]:
    """On the task ``bits``, of a model that spends as many states on the lag as the architecture
    has: ``kept``, bits on validation; ``holding``, the states in which the lag is spent;
    ``states``, all of them. Raises NotApplicable on other tasks and architectures, and where the
    number of states is not given."""
    states = dict(bench.cell.architecture.parameters).get("states", 0)
    if bench.task.name != "bits" or bench.cell.architecture.name != "hmm" or int(states) < 2:
        raise NotApplicable("built by hand is an hmm, of a number of states, for the task bits")
    n = int(dict(bench.cell.task.parameters)["n"])
    held = min(n, int(math.log2(int(states))))
    chain = by_hand(n, held, bench.signature.input_size)
    model: Any = bench.body(bench.signature, **dict(bench.cell.architecture.parameters))
    model.chains = [chain]
    scores = evaluate(model.predict, bench.data.splits["validation"], bench.task)
    share = skill(scores.metrics[bench.task.metric], *bench.data.bounds["validation"])
    return {"kept": n * share, "holding": 2**held, "states": len(chain.start)}


def by_hand(n: int, held: int, symbols: int) -> Chain:
    """A model that keeps the first ``held`` of n bits.

    It goes through the bits read so far; one state for each content that it may have to hold,
    until the lag is over; one for each at the sign; and through what is left to be said. Bits
    that it does not keep are fair coins.
    """
    states: dict[tuple[str, tuple[int, ...]], int] = {}
    emits, moves = [], []

    def add(phase: str, bits: tuple[int, ...], emitted: list[int]) -> None:
        states[phase, bits] = len(states)
        emits.append(np.isin(np.arange(symbols), emitted).astype(float))

    def move(one: tuple[str, tuple[int, ...]], other: tuple[str, tuple[int, ...]]) -> None:
        moves.append((states[one], states[other]))

    contents = list(product((0, 1), repeat=held))
    for length in range(1, held + 1):
        for bits in product((0, 1), repeat=length):
            add("read", bits, [bits[-1]])
            add("say", bits, [bits[0]])
    add("guess", (), [0, 1])
    for bits in contents:
        add("pass", bits, [0, 1])
        add("hold", bits, list(range(SIGN + 1, symbols)))
        add("sign", bits, [SIGN])
    for phase, bits in list(states):
        if phase == "read" and len(bits) < held:
            move((phase, bits), (phase, (*bits, 0)))
            move((phase, bits), (phase, (*bits, 1)))
        if phase == "say":
            move((phase, bits), (phase, bits[1:]) if len(bits) > 1 else ("guess", ()))
    move(("guess", ()), ("guess", ()))
    for bits in contents:
        move(("read", bits), ("pass" if held < n else "hold", bits))
        for phase, after in (("pass", "hold"), ("hold", "sign")):
            move((phase, bits), (phase, bits))
            move((phase, bits), (after, bits))
        move(("sign", bits), ("say", bits))
    start, transitions = np.zeros(len(states)), np.zeros((len(states), len(states)))
    start[[states["read", (0,)], states["read", (1,)]]] = 1
    for one, other in moves:
        transitions[one, other] = 1
    return Chain(distribution(start), distribution(transitions), distribution(np.array(emits)))
