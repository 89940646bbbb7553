"""How stable training is, with clipping of the gradient and without."""

from pandas import DataFrame

from reports.analysis.evidence import Evidence
from reports.analysis.probes import CLIP, trainings
from reports.analysis.statistics import paired
from reports.document import Block, Figure, Table, section
from reports.figures import stability as drawing
from reports.formats import geometric_with_interval, listed, skill_with_spread, with_interval
from reports.sections import reproduction

PLACE, TITLE, COMMAND = 90, "How stable training is", "harness probe stability"
FIGURE = "The loss of the first seed, or the first that diverged: extremes of each stretch."


def blocks(evidence: Evidence) -> list[Block]:
    """Spread of the loss and of the gradient, clipped updates and diverged seeds."""
    frame = trainings(evidence)
    if frame.empty:
        return []
    tasks = [(part, task) for part in CLIP.values() for task in evidence.tasks(part)]
    titles = {task: evidence.task_name(part, task) for part, task in tasks}
    drawn = drawing.draw("stability", _traces(frame), titles)
    if drawn is None:
        return []
    command = reproduction.of_parts(evidence.results, evidence.parts(*CLIP.values()))
    about = (
        "The spread is the standard deviation of the change of the log loss from one update to the "
        "next: 0.1 is a loss that changes by about a tenth each time, in part because each update "
        "has a new batch. A gradient above the limit is scaled down to it; without clipping, the "
        "share is of those that would have been."
    )
    figure = Figure(drawn, FIGURE, _table(evidence, frame), command)
    return section(TITLE, "stability", [_finding(frame), about], [figure])


def _traces(frame: DataFrame) -> DataFrame:
    """Of each the first seed that diverged or, where none did, the first."""
    known = frame[frame["losses"].notna()].sort_values("diverged", ascending=False, kind="stable")
    return known.drop_duplicates(["task", "architecture", "how"]).sort_index()


def _finding(frame: DataFrame) -> str:
    known = frame.dropna(subset="loss")
    sentences = []
    for task, of_task in known.groupby("task", sort=False):
        ways: dict[str, list[str]] = {"less": [], "more": []}
        for a, of in of_task.groupby("architecture", sort=False):
            on, off = ({o.seed: o.loss for o in of[of["how"] == how].itertuples()} for how in CLIP)
            change = paired(on, off)
            if change.high is not None and change.high < 0:
                ways["less"].append(str(a))
            elif change.low is not None and change.low > 0:
                ways["more"].append(str(a))
        said = [f"{way} with {listed(who, 99)}" for way, who in ways.items() if who]
        swings = " and ".join(said) or "not otherwise, as far as is shown"
        sentences.append(f"On {task}, with clipping, the loss swings {swings}.")
    for how, word in (("off", "without"), ("on", "with")):
        of = frame[frame["how"] == how]
        if len(of):
            diverged = f"{of['diverged'].sum()} of {len(of)} trainings"
            sentences.append(f"Diverged {word} clipping: {diverged}.")
    return " ".join(sentences)


def _table(evidence: Evidence, frame: DataFrame) -> Table:
    heads = ("task", "architecture", "clipping", "spread of the log loss",
             "spread of the log gradient norm", "updates above the limit, %",
             "largest gradient norm", "diverged", "skill")  # fmt: skip
    rows = [
        (task, a, f"to {of['limit'].iloc[0]:g}" if how == "on" else "none",
         with_interval(of["loss"]), with_interval(of["norm"]), with_interval(100 * of["clipped"]),
         geometric_with_interval(of["largest"]), f"{of['diverged'].sum()} of {len(of)}",
         skill_with_spread(evidence.part(CLIP[str(how)]).groups[str(task), str(a)].skill))
        for (task, a), both in frame.groupby(["task", "architecture"], sort=False)
        for how, of in both.groupby("how", sort=False)
    ]  # fmt: skip
    return Table(heads, tuple(rows))
