"""What is known of a user's file."""

from dataclasses import dataclass, field

from tasks.task import Classes, Reals, Tokens, Vectors

SPLITS = ("training", "validation", "test")
MOST = {"training": 100_000, "validation": 1_000, "test": 5_000}
"""Examples of a split that are used; of more, so many are taken at even distances."""


@dataclass(frozen=True)
class Contents:
    """All that is known of a file under some settings, but for the examples themselves."""

    inputs: Tokens | Vectors
    outputs: Classes | Reals | Tokens
    floors: dict[str, float] = field(compare=False)
    """Score of the best trivial predictor, by split."""
    facts: dict[str, str] = field(compare=False)
    """What the report says of the data, by subject."""
    symbols: tuple[str, ...] = ()
    """The input symbols that have an id, the first having id 1; 0 is any other."""
    written: tuple[str, ...] = ()
    """The same of output symbols, where outputs are sequences of their own."""
    longest: int = 0
    """Where outputs are written symbol by symbol: the most symbols, the closing one included."""
    version: str = ""
    """Format and hash of the file: with the settings, all that a result depends on."""
    ordered: bool = True
    """Some sequence has more than one step, so that there is an order to shuffle."""
