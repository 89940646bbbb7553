"""All that the page shows, put together: sections in their order, figures, contents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.experiment.store import Store
from reports.analysis import tables
from reports.analysis import user_data as own
from reports.analysis.advice import advise
from reports.analysis.difference import METHOD, Standing
from reports.analysis.ranking import compare
from reports.analysis.results import Results
from reports.sections import answer as words
from reports.sections import captions, errors, fairness, gallery, parts, reproduce
from reports.sections import cost as costs
from reports.sections import ranking as contest
from reports.sections import tuning as tunings
from reports.sections.beside import Beside, read_beside
from reports.sections.further import further
from reports.sections.published import comparisons
from reports.sections.reproduce import Again
from reports.sections.section import Figure, Section
from reports.sections.shown import Placed

BEFORE_COST = ("horizon", "gradient-flow", "length")
AFTER_COST = ("cost-growth", "stability")
"""What is measured beside the score, before and after what skill costs."""


@dataclass(frozen=True)
class Page:
    """A report, ready for its templates."""

    context: dict[str, Any]
    figures: dict[str, Figure]
    """Every figure of the page and of the claims' page, by name."""
    data: dict[str, str] = field(default_factory=dict)
    """Further CSV files."""


def page(store: Store, results: Results, inside: Sequence[Mapping[str, Any]] = ()) -> Page:
    """Everything about a matrix; ``inside`` is what ``harness.probes.gallery`` found."""
    from reports.figures import style

    judged = own.without_controls(results)
    compared = compare(judged)
    looks = style.looks(results.architectures)
    standings = contest.tested(results)
    owned = own.read(results)
    # Where all tasks are the user's own, the section on the data gives the answer.
    all_own = bool(owned) and len(owned) == len(judged.tasks)
    beside = read_beside(store, results)
    with style.style():
        top = _heat_maps(results)
        by_task = _by_task(results, standings, style.looks(results.architectures))
        tuned = _tuning(store, results, looks)
        won = contest.section(
            judged, compared, standings, looks, top.get("profile"),
            [] if all_own else words.more(judged),
        )  # fmt: skip
        paid = costs.section(judged, compared, looks) if results.cells else None
        within = gallery.section(inside)
    chapters = _chapters(won, beside, paid)
    context: dict[str, Any] = {
        "results": results,
        "title": words.title(results),
        "question": words.question(results, all_own),
        "answer": [s for o in owned for s in o.sentences]
        + ([] if all_own else words.answer(judged))
        + ([] if results.cells else [s for c in chapters for s in c.section.sentences[:1]])
        + words.shortfalls(results),
        "own": owned,
        "advice": {o.task.name: advise(results, o.task).recommendation for o in owned},
        "heatmap": top.get("heatmap"),
        "codes": tables.codes_used(tables.skill_squares(results)),
        "squares": tables.skill_squares(results),
        "chapters": chapters,
        "published": comparisons(results),
        "beside": beside,
        "claims": beside.claims,
        "inside": within,
        "tasks": [tables.task_table(results, task) for task in results.tasks],
        "by_task": by_task,
        "further": {task.name: further(results, task) for task in results.tasks},
        "errors": errors.read(results),
        "holes": tables.holes(results),
        "tuning": tuned,
        "exceptions": fairness.exceptions(results),
        "budget": fairness.budget(results),
        "budgets": fairness.budgets(results),
        "matched": fairness.matched(results),
        "environments": fairness.environments(results),
        "parts": parts.overview(results),
        "part_scores": parts.scores(results),
        "difference_method": METHOD,
        "command": reproduce.command(results, bool(owned)),
    }
    context["again"] = list(_again(context, bool(owned)))
    context["contents"] = _contents(context)
    return Page(context, _figures(context), contest.data(results, standings))


def _heat_maps(results: Results) -> dict[str, Figure]:
    """Skill by task, and by what tasks ask for; of what has cells."""
    from reports.figures import heatmap

    if not results.cells:
        return {}
    squares = tables.skill_squares(results)
    names = {task.name: task.name for task in results.tasks}
    drawing = heatmap.draw("heatmap", names, results.columns, squares)
    found = {"heatmap": captions.heat_map(results, drawing, squares)}
    tags, profile = tables.profile_squares(results)
    if any(square.value is not None for square in profile.values()):
        labels = {tag: f"{tag} ({sum(tag in t.tags for t in results.tasks)})" for tag in tags}
        drawing = heatmap.draw("profile", labels, results.columns, profile)
        found["profile"] = captions.profile(results, drawing, tags, profile)
    return found


