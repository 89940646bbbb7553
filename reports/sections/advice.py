"""Which architecture to take for a task, and what that rests on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reports import formats
from reports.analysis.advice import ENOUGH, Choice
from reports.analysis.cells import NOT_LEARNED
from reports.analysis.difference import LEVEL
from reports.analysis.results import Results, TaskInfo
from reports.document import Block, Paragraph, Strong, Table, listings, table_of
from reports.formats import listed, plural

Row = dict[str, Any]


@dataclass(frozen=True)
class Advice:
    """What to take for one task."""

    task: TaskInfo
    matrix: str
    recommended: str | None
    """None where nothing is shown to beat the best trivial predictor, or nothing has a score."""
    baseline: bool
    """It is a baseline: no sequence model is needed, as far as is shown."""
    recommendation: str
    sentences: list[str]
    rests_on: list[str]
    """How much was compared, and how."""
    firmer: list[str]
    """What would make the advice firmer."""
    command: str
    rows: list[Row]
    """One for each architecture with a score, best first, with plain numbers."""


def advise(results: Results, task: TaskInfo) -> Advice:
    """Advice on one task of a matrix; control rows of the user's own tasks are found by it."""
    control_of = {own.name: control for own, control in results.controls}
    choice = Choice(results, task, control_of.get(task.name))
    return Advice(
        task=task,
        matrix=results.name,
        recommended=choice.recommended,
        baseline=choice.recommended in results.baselines,
        recommendation=_recommendation(choice),
        sentences=reasons(choice),
        rests_on=_rests_on(choice),
        firmer=_firmer(choice),
        command=choice.command,
        rows=choice.rows(),
    )


def blocks(advice: Advice) -> list[Block]:
    """The recommendation, every architecture with its score and cost, the reasons."""
    lists = {"why": advice.sentences, "rests on": advice.rests_on, "firmer with": advice.firmer}
    said = Paragraph(Strong(advice.recommendation), lead=True)
    return [said, _table(advice), *listings(lists)]


def reasons(choice: Choice) -> list[str]:
    """Whether anything is needed, what will do, what did not learn, and whether order matters."""
    said = [_needed(choice), _alike(choice), _not_learned(choice), _order(choice)]
    return [sentence for sentence in said if sentence]


def score(choice: Choice, architecture: str, task: TaskInfo | None = None) -> str:
    """``91.5 ±1.2``, on the task or on its control."""
    group = choice.group(architecture, task)
    return formats.of_seeds(group, group.score, formats.scores_in(choice.results, choice.task))


def _recommendation(choice: Choice) -> str:
    name, chosen = choice.task.name, choice.recommended
    if not choice.leaders:
        return f"For {name} nothing can be advised: no architecture has a score yet."
    if chosen is None:
        trivial = choice.facts.get("trivial", "").split(";")[0]
        return (
            f"For {name} take no model that was compared here: none is shown to beat the best "
            f"trivial predictor{f' ({trivial})' if trivial else ''}."
        )
    group = choice.group(chosen)
    skill = formats.skill_with_spread(group.skill)
    said = (
        f"For {name} take {chosen}: {formats.metric(choice.task)} {score(choice, chosen)}"
        f"{f', skill {skill}' if skill else ''}. It takes "
        f"{formats.seconds(choice.seconds(chosen))} of training and "
        f"{formats.number(group.mean_of('parameters')) or 'no'} parameters."
    )
    first = choice.order[0] if choice.order else chosen
    if first == chosen:
        return said
    kind = "simpler, a baseline" if chosen in choice.results.baselines else "cheaper"
    if choice.loss(chosen) <= choice.loss(first):
        return f"{said} It is {kind}, and {first} is no better."
    ahead = formats.signed_skill_with_spread(choice.against[chosen].skills)
    by = f" by {ahead} of skill" if ahead else ""
    return f"{said} The best, {first}, is ahead{by} but not shown to differ; {chosen} is {kind}."


def _needed(choice: Choice) -> str:
    name, base = choice.task.name, choice.baseline
    if not choice.leaders:
        return f"No architecture has a score on {name} yet."
    if choice.trivial:
        return f"Nothing is shown to beat the best trivial predictor on {name}."
    if not choice.order:
        return f"Only a baseline, {base}, has a score on {name}."
    if not base:
        return f"Whether {name} needs a sequence model is open: no baseline was run beside it."
    first = choice.order[0]
    needs = choice.loss(first) < choice.loss(base) and choice.against[base].differs
    shown = ("needs", "does") if needs else ("is not shown to need", "is not shown to do")
    if choice.loss(first) >= choice.loss(base):
        return (
            f"{name} is not shown to need a sequence model: the best of them, {first} "
            f"({score(choice, first)}), does no better than the baseline {base} "
            f"({score(choice, base)})."
        )
    return (
        f"{name} {shown[0]} a sequence model: {first} ({score(choice, first)}) {shown[1]} better "
        f"than the baseline {base} ({score(choice, base)})."
    )


