"""How hyper-parameters were tuned: what was tried, what was chosen, and whether it was enough."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from harness.experiment.store import Store
from reports import document as doc
from reports import formats
from reports.analysis.results import Results, TaskInfo
from reports.analysis.trials import Tried, chosen, edge, read, spaces
from reports.formats import listed, plural

if TYPE_CHECKING:
    from reports.figures.style import Drawing, Look

PANELS = 12
"""Tasks that get a panel: the first ones of the matrix. The tables have them all."""
ARROWS = {"low": " ↓", "high": " ↑", "": ""}
BRINGS = 0.1
"""Share of all that the trials gained from which on the last one alone gained much."""

Pairs = Mapping[tuple[str, str], Tried]


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
            "validation score of tuning trials, which have seeds of their own and never see the "
            "test split. Every neural architecture that has something to choose got the same "
            "number of trials."
        ),
        doc.Terms(tuple(terms.items()), short=True),
        doc.Paragraph(_how_to_read(terms["method"])),
        *_expected(results, tried),
        *_chosen(results, tried),
    ]


def _terms(results: Results, trials: int) -> dict[str, str]:
    """How it was tuned, by name."""
    tuning = {"method": "grid", "seeds": 1} | (results.plan.get("tuning") or {})
    ranges = {name: space for t in results.tasks for name, space in spaces(results, t.name).items()}
    terms = {"method": tuning["method"], "trials": str(trials), "seeds": str(tuning["seeds"])}
    pruned = {"prune": "yes"} if tuning.get("prune") else {}
    return terms | pruned | {name: _allowed(space) for name, space in ranges.items()}


def _allowed(space: Any) -> str:
    if isinstance(space, list):
        return ", ".join(map(str, space))
    scale = ", logarithmic" if space.get("log") else ""
    return f"{space['low']:g} to {space['high']:g}{scale}"


def _how_to_read(method: str) -> str:
    guided = (
        " Proposals of the Parzen estimator are no independent draws: read these lines as a "
        "summary."
    ) * (method == "optuna")
    return (
        "Would more trials have helped? A line gives the expected best validation score of so many "
        "trials (Dodge et al. 2019), as if drawn with replacement from those that were run: where "
        "it still climbs, or falls for an error, more would have helped. Trials without a score "
        f"are left out; a pruned one counts with its best until then.{guided}"
    )


# -- the expected best ---------------------------------------------------------------------------


def _expected(results: Results, tried: Pairs) -> list[doc.Block]:
    """A panel for each of the first tasks, and tables of all where these are not all."""
    from reports.figures import style

    looks = style.looks(results.architectures)
    tables: list[doc.Table] = []
    figures: list[doc.Figure] = []
    for task in results.tasks:
        pairs = {a: tried[task.name, a] for a in looks if (task.name, a) in tried}
        if not task.metric or not pairs:
            continue
        tables.append(_table(task, pairs))
        if len(figures) < PANELS and (drawing := _draw(task, pairs, looks)):
            figures.append(_figure(task, pairs, drawing))
    made: list[doc.Block] = [doc.Row(tuple(figures))] if figures else []
    if len(figures) < len(tables):
        made.append(doc.Fold("Expected best validation score as tables", tuple(tables)))
    return made


def _draw(task: TaskInfo, pairs: Mapping[str, Tried], looks: Mapping[str, Look]) -> Drawing | None:
    """A line for each architecture; one trial is no line."""
    import pandas

    from reports.figures import curves

    lines = {
        a: pandas.DataFrame(
            dict.fromkeys(("low", "middle", "high"), t.expected), range(1, len(t.expected) + 1)
        )
        for a, t in pairs.items()
        if len(t.scores) > 1
    }
    return curves.draw(f"tuning-{task.slug}", task, lines, looks, "trials")


def _figure(task: TaskInfo, pairs: Mapping[str, Tried], drawing: Drawing) -> doc.Figure:
    gains = {
        a: abs(t.expected[-1] - t.expected[-2]) / (abs(t.expected[-1] - t.expected[0]) or 1.0)
        for a, t in pairs.items()
        if len(t.expected) > 2
    }
    rising = [a for a, gain in gains.items() if gain >= BRINGS]
    finding = (
        f"{task.name}: the last trial brought {listed(rising, 8) or 'no architecture'} a tenth or "
        "more of what all trials brought."
    )
    data = doc.as_csv(
        ("task", "architecture", "trials", "expected_best"),
        [(task.name, a, n, v) for a, t in pairs.items() for n, v in enumerate(t.expected, 1)],
    )
    title = f"{task.name}: trials"
    return doc.Figure(drawing, finding, _table(task, pairs), data=data, title=title)


def _table(task: TaskInfo, pairs: Mapping[str, Tried]) -> doc.Table:
    """Expected best scores after 1, 2, 4, ... and all trials."""
    most = max(t.planned for t in pairs.values())
    counts = sorted({2**i for i in range(most.bit_length())} | {most})
    text = formats.scores_of(task, [s for t in pairs.values() for s in t.scores])
    rows: list[tuple[doc.Text, ...]] = [
        (doc.Code(a),
         f"{t.planned}" if len(t.scores) == t.planned else f"{len(t.scores)} of {t.planned}",
         *(text(t.expected[n - 1]) if n <= len(t.scores) else "" for n in counts))
        for a, t in pairs.items()
    ]  # fmt: skip
    heads = ("architecture", "trials", *(f"best of {n}" for n in counts))
    caption = (doc.Code(task.name), f": {formats.metric(task)} ({formats.direction(task)})")
    return doc.Table(heads, tuple(rows), caption)


# -- what was chosen -----------------------------------------------------------------------------


def _chosen(results: Results, tried: Pairs) -> list[doc.Block]:
    """How many values lie on an edge, and a table for each hyper-parameter."""
    allowed = {task.name: spaces(results, task.name) for task in results.tasks}
    texts = {
        (task, a, name): _value(value) + ARROWS[edge(value, allowed[task][name])]
        for task, a in tried
        for name, value in chosen(results, task, a).items()
    }
    edges = sum(text[-1] in "↓↑" for text in texts.values())
    made: list[doc.Block] = [
        doc.Paragraph(
            f"{edges} of {plural(len(texts), 'chosen value')} {'lies' if edges == 1 else 'lie'} "
            "on an edge of what was tried (↓ the lowest, ↑ the highest)"
            f"{': the best may be beyond' if edges else ''}."
        )
    ]
    for name in dict.fromkeys(name for space in allowed.values() for name in space):
        tasks = dict.fromkeys(task for task, _, of in texts if of == name)
        columns = {
            a: {t: texts.get((t, a, name), "") for t in tasks} for a in results.architectures
        }
        if tasks:
            table = doc.table_of(tasks, {"task": doc.Code, **columns})
            made.append(doc.Fold(f"Chosen: {name}", (table,)))
    return made


def _value(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
