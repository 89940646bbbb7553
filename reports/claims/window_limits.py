"""A model with a window cannot use what lies beyond it."""

from __future__ import annotations

from dataclasses import dataclass

from reports.analysis.evidence import Evidence
from reports.analysis.statistics import Summary, summarize
from reports.claims.claim import Claim, Comparison, Judgement, differences, mean_over, rule
from reports.figures.style import PALE, Drawing, canvas, finish, looks
from reports.formats import amount, found

WINDOWED = {"window": "fnn_window", "receptive-field": "cnn"}
"""Part and the architecture on trial there; any other is a control that has no window."""
DROP, BLIND = 0.5, 0.05


@dataclass(frozen=True)
class Cliff:
    """Skill by seed on both sides of a window's edge."""

    architecture: str
    field: int
    """Steps that the model sees, the last included."""
    inside: dict[int, float]
    outside: dict[int, float]


def judge(evidence: Evidence) -> Judgement:
    cliffs = [cliff for part in WINDOWED if (cliff := _cliff(evidence, part))]
    if len(cliffs) < len(WINDOWED):
        return rule([], "skill", "")
    drops = [differences(c.inside, c.outside) for c in cliffs]
    comparisons = [
        comparison
        for c, drop in zip(cliffs, drops, strict=True)
        for comparison in (
            Comparison(f"{c.architecture}: lag {c.field - 1} minus lag {c.field}", drop, DROP),
            Comparison(f"{c.architecture}: minus skill at lag {c.field}",
                       {s: -v for s, v in c.outside.items()}, -BLIND),
        )
    ]  # fmt: skip

    def reason(judgement: Judgement) -> str:
        told = [
            f"{c.architecture} sees {c.field} steps. With the token that it is asked for at the "
            f"last of them its skill is {found(c.inside.values())}, one step further back "
            f"{found(c.outside.values())}" for c in cliffs
        ]  # fmt: skip
        controls = [
            f"{architecture} {amount(skill.mean)}"
            for part in WINDOWED
            for architecture, skills in _curves(evidence, part).items()
            if architecture != _of(evidence, part)
            for skill in [skills[max(skills)]]
        ]
        return (
            ". ".join(told) + ". "
            + (f"At the longest lags of these, a network without a window: {', '.join(controls)}. "
               if controls else "")
            + "That nothing is seen beyond the edge is so by construction, and no budget changes "
            "it; how much is learned just inside it depends on the budget, most of all in a deep "
            "stack, where the edge is reached by a single path. A wider window or one level more "
            "moves the cliff: the limit is in the choice of the window, not in the kind of model."
        )  # fmt: skip

    return rule(comparisons, "skill", reason, mean_over(drops))


def draw(evidence: Evidence, judgement: Judgement) -> Drawing | None:
    curves = {part: _curves(evidence, part) for part in WINDOWED}
    names = tuple(dict.fromkeys(a for of_part in curves.values() for a in of_part))
    width, left, panel, gap, bottom, height = 7.2, 0.6, 2.95, 0.45, 0.5, 2.6
    figure, first = canvas(width, height, (left, width - left - panel, 0.35, bottom))
    box = first.get_position()
    second = figure.add_axes((box.x0 + (panel + gap) / width, box.y0, box.width, box.height))
    told = []
    for axes, (part, of_part) in zip((first, second), curves.items(), strict=True):
        for name, skills in of_part.items():
            look = looks(names)[name]
            means = [skill.mean for skill in skills.values()]
            axes.plot(list(skills), means, color=look.colour, linestyle=look.line,
                      marker=look.marker, markersize=4, label=name)  # fmt: skip
            for lag, skill in skills.items():
                axes.plot([lag, lag], (skill.low, skill.high), color=look.colour, linewidth=0.9)
            told.append(f"{name}: " + ", ".join(
                f"{amount(s.mean)} at lag {lag}" for lag, s in skills.items()
            ))  # fmt: skip
        cliff = _cliff(evidence, part)
        if cliff:
            axes.axvline(cliff.field - 0.5, color=PALE, linewidth=0.8, linestyle=(0, (4, 2)))
            axes.set_title(f"sees {cliff.field} steps", fontsize=9, loc="left")
        axes.set_xticks(sorted({lag for skills in of_part.values() for lag in skills}))
        axes.set_ylim(-0.15, 1.1)
        axes.set_xlabel("lag, steps (dashed: the edge)", labelpad=2)
        axes.legend(frameon=False, fontsize=8, loc="center left")
    first.set_ylabel("skill")
    return finish(
        figure, "claim-window-limits", "Skill against lag. {found}.".format(found="; ".join(told))
    )


def _of(evidence: Evidence, part: str) -> str:
    """The label of the architecture on trial in a part."""
    labels = evidence.architectures(part)
    return next((a for a in labels if a.split("[")[0] == WINDOWED[part]), "")


def _lags(evidence: Evidence, part: str) -> dict[int, str]:
    """The part's tasks by lag."""
    tasks = evidence.tasks(part)
    return {int(task.split("lag=")[1].rstrip("]")): task for task in tasks if "lag=" in task}


def _cliff(evidence: Evidence, part: str) -> Cliff | None:
    name, tasks = _of(evidence, part), _lags(evidence, part)
    fields = {
        int(field)
        for task in tasks.values()
        for field in evidence.numbers(part, task, name, "receptive_field").values()
    }
    if len(fields) != 1:
        return None
    (field,) = fields
    inside, outside = (
        evidence.skills(part, tasks.get(lag, ""), name) for lag in (field - 1, field)
    )
    return Cliff(name, field, inside, outside) if inside and outside else None


def _curves(evidence: Evidence, part: str) -> dict[str, dict[int, Summary]]:
    """Skill by lag, by architecture, the one on trial first."""
    tried = sorted(evidence.architectures(part), key=lambda a: a != _of(evidence, part))
    return {
        name: {
            lag: summarize(skills.values())
            for lag, task in _lags(evidence, part).items()
            if (skills := evidence.skills(part, task, name))
        }
        for name in tried
    }


CLAIM = Claim(
    id="window-limits",
    statement="A windowed feed-forward network, and a CNN, cannot use what lies beyond the window.",
    source="Waibel et al. 1989 (Phoneme recognition using time-delay neural networks); Bai, Kolter "
    "and Koltun 2018 (An empirical evaluation of generic convolutional and recurrent networks)",
    needs=tuple(WINDOWED),
    criterion="For the windowed network and the CNN, with the token to be recalled one step beyond "
    f"the receptive field, skill is below {BLIND:g}; and it falls by more than {DROP:g} from the "
    "last lag inside the field to the first outside: a cliff, exactly there.",
    judge=judge,
    draw=draw,
)
