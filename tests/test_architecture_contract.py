"""Every registered architecture keeps the contract, on every kind of problem it claims."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import TINY_BUDGET, make_cell

from harness.contract import Skipped
from harness.contract.architecture import checks
from harness.registry import architecture_declarations, load_architecture, spec_of

KNOWN = architecture_declarations()
CASES = [
    pytest.param(
        check,
        id=f"{name}-{check.title}",
        marks=pytest.mark.slow if check.title.startswith("learns") else (),
    )
    for name in KNOWN
    for check in checks(spec_of(name, KNOWN, "architecture", "test"))
]


@pytest.mark.parametrize("check", CASES)
def test_contract(check):
    """What ``harness check`` holds a user's architecture to, held by all of ours."""
    try:
        check.run()
    except Skipped as skipped:
        pytest.skip(str(skipped))


def test_every_architecture_gets_the_same_examples():
    """Same seed, same stream: what is drawn does not depend on who learns."""
    from harness.fit.data import stream_generator
    from harness.registry import make_task

    cells = [make_cell("recall", name, seed=3) for name in ("rnn", "lstm")]
    streams = []
    for cell in cells:
        task = make_task(cell.task)
        batches = task.batches(stream_generator(task, cell.seed), TINY_BUDGET["batch"])
        streams.append([next(batches).inputs for _ in range(3)])
    assert all(np.array_equal(a, b) for a, b in zip(*streams, strict=True))


def test_declarations_read_from_source_are_those_of_the_classes():
    """What listing reads without importing torch is what the imported class says."""
    import inspect

    for name, declaration in KNOWN.items():
        spec = spec_of(name, KNOWN, "architecture", "test")
        cls = load_architecture(spec)
        assert cls.declared == {"name": name, **declaration.facts}
        keyword_only = {
            p.name: p.default
            for p in inspect.signature(cls.__init__).parameters.values()
            if p.kind is p.KEYWORD_ONLY
        }
        assert keyword_only == dict(declaration.parameters)
        assert declaration.summary
