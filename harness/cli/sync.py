"""harness sync"""

from __future__ import annotations

from harness.cli.options import DEFAULT_OUT, Out, StoredMatrix


def main(out: Out = DEFAULT_OUT, matrix: StoredMatrix = None) -> None:
    """Write to MLflow what is missing there, from the records; nothing is written twice.

    Example:

        MLFLOW_TRACKING_URI=http://127.0.0.1:5000 harness sync
    """
    from harness.store import Store
    from harness.track import sync

    result = sync(Store(out), matrix)
    print(f"{result.written} cells written, {result.present} were there already")
