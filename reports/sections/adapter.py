"""Sections that do not return blocks yet, as blocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reports import document as new
from reports.analysis import tables
from reports.analysis.advice import advise
from reports.analysis.difference import METHOD
from reports.analysis.material import Material
from reports.document import Block, Cell, Code, Fold, Heading, Link, Listing, Note, Paragraph, Row
from reports.sections import captions, errors, ranking, reproduction
from reports.sections import claims as claims_page
from reports.sections.further import further
from reports.sections.section import Figure, Section, Table


def table_of(table: Table, caption: new.Text = "", name: str = "") -> new.Table:
    return new.Table(table.heads, table.rows, caption, name)


def figure_of(figure: Figure, title: str = "", command: str = "") -> new.Figure:
    data = getattr(figure, "data", "").replace("−", "-")
    return new.Figure(figure.drawing, figure.caption, table_of(figure.table),
                      command or figure.command, data, title)  # fmt: skip


def blocks_of(section: Section | None, note: str = "") -> list[Block]:
    if section is None:
        return []
    figures = tuple(figure_of(figure) for figure in section.figures)
    return [
        Heading(section.title, section.id),
        *([Note(note)] if note else []),
        *(Paragraph(s, lead=not at) for at, s in enumerate(section.sentences)),
        *([Row(figures)] if section.id == "cost" else figures),
        *(
            table_of(table, caption, f"{section.id}-table-{at}")
            for at, (caption, table) in enumerate(section.tables, 1)
        ),
    ]


def heat_map(material: Material) -> list[Block]:
    from reports.figures import heatmap

    results = material.results
    if not results.cells:
        return []
    squares = tables.skill_squares(results)
    names = {task.name: task.name for task in results.tasks}
    drawing = heatmap.draw("heatmap", names, results.columns, squares)
    figure = figure_of(captions.heat_map(results, drawing, squares))
    marks = {pair: "hole" if q.value is None and q.text else q.rank for pair, q in squares.items()}
    rows: Any = tuple(
        (t, *(Cell(captions.words(squares[t, c]), marks[t, c]) for c in results.columns))
        for t in names
    )
    figure = replace(figure, table=replace(figure.table, rows=rows))
    codes = tuple(tables.codes_used(squares).items())
    return [Heading("Skill", "skill", 3), figure, *([new.Terms(codes)] if codes else [])]


def profile(material: Material) -> Figure | None:
    from reports.figures import heatmap

    results = material.results
    if not results.cells:
        return None
    tags, squares = tables.profile_squares(results)
    if not any(square.value is not None for square in squares.values()):
        return None
    labels = {tag: f"{tag} ({sum(tag in t.tags for t in results.tasks)})" for tag in tags}
    drawing = heatmap.draw("profile", labels, results.columns, squares)
    return captions.profile(results, drawing, tags, squares)


def user_data(material: Material) -> list[Block]:
    if not material.user_data:
        return []
    made: list[Block] = [
        Heading("Your data", "own"),
        Paragraph(" ".join(METHOD)),
    ]
    for o in material.user_data:
        shuffled = ("order shuffled",) if o.control else ()
        advice = advise(material.results, o.task).recommendation
        rows = tuple(
            (
                (Code(r["architecture"]), " (baseline)" if r["baseline"] else ""),
                r["kept"], *([r["shuffled"]] if o.control else []),
                r["skill"], r["seconds"], r["parameters"],
            )
            for r in o.rows
        )  # fmt: skip
        heads = ("architecture", o.metric, *shuffled, "skill", "training", "parameters")
        made += [
            Heading(o.task.name, level=3),
            Paragraph(advice, lead=True),
            new.Table(heads, rows),
            Paragraph("What was found in the file, and what was done with it:"),
            new.Table((), tuple(o.facts.items())),
        ]
    return made


def tasks(material: Material) -> list[Block]:
    from reports.figures import style

    results = material.results
    if not results.tasks:
        return []
    with style.style():
        return _tasks(material)


def _tasks(material: Material) -> list[Block]:
    from reports.figures import curves, seeds, style

    results = material.results
    looks = style.looks(results.architectures)
    all_looks = looks | dict.fromkeys(results.baselines, style.BESIDE)
    wrong, standings = errors.read(results), ranking.tested(results)
    than = " † : no better than the baseline." if results.baselines else ""
    made: list[Block] = [
        Heading("Tasks one by one", "tasks"),
        Paragraph(
            "Scores are on the test split, in the metric's own unit. Dots are seeds, the upright "
            "bar is their mean, the pale band its 95 % interval. Bold: best mean. • : not "
            f"shown to differ from the best.{than} Parameters and training time are means over seeds. "
            "Learning curves show the validation split: mean over seeds, with a band from the "
            "lowest seed to the highest; a seed that stopped early counts on with its last score. "
            "Floor and ceiling in them are those of the test split."
        ),
    ]
    for task in results.tasks:
        told = tables.task_table(results, task)
        command = reproduction.of_task(results, task.name, bool(material.user_data))
        figures = []
        order = [row["architecture"] for row in told["rows"]]
        if drawing := seeds.draw(results, task, order, all_looks):
            others = ranking.others(standings.get(task.name))
            figure = captions.seeds(results, task, told, drawing, others)
            figures.append(figure_of(figure, f"{task.name}: seeds", command))
        bands = curves.bands(results, task)
        if drawing := curves.draw(task, bands, looks):
            figure = captions.curves(task, bands, drawing)
            figures.append(figure_of(figure, f"{task.name}: curves", command))
        made += [Heading(task.name, f"task-{task.slug}", 3), _limits(told)]
        made += [Row(tuple(figures))] if figures else []
        made.append(_scores(results.seeds, told))
        if task.name in wrong:
            told_errors = wrong[task.name]
            made.append(Fold(f"Errors: {told_errors.sentence}", (table_of(told_errors.table),)))
        made += _further(material, task)
    return made


def _limits(told: Mapping[str, Any]) -> Block:
    task = told["task"]
    if not task.metric:
        return Note("No cell of this task has run yet.")
    perfect = " (perfect)" if told["ceiling"] and task.ceiling_is_ideal else ""
    pairs = [
        ("metric", f"{told['metric']} ({told['direction']})"),
        ("floor", told["floor"] or "not known"),
        ("baseline", told["baseline"] or ""),
        ("ceiling", (told["ceiling"] or "not known") + perfect),
        *told["references"].items(),
        ("problem", task.problem),
        ("tags", ", ".join(task.tags)),
    ]
    return new.Terms(tuple((name, value) for name, value in pairs if value), short=True)


def _scores(seeds: tuple[int, ...], told: Mapping[str, Any]) -> new.Table:
    lead = ("lead",) if told["baseline"] else ()
    heads = ("architecture", *(f"seed {s}" for s in seeds), "mean", "95 % interval", "skill",
             *lead, "parameters", "training")  # fmt: skip
    rows = tuple(
        (
            (Code(r["architecture"]), " (baseline)" if r["baseline"] else ""),
            *(Cell(s["text"], "hole" if s["why"] else "", s["why"]) for s in r["seeds"]),
            Cell(r["mean"] + " •" * (r["rank"] == "near") + " †" * r["behind"], r["rank"]),
            r["half"],
            r["skill"],
            *([r["lead"]] if lead else []),
            r["parameters"],
            r["seconds"],
        )
        for r in told["rows"]
    )
    quiet = tuple(at for at, r in enumerate(told["rows"]) if r["baseline"])
    return new.Table(heads, rows, quiet=quiet)


def _further(material: Material, task: Any) -> list[Block]:
    f = further(material.results, task)
    made: list[Block] = []
    if f.splits:
        made.append(Paragraph("Skill on each test split, each against its own floor and ceiling: "
                              "mean over seeds, 95 % interval."))  # fmt: skip
        made.append(new.Table(("architecture", *f.splits),
                              tuple((Code(n), *values) for n, values in f.by_split)))  # fmt: skip
    if f.measures:
        made.append(Paragraph("Other measures on the test split: mean over seeds, 95 % interval."))
        made.append(new.Table(("architecture", *f.measures),
                              tuple((Code(n), *values) for n, values in f.by_measure)))  # fmt: skip
    if f.samples:
        inner: list[Block] = []
        for name, samples in f.samples:
            inner.append(Paragraph(Code(name)))
            inner.append(Listing(tuple(_sample(s) for s in samples)))
        made.append(Fold("Samples of what was written", tuple(inner)))
    return made


def _sample(s: Mapping[str, str]) -> new.Text:
    if "target" in s:
        return f"“{s['input']}” → “{s['output']}”, right: “{s['target']}”"
    return ("“", new.Strong(s["input"]), s["output"], "”")


def claims_of(claims: Any, note: str) -> list[Block]:
    """The table of claims on the page."""
    return [
        Heading("The textbook on trial", "claims"),
        *([Note(note)] if note else []),
        Paragraph(claims.summary, lead=True),
        Paragraph(
            (
                "Each claim was stated with its threshold before its records were made; the "
                "verdicts are corrected for the number of claims (Holm). ",
                Link("Every claim with its figure, on a page for the wall", "claims.html"),
                ".",
            )
        ),
        _claims_table(claims, "claims.html"),
    ]


def _claims_table(claims: Any, page: str) -> new.Table:
    return new.Table(
        ("claim", "verdict", "effect", "95 % interval", "n"),
        tuple(
            (
                Link(e.statement, f"{page}#claim-{e.id}"),
                Cell(e.verdict, f"verdict-{e.verdict}"),
                e.effect,
                e.interval,
                str(e.n or ""),
            )
            for e in claims.entries
        ),
    )


def claims_document(name: str, claims: Any, note: str) -> new.Document:
    blocks: list[Block] = [
        Heading("The textbook on trial", level=1),
        Paragraph(claims.summary, lead=True),
        *([Note(note)] if note else []),
        Note(
            "Supported and refuted: every comparison of the claim lies on one side of a threshold "
            "that was stated beforehand, mixed: on both. Undecided: anything else, such as one "
            "comparison of several that is not told apart from its threshold, however large the "
            "effect. Corrected for the number of claims (Holm). The effect is a mean over n seeds; "
            "of what is exact it was counted."
        ),
        _claims_table(claims, ""),
    ]
    for e in claims.entries:
        ends = ", exact" if e.interval == "exact" else (
            f" (95 % interval {e.interval})" if e.interval else "")  # fmt: skip
        ruling = f" {e.effect}{ends}, n = {e.n}" if e.n else ""
        figure = claims_page.figure_of(e)
        blocks += [
            Heading(e.statement, f"claim-{e.id}"),
            Paragraph((new.Strong(e.verdict, f"verdict-{e.verdict}"), ruling,
                       f", p {e.p}" if e.p else ""), lead=True),
            Paragraph(e.reason),
            *([replace(figure_of(figure, f"Claim {e.id}"), finding="")] if figure else []),
            new.Terms((("To be shown", e.criterion), ("Source", e.source),
                       ("Again", Code(e.command)))),
        ]  # fmt: skip
    return new.Document(name, tuple(blocks), home="index.html")
