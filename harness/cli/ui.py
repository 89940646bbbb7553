"""harness ui"""

from typing import Annotated

import typer

from harness.cli.options import DEFAULT_OUT, Out, StoredMatrix
from harness.experiment.store import Store
from harness.tracking.serve import serve


def main(
    out: Out = DEFAULT_OUT,
    matrix: StoredMatrix = None,
    port: Annotated[
        int | None, typer.Option("--port", help="5000, or a free one if that is taken.")
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the link in a browser.")
    ] = True,
) -> None:
    """Start the MLflow UI on 127.0.0.1 and open it at a ready view of the matrix.

    Example:

        harness ui --out harness-out
    """
    serve(Store(out), port, browser, matrix)
