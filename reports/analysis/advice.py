"""Which architecture to take for a task, from records alone, and what that rests on.

The rule: the cheapest in training of those that are not shown to differ from the best
(`difference.py`) and whose mean skill is at most MARGIN below its: not shown to differ does not
mean as good. The best stays if none is cheaper by CHEAPER. A baseline for which the same
holds goes before, whatever it costs: it is the simpler model. Where nothing is shown to beat the
best trivial predictor, nothing is recommended.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Any

from reports import formats
from reports.analysis.difference import BETTER, LEVEL, NOT_SHOWN, WORSE, Difference
from reports.analysis.results import Results, TaskInfo
from reports.analysis.user_data import Judge, controls
from reports.formats import listed, plural

MARGIN = 0.05
CHEAPER = 0.1
ENOUGH = 5
"""Seeds; with fewer, more of them are advised."""


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
    rows: list[dict[str, Any]]
    """One for each architecture with a score, best first, with plain numbers."""


def advise(results: Results, task: TaskInfo) -> Advice:
    """Advice on one task of a matrix; control rows of the user's own tasks are found by it."""
    control = next((c for t, c in controls(results) if t.name == task.name), None)
    judge = Judge(results, task, control)
    chosen = _chosen(judge)
    command = _command(results, task, bool(judge.facts), _seeds(judge))
    return Advice(
        task=task,
        matrix=results.name,
        recommended=chosen,
        baseline=chosen in results.baselines,
        recommendation=_recommendation(judge, chosen),
        sentences=judge.sentences,
        rests_on=_rests_on(judge),
        firmer=_firmer(judge, chosen, command),
        command=command,
        rows=_rows(judge),
    )


def _chosen(judge: Judge) -> str | None:
    if not judge.known or judge.trivial:
        return None
    if not judge.order:
        return judge.baseline
    first, base = judge.order[0], judge.baseline
    if base and (judge.loss(base) <= judge.loss(first) or _as_good(judge, base)):
        return base
    cheap = min([first, *(a for a in judge.near if _as_good(judge, a))], key=judge.seconds)
    return cheap if judge.seconds(cheap) <= (1 - CHEAPER) * judge.seconds(first) else first


def _as_good(judge: Judge, architecture: str) -> bool:
    """Not shown to differ from the best, and close to it."""
    against = judge.against[architecture]
    return not against.differs and (against.skills.mean or 0) <= MARGIN


def _recommendation(judge: Judge, chosen: str | None) -> str:
    name = judge.task.name
    if not judge.known:
        return f"For {name} nothing can be advised: no architecture has a score yet."
    if chosen is None:
        trivial = judge.facts.get("trivial", "").split(";")[0]
        floor = f"score {judge.text(judge.task.floor)}" if judge.task.floor is not None else ""
        told = ", ".join(filter(None, [trivial, floor]))
        return (
            f"For {name} take no model that was compared here: none is shown to beat the best "
            f"trivial predictor{f' ({told})' if told else ''}."
        )
    scored = f"{formats.metric(judge.task)} {judge.told(chosen)}"
    skill = formats.skill_with_spread(judge.group(chosen).skill)
    cost = judge.cost(chosen)
    text = f"For {name} take {chosen}: {scored}{f', skill {skill}' if skill else ''}. {cost}"
    if not judge.order or chosen == judge.order[0]:
        if not judge.near:
            return text.strip()
        return f"{text} It is the best, and none that comes as close is clearly cheaper."
    return f"{text} {_why_not_the_best(judge, chosen)}"


def _why_not_the_best(judge: Judge, chosen: str) -> str:
    first, baseline = judge.order[0], chosen in judge.results.baselines
    if judge.loss(chosen) <= judge.loss(first):
        kind = "a baseline" if baseline else "cheaper"
        return f"It is {kind}, and {first} is no better."
    ahead = _difference(judge.against[chosen])
    kind = "simpler, a baseline" if baseline else "cheaper"
    return f"The best, {first}, is ahead by {ahead}, but not shown to differ; {chosen} is {kind}."


def _difference(against: Difference) -> str:
    """How far the best is ahead, in skill where there is one, with both tests."""
    if against.skills.mean is not None:
        size = f"{formats.signed_skill_with_spread(against.skills)} of skill"
    else:
        size = f"{abs(against.seeds.mean or 0):.3g}"
    tests = [
        f"{name} {formats.p_value(s.p)}"
        for name, s in (("seeds", against.seeds), ("examples", against.examples))
        if s.p is not None
    ]
    return f"{size} ({'p over ' + ', over '.join(tests) if tests else 'untested'})"


