"""The scores at the end of a run: mean skill, tasks by architectures, without intervals."""

from reports import formats
from reports.analysis.cells import NOT_LEARNED, UNLEARNED
from reports.analysis.results import Results
from reports.analysis.squares import Square, by_task, codes_used
from reports.document import Block, Cell, Paragraph, table_of
from reports.formats import plural, skill
from reports.sections.user_data import answers


def ending(results: Results) -> list[Block]:
    """What the user's own data needs, and the scores of a matrix that has other tasks."""
    own = blocks(results) if results.tasks and not results.only_user_data else []
    return [*answers(results), *own]


def blocks(results: Results) -> list[Block]:
    """Mean skill over seeds; a hole says why it is one, what is no better than the best baseline
    of its task is marked."""
    squares, tasks = by_task(results), [task.name for task in results.tasks]
    lost = any(square.not_learned for square in squares.values())
    room = (bool(results.baselines), 2 * lost)  # of the marks, so that numbers stand in line
    columns = {c: {t: _cell(squares[t, c], *room) for t in tasks} for c in results.columns}
    seeds = plural(len(results.seeds), "seed")
    caption = f"Skill, mean of {seeds}: 0 = the floor, 1 = the ceiling"
    lines = [f"{code}: {meaning}" for code, meaning in codes_used(squares).items()]
    for baseline in dict.fromkeys(results.best_baselines.values()):
        names = [task for task, best in results.best_baselines.items() if best == baseline]
        lines.append(f"baseline {baseline}: {', '.join(names)}")
    if any(square.behind for square in squares.values()):
        lines.append("† no better than the baseline")
    if lost:
        lines.append(f"{UNLEARNED} {NOT_LEARNED}, by no seed; 1{UNLEARNED}: one seed did not")
    table = table_of(tasks, {"task": str, **columns}, caption=caption)
    return [table, *map(Paragraph, lines)]


def _cell(square: Square, dagger: int, lost: int) -> Cell:
    """A minus is one that any console has."""
    if square.hole:
        return Cell(square.code, "hole")
    text = skill(square.skill.mean).replace("−", "-")
    behind = ("†" * square.behind).ljust(dagger)
    return Cell(text + behind + formats.unlearned(square).ljust(lost), square.rank)
