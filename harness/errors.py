"""Mistakes a user can make: reported in one message, exit code 2, never a traceback."""

import difflib
from collections.abc import Iterable


class UserError(Exception):
    """What was wrong, where, and what would be right."""


def unknown(message: str, word: str, known: Iterable[str]) -> UserError:
    """The error of a name that is not known, with those most like it."""
    return UserError(f"{message}; {nearest(word, known)}")


def nearest(word: str, known: Iterable[str]) -> str:
    """The end of an error message: the known names most like a wrong one, or all of them."""
    names = sorted(known)
    close = difflib.get_close_matches(word, names, n=3, cutoff=0.5)
    if close:
        return f"did you mean {' or '.join(close)}?"
    return f"known: {', '.join(names)}" if names else "none is known"
