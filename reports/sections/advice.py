"""Which architecture to take for a task, and what that rests on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reports import formats
from reports.analysis.advice import ENOUGH, Choice
from reports.analysis.difference import LEVEL, Difference
from reports.analysis.results import Results, TaskInfo
from reports.analysis.user_data import control_of
from reports.document import Block, Paragraph, Strong, Table, listings, table_of
from reports.formats import listed, plural
from reports.sections.reasons import Reasons

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
    """In a sentence, with its score and cost."""
    sentences: list[str]
    """The reasons, with their numbers."""
    rests_on: list[str]
    """How much was compared, and how."""
    firmer: list[str]
    """What would make the advice firmer."""
    command: str
    """The command that adds seeds."""
    rows: list[Row]
    """One for each architecture with a score, best first, with plain numbers."""


def advise(results: Results, task: TaskInfo) -> Advice:
    """Advice on one task of a matrix; control rows of the user's own tasks are found by it."""
    choice = Choice(results, task, control_of(results, task))
    reasons = Reasons(choice)
    return Advice(
        task=task,
        matrix=results.name,
        recommended=choice.recommended,
        baseline=choice.recommended in results.baselines,
        recommendation=_recommendation(choice, reasons),
        sentences=reasons.sentences,
        rests_on=_rests_on(choice, reasons),
        firmer=_firmer(choice),
        command=choice.command,
        rows=choice.rows(),
    )


def blocks(advice: Advice) -> list[Block]:
    """The recommendation, every architecture with its score and cost, the reasons."""
    lists = {"why": advice.sentences, "rests on": advice.rests_on, "firmer with": advice.firmer}
    return [
        Paragraph(Strong(advice.recommendation), lead=True),
        _table(advice),
        *listings(lists),
    ]


def _recommendation(choice: Choice, reasons: Reasons) -> str:
    name, chosen = choice.task.name, choice.recommended
    if not choice.leaders:
        return f"For {name} nothing can be advised: no architecture has a score yet."
    if chosen is None:
        floor = reasons.text(choice.task.floor)
        known = ", ".join(filter(None, [reasons.trivial, floor and f"score {floor}"]))
        return (
            f"For {name} take no model that was compared here: none is shown to beat the best "
            f"trivial predictor{f' ({known})' if known else ''}."
        )
    skill = formats.skill_with_spread(choice.group(chosen).skill)
    text = f"For {name} take {chosen}: {formats.metric(choice.task)} {reasons.score(chosen)}"
    said = [text + (f", skill {skill}." if skill else "."), reasons.cost(chosen)]
    if choice.order and chosen != choice.order[0]:
        said.append(_why_not_the_best(choice, chosen))
    elif choice.alike:
        said.append("It is the best, and none that comes as close is clearly cheaper.")
    return " ".join(filter(None, said))


def _why_not_the_best(choice: Choice, chosen: str) -> str:
    first, kind = choice.order[0], "cheaper"
    if chosen in choice.results.baselines:
        kind = "simpler, a baseline"
    if choice.loss(chosen) <= choice.loss(first):
        return f"It is {kind}, and {first} is no better."
    ahead = _difference(choice.against[chosen])
    return f"The best, {first}, is ahead by {ahead}, but not shown to differ; {chosen} is {kind}."


def _difference(against: Difference) -> str:
    """How far the best is ahead, in skill where there is one, with both tests."""
    size = f"{formats.signed_skill_with_spread(against.skills)} of skill"
    if against.skills.mean is None:
        size = f"{abs(against.seeds.mean or 0):.3g}"
    tests = {"seeds": against.seeds, "examples": against.examples}
    over = [f"over {name} {formats.p_value(s.p)}" for name, s in tests.items() if s.p is not None]
    return f"{size} ({'p ' + ', '.join(over) if over else 'untested'})"


def _rests_on(choice: Choice, reasons: Reasons) -> list[str]:
    if not choice.leaders:
        return []
    first = choice.group(choice.leaders[0])
    steps = (choice.results.plan.get("budget") or {}).get("steps")
    seeds, examples = plural(first.score.n, "seed"), reasons.tested_on(first)
    budget = f", at most {steps:,} updates each" if steps else ""
    lines = [f"matrix {choice.results.name}, {seeds}, {examples}{budget}."]
    tested = [against for against in choice.against.values() if against.p is not None]
    if tested:
        over = ["seeds"] * any(against.seeds.half is not None for against in tested)
        over += ["test examples"] * any(against.examples.n for against in tested)
        lines.append(
            f"{plural(len(tested), 'comparison')} with the best, {choice.order[0]}, over "
            f"{listed(over)}, p-values with Holm's correction; they differ below {LEVEL}."
        )
    if len(choice.order) > 2:
        lines.append("The best is picked by the scores that it is compared by, which flatters it.")
    return lines


def _firmer(choice: Choice) -> list[str]:
    """What would help, where there is something to be helped."""
    lines = []
    cells = [c for c in choice.cells if not c.refused]
    holes = [c for c in cells if c.hole]
    if holes:
        outcomes = listed(dict.fromkeys(c.outcome for c in holes))
        lines.append(f"{len(holes)} of {plural(len(cells), 'cell')} have no score ({outcomes}).")
    seeds = max((choice.group(a).score.n for a in choice.leaders), default=0)
    if choice.command and (seeds < ENOUGH or choice.alike):
        lines.append(f"More seeds ({seeds} so far): {choice.command}.")
    if choice.short_of_examples:
        whose = f"{choice.order[0]} and {listed(choice.short_of_examples)}"
        lines.append(f"More test examples: over seeds {whose} differ, over examples not.")
    if choice.order and not choice.baseline:
        lines.append("A baseline beside it: --arch '*' runs all that fit.")
    return lines


def _table(advice: Advice) -> Table:
    def ranged(name: str, text: Callable[[float | None], str]) -> Callable[[Row], str]:
        return lambda row: (
            text(row[name]) + (f" ±{half}" if (half := text(row[f"{name}_half"])) else "")
        )

    return table_of(
        advice.rows,
        {
            "architecture": lambda row: row["architecture"] + " (baseline)" * row["baseline"],
            "score": ranged(
                "score", formats.scores_of(advice.task, [r["score"] for r in advice.rows])
            ),
            "skill": ranged("skill", formats.skill),
            "best ahead": ranged("best_ahead", formats.skill),
            "p (Holm)": lambda row: formats.p_value(row["p_holm"]),
            "training": lambda row: formats.seconds(row["seconds"]),
            "parameters": lambda row: formats.number(row["parameters"]),
            "is": lambda row: row["standing"],
        },
    )
