"""What is asked for: by the flags of the command line, or by ``harness.run``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import UserError

if TYPE_CHECKING:
    from harness.experiment.matrix import Matrix

DEFAULT_OUT = Path("harness-out")


@dataclass(frozen=True)
class Request:
    """All arguments of a run; those of ``harness.run`` say what each means.

    Raises UserError for a number out of range.
    """

    matrix: str | Matrix = ""
    tasks: Sequence[str] | None = None
    user_data: Mapping[str, Any] | None = None
    architectures: Sequence[str] | None = None
    parts: Sequence[str] | None = None
    seeds: int | None = None
    out: str | Path = DEFAULT_OUT
    jobs: int | None = None
    device: str = "cpu"
    timeout: float | None = None
    retry_failed: bool = False
    fresh: bool = False
    plugins: Sequence[str] | None = None
    track: bool = True
    report: bool = True
    command: str = "harness.run"

    def __post_init__(self) -> None:
        for name, least in (("jobs", 0), ("timeout", 1e-3)):
            value = getattr(self, name)
            if value is not None and value < least:
                raise UserError(f"--{name} {value:g}: must be positive")
        if self.seeds is not None and self.seeds < 1:
            raise UserError(f"--seeds {self.seeds}: must be at least 1")

    @property
    def narrowed(self) -> bool:
        """Whether only some cells of the matrix are asked for."""
        return bool(self.tasks or self.architectures or self.seeds or self.parts)
