"""Numbers as people read them: with a true minus sign, and as nothing where there is none."""

import json
import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import wraps
from typing import Any

from reports.analysis.cells import UNLEARNED, Group
from reports.analysis.exact import Rate
from reports.analysis.results import Results, TaskInfo
from reports.analysis.squares import Square
from reports.analysis.statistics import Summary, summarize


def _known(text: Callable[[float], str]) -> Callable[[float | None], str]:
    """Makes a format say nothing of None, and minus for a hyphen before a number."""

    @wraps(text)
    def formatted(value: float | None) -> str:
        said = "" if value is None else text(value)
        return said.replace("-", "−", 1) if said.startswith("-") else said

    return formatted


@_known
def skill(value: float) -> str:
    """Two decimals; huge ones in powers of ten."""
    return f"{value:z.2f}" if abs(value) < 1000 else f"{value:.0e}"


def half(summary: Summary, text: Callable[[float | None], str] = skill) -> str:
    """``±1.2``, the half-width of an interval; empty where there is none."""
    return "" if summary.half is None else f"±{text(summary.half)}"


def with_half(summary: Summary, text: Callable[[float | None], str] = skill) -> str:
    """``91.5 ±1.2``: a mean with the half-width of its interval, where there is one."""
    return plus_minus(summary.mean, summary.half, text)


def plus_minus(
    mean: float | None, half: float | None, text: Callable[[float | None], str] = skill
) -> str:
    """The same of two numbers."""
    return text(mean) + ("" if half is None else f" ±{text(half)}")


def of_seeds(group: Group, summary: Summary, text: Callable[[float | None], str] = skill) -> str:
    """A mean over the seeds of a group: ``91.5 ±1.2``; on a task that seeds solve or do not
    ``91.5, 2/3 solved``."""
    said = with_half(summary, text)
    return f"{said}, {solved(group.rate)}" if said and group.binary else said


def solved(rate: Rate) -> str:
    """``2/3 solved``: how many seeds."""
    return f"{rate.solved}/{rate.n} solved"


def success_rate(rate: Rate) -> str:
    """``2/3, 9 to 99 %``: the same with the 95 % interval of the rate; empty without seeds."""
    return f"{rate.solved}/{rate.n}, {100 * rate.low:.0f} to {100 * rate.high:.0f} %" * (rate.n > 0)


def skill_with_spread(summary: Summary) -> str:
    """``0.81 ±0.03``."""
    return with_half(summary)


def signed_skill_with_spread(summary: Summary) -> str:
    """A difference in skill: ``+0.03 ±0.02``."""
    return "+" * ((summary.mean or 0) > 0) + with_half(summary)


