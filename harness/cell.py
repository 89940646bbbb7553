"""A cell: one (task, architecture, seed) under one budget. The unit of work and of caching."""

from __future__ import annotations

import functools
import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from harness.fingerprint import fingerprint
from harness.matrix import Budget
from harness.registry import Spec, architecture_declarations, make_task

TUNING_SEED = 1_000_000
"""Tuning trials count their seeds from here, apart from those reported."""


@dataclass(frozen=True)
class Cell:
    """What ``run_cell`` runs. Two cells with the same id have the same result."""

    task: Spec
    architecture: Spec
    seed: int
    budget: Budget
    kind: str = "report"
    """report, or trial: scored on validation only, to choose hyper-parameters"""

    @functools.cached_property
    def key(self) -> dict[str, Any]:
        """Everything the result depends on."""
        return {
            "kind": self.kind,
            "task": {
                "name": self.task.name,
                "parameters": dict(self.task.parameters),
                "data": _data_version(self.task),
                "code": fingerprint(self.task.file),
            },
            "architecture": {
                "name": self.architecture.name,
                "parameters": dict(self.architecture.parameters),
                "code": fingerprint(self.architecture.file),
            },
            "seed": self.seed,
            "budget": self.budget.science(),
            "code": fingerprint(str(Path(__file__).parent / "fit" / "run.py")),
        }

    @functools.cached_property
    def id(self) -> str:
        """Hash of the key."""
        text = json.dumps(self.key, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def label(self) -> str:
        """The cell in words."""
        return f"{self.task.label} · {self.architecture.label} · seed {self.seed}"

    @property
    def refusal(self) -> str | None:
        """Why the architecture cannot serve the task, as far as their declarations tell."""
        return refusal(self.architecture, self.task)

    def with_learning_rate(self, rate: float | list[float]) -> Cell:
        """The same cell at another learning rate."""
        return replace(self, budget=self.budget.model_copy(update={"learning_rate": rate}))


@functools.cache
def _data_version(task: Spec) -> str:
    return make_task(task).data_version()


@functools.cache
def refusal(architecture: Spec, task: Spec) -> str | None:
    """Why the architecture cannot serve the task, as far as their declarations tell."""
    facts = architecture_declarations()[architecture.name].facts
    made = make_task(task)
    if str(made.problem) not in facts["problems"]:
        return f"{architecture.name} serves {', '.join(facts['problems'])}, not {made.problem}"
    if made.causal and facts["both_directions"]:
        return (
            f"{architecture.name} reads the sequence backwards too; in {task.name} an output "
            "must not depend on later inputs"
        )
    return None
