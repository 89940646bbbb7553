"""What several test files share."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # two test processes share two cores

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # so it is where a shell runs this behind it
    signal.signal(signal.SIGINT, signal.default_int_handler)  # and child processes inherit it

import pytest

import harness.experiment.registry as registry
from harness.experiment.cell import Cell
from harness.experiment.matrix import Budget

TINY_BUDGET = {"steps": 30, "batch": 16, "parameters": 2000, "embedding": 8, "evaluate_every": 10}


def make_cell(task: str, architecture: str, seed: int = 0, **budget) -> Cell:
    """A cell from names, under a budget small enough for a test."""
    return Cell(
        registry.spec_of(task, "task", "test"),
        registry.spec_of(architecture, "architecture", "test"),
        seed,
        Budget(**(TINY_BUDGET | budget)),
    )


def tiny_task(name: str) -> str:
    """A registered task's tiny instance, by its label."""
    cls = type(registry.make_task(
        registry.spec_of(name, "task", "test")
    ))  # fmt: skip
    return f"{name}[{','.join(f'{k}={v}' for k, v in cls.tiny.items())}]" if cls.tiny else name


@pytest.fixture(scope="session")
def prepared_data(tmp_path_factory) -> Path:
    """A folder where prepared data sets are kept for the whole session."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def harness_cli(tmp_path):
    """Run the command line in a process of its own; returns the finished process."""

    def call(*arguments: str, **options) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "-m", "harness", *arguments],
            capture_output=True,
            text=True,
            timeout=options.pop("timeout", 240),
            cwd=options.pop("cwd", tmp_path),
            **options,
        )

    return call


MATRIX = """
description = "for tests"
seeds = {seeds}
tasks = {tasks}
architectures = {architectures}

[budget]
steps = {steps}
batch = 16
parameters = 2000
embedding = 8
evaluate_every = 10
learning_rate = {learning_rate}
seconds = {seconds}
"""


@pytest.fixture
def matrix_file(tmp_path):
    """Write a small matrix file; returns its path as text."""

    def write(
        name: str = "tiny",
        tasks: tuple[str, ...] = ("recall[lag=3,symbols=4]",),
        architectures: tuple[str, ...] = ("rnn",),
        seeds: int = 1,
        steps: int = 20,
        learning_rate: object = 0.01,
        seconds: float = 60,
    ) -> str:
        path = tmp_path / f"{name}.toml"
        path.write_text(
            MATRIX.format(
                seeds=seeds,
                tasks=list(tasks),
                architectures=list(architectures),
                steps=steps,
                learning_rate=learning_rate,
                seconds=seconds,
            ).replace("'", '"')
        )
        return str(path)

    return write
