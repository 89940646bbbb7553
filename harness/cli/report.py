"""harness report"""

from __future__ import annotations

from typing import Annotated

import typer

from harness.cli.options import DEFAULT_OUT, Out, StoredMatrix


def main(
    out: Out = DEFAULT_OUT,
    matrix: StoredMatrix = None,
    lang: Annotated[
        str, typer.Option("--lang", help="Language of the report: en, so far the only one.")
    ] = "en",
) -> None:
    """Build the report again from the records; it works on a half-finished matrix, too.

    Example:

        harness report --out harness-out
    """
    from harness.api import build_report
    from harness.errors import UserError
    from harness.experiment.store import Store
    from reports.render.pages import languages

    known = languages()
    if lang not in known:
        raise UserError(f"--lang {lang}: there is no such language; known: {', '.join(known)}")
    print(build_report(Store(out), matrix))
