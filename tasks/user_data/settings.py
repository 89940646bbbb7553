"""What is declared of a task of one's own, and what is made of its file."""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from tasks.task import Classes, Examples, Reals, Tokens, Vectors

Kind = Literal[
    "classification", "regression", "forecast", "tagging", "text", "language-model", "pairs"
]
SPLITS = ("training", "validation", "test")
MOST = {"training": 100_000, "validation": 1_000, "test": 5_000}
"""Examples of a split that are used; of more, so many are taken at even distances."""
USED = {
    "classification": ("target", "inputs", "time", "group", "context", "split"),
    "regression": ("target", "inputs", "time", "group", "context", "split"),
    "forecast": ("target", "inputs", "time", "group", "context", "horizon", "split"),
    "tagging": ("target", "inputs", "time", "group", "context", "split"),
    "text": ("target", "inputs", "time", "group", "context", "split", "tokens"),
    "language-model": ("inputs", "time", "group", "context", "split", "tokens"),
    "pairs": ("target", "inputs", "time", "group", "context", "split", "tokens"),
}
"""The settings that each kind knows, beside name, path and kind."""


class Refused(ValueError):
    """Something in the user's file or settings that cannot be right, and where."""


@dataclass(frozen=True)
class Settings:
    """A ``[task]`` table but for its name and path. Empty: not given."""

    kind: Kind
    target: str = ""
    inputs: str = ""
    """Names of columns, with commas between as in a line of a CSV file."""
    time: str = ""
    group: str = ""
    context: int = 0
    horizon: int = 1
    split: str = ""
    tokens: Literal["characters", "words"] = "characters"
    order: Literal["kept", "shuffled"] = "kept"
    """shuffled: the control row, in which the steps of each sequence are in random order."""

    @property
    def named(self) -> list[str]:
        """The names in ``inputs``."""
        return [name.strip() for name in next(csv.reader([self.inputs], skipinitialspace=True), [])]

    def check(self) -> None:
        """Raise Refused for a setting that the kind lacks or does not know."""
        if not self.target and "target" in USED[self.kind]:
            raise Refused(f"target is missing: kind {self.kind} needs the name of a column")
        for name in ("target", "time", "group", "context", "horizon", "tokens"):
            unchanged = getattr(self, name) == Settings.__dataclass_fields__[name].default
            if name not in USED[self.kind] and not unchanged:
                raise Refused(f"{name} = {getattr(self, name)}: means nothing in kind {self.kind}")
        if self.kind == "forecast" and self.horizon < 1:
            raise Refused("horizon = 0: must be at least 1 step ahead")


@dataclass(frozen=True)
class Built:
    """What was made of a file: padded examples, and all that is known of them."""

    splits: dict[str, Examples]
    inputs: Tokens | Vectors
    outputs: Classes | Reals | Tokens
    floors: dict[str, float]
    facts: dict[str, str]
    symbols: tuple[str, ...] = ()
    """The input symbols that have an id, the first having id 1; 0 is any other."""
    written: tuple[str, ...] = ()
    """The same of output symbols, where outputs are sequences of their own."""
    longest: int = 0
    """Where outputs are written symbol by symbol: the most symbols, the closing one included."""


def joined_names(names: Sequence[str]) -> str:
    """Names of columns as ``Settings.inputs`` holds them."""
    quoted = (f'"{n.replace(chr(34), chr(34) * 2)}"' if set(n) & set(',"') else n for n in names)
    return ",".join(quoted)


def nearest(word: str, known: Iterable[str]) -> str:
    """The end of an error message: the names most like a wrong one, or those there are."""
    names = list(known)
    close = difflib.get_close_matches(word, names, n=3, cutoff=0.5)
    if close:
        return f"did you mean {' or '.join(close)}?"
    more = f" and {len(names) - 12} more" if len(names) > 12 else ""
    return f"there are: {', '.join(names[:12])}{more}"


def counted(number: int, word: str) -> str:
    """``1 row``, ``1,200 rows``."""
    return f"{number:,} {word}" + ("" if number == 1 else "s")


def listed(words: Sequence[str], most: int = 8) -> str:
    """``a, b, c``; beyond ``most`` the rest is counted."""
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more
