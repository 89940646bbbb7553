"""What the messages and facts about a user's file are made of."""

import difflib
import os
from collections.abc import Iterable, Sequence


class Refused(ValueError):
    """Something in the user's file or settings that cannot be right, and where."""

    def __init__(self, message: str, path: str = "", row: object = None, column: str = ""):
        place = [short(path)] if path else []
        place += [f"row {row}"] if row is not None else []
        place += [f"column {column!r}"] if column else []
        super().__init__(f"{', '.join(place)}: {message}" if place else message)


def short(path: str) -> str:
    """A path as short as it can be said from here."""
    relative = os.path.relpath(path)
    return path if relative.startswith(os.pardir) else relative


def nearest(word: str, known: Iterable[str]) -> str:
    """The end of an error message: the names most like a wrong one, or those there are."""
    names = list(known)
    close = difflib.get_close_matches(word, names, n=3, cutoff=0.5)
    return f"did you mean {' or '.join(close)}?" if close else f"there are: {listed(names, 12)}"


def plural(number: int, word: str) -> str:
    """``1 row``, ``1,200 rows``."""
    return f"{number:,} {word}" + ("" if number == 1 else "s")


def listed(words: Sequence[str], most: int = 8) -> str:
    """``a, b, c``; of more than ``most`` the number of the others."""
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more


def percent(part: int, whole: int) -> str:
    """``12.5 %``."""
    return f"{100 * part / whole:.1f} %"
