"""What each architecture learned: skill by task, and by what tasks ask for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reports import formats
from reports.analysis.results import Results
from reports.analysis.squares import Square, Squares, by_capability, by_task, codes_used
from reports.analysis.user_data import without_controls
from reports.document import Block, Cell, Figure, Heading, Table, Terms, as_csv, table_of
from reports.formats import listed, plural

PLACE = 10

GOOD, FAIR = 0.9, 0.5
"""Skills that the captions name."""


def blocks(results: Results) -> list[Block]:
    """The heat map, and what the codes of its holes mean."""
    from reports.figures import heatmap

    if not results.cells:
        return []
    squares, columns = by_task(results), results.columns
    rows = [task.name for task in results.tasks]
    data = as_csv(
        ("task", "architecture", "skill", "half", "seeds_with_skill", "seeds", "hole"),
        [
            (task, name, s.skill.mean, s.skill.half, s.known, s.of, s.code if s.hole else "")
            for (task, name), s in squares.items()
            if s.of
        ],
    )
    figure = Figure(
        heatmap.draw("heatmap", dict(zip(rows, rows, strict=True)), columns, squares),
        f"{_reached(results, squares)} {_key(results)}".strip(),
        table("task", rows, columns, squares),
        data=data,
    )
    codes = tuple(codes_used(squares).items())
    return [Heading("Skill", "skill", 3), figure, *([Terms(codes)] if codes else [])]


def capabilities(results: Results) -> list[Block]:
    """A heat map of mean skill by tag; empty where no task with a tag has a skill."""
    from reports.figures import heatmap

    squares = by_capability(results)
    if all(square.hole for square in squares.values()):
        return []
    tags = list(dict.fromkeys(tag for tag, _ in squares))
    counts = {tag: sum(tag in task.tags for task in results.tasks) for tag in tags}
    labels = {tag: f"{tag} ({count})" for tag, count in counts.items()}
    data = as_csv(
        ("tag", "architecture", "skill", "told"),
        [
            (*place, s.skill.mean, f"{formats.square(s)} {formats.square_spread(s)}".strip())
            for place, s in squares.items()
        ],
    )
    return [
        Figure(
            heatmap.draw("profile", labels, results.columns, squares),
            _best_by_tag(results, tags, squares),
            table("capability", tags, results.columns, squares),
            data=data,
            title="Skill by capability",
        )
    ]


def table(first: str, rows: Sequence[str], columns: Sequence[str], squares: Squares) -> Table:
    """The squares of a heat map in words."""
    cells = {column: {row: _cell(squares[row, column]) for row in rows} for column in columns}
    return table_of(rows, {first: str, **cells})


def _cell(square: Square) -> Cell:
    words = [formats.square(square), formats.square_spread(square), square.baseline]
    mark = "hole" if square.hole and square.of else square.rank
    return Cell(" ".join(filter(None, words)), mark, value=square.skill.mean)


def _reached(results: Results, squares: Squares) -> str:
    """On how many tasks somebody does well, and on which nobody does; rows that are there for
    control are no tasks to do well at."""
    tops = {
        task.name: max(means)
        for task in without_controls(results).tasks
        if (means := _known([squares[task.name, name] for name in results.architectures]))
    }
    if not tops:
        return ""
    good = sum(top >= GOOD for top in tops.values())
    who = "At least one" if good else "No"
    text = f"{who} architecture reaches a skill of {GOOD:g} on "
    text += f"{good} of {plural(len(tops), 'task')}" if good else "any task"
    poor = [f"{t} ({formats.skill(top)})" for t, top in tops.items() if top < FAIR]
    return f"{text}; none reaches {FAIR:g} on {listed(poor, 5)}." if poor else f"{text}."


def _known(squares: Iterable[Square]) -> list[float]:
    return [square.skill.mean for square in squares if square.skill.mean is not None]


def _key(results: Results) -> str:
    """How to read the heat map."""
    interval = "With one seed there is no interval."
    if len(results.seeds) > 1:
        interval = "Small: half-width of the 95 % interval; 2/3: so many seeds have a score."
    beside = " Baseline: the best of the simplest models, its name below; †: no better than it."
    return (
        "Skill on the test split, mean over seeds: 0 is the best trivial predictor, 1 the ceiling. "
        f"Bold: best of its row; •: not shown to differ from it. {interval}"
        f"{beside if results.baselines else ''}"
    )


def _best_by_tag(results: Results, tags: Sequence[str], squares: Squares) -> str:
    best = []
    for tag in tags:
        whole = {a: s for a in results.architectures if (s := squares[tag, a]).known == s.of}
        means = {a: s.skill.mean for a, s in whole.items() if s.skill.mean is not None}
        if len(means) > 1:
            name = max(means, key=lambda a: means[a])
            best.append(f"{tag} {name} ({formats.square(whole[name])})")
    codes = "; ".join(f"{code}: {meaning}" for code, meaning in codes_used(squares).items())
    return (
        f"{f'Best by what a task asks for: {listed(best, 99)}. ' if best else ''}Mean skill over "
        "the tasks with a tag; in brackets, how many carry it. A share such as 2/3: a mean over so "
        f"many of them, to be compared with care.{f' {codes}.' if codes else ''}"
    )
