"""What MLflow shows of a record and of a matrix, as plain values: nothing here imports mlflow.

Names of metrics have a slash, because the UI makes a section of charts from what stands before it.
"""

import base64
import hashlib
import json
import math
import re
import zlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from harness.experiment.matrix import OWN_CELLS
from harness.experiment.record import FINE, Outcome, Record

LAYOUT = 3
"""Part of every run's stamp: raise it when a run is written differently, so that sync refreshes."""
PAGE = 100
"""Runs that the UI loads at a time."""
GROUPED, LEADERBOARD = "grouped", "leaderboard"
"""Keys of the two stored views."""
_TAG_LIMIT = 20_000
"""Characters that an experiment's tag may have."""


def stamp(record: Record) -> str:
    """A short hash of all that is written about a record."""
    return hashlib.sha256(f"{LAYOUT}\n{record.to_json()}".encode()).hexdigest()[:16]


def run_name(record: Record, part: str = OWN_CELLS) -> str:
    """``task · architecture · seed N``; a tuning trial says so, and a cell of a part says which."""
    trial = " · trial" if record.kind == "trial" else ""
    beside = f" · {part}" if part != OWN_CELLS else ""
    return f"{record.task} · {record.architecture} · seed {record.seed}{trial}{beside}"


def status(record: Record) -> str:
    """MLflow's word for how the cell ended."""
    if record.outcome in FINE:
        return "FINISHED"
    return "KILLED" if record.outcome == Outcome.INTERRUPTED else "FAILED"