def _rests_on(judge: Judge) -> list[str]:
    if not judge.known:
        return []
    first = judge.group(judge.known[0])
    terms = judge.results.plan.get("budget") or {}
    steps = terms.get("steps")
    told = f"matrix {judge.results.name}, {plural(first.score.n, 'seed')}, {judge.tested(first)}"
    lines = [f"{told}{f', at most {steps:,} updates each' if steps else ''}."]
    compared = [a for a, against in judge.against.items() if against.p is not None]
    if compared:
        examples = any(judge.against[a].examples.n for a in compared)
        seeds = any(judge.against[a].seeds.half is not None for a in compared)
        over = listed([*["seeds"] * seeds, *["test examples"] * examples])
        lines.append(
            f"{plural(len(compared), 'comparison')} with the best, {judge.order[0]}, over {over}, "
            f"p-values with Holm's correction; they differ below {LEVEL}."
        )
    if len(judge.order) > 2:
        lines.append(
            "The best is picked by the scores that it is then compared by, which flatters it a "
            "little."
        )
    return lines


def _firmer(judge: Judge, chosen: str | None, command: str) -> list[str]:
    """What would help, where there is something to be helped."""
    lines = []
    cells = [c for c in judge.results.cells if c.task == judge.task.name and not c.refused]
    holes = [c for c in cells if c.hole]
    if holes:
        outcomes = listed(dict.fromkeys(c.outcome for c in holes))
        lines.append(f"{len(holes)} of {plural(len(cells), 'cell')} have no score ({outcomes}).")
    open_ = [a for a, against in judge.against.items() if not against.differs]
    seeds = max((judge.group(a).score.n for a in judge.known), default=0)
    unsure = [a for a in open_ if not _settled(judge.against[a])]
    if command and (seeds < ENOUGH or unsure):
        why = f"; {listed(unsure)} may then be shown to differ" if unsure else ""
        lines.append(f"More seeds ({seeds} so far): {command}{why}.")
    limited = [a for a in open_ if _by_examples(judge.against[a])]
    if limited:
        whose = f"{judge.order[0]} and {listed(limited)}"
        lines.append(f"More test examples: over seeds {whose} differ, over examples not.")
    far = [
        a for a in open_
        if chosen and not _as_good(judge, a) and judge.seconds(a) < judge.seconds(chosen)
    ]  # fmt: skip
    if far:
        verb = "is" if len(far) == 1 else "are"
        lines.append(
            f"{listed(far)} {verb} cheaper and not shown to differ from the best, but more than "
            f"{MARGIN:g} of skill below it: not advised before more seeds say so."
        )
    if judge.order and not judge.baseline:
        lines.append("A baseline beside it: --arch '*' runs all that fit.")
    return lines


def _settled(against: Difference) -> bool:
    """So close that more seeds will not matter: the interval lies within the margin."""
    low, high = against.skills.low, against.skills.high
    return low is not None and high is not None and max(abs(low), abs(high)) <= MARGIN


def _by_examples(against: Difference) -> bool:
    over_seeds, over_examples = against.seeds.p, against.examples.p
    if over_seeds is None or over_examples is None:
        return False
    return over_seeds < LEVEL <= over_examples


def _seeds(judge: Judge) -> int:
    """How many seeds to run next."""
    return max(ENOUGH, 2 * len({c.seed for c in judge.results.cells}))


def _command(results: Results, task: TaskInfo, own: bool, seeds: int) -> str:
    """The stored command for this task with more seeds; empty if it was no command."""
    words = shlex.split(results.plan.get("command") or "")
    if words[:2] != ["harness", "run"]:
        return ""
    dropped = ("--seeds",) if own else ("--seeds", "--task")
    kept: list[str] = []
    skip = False
    for word in words:
        if not skip and not word.startswith(tuple(f"{name}=" for name in dropped)):
            skip = word in dropped
            kept += [] if skip else [word]
        else:
            skip = False
    chosen = [] if own else ["--task", task.name]
    return shlex.join([*kept, *chosen, "--seeds", str(seeds)])


def _rows(judge: Judge) -> list[dict[str, Any]]:
    names = [*judge.order, *judge.results.baselines]
    scored = [a for a in names if judge.has(a, judge.task)]
    rows = []
    for a in sorted(scored, key=judge.loss):
        group, against = judge.group(a), judge.against.get(a)
        rows.append(
            {
                "architecture": a,
                "baseline": a in judge.results.baselines,
                "seeds": group.score.n,
                "score": group.score.mean,
                "score_half": group.score.half,
                "skill": group.skill.mean,
                "skill_half": group.skill.half,
                "best_ahead": against.skills.mean if against else None,
                "best_ahead_half": against.skills.half if against else None,
                "p": against.p if against else None,
                "p_holm": against.adjusted if against else None,
                "standing": _standing(judge, a),
                "seconds": group.mean_of("training"),
                "parameters": group.mean_of("parameters"),
            }
        )
    return rows


def _standing(judge: Judge, architecture: str) -> str:
    if judge.order and architecture == judge.order[0]:
        return "best"
    against = judge.against.get(architecture)
    if against is None:
        return "not compared"
    if not against.differs:
        return NOT_SHOWN
    return WORSE if against.verdict == BETTER else BETTER
