"""What every task and architecture must keep, as checks that anyone can run on their own file.

A check is a function that takes the thing and raises Violation, whose message says what was
expected, what was found and where. The tests run them over all that is registered, ``harness
check FILE`` over a user's file.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


class Violation(AssertionError):
    """A contract is not kept; the message says which part and how."""


class Skipped(Exception):
    """A check does not apply; the message says why."""


@dataclass(frozen=True)
class Check:
    """One part of a contract: its title, and the function that checks it."""

    title: str
    run: Callable[[], Any]


def demand(holds: object, message: str) -> None:
    """Raise Violation unless ``holds``."""
    if not holds:
        raise Violation(message)
