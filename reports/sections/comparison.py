"""What changed from one run to another, as ``harness compare`` prints it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reports import formats
from reports.analysis.comparison import Comparison, Row, Run
from reports.document import Block, Cell, Note, Paragraph, Table, listings
from reports.formats import listed, plural

MOST_NAMES, MOST_CHANGES = 6, 12
TESTED = ("better", "worse", "not shown to differ", "not comparable")


def blocks(runs: Sequence[Run], comparison: Comparison) -> list[Block]:
    """The runs, how many cells are alike, what changed in their keys, and each pair's change."""
    rows = [row for row in comparison.rows if not row.identical]
    moved = [row for row in rows if row.difference.seeds.mean != 0]
    parts: list[Block] = [*_summary(runs, comparison), *_changes(comparison)]
    if moved:
        parts.append(_table(moved))
    if len(moved) < len(rows):
        same = plural(len(rows) - len(moved), "pair")
        parts.append(Paragraph(f"{same} with the very same mean score not shown"))
    return parts + ([Paragraph(line) for line in _legend(rows, comparison.counts)] if rows else [])


def _summary(runs: Sequence[Run], comparison: Comparison) -> list[Block]:
    counts, lines = comparison.counts, []
    for letter, run in zip("AB", runs, strict=True):
        planned = str(run.results.plan.get("created", ""))[:16].replace("T", " ")
        lines.append(f"{letter}  {run.store.out}:{run.results.name}, "
                     f"{plural(len(run.cells), 'cell')}, planned {planned} UTC")  # fmt: skip
    lines.append(
        f"{plural(counts['paired'], 'cell')} paired: {counts['same key']} identical by key, "
        f"{counts['changed key']} with a changed key; {counts['only in a']} only in A, "
        f"{counts['only in b']} only in B; {counts['changed outcome']} ended otherwise"
    )
    if counts["same key"]:
        lines.append(_bitwise(runs, counts))
    if same := counts["changed key, same result"]:
        lines.append(f"changed key: {same} have the same result all the same, bit for bit")
    if verdicts := ", ".join(f"{counts[v]} {v}" for v in TESTED if counts[v]):
        lines.append(
            f"{plural(len(comparison.rows) - counts['identical'], 'pair')} of task and "
            f"architecture with another key or result: {verdicts} in B"
        )
    if comparison.seconds:
        ratio = f"x{comparison.seconds:.2f}"
        lines.append(f"seconds of training, B to A, median over cells: {ratio}")
    unreadable = [*runs[0].results.corrupted, *runs[1].results.corrupted]
    return [*map(Paragraph, lines), *(Note(f"warning: {message}") for message in unreadable)]


def _bitwise(runs: Sequence[Run], counts: dict[str, int]) -> str:
    if runs[0].store.out == runs[1].store.out:
        return "identical by key: these are the very same records"
    same, other = counts["same key, same result"], counts["same key, another result"]
    text = f"identical by key: {same} are alike bit for bit (scores, curve, examples, weights)"
    return f"{text}, {other} are NOT" if other else text


def _changes(comparison: Comparison) -> list[Block]:
    lists: dict[str, list[str]] = {}
    for side, entries in comparison.only.items():
        lists[f"only in {side.upper()}"] = (
            [listed(map(_of, entries), MOST_NAMES)] if entries else []
        )
    lists["what changed in the keys"] = changes = []
    for entry in comparison.keys[:MOST_CHANGES]:
        arrow = f": {entry['before']} -> {entry['after']}" if entry["before"] else ""
        names = (listed(entry[kind], MOST_NAMES) for kind in ("architectures", "tasks"))
        every = entry["cells"] == comparison.counts["changed key"]
        where = ", all" if every else ": " + " on ".join(names)
        cells = plural(entry["cells"], "cell")
        changes.append(f"{entry['means'] or entry['part']}{arrow}  ({cells}{where})")
    if (more := len(comparison.keys) - MOST_CHANGES) > 0:
        changes.append(f"and {more} more changes, of fewer cells: see --json")
    lists["the machines differ"] = [
        f"{of['name']}: {of['a']} -> {of['b']}" for of in comparison.environments
    ]
    lists["outcomes that changed"] = [
        f"{_of(entry)}: {entry['before']} -> {entry['after']}"
        + (f"  ({entry['reason']})" if entry["reason"] else "")
        for entry in comparison.outcomes
    ]
    lists["the same key, another result: another machine, or code that is not reproducible?"] = [
        f"{_of(entry)}  {entry['id']}: {', '.join(entry['differs'])}" for entry in comparison.unlike
    ]
    return listings(lists)


def _table(rows: Sequence[Row]) -> Table:
    """The change of each architecture on each task; sizes only where any changed."""
    resized = any(_resized(row) for row in rows)
    heads = ("task", "architecture", "metric", "seeds", "A", "B", "change", "in skill", "p",
             "p examples", "seconds", *(["parameters"] if resized else []), "B is")  # fmt: skip
    lines: list[tuple[str | Cell, ...]] = []
    for row in rows:
        change = row.difference.seeds
        half = "" if change.half is None else f" ±{change.half:.2g}"
        lines.append((
            _task(row.part, row.task), row.architecture, row.metric, str(change.n or row.before.n),
            _number(row.before.mean), _number(row.after.mean), _number(change.mean, "+") + half,
            formats.signed_skill_with_spread(row.difference.skills),
            formats.p_value(row.difference.adjusted) or "-",
            formats.p_value(row.difference.examples.p) or "-",
            "" if row.seconds is None else f"x{row.seconds:.2f}",
            *([_resized(row)] if resized else []),
            Cell(row.verdict, row.verdict if row.verdict in ("better", "worse") else "hole"),
        ))  # fmt: skip
    return Table(heads, tuple(lines), "Change from A to B, largest change of skill first")


def _resized(row: Row) -> str:
    """Parameters before and after, where they differ."""
    before, after = row.parameters
    same = before is None or after is None or before == after
    return "" if same else f"{before:,.0f} -> {after:,.0f}"


def _legend(rows: Sequence[Row], counts: dict[str, int]) -> list[str]:
    tested = sum(row.difference.p is not None for row in rows)
    lines = [
        "change: mean over paired seeds with its own 95 % interval (Student's t). p: the larger of "
        f"the tests over seeds and over test examples, Holm's correction over {tested} pairs; they "
        "differ below 0.05. p examples: uncorrected."
    ]
    if not counts["better"] and not counts["worse"]:
        lines.append("No pair is shown to differ: this does not show that there is no difference.")
    if single := sum(row.difference.seeds.n == 1 for row in rows):
        lines.append(
            f"{single} of {len(rows)} pairs have one seed: their test speaks for other test "
            "examples, not for other seeds. More seeds would."
        )
    reasons = [row.untested for row in rows if row.untested]
    return lines + [f"{why} ({reasons.count(why)} pairs)" for why in dict.fromkeys(reasons)]


def _number(value: float | None, sign: str = "") -> str:
    return "" if value is None else f"{value:{sign}.4g}"


def _task(part: str, task: str) -> str:
    return f"{part}: {task}" if part else task


def _of(entry: dict[str, Any]) -> str:
    where = _task(entry["part"], entry["task"])
    return f"{where} · {entry['architecture']} · seed {entry['seed']}"
