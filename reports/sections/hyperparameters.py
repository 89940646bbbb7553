"""How hyper-parameters were tuned: what was tried, what was chosen, and whether it was enough."""

from collections.abc import Mapping
from typing import Any

import pandas

from harness.experiment.store import Store
from reports import document as doc
from reports import formats
from reports.analysis.results import Results, TaskInfo
from reports.analysis.trials import Tried, chosen, edge, read, spaces
from reports.figures import scores, style
from reports.formats import listed, plain_value, plural

ARROWS = {"low": " ↓", "high": " ↑", "": ""}
BRINGS = 0.1
"""Share of all that the trials gained from which on the last one alone gained much."""


def blocks(results: Results, store: Store) -> list[doc.Block]:
    """All of it; empty where nothing was tuned."""
    tried = read(store, results)
    if not tried:
        return []
    terms = _terms(results, max(t.planned for t in tried.values()))
    return [
        doc.Heading("Tuning", "tuning", 3),
        doc.Paragraph(
            "Hyper-parameters were chosen for each architecture on each task apart, by the "
            "validation score of trials with seeds of their own, never tested; all got as many."
        ),
        doc.Terms(tuple(terms.items()), short=True),
        doc.Paragraph(
            "A line is the expected best validation score of so many trials (Dodge et al. 2019): "
            "where it still climbs, or falls for an error, more would have helped. They are taken "
            "for independent draws, which those of a grid or a Parzen estimator are not."
        ),
        *_expected(results, tried),
        *_chosen(results, tried),
    ]


def _terms(results: Results, trials: int) -> dict[str, str]:
    tuning = {"method": "grid", "seeds": 1, "prune": False} | (results.plan.get("tuning") or {})
    tuning["trials"] = trials
    ranges = {name: space for t in results.tasks for name, space in spaces(results, t.name).items()}
    terms = {name: plain_value(tuning[name]) for name in ("method", "trials", "seeds", "prune")}
    return terms | {name: _allowed(space) for name, space in ranges.items()}


def _allowed(space: Any) -> str:
    if isinstance(space, list):
        return plain_value(space)
    scale = ", logarithmic" if space.get("log") else ""
    return f"{space['low']:g} to {space['high']:g}{scale}"


def _expected(results: Results, tried: Mapping[tuple[str, str], Tried]) -> list[doc.Block]:
    """A panel for each task; a table alone where one trial is no line."""
    looks = style.looks(results.architectures)
    tables: list[doc.Block] = []
    figures: list[doc.Figure] = []
    for task in results.tasks:
        pairs = {a: tried[task.name, a] for a in looks if (task.name, a) in tried}
        if not task.metric or not pairs:
            continue
        lines = {}
        for a, t in pairs.items():
            if len(t.scores) > 1:
                ends = dict.fromkeys(("low", "middle", "high"), t.expected)
                lines[a] = pandas.DataFrame(ends, range(1, len(t.expected) + 1))
        drawing = scores.curves(f"tuning-{task.slug}", task, lines, looks, "trials")
        if drawing is None:
            tables.append(_table(task, pairs))
            continue
        data = doc.as_csv(
            ("task", "architecture", "trials", "expected_best"),
            [(task.name, a, n, v) for a, t in pairs.items() for n, v in enumerate(t.expected, 1)],
        )
        finding, title = _finding(task, pairs), f"{task.name}: trials"
        figures.append(doc.Figure(drawing, finding, _table(task, pairs), data=data, title=title))
    return [*([doc.Row(tuple(figures))] if figures else []), *tables]


def _finding(task: TaskInfo, pairs: Mapping[str, Tried]) -> str:
    gains = {
        a: abs(t.expected[-1] - t.expected[-2]) / (abs(t.expected[-1] - t.expected[0]) or 1.0)
        for a, t in pairs.items()
        if len(t.expected) > 2
    }
    rising = [a for a, gain in gains.items() if gain >= BRINGS]
    return (
        f"{task.name}: the last trial brought {listed(rising, 8) or 'no architecture'} a tenth or "
        "more of what all trials brought."
    )


def _table(task: TaskInfo, pairs: Mapping[str, Tried]) -> doc.Table:
    """Expected best scores after 1, 2, 4, ... and all trials."""
    most = max(t.planned for t in pairs.values())
    text = formats.scores_of(task, [s for t in pairs.values() for s in t.scores])
    columns: dict[str, Any] = {
        "architecture": doc.Code,
        "trials": {a: f"{len(t.scores)} of {t.planned}" for a, t in pairs.items()},
    }
    for n in sorted({2**i for i in range(most.bit_length())} | {most}):
        known = {a: t.expected[n - 1] for a, t in pairs.items() if n <= len(t.scores)}
        columns[f"best of {n}"] = {a: text(best) for a, best in known.items()}
    caption = (doc.Code(task.name), f": {formats.metric(task)} ({formats.direction(task)})")
    return doc.table_of(pairs, columns, caption=caption)


def _chosen(results: Results, tried: Mapping[tuple[str, str], Tried]) -> list[doc.Block]:
    texts: dict[str, dict[tuple[str, str], str]] = {}
    for task, a in tried:
        for name, value in chosen(results, task, a).items():
            shown = f"{value:g}" if isinstance(value, float) else str(value)
            at = ARROWS[edge(value, spaces(results, task)[name])]
            texts.setdefault(name, {})[task, a] = shown + at
    every = [text for of in texts.values() for text in of.values()]
    edges = sum(text[-1] in "↓↑" for text in every)
    said = (
        f"On an edge of what was tried, beyond which the best may be: {edges} of "
        f"{plural(len(every), 'chosen value')} (↓ the lowest, ↑ the highest)."
    )
    made: list[doc.Block] = [doc.Paragraph(said)]
    for name, of in texts.items():
        tasks = dict.fromkeys(task for task, _ in of)
        columns = {a: {t: of.get((t, a), "") for t in tasks} for a in results.architectures}
        table = doc.table_of(tasks, {"task": doc.Code, **columns})
        made.append(doc.Fold(f"Chosen: {name}", (table,)))
    return made
