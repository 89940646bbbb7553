"""harness compare"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.cli.options import Json, StoredMatrix, console, print_json
from harness.errors import UserError, nearest

if TYPE_CHECKING:
    from rich.console import Console

    from harness.experiment.store import Store
    from reports.analysis.comparison import Comparison, Row, Run

RunName = Annotated[
    str, typer.Argument(metavar="RUN", help="A folder of results, or FOLDER:MATRIX.")
]
MOST = 6
"""Names told of a list."""
STYLES = {"better": "green", "worse": "red"}
PARTS = 12
"""Changes of the key told."""


def main(run_a: RunName, run_b: RunName, matrix: StoredMatrix = None, json: Json = False) -> None:
    """Say what changed from run A to run B: cells, keys, outcomes, scores with tests, cost.

    Cells are paired by task, architecture and seed. Of each architecture on each task, the
    differences (B minus A) are tested over seeds and over test examples.

    Examples:

        harness compare out-before out-after

        harness compare harness-out:quick harness-out:standard --json
    """
    from reports.analysis.comparison import Run, compare
    from reports.analysis.results import read

    stores = [_store(run_a), _store(run_b)]
    names = _matrices([store for store, _ in stores], [name or matrix for _, name in stores])
    runs = [Run(s, read(s, n)) for (s, _), n in zip(stores, names, strict=True)]
    found = compare(runs[0], runs[1])
    if json:
        told = [
            {"out": str(r.store.out), "matrix": r.results.name,
             "created": r.results.plan.get("created"), "command": r.results.plan.get("command")}
            for r in runs
        ]  # fmt: skip
        print_json({"a": told[0], "b": told[1]} | found.to_json())
        return
    _print(console(), runs, found)


def _store(text: str) -> tuple[Store, str | None]:
    """The store that a RUN names, and the matrix if it says which; raises UserError."""
    from harness.experiment.store import Store

    folder, _, matrix = text.rpartition(":")
    for place, name in ((text, None), (folder, matrix)):
        if place and Path(place).is_dir():
            return Store(place), name or None
    path = Path(folder or text)
    beside = [p.parent.name for p in path.parent.glob("*/plans")]
    raise UserError(
        f"RUN {text}: there is no folder {path}; {nearest(path.name, beside)}"
        if beside
        else f"RUN {text}: there is no folder {path}, and no results beside it"
    )


def _matrices(stores: Sequence[Store], given: Sequence[str | None]) -> list[str]:
    """Which matrices to compare: where none is named, the last one that both folders have."""
    if not any(given):
        kept = [name for name in stores[0].plans() if name in stores[1].plans()]
        given = [*kept[:1], *kept[:1]] or given
    return [s.plan(name)["matrix"] for s, name in zip(stores, given, strict=True)]


# -- printing ------------------------------------------------------------------------------------


def _print(screen: Console, runs: Sequence[Run], found: Comparison) -> None:
    from reports.formats import plural

    def say(text: str, style: str = "") -> None:
        screen.print(text, markup=False, style=style or None, soft_wrap=True)

    counts = found.counts
    for letter, run in zip("AB", runs, strict=True):
        planned = str(run.results.plan.get("created", ""))[:16].replace("T", " ")
        say(f"{letter}  {run.store.out}:{run.results.name}, {plural(len(run.cells), 'cell')}, "
            f"planned {planned} UTC")  # fmt: skip
    say(
        f"{plural(counts['paired'], 'cell')} paired: {counts['same key']} identical by key, "
        f"{counts['changed key']} with a changed key; {counts['only in a']} only in A, "
        f"{counts['only in b']} only in B; {counts['changed outcome']} ended otherwise"
    )
    if counts["same key"]:
        say(_bitwise(runs, counts))
    tested = ("better", "worse", "not shown to differ", "not comparable")
    if counts["changed key, same result"]:
        say(f"changed key: {counts['changed key, same result']} have the same result all the same, "
            "bit for bit")  # fmt: skip
    told = ", ".join(f"{counts[v]} {v}" for v in tested if counts[v])
    if told:
        say(f"{plural(len(found.rows) - counts['identical'], 'pair')} of task and architecture "
            f"with another key or result: {told} in B")  # fmt: skip
    if found.seconds:
        say(f"seconds of training, B to A, median over cells: x{found.seconds:.2f}")
    for message in [*runs[0].results.corrupted, *runs[1].results.corrupted]:
        say(f"warning: {message}", "yellow")
    _print_changes(say, found)
    rows = [row for row in found.rows if not row.identical]
    moved = [row for row in rows if row.difference.seeds.mean != 0]
    if rows:
        screen.print()
    if moved:
        screen.print(_table(moved))
        if len(moved) < len(rows):
            say(f"{plural(len(rows) - len(moved), 'pair')} with the very same mean score not shown")
    if rows:
        for line in _legend(rows, counts):
            say(line)


def _bitwise(runs: Sequence[Run], counts: dict[str, int]) -> str:
    if runs[0].store.out == runs[1].store.out:
        return "identical by key: these are the very same records"
    apart = counts["same key, another result"]
    alike = counts["same key, same result"]
    told = f"identical by key: {alike} are alike bit for bit (scores, curve, examples, weights)"
    return f"{told}, {apart} are NOT" if apart else told


def _print_changes(say: Any, found: Comparison) -> None:
    from reports.formats import listed, plural

    for heading, slots in zip(("only in A", "only in B"), found.only, strict=True):
        if slots:
            say(f"\n{heading}", "bold")
            say(f"  {listed([_cell(*slot) for slot in slots], MOST)}")
    if found.keys:
        say("\nwhat changed in the keys", "bold")
    for entry in found.keys[:PARTS]:
        what = entry["means"] or entry["part"]
        arrow = f": {entry['before']} -> {entry['after']}" if entry["before"] else ""
        where = f": {listed(entry['architectures'], MOST)} on {listed(entry['tasks'], MOST)}"
        every = entry["cells"] == found.counts["changed key"]
        say(f"  {what}{arrow}  ({plural(entry['cells'], 'cell')}{', all' if every else where})")
    if len(found.keys) > PARTS:
        say(f"  and {len(found.keys) - PARTS} more changes, of fewer cells: see --json")
    if found.environments:
        say("\nthe machines differ", "bold")
    for name, before, after in found.environments:
        say(f"  {name}: {before} -> {after}")
    if found.outcomes:
        say("\noutcomes that changed", "bold")
    for entry in found.outcomes:
        reason = f"  ({entry['reason']})" if entry["reason"] else ""
        say(f"  {_of(entry)}: {entry['before']} -> {entry['after']}{reason}")
    if found.unlike:
        say("\nthe same key, another result: is the machine another, or the code not reproducible?",
            "bold")  # fmt: skip
    for entry in found.unlike:
        say(f"  {_of(entry)}  {entry['id']}: {', '.join(entry['differs'])}")


def _table(rows: Sequence[Row]) -> Any:
    from rich.table import Table

    from reports import formats

    table = Table(title="Change from A to B, largest change of skill first", title_justify="left",
                  box=None, pad_edge=False)  # fmt: skip
    for name in ("task", "architecture", "metric"):
        table.add_column(name, no_wrap=True)
    resized = any(_resized(row) for row in rows)
    sizes = ["parameters"] if resized else []
    numbers = ("seeds", "A", "B", "change", "in skill", "p", "p examples", "seconds", *sizes)
    for name in numbers:
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("B is", no_wrap=True)
    for row in rows:
        change, skills = row.difference.seeds, row.difference.skills
        tested = row.difference.adjusted, row.difference.examples.p
        table.add_row(
            _task(row.part, row.task).replace("[", r"\["),
            row.architecture.replace("[", r"\["),
            row.metric,
            str(change.n or row.before.n),
            _number(row.before.mean),
            _number(row.after.mean),
            _number(change.mean, "+") + ("" if change.half is None else f" ±{change.half:.2g}"),
            formats.signed_skill_with_spread(skills),
            *(formats.p_value(p) or "-" for p in tested),
            "" if row.seconds is None else f"x{row.seconds:.2f}",
            *([_resized(row)] if resized else []),
            f"[{STYLES.get(row.verdict, 'dim')}]{row.verdict}[/]",
        )
    return table


def _resized(row: Row) -> str:
    """Parameters before and after, where they differ."""
    before, after = row.parameters
    if before is None or after is None or before == after:
        return ""
    return f"{before:,.0f} -> {after:,.0f}"


def _legend(rows: Sequence[Row], counts: dict[str, int]) -> list[str]:
    lines = [
        "change: mean over paired seeds with its own 95 % interval (Student's t). "
        "p: the larger of the tests over seeds and over test examples, Holm's correction over "
        f"{sum(row.difference.p is not None for row in rows)} pairs; they differ below 0.05. "
        "p examples: uncorrected."
    ]
    if not counts["better"] and not counts["worse"]:
        lines.append("No pair is shown to differ: this does not show that there is no difference.")
    single = [row for row in rows if row.difference.seeds.n == 1]
    if single:
        lines.append(
            f"{len(single)} of {len(rows)} pairs have one seed: their test speaks for other test "
            "examples, not for other seeds. More seeds would."
        )
    reasons = {row.untested: [r for r in rows if r.untested == row.untested] for row in rows}
    lines += [f"{reason} ({len(of)} pairs)" for reason, of in reasons.items() if reason]
    return lines


def _number(value: float | None, sign: str = "") -> str:
    return "" if value is None else f"{value:{sign}.4g}"


def _task(part: str, task: str) -> str:
    return f"{part}: {task}" if part else task


def _cell(part: str, task: str, architecture: str, seed: int) -> str:
    return f"{_task(part, task)} · {architecture} · seed {seed}"


def _of(entry: dict[str, Any]) -> str:
    return _cell(entry["part"], entry["task"], entry["architecture"], entry["seed"])
