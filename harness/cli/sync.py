"""harness sync"""

from harness.cli.options import DEFAULT_OUT, Out, StoredMatrix
from harness.experiment.store import Store
from harness.tracking.tracker import sync


def main(out: Out = DEFAULT_OUT, matrix: StoredMatrix = None) -> None:
    """Write to MLflow what is missing there, from the records; nothing is written twice.

    Example:

        MLFLOW_TRACKING_URI=http://127.0.0.1:5000 harness sync
    """
    store = Store(out)
    name = store.plan(matrix)["matrix"]
    page = store.out / "report" / name / "index.html"
    result = sync(store, name, report=page if page.exists() else None)
    print(f"{result.written} cells written, {result.present} were there already")
