"""What changed from one run to another, as ``harness compare`` prints it."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from reports import formats
from reports.analysis.comparison import VERDICTS, Comparison
from reports.analysis.difference import BETTER, WORSE
from reports.analysis.results import Results
from reports.analysis.statistics import Summary
from reports.document import Block, Cell, Note, Paragraph, Table, listings, table_of
from reports.formats import listed, plural

MARKS = {BETTER: "better", WORSE: "worse"}
Row = dict[str, Any]


def blocks(runs: Sequence[Results], comparison: Comparison) -> list[Block]:
    """The two runs, what changed in their keys, and the change of each pair."""
    rows = [row for row in comparison.rows if row["verdict"] != "identical"]
    moved = [row for row in rows if row["change"].mean != 0]
    parts: list[Block] = [*_summary(runs, comparison), *_changes(comparison)]
    parts += [_table(moved)] if moved else []
    legend = _legend(rows, comparison.counts) if rows else []
    if same := len(rows) - len(moved):
        legend.insert(0, f"{plural(same, 'pair')} with the very same mean score not shown")
    return [*parts, *map(Paragraph, legend)]


def _summary(runs: Sequence[Results], comparison: Comparison) -> list[Block]:
    counts = comparison.counts
    sizes = (counts["paired"] + counts["only in a"], counts["paired"] + counts["only in b"])
    lines = [
        f"{letter}  {run.store.out}:{run.name}, {plural(size, 'cell')}, "
        f"planned {str(run.plan.get('created', ''))[:16].replace('T', ' ')} UTC"
        for letter, run, size in zip("AB", runs, sizes, strict=True)
    ]
    known = {what: count for what, count in comparison.counts.items() if count}
    cells = [f"{count:,} {what}" for what, count in known.items() if what not in VERDICTS]
    pairs = [f"{known[verdict]:,} {verdict}" for verdict in VERDICTS if verdict in known]
    lines.append(f"cells: {'; '.join(cells)}")
    if runs[0].store.out == runs[1].store.out and "same key" in known:
        lines.append("cells of the same key are the very same records: both runs are in one folder")
    if pairs:
        lines.append(f"pairs of task and architecture, B against A: {', '.join(pairs)}")
    if comparison.seconds:
        lines.append(f"seconds of training, B to A, median over cells: x{comparison.seconds:.2f}")
    unreadable = [*runs[0].corrupted, *runs[1].corrupted]
    return [*map(Paragraph, lines), *(Note(f"warning: {message}") for message in unreadable)]


def _changes(comparison: Comparison) -> list[Block]:
    changes = []
    for entry in comparison.keys:
        what = entry["means"] or entry["part"]
        arrow = f": {entry['before']} -> {entry['after']}" if entry["before"] else ""
        where = f"{listed(entry['architectures'])} on {listed(entry['tasks'])}"
        changes.append(f"{what}{arrow}  ({plural(entry['cells'], 'cell')}: {where})")
    return listings({
        **{f"only in {side.upper()}": [listed(map(_of, entries))] if entries else []
           for side, entries in comparison.only.items()},
        "what changed in the keys": changes,
        "the machines differ": [f"{of['name']}: {of['a']} -> {of['b']}"
                                for of in comparison.environments],
        "outcomes that changed": [
            f"{_of(row)}: {row['before']} -> {row['after']}"
            + (f"  ({row['reason']})" if row["reason"] else "") for row in comparison.outcomes
        ],
        "the same key, another result: another machine, or code that is not reproducible?": [
            f"{_of(row)}  {row['id']}: {', '.join(row['differs'])}" for row in comparison.unlike
        ],
    })  # fmt: skip


def _table(rows: Sequence[Row]) -> Table:
    columns: dict[str, Callable[[Row], str | Cell]] = {
        "task": _task,
        "architecture": lambda row: row["architecture"],
        "metric": lambda row: row["metric"],
        "seeds": lambda row: str(row["seeds"]),
        "A": lambda row: _score(row, 0),
        "B": lambda row: _score(row, 1),
        "change": lambda row: _change(row["change"]),
        "in skill": lambda row: formats.signed_skill_with_spread(row["change_in_skill"]),
        "p": lambda row: formats.p_value(row["p_holm"]) or "-",
        "p examples": lambda row: formats.p_value(row["change_over_examples"].p) or "-",
        "seconds": lambda row: f"x{row['seconds_ratio']:.2f}" if row["seconds_ratio"] else "",
        "parameters": lambda row: _resized(*row["parameters"]),
        "B is": lambda row: Cell(row["verdict"], MARKS.get(row["verdict"], "hole")),
    }
    return table_of(rows, columns, caption="Change from A to B, largest change of skill first")


def _score(row: Row, side: int) -> str:
    """``0.9981``; with how many seeds solved the task, where they do or do not."""
    solved = f", {row['solved'][side]}/{row['seeds']}" if row["solved"] else ""
    return f"{row['after' if side else 'before']:.4g}{solved}"


def _change(change: Summary) -> str:
    half = "" if change.half is None else f" ±{change.half:.2g}"
    return "" if change.mean is None else f"{change.mean:+.4g}{half}"


def _resized(before: float | None, after: float | None) -> str:
    return f"{before:,.0f} -> {after:,.0f}" if before and after and before != after else ""


def _legend(rows: Sequence[Row], counts: dict[str, int]) -> list[str]:
    tested = sum(row["p"] is not None for row in rows)
    lines = [
        "change: mean over paired seeds, with its own 95 % interval (Student's t) from three seeds "
        "on, if seeds do not just solve the task or not; there A and B say how many do. p: over "
        f"seeds and test examples together, Holm's correction over {tested} pairs; they differ "
        "below 0.05. p examples: over test examples alone, uncorrected."
    ]
    if not counts["better"] and not counts["worse"]:
        lines.append("No pair is shown to differ: this does not show that there is no difference.")
    one = "one seed: tested for other test examples, not for other seeds"
    reasons = [row["untested"] for row in rows if row["untested"]]
    reasons += [one for row in rows if row["change"].n == 1]
    return lines + [f"{why} ({count} pairs)" for why, count in Counter(reasons).items()]


def _task(row: Row) -> str:
    return f"{row['part']}: {row['task']}" if row["part"] else row["task"]


def _of(row: Row) -> str:
    return f"{_task(row)} · {row['architecture']} · seed {row['seed']}"