def _by_task(
    results: Results, standings: Mapping[str, Standing], looks: dict[str, Any]
) -> dict[str, list[Figure]]:
    """The figures of each task's own block."""
    from reports.figures import curves, seeds, style

    all_looks = looks | dict.fromkeys(results.baselines, style.BESIDE)
    found: dict[str, list[Figure]] = {}
    for task in results.tasks:
        told = tables.task_table(results, task)
        order = [row["architecture"] for row in told["rows"]]
        found[task.name] = shown = []
        if drawing := seeds.draw(results, task, order, all_looks):
            others = contest.others(standings.get(task.name))
            shown.append(captions.seeds(results, task, told, drawing, others))
        bands = curves.bands(results, task)
        if drawing := curves.draw(task, bands, looks):
            shown.append(captions.curves(task, bands, drawing))
    return found


def _tuning(store: Store, results: Results, looks: dict[str, Any]) -> dict[str, Any]:
    """What is told of tuning, with its figures; empty where nothing was tuned."""
    from reports.figures import trials as tuning

    tried = tunings.read(store, results)
    told = tunings.section(results, tried)
    if not told:
        return {}
    tasks = {table["task"].name: table for table in told["tables"]}
    figures = [
        captions.tuning(task, tasks[task.name], drawing,
                        {a: t for (name, a), t in tried.items() if name == task.name})
        for task, drawing in tuning.draw_all(results, tried, looks)
    ]  # fmt: skip
    return told | {"figures": figures, "legend": tuning.legend(looks) if figures else None}


def _chapters(won: Section | None, beside: Beside, paid: Section | None) -> list[Placed]:
    """The sections between the first screen and the claims, in the order of the page."""
    placed = beside.placed
    known = {*BEFORE_COST, *AFTER_COST}
    found = [
        Placed(won) if won else None,
        *(placed.get(name) for name in BEFORE_COST),
        Placed(paid) if paid else None,
        *(placed.get(name) for name in AFTER_COST),
        *(section for name, section in placed.items() if name not in known),
    ]
    return [chapter for chapter in found if chapter]


def _again(context: dict[str, Any], own: bool) -> Iterator[Again]:
    """Each figure of the page with the command that makes its records."""
    results, whole = context["results"], context["command"]
    if context["heatmap"]:
        yield Again("#figure-heatmap", "Skill", whole)
    for chapter in context["chapters"]:
        yield from _of_section(chapter.section, whole)
    for entry in context["claims"].entries if context["claims"] else ():
        if entry.figure:
            yield Again(f"claims.html#claim-{entry.id}", f"Claim {entry.id}", entry.command)
    if context["inside"]:
        yield from _of_section(context["inside"], whole)
    for task in results.tasks:
        for figure, title in zip(context["by_task"][task.name], ("seeds", "curves"), strict=False):
            yield Again(f"#figure-{figure.drawing.name}", f"{task.name}: {title}",
                        reproduce.of_task(results, task.name, own))  # fmt: skip
    for figure in context["tuning"].get("figures", ()):
        yield Again(f"#figure-{figure.drawing.name}", "Tuning trials", whole)


def _of_section(section: Section, whole: str) -> Iterator[Again]:
    for at, figure in enumerate(section.figures, 1):
        count = f", {at}" if len(section.figures) > 1 else ""
        yield Again(f"#figure-{figure.drawing.name}", f"{section.title}{count}",
                    figure.command or whole)  # fmt: skip


def _figures(context: dict[str, Any]) -> dict[str, Figure]:
    from reports.sections.claims import figure_of

    found = [context["heatmap"]] if context["heatmap"] else []
    found += [f for chapter in context["chapters"] for f in chapter.section.figures]
    found += [figure_of(e) for e in (context["claims"].entries if context["claims"] else ())]
    found += context["inside"].figures if context["inside"] else ()
    found += [figure for figures in context["by_task"].values() for figure in figures]
    found += context["tuning"].get("figures", [])
    return {figure.drawing.name: figure for figure in found if figure}


def _contents(context: dict[str, Any]) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Anchor and title of each section, and of what is within it."""
    results = context["results"]
    found: list[tuple[str, str, list[tuple[str, str]]]] = []
    found += [("own", "Your data", [])] if context["own"] else []
    for chapter in context["chapters"]:
        found.append((chapter.section.id, chapter.section.title, []))
    found += [("published", "Published and measured", [])] if context["published"] else []
    found += [("claims", "The textbook on trial", [])] if context["claims"] else []
    found += [("missing", "Not measured", [])] if context["beside"].missing else []
    found += [("inside", context["inside"].title, [])] if context["inside"] else []
    if results.tasks:
        tasks = [(f"task-{task.slug}", task.name) for task in results.tasks]
        found.append(("tasks", "Tasks one by one", tasks))
    found.append(("holes", "Failures and holes", []))
    method = [("reading", "How to read this page"), ("budget", "The budget")]
    method += [("parts", "Parts of this matrix")] if context["parts"] else []
    method += [("tuning", "Tuning")] if context["tuning"] else []
    method += [("exceptions", "Exceptions from equal terms"), ("environment", "The environment")]
    found.append(("method", "Method and fairness", method))
    found.append(("again", "How to reproduce each figure", []))
    return found
