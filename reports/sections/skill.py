"""What each architecture learned: skill by task, and by what tasks ask for."""

from collections.abc import Sequence

from reports import formats
from reports.analysis.cells import NOT_LEARNED, UNLEARNED
from reports.analysis.results import Results
from reports.analysis.squares import Square, Squares, by_capability, by_task, codes_used
from reports.analysis.statistics import FEWEST
from reports.document import (
    Block,
    Cell,
    Figure,
    Heading,
    Paragraph,
    Strong,
    Table,
    Terms,
    as_csv,
    table_of,
)
from reports.figures import heatmap
from reports.formats import each, plural

PLACE = 10

CSV = ("task", "architecture", "skill", "half", "seeds_with_skill", "seeds", "hole", "solved")
ONE_OUTPUT, EACH_STEP, WRITTEN = (
    "One output for the whole sequence", "An output for each step", "A sequence is written"
)  # fmt: skip
STRUCTURES = {
    "many-to-many": EACH_STEP, "one-to-many": WRITTEN, "sequence-to-sequence": WRITTEN
}  # fmt: skip

GOOD, FAIR = 0.9, 0.5
"""Skills that the finding names."""


def blocks(results: Results) -> list[Block]:
    """The heat map, and what the codes of its holes mean."""
    if not results.cells:
        return []
    squares = by_task(results)
    made: list[Block] = [Heading("Skill", "skill", 3)]
    for at, (title, tasks) in enumerate(_by_structure(results).items()):
        serving = [c for c in results.columns if any(squares[t, c].serves for t in tasks)]
        if not serving:
            continue
        rows = [
            (t, c, s.skill.mean, s.skill.half, s.known, s.of, s.code if s.hole else "",
             s.rate and s.rate.solved)
            for t in tasks for c in serving if (s := squares[t, c]).of
        ]  # fmt: skip
        data = as_csv(CSV, rows)
        finding = f"{_reached(results, squares)}{_key(results)}" if not at else f"{title}."
        made.append(Paragraph(Strong(title)))
        labels, name = {task: task for task in tasks}, f"heatmap-{at}" if at else "heatmap"
        more = {"data": data, "title": title}
        made += _map(name, "task", labels, tuple(serving), squares, finding, **more)
    return made


def _by_structure(results: Results) -> dict[str, list[str]]:
    """The tasks by what has to come out, each a heat map: so no column is without numbers because
    an architecture cannot serve such tasks."""
    blocks: dict[str, list[str]] = {}
    for task in results.tasks:
        title = STRUCTURES.get(task.problem, ONE_OUTPUT)
        past = ", from the past alone" if task.causal and title == EACH_STEP else ""
        blocks.setdefault(title + past, []).append(task.name)
    return blocks


def capabilities(results: Results) -> list[Block]:
    """A heat map of mean skill by tag; empty where no task with a tag has a skill."""
    squares = by_capability(results)
    if all(square.hole for square in squares.values()):
        return []
    counts = {tag: sum(tag in task.tags for task in results.tasks) for tag, _ in squares}
    labels = {tag: f"{tag} ({count})" for tag, count in counts.items()}
    data = as_csv(
        ("tag", "architecture", "skill", "told"),
        [(*place, s.skill.mean, f"{formats.square(s)} {formats.square_spread(s)}".strip())
         for place, s in squares.items()],
    )  # fmt: skip
    finding = (
        "Mean skill over the tasks with a tag; in brackets, how many carry it. A share such as "
        "2/3: a mean over so many of them, to be compared with care."
    )
    more = {"data": data, "title": "Skill by capability"}
    return _map("profile", "capability", labels, results.columns, squares, finding, **more)


def _map(
    name: str,
    first: str,
    labels: dict[str, str],
    columns: tuple[str, ...],
    squares: Squares,
    finding: str,
    **more: str,
) -> list[Block]:
    """A heat map with a row for each label, and what the codes of its holes mean."""
    drawing = heatmap.draw(name, labels, columns, squares)
    words = table(first, list(labels), columns, squares)
    shown = {(row, column): squares[row, column] for row in labels for column in columns}
    holes = {place: square for place, square in shown.items() if square.serves}
    codes = tuple(codes_used(holes).items())
    return [Figure(drawing, finding, words, **more), *([Terms(codes)] if codes else [])]


def table(first: str, rows: Sequence[str], columns: Sequence[str], squares: Squares) -> Table:
    """The squares of a heat map in words."""
    cells = {column: {row: _cell(squares[row, column]) for row in rows} for column in columns}
    return table_of(rows, {first: str, **cells})


def _cell(square: Square) -> Cell:
    words = [formats.square(square), formats.square_spread(square), square.baseline]
    mark = "hole" if square.hole and square.of else square.rank
    return Cell(" ".join(filter(None, words)), mark, value=square.skill.mean)


def _reached(results: Results, squares: Squares) -> str:
    """On how many tasks somebody does well, and on which nobody does; control rows are no tasks."""
    tops: dict[str, float] = {}
    for task in results.without_controls.tasks:
        means = [squares[task.name, a].skill.mean for a in results.architectures]
        if known := [mean for mean in means if mean is not None]:
            tops[task.name] = max(known)
    if not tops:
        return ""
    good = f"{sum(top >= GOOD for top in tops.values())} of {plural(len(tops), 'task')}"
    poor = {t: f"({formats.skill(top)})" for t, top in tops.items() if top < FAIR}
    not_even = f", not even {FAIR:g} on {each(poor, str, 5)}" if poor else ""
    return f"A skill of {GOOD:g} is reached on {good}{not_even}. "


def _key(results: Results) -> str:
    beside = " Baseline: the best of the simplest models, its name below; †: no better than it."
    lost = f" {UNLEARNED}: {NOT_LEARNED}, by no seed (2{UNLEARNED}: two seeds did not learn)."
    return (
        "Mean over seeds: 0 is the best trivial predictor, 1 the ceiling. Bold: best of its row; "
        "•: not shown to differ from it. Small: how many seeds solved the task, where they do or "
        f"do not; elsewhere half-width of the 95 % interval, from {FEWEST} seeds on; 2/3: so many "
        f"seeds have a score.{beside if results.baselines else ''}"
        f"{lost if any(g.not_learned for g in results.groups.values()) else ''}"
    )
