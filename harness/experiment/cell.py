"""A cell: one (task, architecture, seed) under one budget. The unit of work and of caching."""

import functools
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from harness.experiment.imports import fingerprint
from harness.experiment.matrix import TUNABLE, Budget, Tuning, Value
from harness.experiment.registry import Spec, architecture_declarations, file_of_probe, make_task


@dataclass(frozen=True)
class Cell:
    """What ``run_cell`` runs. Two cells with the same id have the same result."""

    task: Spec
    architecture: Spec
    seed: int
    budget: Budget
    kind: str = "score"
    """score; trial: scored on validation only, to choose hyper-parameters; probe: measured, not
    scored"""
    chosen: tuple[tuple[str, Value], ...] = ()
    """the architecture's parameters that tuning set, and that its label does not tell"""
    bar: tuple[tuple[int, float], ...] = ()
    """validation scores by step; training stops where its best so far is worse"""
    tuning: Tuning | None = None
    """how values are yet to be chosen; None: all are there, or see ``study``"""
    probe: str = ""
    """what is measured, by one of ``registry.MEASURED``"""
    part: str = ""
    """the part of the matrix that asks for it; says nothing of the result"""
    keep_weights: bool = True
    """the record has the trained weights; says nothing of the result"""
    lag: int | None = None
    """where a horizon is sought: its dependency length; says nothing of the result either"""

    @functools.cached_property
    def key(self) -> dict[str, Any]:
        """Everything the result depends on."""
        key = {
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
            "code": fingerprint(str(Path(__file__).parent.parent / "training" / "run_cell.py")),
        }
        if self.probe:
            code = fingerprint(file_of_probe(self.probe))
            key["probe"] = {"name": self.probe, "code": code}
        if self.chosen:
            key["chosen"] = dict(self.chosen)
        if self.bar:
            key["bar"] = [list(point) for point in self.bar]
        if self.tuning:
            key["tuning"] = self.tuning.model_dump()
        return key

    @functools.cached_property
    def id(self) -> str:
        """Hash of the key."""
        text = json.dumps(self.key, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def label(self) -> str:
        """The cell in words."""
        what = f" · {self.probe}" if self.probe else ""
        return f"{self.task.label} · {self.architecture.label}{what} · seed {self.seed}"

    @property
    def refusal(self) -> str | None:
        """Why the architecture cannot serve the task, as far as their declarations tell."""
        return refusal(self.architecture, self.task)

    @property
    def study(self) -> Tuning | None:
        """How values are yet to be chosen: a list of learning rates is a grid of them."""
        rates = self.budget.learning_rate
        if self.tuning is None and isinstance(rates, list):
            return Tuning(space={"learning_rate": list(dict.fromkeys(rates))})
        return self.tuning

    def settled(self, values: Mapping[str, Any]) -> "Cell":
        """The same cell with these values, and nothing left to be chosen."""
        rates = self.budget.learning_rate
        terms = {name: values[name] for name in TUNABLE if name in values}
        if isinstance(rates, list):
            terms.setdefault("learning_rate", rates[0])
        given = dict(self.architecture.parameters)
        chosen = {
            name: float(value) if isinstance(given[name], float) else value
            for name, value in values.items()
            if name not in TUNABLE
        }
        parameters = tuple(sorted((given | chosen).items()))
        return replace(
            self,
            architecture=replace(self.architecture, parameters=parameters),
            budget=Budget.model_validate(self.budget.model_dump() | terms),
            chosen=tuple(sorted(chosen.items())),
            tuning=None,
        )


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
