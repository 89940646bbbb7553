"""harness show"""

from __future__ import annotations

import json as json_module

from harness.cli.options import DEFAULT_OUT, Cell, Json, Out, duration


def main(cell: Cell, out: Out = DEFAULT_OUT, json: Json = False) -> None:
    """Show everything about one cell: scores, curve, cost, hyper-parameters, error.

    Example:

        harness show 3f2a
    """
    from harness.store import Store

    store = Store(out)
    record = store.find(cell)
    if json:
        print(json_module.dumps(json_module.loads(record.to_json()), indent=1, ensure_ascii=False))
        return
    print(f"{record.task} · {record.architecture} · seed {record.seed}    {record.id}")
    print(f"  outcome     {record.outcome}{': ' if record.reason else ''}{record.reason}")
    if record.metric:
        unit = f" {record.unit}" if record.unit else ""
        way = "higher" if record.higher_is_better else "lower"
        print(f"  metric      {record.metric}{unit} ({way} is better), {record.problem}, "
              f"readout {record.readout}")  # fmt: skip
    if record.floor is not None and record.ceiling is not None:
        ideal = " (ideal)" if record.ceiling_is_ideal else ""
        print(f"  bounds      floor {record.floor:.4g}, ceiling {record.ceiling:.4g}{ideal}")
    for name, score in record.references.items():
        print(f"  reference   {name}: {score:.4g}")
    for split, scores in record.scores.items():
        print(f"  {split:<11} " + ", ".join(f"{k} {v:.4g}" for k, v in scores.items()))
    if record.skill is not None:
        print(f"  skill       {record.skill:.3f}")
    if record.parameters is not None:
        width = f", width {record.width}" if record.width else ""
        matched = f"{record.matched_parameters:,} matched"
        print(f"  parameters  {record.parameters:,} in all, {matched}{width}")
    if record.receptive_field is not None:
        print(f"  sees        {record.receptive_field} steps")
    if record.steps:
        print(f"  training    {record.steps} steps, {record.examples:,} examples, ended: "
              f"{record.stopped}, best at step {record.best_step}")  # fmt: skip
    for name, value in record.chosen.items():
        print(f"  chosen      {name} {value}")
    print("  time        " + ", ".join(f"{k} {duration(v)}" for k, v in record.seconds.items()))
    if record.flops:
        print(f"  cost        {record.flops:.3g} FLOPs an update, "
              f"peak memory {record.peak_memory or 0:.0f} MiB")  # fmt: skip
    for note in record.notes:
        print(f"  note        {note}")
    if record.curve:
        print("  curve       step    loss      validation")
        for point in record.curve:
            loss, validation = (point.get(k) for k in ("loss", "validation"))
            print(f"              {point['step']:<7} {loss:<9.4g} {validation:.4g}")
    if record.traceback:
        print()
        print(record.traceback.rstrip())
