"""Build the report of a matrix: one HTML page, the same in Markdown, a CSV and the figures.

    OUT/report/MATRIX/index.html      self-contained, no script
    OUT/report/MATRIX/report.md
    OUT/report/MATRIX/results.csv     one row for each planned cell
    OUT/report/MATRIX/figures/*.svg

All of it is made from the stored plan and records, so it can be built at any time, of a
half-finished matrix too, and the same records give the same bytes.
"""

from __future__ import annotations

import csv
import io
import os
import re
from pathlib import Path
from typing import Any

from harness.store import Store, row_of
from reports import formats, own, tables, tuning, words
from reports.further import further
from reports.published import comparisons
from reports.ranking import compare
from reports.results import Cell, Results, read

TEMPLATES = Path(__file__).parent / "templates"


def build(store: Store, matrix: str | None = None) -> Path:
    """Write the report of a matrix (the one last planned, if none is named).

    Returns the path of its index.html, which is written last. Raises UserError for an unknown
    matrix, OSError where the folder cannot be written.
    """
    results = read(store, matrix)
    tried = tuning.read(store, results)
    drawings = draw_all(results, tried)
    context = page(results) | {"tuning": tuning.section(results, tried)}
    context["own"] = own.read(store, results)
    if context["own"] and len(context["own"]) == len(own.without_controls(results).tasks):
        context["verdict"] = words.shortfalls(results)  # the section on the data says the rest
    folder = store.out / "report" / results.name
    figures = folder / "figures"
    figures.mkdir(parents=True, exist_ok=True)
    for name, drawing in drawings.items():
        write(figures / f"{name}.svg", drawing.svg)
    for old in figures.glob("*.svg"):
        if old.stem not in drawings:
            old.unlink()
    write(folder / "results.csv", csv_of(results))
    write(folder / "report.md", render("page.md", context | {"figures": drawings}))
    write(folder / "index.html", render("page.html", context | {"figures": drawings}))
    return folder / "index.html"


def page(results: Results) -> dict[str, Any]:
    """All that the templates show, but for the figures."""
    judged = own.without_controls(results)
    tags, profile = tables.profile_squares(results)
    squares = tables.skill_squares(results)
    return {
        "results": results,
        "title": words.title(results),
        "verdict": words.verdict(judged),
        "squares": squares,
        "codes": tables.codes_used(squares),
        "tags": tags,
        "profile": profile,
        "profile_codes": tables.codes_used(profile),
        "compared": compare(judged),
        "tasks": [tables.task_table(results, task) for task in results.tasks],
        "further": {task.name: further(results, task) for task in results.tasks},
        "published": comparisons(results),
        "holes": tables.holes(results),
        "exceptions": tables.exceptions(results),
        "budget": tables.budget(results),
        "budgets": tables.budgets(results),
        "matched": tables.matched(results),
        "environments": tables.environments(results),
    }


def draw_all(results: Results, tried: dict[tuple[str, str], tuning.Tried]) -> dict[str, Any]:
    """Every figure there is something to draw for, by name."""
    from reports.figures import cost, curves, heatmap, seeds, style
    from reports.figures import tuning as trials

    if not results.cells:
        return {}
    looks = style.looks(results.architectures)
    all_looks = looks | dict.fromkeys(results.baselines, style.BESIDE)
    squares = tables.skill_squares(results)
    tags, profile = tables.profile_squares(results)
    judged = own.without_controls(results)
    compared = compare(judged)
    with style.style():
        drawings: list[style.Drawing | None] = [
            heatmap.draw("heatmap", {t.name: t.name for t in results.tasks},
                         results.columns, squares, _alt(results, squares))
        ]  # fmt: skip
        if any(square.value is not None for square in profile.values()):
            labels = {tag: f"{tag} ({_tasks_with(results, tag)})" for tag in tags}
            alt = "Heat map of mean skill by tag and architecture; the numbers are in the table."
            drawings.append(heatmap.draw("profile", labels, results.columns, profile, alt))
        drawings += [cost.draw(judged, compared, looks, a) for a in ("parameters", "training")]
        shown = [curves.draw(results, task, looks) for task in results.tasks]
        drawings += [curves.legend(looks), *shown] if any(shown) else []
        drawings += trials.draw_all(results, tried, looks)
        for task in results.tasks:
            order = [r["architecture"] for r in tables.task_table(results, task)["rows"]]
            drawings.append(seeds.draw(results, task, order, all_looks))
    return {d.name: d for d in drawings if d is not None}


def _tasks_with(results: Results, tag: str) -> int:
    return sum(tag in t.tags for t in results.tasks)


def _alt(results: Results, squares: dict[tuple[str, str], tables.Square]) -> str:
    shown = sum(s.value is not None for s in squares.values())
    return (
        f"Heat map of skill, {formats.plural(len(results.tasks), 'task')} down and "
        f"{formats.plural(len(results.architectures), 'architecture')} "
        f"{'and their baseline ' if results.baselines else ''}across: {shown} squares "
        f"with a number, {len(squares) - shown} without. The same numbers are in the table below."
    )


def csv_of(results: Results) -> str:
    """One row for each planned cell, numbers in full precision, holes empty."""
    rows = [_csv_row(cell) for cell in results.cells]
    buffer = io.StringIO(newline="")
    if rows:
        writer = csv.DictWriter(buffer, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return buffer.getvalue()


def _csv_row(cell: Cell) -> dict[str, Any]:
    plan = {n: getattr(cell, n) for n in ("id", "task", "architecture", "seed")}
    row = row_of(plan, cell.record)
    record = cell.record
    for name in ("baseline", "unit", "higher_is_better", "floor", "ceiling", "problem",
                 "matched_parameters", "width", "steps", "best_step", "stopped", "flops",
                 "examples_per_second", "peak_memory", "environment"):  # fmt: skip
        row[name] = getattr(record, name) if record else None
    for name in ("data", "training", "evaluation"):
        row[f"seconds_{name}"] = record.seconds.get(name) if record else None
    row["tags"] = ";".join(record.tags) if record else None
    return row


def render(template: str, context: dict[str, Any]) -> str:
    """A template filled in; every string that comes from outside is escaped."""
    import jinja2
    from markupsafe import Markup

    from reports.figures.style import printable

    def clean(value: Any) -> Any:
        plain = isinstance(value, str) and not isinstance(value, Markup)
        return printable(value) if plain else value

    html = template.endswith(".html")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=html,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        finalize=clean,
    )
    environment.filters |= {
        "plural": formats.plural,
        "listed": formats.listed,
        "skill": formats.skill,
        "with_spread": formats.skill_with_spread,
        "md": markdown_text,
        "code": markdown_code,
    }
    css = Markup((TEMPLATES / "page.css").read_text(encoding="utf-8"))
    inline = {name: Markup(drawing.inline) for name, drawing in context["figures"].items()}
    return environment.get_template(template).render(context | {"css": css, "inline": inline})


def markdown_text(text: Any) -> str:
    """A string that Markdown and its tables take literally, on one line."""
    flat = " ".join(str(text).split())
    return re.sub(r"([\\`*_{}\[\]<>|])", r"\\\1", flat)


def markdown_code(text: Any) -> str:
    """A name as inline code, in a table too."""
    return "`" + " ".join(str(text).split()).replace("`", "'").replace("|", "\\|") + "`"


def write(path: Path, text: str) -> None:
    """Write under another name, then rename: a reader sees the old file or the new one."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