def scores_of(task: TaskInfo, values: Iterable[float | None]) -> Callable[[float | None], str]:
    """A formatter for scores of one task, with the decimals its values ask for.

    Accuracies become percentages with one decimal; the rest keep three digits of a small value.
    """
    if task.metric == "accuracy":
        return _known(lambda value: f"{100 * value:.1f}")
    sizes = sorted(abs(value) for value in values if value)
    small = sizes[len(sizes) // 4] if sizes else 1.0
    decimals = min(6, max(0, 2 - math.floor(math.log10(small))))

    def text(value: float) -> str:
        if 0.5 * 10.0**-decimals <= abs(value) < 1e6:
            return f"{value:.{decimals}f}"
        return f"{value:.2e}" if value else "0"

    return _known(text)


def scores_in(results: Results, task: TaskInfo) -> Callable[[float | None], str]:
    """A formatter with the decimals that all scores of a task ask for."""
    scores = [cell.score for cell in results.cells if cell.task == task.name]
    return scores_of(task, [task.floor, task.ceiling, *task.references.values(), *scores])


def square(square: Square) -> str:
    """A square's skill with its marks, or the code of the hole."""
    if square.hole:
        return square.code
    lost = unlearned(square) if square.not_learned == square.known else ""
    marks = "•" * (square.rank == "near") + "†" * square.behind + lost
    return f"{skill(square.skill.mean)} {marks}".strip()


def square_spread(square: Square) -> str:
    """Half-width of the interval, on how many seeds or tasks it rests if not on all, and how many
    seeds did not learn if some did; in place of the interval how many solved the task, where they
    do or do not."""
    if square.hole:
        return ""
    share = f"{square.known}/{square.of}" if square.known != square.of else ""
    known = [solved(square.rate)] if square.rate else [half(square.skill), share]
    lost = unlearned(square) if square.not_learned < square.known else ""
    return " ".join(filter(None, [*known, lost]))


def unlearned(square: Square) -> str:
    """``∅`` where no seed learned within the budget, ``1∅`` where one did not."""
    many = "" if square.not_learned == square.known else str(square.not_learned)
    return f"{many}{UNLEARNED}" if square.not_learned else ""


def learned(groups: Mapping[str, Group]) -> dict[str, dict[str, str]]:
    """A column of a table: how many seeds learned within the budget, ``2/3``, of those of which it
    is known. No column where it is of none."""
    known = {a: [c.learned for c in g.cells if c.learned is not None] for a, g in groups.items()}
    shares = {a: f"{sum(of)}/{len(of)}" for a, of in known.items() if of}
    return {"learned": shares} if shares else {}


def metric(task: TaskInfo) -> str:
    """The metric and its unit: ``accuracy, %``; ``rmse, °C``; ``bits per symbol``."""
    named = {"accuracy": "accuracy, %", "bits": "bits per symbol"}
    return named.get(task.metric) or ", ".join(filter(None, [task.metric or "score", task.unit]))


def direction(task: TaskInfo) -> str:
    """Which way is better, in words."""
    return f"{'higher' if task.higher_is_better else 'lower'} is better"


@_known
def seconds(value: float) -> str:
    """A duration: seconds, minutes or hours, whichever reads best."""
    if value < 120:
        return f"{value:.1f} s" if value < 10 else f"{value:.0f} s"
    return f"{value / 60:.1f} min" if value < 7200 else f"{value / 3600:.1f} h"


@_known
def flops(value: float) -> str:
    """``3.2 GFLOPs``."""
    number, unit = scaled(value)
    return f"{number:.3g} {unit}FLOPs" if unit else f"{value:,.0f} FLOPs"


def scaled(value: float) -> tuple[float, str]:
    """A number from a million on in the unit that fits it: 2e10 is 20 and G."""
    units = ((1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (0.0, ""))
    size, unit = next((size, unit) for size, unit in units if value >= size)
    return value / (size or 1.0), unit


@_known
def number(value: float) -> str:
    """A count with its thousands set apart."""
    return f"{round(value):,}"


def cost(value: float | None, kind: str) -> str:
    """What training took, with its unit; ``kind`` is training (seconds), parameters or flops."""
    return {"training": seconds, "parameters": number, "flops": flops}[kind](value)


@_known
def p_value(value: float) -> str:
    """Three decimals, or that it is below what they show."""
    return f"{value:.3f}" if value >= 0.001 else "<0.001"


@_known
def amount(value: float) -> str:
    """Two decimals or, of what is small or large, three digits."""
    size = abs(value)
    if size < 1e-12:
        return "0"
    if size >= 10:
        return f"{value:,.0f}" if size >= 1000 else f"{value:.3g}"
    if size >= 0.01:
        return f"{value:.2f}"
    text = f"{value:.1g}"
    return f"{value:.{-math.floor(math.log10(size))}f}" if "e" in text and size >= 1e-4 else text


def interval(low: float | None, high: float | None, text: Callable[[float], str] = amount) -> str:
    """``0.31 to 0.53``, or nothing where there is none."""
    return "" if low is None or high is None else f"{text(low)} to {text(high)}"


def with_interval(values: Summary | Iterable[float | None]) -> str:
    """``0.86 [0.84, 0.88]``: the mean with its 95 % interval; the mean alone where there is none
    or it cannot be told from the mean."""
    summary = values if isinstance(values, Summary) else summarize(values)
    return _within((summary.mean, summary.low, summary.high), amount)


def geometric_with_interval(
    values: Iterable[float | None], text: Callable[[float], str] = amount
) -> str:
    """The same of the geometric mean of positive numbers."""
    return _within(geometric(values), text)


def geometric(values: Iterable[float | None]) -> tuple[float | None, float | None, float | None]:
    """The geometric mean of positive numbers and the ends of its 95 % interval, which is that of
    the mean of the logarithms."""
    logs = summarize(math.log(value) for value in values if value)
    mean, low, high = (None if e is None else math.exp(e) for e in (logs.mean, logs.low, logs.high))
    return mean, low, high


def _within(numbers: Iterable[float | None], text: Callable[[float], str]) -> str:
    mean, low, high = ("" if value is None else text(value) for value in numbers)
    return f"{mean} [{low}, {high}]" if low and (low, high) != (mean, mean) else mean


def ends(numbers: Iterable[int]) -> str:
    """``3 to 5``: the lowest and the highest number, or the only one."""
    known = sorted(numbers)
    return " to ".join(f"{n:,}" for n in dict.fromkeys((known[0], known[-1])))


def each(numbers: Mapping[str, Any], text: Callable[[Any], str] = amount, most: int = 99) -> str:
    """``rnn 0.21, lstm 0.90 and gru 0.94``: names, each with its number."""
    return listed([f"{name} {text(value)}" for name, value in numbers.items()], most)


def span(numbers: Mapping[str, Any], text: Callable[[Any], str] = amount) -> str:
    """``0.21 (rnn) to 0.94 (gru)``: the lowest and the highest number, by name."""
    by_size = sorted(numbers, key=lambda name: numbers[name])
    extremes = dict.fromkeys(by_size[:1] + by_size[-1:])
    return " to ".join(f"{text(numbers[name])} ({name})" for name in extremes)


def plural(count: int, word: str) -> str:
    """``1 cell``, ``2 cells``."""
    return f"{count:,} {word}{'s' * (count != 1)}"


def listed(words: Iterable[str], most: int = 6) -> str:
    """``a, b and c``; beyond ``most`` words the rest is counted."""
    words = list(words)
    if len(words) > most:
        words = [*words[: most - 1], f"{len(words) - most + 1} more"]
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def verb(names: Collection[Any], one: str, many: str) -> str:
    """What agrees with so many names."""
    return one if len(names) == 1 else many


def shortened(name: str, most: int) -> str:
    """A name cut in its middle to at most ``most`` characters, for figures only."""
    if len(name) <= most:
        return name
    head = (most - 1) * 2 // 3
    return f"{name[:head]}…{name[head + 1 - most :]}"


def plain_value(value: Any) -> str:
    """A setting as a person writes it: yes, none, 10,000, a list with commas."""
    if value is None or isinstance(value, bool):
        return {None: "none", True: "yes", False: "no"}[value]
    if isinstance(value, int) and abs(value) >= 10_000:
        return f"{value:,}"
    if isinstance(value, list | tuple) and all(isinstance(v, str | int | float) for v in value):
        return ", ".join(map(str, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def leaves(value: Any, sep: str, lists: bool = False, to: str = "") -> Iterator[tuple[str, Any]]:
    """The values in nested documents, each with the names that lead to it; with ``lists`` those in
    lists too, by their places from 1."""
    if isinstance(value, Mapping):
        inner: Iterable[tuple[Any, Any]] = value.items()
    elif lists and isinstance(value, list):
        inner = enumerate(value, 1)
    else:
        yield to, value
        return
    for key, of_key in inner:
        yield from leaves(of_key, sep, lists, f"{to}{sep}{key}" if to else str(key))
