"""The tracker in a process of its own, so that a run neither imports mlflow nor waits for it.

mlflow takes 3 s of a core and 200 MB to import, and 25 ms a cell. In the run's own process it would
hold up what stores records and feeds workers. The two talk in lines of JSON: what is tracked, the
ids of records that are stored, the end; the answer is a warning, or null. Where the run dies, the
tracker ends, too.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from harness.experiment.record import Record
from harness.experiment.store import Store

AGAIN = "no result is lost; run 'harness sync'"
GRACE = 15.0
"""Seconds that closing waits beyond the tracker's own patience, while its process starts."""


class TrackerProcess:
    """As ``tracker.Tracker``, of which there is one in another process."""

    def __init__(self, store: Store, plan: dict[str, Any], *, invocation: dict[str, str]):
        run = f"import sys; sys.path[:] = {sys.path!r}; from {__name__} import serve; serve()"
        self._process = subprocess.Popen(
            [sys.executable, "-c", run],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,  # Ctrl-C is for the run, which then closes this one
        )
        self._say({"out": str(store.out), "plan": plan, "invocation": invocation})

    def put(self, record: Record) -> None:
        """A record that is stored."""
        self._say(record.id)

    def close(self, report: Path | None, interrupted: bool = False) -> str | None:
        """As ``Tracker.close``."""
        from harness.tracking.tracker import INTERRUPTED_PATIENCE, PATIENCE

        last = json.dumps({"report": report and str(report), "interrupted": interrupted}) + "\n"
        limit = INTERRUPTED_PATIENCE if interrupted else PATIENCE + GRACE
        try:
            answer, _ = self._process.communicate(last, timeout=limit + 1)
            warning: str | None = json.loads(answer)
            return warning
        except subprocess.TimeoutExpired:
            return f"the tracker was still writing; {AGAIN}"
        except (OSError, ValueError):
            return f"the tracker's process ended early; {AGAIN}"
        finally:
            self._process.kill()
            self._process.wait()

    def _say(self, message: Any) -> None:
        assert self._process.stdin
        with contextlib.suppress(OSError):  # it has ended: closing tells
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()


def serve() -> None:
    """Be that process: track what is told on standard input, until its end."""
    from harness.tracking.tracker import Tracker

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(5)  # workers come first
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever mlflow prints is no answer
    what = json.loads(sys.stdin.readline())
    store = Store(what["out"])
    tracker = Tracker(store, what["plan"], invocation=what["invocation"])
    for line in sys.stdin:
        message = json.loads(line)
        if isinstance(message, dict):
            report = Path(message["report"]) if message["report"] else None
            answers.write(json.dumps(tracker.close(report, message["interrupted"])))
            answers.flush()
            return
        if record := store.get(message):
            tracker.put(record)
    tracker.close(None, interrupted=True)
