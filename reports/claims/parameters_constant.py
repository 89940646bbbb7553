"""A recurrent network's parameters do not grow with the sequence; a window's network's do."""

from __future__ import annotations

from reports.analysis.evidence import Evidence
from reports.claims.claim import Claim, Judgement, exactly, missing
from reports.figures.style import Drawing, canvas, finish, looks, plain_numbers
from reports.formats import listed

PART, DECODERS = "size", "size-decoders"
RECURRENT = ("rnn", "lstm", "gru", "birnn", "bilstm", "bigru")
WINDOWS = {10: "fnn_window", 100: "fnn_window[window=100]", 1000: "fnn_window[window=1000]"}


def judge(evidence: Evidence) -> Judgement:
    recurrent = {a: _counts(evidence, PART, a) for a in RECURRENT}
    windows = {size: _counts(evidence, PART, a) for size, a in WINDOWS.items()}
    if min(map(len, recurrent.values())) < len(WINDOWS) or not all(windows.values()):
        return missing()
    sizes = [max(counts.values()) for counts in windows.values()]
    growth = {a: max(counts.values()) - min(counts.values()) for a, counts in recurrent.items()}
    holds = [grown == 0 for grown in growth.values()]
    holds += [less < more for less, more in zip(sizes[:-1], sizes[1:], strict=True)]
    others = [a for a in evidence.architectures(PART) if not a.startswith((*RECURRENT, "fnn"))]
    fixed = [
        a
        for part, names in ((PART, others), (DECODERS, evidence.architectures(DECODERS)))
        for a in names
        if len(counts := _counts(evidence, part, a)) > 1 and len(set(counts.values())) == 1
    ]
    lengths = listed([f"{length:,}" for length in sorted(next(iter(recurrent.values())))])
    reason = (
        f"Trained numbers were counted at sequences of {lengths} steps, with 16 hidden units and "
        f"the embedding included. From the shortest to the longest they grow by "
        f"{listed([f'{grown:,} ({a})' for a, grown in growth.items()])}. The feed-forward network "
        f"has {listed([f'{n:,} with a window of {size:,}' for size, n in windows_of(windows)])}: "
        "to see the whole of a longer sequence it needs more. "
    )
    if fixed:
        reason += (
            f"That recurrence alone keeps the number constant does not follow: {listed(fixed, 99)} "
            "do not grow either, since they, too, use the same weights at every step."
        )
    return exactly(
        holds,
        max(growth.values()),
        "parameters more at the longest",
        reason,
        (("architecture", "length, steps", "parameters"),
         *((a, f"{n:,}", f"{counts[n]:,}") for a, counts in recurrent.items() for n in counts),
         *((WINDOWS[n], f"{n:,}", f"{count:,}") for n, count in windows_of(windows))),
    )  # fmt: skip


def windows_of(windows: dict[int, dict[int, int]]) -> list[tuple[int, int]]:
    """Each window with the largest count at it."""
    return [(size, max(counts.values())) for size, counts in windows.items()]


def draw(evidence: Evidence, judgement: Judgement) -> Drawing | None:
    """Parameters against length; the window as long as the sequence."""
    counts = {a: _counts(evidence, PART, a) for a in RECURRENT}
    window = {n: max(c.values()) for n, a in WINDOWS.items() if (c := _counts(evidence, PART, a))}
    lines = {a: found for a, found in counts.items() if found}
    lines |= {"FNN whose window is the sequence": window} if window else {}
    if not lines:
        return None
    figure, axes = canvas(7.2, 3.2, (0.95, 2.7, 0.15, 0.5))
    axes.set_xscale("log")
    axes.set_yscale("log")
    for (name, found), look in zip(lines.items(), looks(tuple(lines)).values(), strict=True):
        axes.plot(list(found), list(found.values()), color=look.colour, linestyle=look.line,
                  marker=look.marker, markersize=5, label=name)  # fmt: skip
    plain_numbers(axes.xaxis)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.yaxis.set_minor_formatter(lambda value, _: "")
    axes.set_xlabel("length of the sequence, steps")
    axes.set_ylabel("parameters")
    order = sorted(range(len(lines)), key=lambda i: -max(list(lines.values())[i].values()))
    handles, labels = axes.get_legend_handles_labels()
    axes.legend([handles[i] for i in order], [labels[i] for i in order], frameon=False,
                loc="center left", bbox_to_anchor=(1.02, 0.5), fontsize=8)  # fmt: skip
    ends = "; ".join(
        "{name}: {least} to {most}".format(
            name=a, least=f"{min(f.values()):,}", most=f"{max(f.values()):,}"
        )
        for a, f in lines.items()
    )
    return finish(figure, f"claim-{CLAIM.id}", f"Parameters against length. {ends}.")


def _counts(evidence: Evidence, part: str, architecture: str) -> dict[int, int]:
    """Parameters by length."""
    found = {
        measured["length"]: measured["parameters"]
        for task in evidence.tasks(part)
        for measured in evidence.measured(part, task, architecture).values()
    }
    return dict(sorted(found.items()))


CLAIM = Claim(
    id="parameters-constant",
    statement="The number of parameters of a recurrent network does not depend on how long the "
    "sequence is; that of a feed-forward network over a window grows with the window.",
    source="Goodfellow, Bengio and Courville 2016 (Deep Learning, chapter 10: parameter sharing)",
    needs=(PART, DECODERS),
    criterion="Counted, not sampled: each recurrent network, in one direction and in both, has "
    "exactly the same number of parameters at 10, 100 and 1,000 steps; the feed-forward network "
    "has more with each longer window of 10, 100 and 1,000 steps.",
    judge=judge,
    draw=draw,
)