def _alike(choice: Choice) -> str:
    if not choice.alike:
        return ""
    cheapest = min([choice.order[0], *choice.alike], key=choice.seconds)
    return (
        f"Not shown to differ from the best, {choice.order[0]}: {listed(choice.alike)}; the "
        f"cheapest of these in training is {cheapest}."
    )


def _not_learned(choice: Choice) -> str:
    """Those that never rose above the floor: no verdict on what they can do."""
    if not choice.lost:
        return ""
    steps = (choice.results.plan.get("budget") or {}).get("steps")
    more = f"; more than {steps:,} updates may change that" if steps else ""
    return f"{NOT_LEARNED.capitalize()}: {listed(choice.lost)}{more}."


def _order(choice: Choice) -> str:
    control = choice.control
    if not control or not choice.order:
        row = choice.facts.get("control row", "")
        return f"Whether order matters was not asked: {row}." if row.startswith("none") else ""
    if not choice.shuffled:
        return "The control row, with the order shuffled, has no score yet."
    first, mixed = choice.order[0], choice.shuffled[0]
    what = "Order carries nothing that was found"
    if not choice.of_order.differs:
        what = "Order is not shown to carry anything"
    elif choice.loss(mixed, control) > choice.loss(first):
        what = "Order carries something"
    if "difference to the last value" in choice.facts.get("trivial", ""):
        what += " beyond the last value, which every row is told"
    return (
        f"{what}: with the steps in random order the best, {mixed}, has "
        f"{score(choice, mixed, control)}, in their own order {first} has {score(choice, first)}."
    )


def _rests_on(choice: Choice) -> list[str]:
    if not choice.leaders:
        return []
    steps = (choice.results.plan.get("budget") or {}).get("steps")
    budget = f", at most {steps:,} updates each" if steps else ""
    group = choice.group(choice.leaders[0])
    many = len(next(iter(group.examples.values()))[0]) if group.examples else 0
    examples = plural(many, "test example") if many else "the test split"
    seeds = plural(group.score.n, "seed")
    lines = [f"matrix {choice.results.name}, {seeds}, {examples}{budget}."]
    tested = [against for against in choice.against.values() if against.p is not None]
    if tested:
        over = ["seeds"] * any(against.seeds.p is not None for against in tested)
        over += ["test examples"] * any(against.examples.n for against in tested)
        lines.append(
            f"{plural(len(tested), 'comparison')} with the best, {choice.order[0]}, over "
            f"{listed(over)}, p-values with Holm's correction over all pairs of the compared; they "
            f"differ below {LEVEL}."
        )
    if len(choice.order) > 2:
        lines.append("The best is picked by the scores that it is compared by, which flatters it.")
    return lines


def _firmer(choice: Choice) -> list[str]:
    lines = []
    cells = [c for c in choice.cells if not c.refused]
    if holes := [c for c in cells if c.hole]:
        outcomes = listed(dict.fromkeys(c.outcome for c in holes))
        lines.append(f"{len(holes)} of {plural(len(cells), 'cell')} have no score ({outcomes}).")
    seeds = max((choice.group(a).score.n for a in choice.leaders), default=0)
    if choice.command and (seeds < ENOUGH or choice.alike):
        lines.append(f"More seeds ({seeds} so far): {choice.command}.")
    if choice.short_of_examples:
        others = listed(choice.short_of_examples)
        lines.append(
            f"More test examples: the difference between {choice.order[0]} and {others} varies "
            "more over them than over seeds."
        )
    return lines


def _table(advice: Advice) -> Table:
    def ranged(name: str, text: Callable[[float | None], str]) -> Callable[[Row], str]:
        return lambda row: formats.plus_minus(row[name], row[f"{name}_half"], text)

    binary = any(row["solved"] is not None for row in advice.rows)
    columns: dict[str, Callable[[Row], str]] = {
        "architecture": lambda row: row["architecture"] + " (baseline)" * row["baseline"],
        "score": ranged("score", formats.scores_of(advice.task, (r["score"] for r in advice.rows))),
        **({"solved": lambda row: f"{row['solved']}/{row['seeds']}"} if binary else {}),
        "skill": ranged("skill", formats.skill),
        "best ahead": ranged("best_ahead", formats.skill),
        "p (Holm)": lambda row: formats.p_value(row["p_holm"]),
        "training": lambda row: formats.seconds(row["seconds"]),
        "parameters": lambda row: formats.number(row["parameters"]),
        "is": lambda row: row["standing"],
    }
    return table_of(advice.rows, columns)
