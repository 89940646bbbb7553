"""A trained model rebuilt from its record and weights."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from harness.errors import UserError
from harness.experiment.record import Record
from harness.experiment.registry import (
    Spec,
    architecture_declarations,
    load_architecture,
    make_task,
    task_declarations,
    with_parameters,
)
from harness.experiment.user_data import opened
from harness.training.run_cell import signature_of
from tasks.task import Synthetic, Task


def restored(record: Record, weights: Mapping[str, np.ndarray], beam: int = 1) -> tuple[Task, Any]:
    """The task of a record, and its model as a function of padded inputs and lengths.

    Raises UserError where the architecture cannot be rebuilt, or its code has changed.
    """
    task, model = restored_model(record, weights)
    if hasattr(model, "predict"):
        return task, model.predict

    from harness.training.loop import predictor

    return task, predictor(model, task, beam)


def restored_model(record: Record, weights: Mapping[str, np.ndarray]) -> tuple[Task, Any]:
    """The task of a record, and its model itself: a ``Network``, or an ``Estimator``.

    Raises UserError where the architecture cannot be rebuilt, or its code has changed.
    """
    spec = _spec(record.key["architecture"], architecture_declarations(), "architecture")
    (named,) = opened([_spec(record.key["task"], task_declarations(), "task")])
    task = make_task(named)
    if isinstance(task, Synthetic):
        task = task.redrawn(record.key["budget"].get("held_out", 0))
    made, facts = load_architecture(spec), architecture_declarations()[spec.name].facts
    signature = signature_of(task, facts["readout"], record.key["budget"]["embedding"])
    signature = dataclasses.replace(signature, steps=record.longest)
    parameters = dict(spec.parameters)
    if not facts["neural"]:
        if not hasattr(made, "restore"):
            raise UserError(f"{record.id}: {spec.name} cannot be rebuilt from its record")
        estimator = made(signature, **parameters)
        estimator.restore(weights)
        return task, estimator

    import torch

    from harness.training.network import Network

    network = Network(made, record.width or 1, signature, parameters)
    try:
        network.load_state_dict({name: torch.from_numpy(a) for name, a in weights.items()})
    except RuntimeError:
        raise UserError(
            f"{record.id}: the code of {spec.name} changed since this cell was trained; run it "
            "again (harness why tells what changed)"
        ) from None
    return task, network.eval()


def _spec(key: dict[str, Any], known: Mapping[str, Any], kind: str) -> Spec:
    name = key["name"]
    if name not in known:
        raise UserError(
            f"the {kind} {name} is not known here: name its file with --plugin or --task"
        )
    values = {n: str(v).lower() if isinstance(v, bool) else f"{v}" for n, v in
              key["parameters"].items()}  # fmt: skip
    return with_parameters(known[name], values, f"{kind} {name}")