def milliseconds(iso: str) -> int | None:
    """Unix time in ms of an ISO time stamp; None where there is none to be read."""
    try:
        return int(datetime.fromisoformat(iso).timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        return None


def tags(record: Record, current: bool, part: str = OWN_CELLS) -> dict[str, str]:
    """The run's tags. ``current``: whether the matrix, as last planned, has this cell; ``part``:
    which part of it asked for the cell."""
    wrong = [] if record.outcome == Outcome.OK else [f"**{record.outcome}**: {record.reason}"]
    same = ("task", "architecture", "seed", "problem", "metric", "reason", "kind", "probe",
            "readout", "stopped")  # fmt: skip
    values = {name: str(getattr(record, name)) for name in same} | {
        "outcome": str(Outcome(record.outcome)),
        "part": part,
        "learned": {None: "", True: "yes", False: "no"}[record.learned],
        "current": "yes" if current else "no",
        "capabilities": ", ".join(record.tags),
        "harness.ended": record.ended,
        "harness.environment": record.environment,
        "mlflow.note.content": "\n\n".join([*wrong, *record.notes]),
    }
    return {key: _cut(value, 5000) for key, value in values.items() if value}


def params(record: Record, budget: Mapping[str, Any]) -> dict[str, str]:
    """The run's parameters: at most 100, each value at most 500 characters."""
    own = record.key.get("budget") if isinstance(record.key, dict) else None
    same = ("task", "architecture", "seed", "readout", "width")
    values = {name: getattr(record, name) for name in same} | _flat("chosen", record.chosen)
    values |= _flat("budget", own if isinstance(own, dict) else budget)
    texts = {_name(k): _cut(str(v), 500) for k, v in values.items() if v is not None and v != ""}
    return dict(list(texts.items())[:100])


def metrics(record: Record) -> dict[str, float]:
    """The run's single numbers; what was not measured, or is not finite, is left out."""
    numbers = _flat("", record.scores) | {
        "test/skill": record.skill,
        "test/floor": record.floor,
        "test/ceiling": record.ceiling,
        "cost/train_seconds": record.seconds.get("training"),
        **{f"cost/{of}_seconds": record.seconds.get(of) for of in ("data", "evaluation", "total")},
        "cost/parameters": record.parameters,
        "cost/flops_per_update": record.flops,
        "cost/peak_memory_mib": record.peak_memory,
        "cost/examples_per_second": record.examples_per_second,
        "cost/updates": record.steps or None,
    }
    numbers |= {f"probe/{name}": value for name, value in _flat("", record.measured).items()}
    if record.outcome != Outcome.NOT_APPLICABLE:
        numbers["outcome/ok"] = float(record.outcome == Outcome.OK)
    numbers["outcome/learned"] = record.learned
    return {_name(key): float(value) for key, value in numbers.items() if _is_number(value)}


def curve(record: Record) -> list[tuple[str, float, int, float]]:
    """The learning curves: (metric, value, step, seconds since the cell began)."""
    return [
        (f"curve/{name}", float(point[name]), int(point["step"]), float(point.get("seconds") or 0))
        for point in record.curve
        if _is_number(point.get("step"))
        for name in ("loss", "validation")
        if _is_number(point.get(name))
    ]


def data_set(record: Record) -> tuple[str, str, str]:
    """Name, digest and source (JSON) of the data-set chip, from the key alone."""
    part = record.key.get("task", record.task) if isinstance(record.key, dict) else record.task
    source = json.dumps(part, sort_keys=True, default=str)
    digest = hashlib.sha256(source.encode()).hexdigest()[:8]
    return _cut(record.task, 400), digest, _cut(source, 10_000)


def matrix_note(plan: Mapping[str, Any], experiment_id: str, report: str = "") -> str:
    """The header over a matrix's runs; the UI shows its first line until it is opened.

    ``report`` is the address of the latest report below the experiment's runs, if there is one.
    """
    runs = f"#/experiments/{experiment_id}/runs?workflowType=machine_learning"
    cells = _shown(plan)
    sizes = ", ".join(
        f"{(n := len({cell[name] for cell in cells}))} {name}{'' if n == 1 else 's'}"
        for name in ("task", "architecture", "seed")
    )
    title = f"**{plan['matrix']}** {plan.get('description') or ''}".strip()
    link = f"- [Report]({runs.replace('?', f'/{report}?')})\n" if report else ""
    budget = _flat("", plan.get("budget") or {})
    text = f"""\
{title} ({sizes})

`test/skill` is 0 for the best trivial predictor and 1 for a solved task, so unlike tasks share \
one scale. Every number comes from a record that Harness keeps; `harness sync` writes this page \
again.

- [Means over seeds, by task and architecture]({runs}&viewStateShareKey={GROUPED})
- [Leaderboard of all cells]({runs}&viewStateShareKey={LEADERBOARD})
- [Charts]({runs}&viewStateShareKey={LEADERBOARD}&compareRunsMode=CHART)
{link}
| budget | |
| --- | --- |
"""
    text += "\n".join(f"| {name} | {value} |" for name, value in budget.items())
    return _cut(text, _TAG_LIMIT)


def views(plan: Mapping[str, Any], primary: Iterable[str]) -> dict[str, str]:
    """The stored views by key, as the UI's own serialised state (undocumented, MLflow 3.13+).

    ``primary`` names the metrics that the matrix's tasks are scored by.
    """
    cells = _shown(plan)
    scores = [f"metrics.`test/{_name(name)}`" for name in sorted(set(primary))[:3]]
    cost = ["metrics.`cost/train_seconds`", "metrics.`cost/parameters`"]
    # The UI groups only what it has loaded: beyond a page, the order must keep groups together,
    # or a mean would be that of a group's best seeds.
    whole = len(cells) <= PAGE
    common = {
        "searchFilter": (f"tags.part = '{OWN_CELLS}' AND " if own_cells(plan) else "")
        + "tags.kind != 'trial' AND tags.current = 'yes' AND tags.outcome != 'not-applicable'",
        "runsHiddenMode": "FIRST_20_RUNS",
        "hideEmptyCharts": True,
        "useGroupedValuesInCharts": True,
    }
    keys = ("task", "architecture")
    groups = {",".join(f"param.{key}.{cell[key]}" for key in keys) for cell in cells}
    ended = ["metrics.`outcome/ok`", "metrics.`outcome/learned`"]
    means = ["metrics.`test/skill`", *scores, *ended, *cost]
    cell_columns = ["metrics.`test/skill`", *scores, "tags.`outcome`", "tags.`reason`", *cost]
    grouped = common | {
        "groupBy": {
            "aggregateFunction": "average",
            "groupByKeys": [{"mode": "param", "groupByData": key} for key in keys],
        },
        "groupsExpanded": dict.fromkeys(sorted(groups), False),
        "orderByKey": "metrics.`test/skill`" if whole else "tags.`mlflow.runName`",
        "orderByAsc": not whole,
        "selectedColumns": means,
        **_columns(means, name=380, created=48),
    }
    flat = common | {
        "groupBy": None,
        "orderByKey": "metrics.`test/skill`",
        "orderByAsc": False,
        "selectedColumns": [*cell_columns, "attributes.`Dataset`"],
        **_columns([*cell_columns, "attributes.`Dataset`"], name=260, created=130),
    }
    return {GROUPED: _packed(grouped), LEADERBOARD: _packed(flat)}


def own_cells(plan: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The planned cells that are scored and belong to no part."""
    return [c for c in plan["cells"] if c["kind"] == "score" and not c.get("part")]


def _shown(plan: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The matrix's own cells; where it is all parts, theirs."""
    return own_cells(plan) or [cell for cell in plan["cells"] if cell["kind"] != "trial"]


def _columns(columns: list[str], name: int, created: int) -> dict[str, Any]:
    """The order of a view's columns, and their widths in pixels."""
    fixed = {"attributes.`Run Name`": name, "runDateAndNestInfo": created}
    widths = fixed | dict.fromkeys(columns, 135)
    if "attributes.`Dataset`" in widths:
        widths["attributes.`Dataset`"] = 260
    return {"columnOrder": [*widths, "duration"], "columnWidths": widths | {"duration": 80}}


def _packed(state: Mapping[str, Any]) -> str:
    """A view as a tag's value, compressed where it would be too long; the UI reads both."""
    text = json.dumps(state, ensure_ascii=False, separators=(",", ":"))
    if len(text) > _TAG_LIMIT:
        text = "deflate;" + base64.b64encode(zlib.compress(text.encode(), 9)).decode()
    if len(text) > _TAG_LIMIT:
        return _packed({k: v for k, v in state.items() if k != "groupsExpanded"})
    return text


def _flat(prefix: str, values: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in values.items():
        name = f"{prefix}/{key}".lstrip("/")
        flat |= _flat(name, value) if isinstance(value, dict) else {name: value}
    return flat


def _name(name: str) -> str:
    """A name that MLflow takes: ``test@2x`` becomes ``test-2x``."""
    return re.sub(r"[^\w\-. /]", "-", name)[:250]


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)
