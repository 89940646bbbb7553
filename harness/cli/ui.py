"""harness ui"""

from typing import Annotated

import typer

from harness.cli.options import DEFAULT_OUT, Out, StoredMatrix
from harness.experiment.store import Store
from harness.tracking.serve import serve


def main(
    out: Out = DEFAULT_OUT,
    matrix: StoredMatrix = None,
    port: Annotated[int | None, typer.Option("--port", help="5000, or else a free one.")] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open it there.")] = True,
) -> None:
    """Start the MLflow UI on 127.0.0.1 and open it at a ready view of the matrix.

    Example:

        harness ui --out harness-out
    """
    serve(Store(out), port, browser, matrix)
