"""What goes on inside a trained model while it reads a sequence: plain numbers, to be drawn.

In the manner of LSTMVis (Strobelt et al. 2018) for recurrent networks: units against steps, the
symbols beneath. What can be shown is asked of the model, not of its name, so that an architecture
written by a user is served too: ``attention``, ``trace`` or ``windows``, else its hidden vectors.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from harness.experiment.record import Record
from harness.experiment.registry import architecture_declarations
from harness.probes import ngrams
from harness.probes.attention import attention_parts
from harness.probes.chain import chain_parts
from harness.probes.reading import chosen, namer, rounded, said, symbols
from harness.training.network import Network
from harness.training.restore import restored_model
from tasks.task import Task

UNITS = 32
"""Most units shown: those that vary most over the sequence."""
STEPS = 120
"""Most steps shown: the first ones. The numbers are of all."""
STATES = ("cell", "hidden")
GATES = ("forget_gate", "input_gate", "output_gate", "update_gate", "reset_gate")
OPEN, SHUT = 0.9, 0.1
"""Values from which on a gate counts as open, or as shut (Karpathy et al. 2015)."""


def internals(
    record: Record, weights: Mapping[str, np.ndarray], example: int = 0, text: str | None = None
) -> dict[str, Any]:
    """What is inside a cell's model as it reads one sequence, ready for JSON.

    The sequence is the test example of that number, or ``text``: in the task's own symbols, or
    numbers with blanks between. Returned are ``kind`` (recurrent, attention, filters, chain,
    states, or none with a ``reason``), the ``symbols`` read, what the model made of them, and
    ``parts``, each with its ``form``, arrays and ``numbers``: one figure each.
    Raises UserError for a sequence that cannot be had, tasks.task.Unavailable without the data.
    """
    about = {name: getattr(record, name) for name in ("id", "task", "architecture", "seed")}
    about |= {"skill": record.skill, "kind": "none", "parts": []}
    if reason := nothing_inside(record):
        return about | {"reason": reason}
    task, model = restored_model(record, weights)
    inputs, source = chosen(task, example, text)
    read = symbols(task, inputs[:STEPS])
    about |= {"source": source, "symbols": read, "steps": len(inputs)}
    about |= {"vectors": inputs.ndim > 1}
    if text is None:
        about["target"] = said(task, task.examples("test").targets[example])
    if hasattr(model, "chains"):
        parts, label = chain_parts(model, inputs, namer(task), STEPS)
        kind, output = "chain", None if label is None else str(label)
    elif len(inputs) == 1:
        return about | {"reason": "the sequence has one step: there is nothing to follow"}
    else:
        with torch.no_grad():
            kind, parts, output = _network_parts(model, task, inputs)
    if kind == "none":
        reason = f"{record.architecture} has no method that shows what its decoder does"
        return about | {"reason": reason}
    return about | {"kind": kind, "parts": parts, "output": output}


def nothing_inside(record: Record) -> str:
    """Why a cell has nothing to show, known without its weights; empty where it has."""
    name = record.key["architecture"]["name"]
    declared = architecture_declarations().get(name)
    if declared is None or declared.facts["neural"] or name == "hmm":
        return ""
    return (
        f"{name} has no states, gates, filters or attention: what it learned are plain weights "
        "or counts"
    )


def _network_parts(
    network: Network, task: Task, inputs: np.ndarray
) -> tuple[str, list[dict[str, Any]], str | None]:
    body = network.body
    one, lengths = torch.from_numpy(inputs[None]), torch.tensor([len(inputs)])
    x = one if network.embed is None else network.embed(one)
    if network.readout == "decoder":
        output = said(task, network.write(one, lengths, task.longest_output)[0].numpy())
    else:
        answer = network(one, lengths)[0].numpy()
        output = said(task, answer.argmax(-1)) if network.outputs == "classes" else None
    reader = body if hasattr(body, "trace") else getattr(body, "encoder", None)
    if hasattr(body, "attention"):
        return "attention", attention_parts(network, task, inputs, STEPS), output
    if reader is not None and hasattr(reader, "trace"):
        seen = {name: values[0].numpy() for name, values in reader.trace(x, lengths).items()}
        return "recurrent", recurrent_parts(seen), output
    if network.readout == "decoder":
        return "none", [], output
    hidden = body(x, lengths)[0].numpy()
    if network.readout in ("max", "mean") and hasattr(body, "windows"):
        test = task.examples("test")
        part, filters = ngrams.filters_part(network, test, namer(task))
        rows = {f"filter {f + 1}": hidden[:, f] for f in filters}
        return "filters", [part, _activations(rows)], output
    return "states", [_states(hidden, network.readout)], output


def recurrent_parts(seen: Mapping[str, np.ndarray]) -> list[dict[str, Any]]:
    """One part for each layer and direction of what ``Recurrent.trace`` saw of one sequence,
    arrays ``(time, width)``. Its numbers are of all units and steps: how far each gate is open;
    ``kept``, the product of the forget (GRU: update) gates after the first step read, which is
    the share of that step's memory that is still there at the end, for the mean unit and the
    best; ``saturated``, the share of hidden values beyond 0.9 (Karpathy et al. 2015)."""
    parts = []
    for layer in sorted({name.rpartition("_l")[2] for name in seen if name != "output"}):
        traced = {name: seen.get(f"{name}_l{layer}") for name in (*STATES, *GATES)}
        inside = {name: values for name, values in traced.items() if values is not None}
        level, _, backwards = layer.partition("_")
        gates = {
            name: {
                "mean": rounded(values.mean()),
                "open": rounded((values > OPEN).mean()),
                "shut": rounded((values < SHUT).mean()),
            }
            for name, values in inside.items()
            if name in GATES
        }
        numbers: dict[str, Any] = {
            "gates": gates,
            "saturated": rounded((np.abs(inside["hidden"]) > 0.9).mean()),
        }
        keeping = inside.get("forget_gate", inside.get("update_gate"))
        if keeping is not None:
            kept = (keeping[:-1] if backwards else keeping[1:]).prod(0)
            numbers["kept"] = {
                "mean": rounded(kept.mean()),
                "best": rounded(kept.max()),
                "unit": int(kept.argmax()) + 1,
            }
        name = f"layer-{int(level) + 1}" + ("-backwards" if backwards else "")
        place = {"layer": int(level) + 1, "backwards": bool(backwards)}
        by = inside.get("cell", inside["hidden"])
        parts.append(_units_part(name, inside, by, numbers) | place)
    return parts


def _units_part(
    name: str, states: Mapping[str, np.ndarray], by: np.ndarray, numbers: dict[str, Any]
) -> dict[str, Any]:
    """States ``(time, width)`` of units, of which those are shown, and so ordered, that differ
    most in ``by``."""
    units = ordered(by)
    panels = [
        {"name": state.replace("_", " "), "gate": state in GATES,
         "values": rounded(values[:STEPS, units].T)}
        for state, values in states.items()
    ]  # fmt: skip
    return {"form": "units", "name": name, "of": by.shape[1],
            "units": [int(unit) + 1 for unit in units], "panels": panels,
            "numbers": numbers}  # fmt: skip


def _states(hidden: np.ndarray, readout: str) -> dict[str, Any]:
    change = np.abs(np.diff(hidden, axis=0)).mean(1) if len(hidden) > 1 else np.zeros(1)
    numbers = {"readout": readout, "largest_change_at": int(change.argmax()) + 2}
    return _units_part("states", {"hidden_vector": hidden}, hidden, numbers)


def _activations(rows: Mapping[str, np.ndarray]) -> dict[str, Any]:
    values = np.array(list(rows.values()))
    return {
        "form": "activations",
        "name": "activations",
        "rows": list(rows),
        "panels": [{"name": "output of the filters", "gate": False,
                    "values": rounded(values[:, :STEPS])}],
        "numbers": {"strongest": int(values[0].argmax()) + 1, "value": rounded(values[0].max())},
    }  # fmt: skip


def ordered(values: np.ndarray) -> np.ndarray:
    """The units, columns of ``(time, width)``, that vary most, at most ``UNITS``, so that like
    stands by like: the leaves of average-linkage clustering by correlation, in the order that
    brings neighbours closest (Bar-Joseph et al. 2001)."""
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import squareform

    most = np.sort(np.argsort(-values.var(0), kind="stable")[:UNITS])
    if len(most) < 3 or len(values) < 2:
        return most
    with np.errstate(invalid="ignore", divide="ignore"):
        distances = 1 - np.nan_to_num(np.corrcoef(values[:, most].astype(float).T))
    np.fill_diagonal(distances, 0)
    apart = squareform(np.maximum((distances + distances.T) / 2, 0), checks=False)
    return most[leaves_list(linkage(apart, "average", optimal_ordering=True))]
