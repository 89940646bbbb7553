"""harness report"""

from harness.cli.options import DEFAULT_OUT, Out, StoredMatrix
from harness.experiment.store import Store


def main(out: Out = DEFAULT_OUT, matrix: StoredMatrix = None) -> None:
    """Build the report again from the records; it works on a half-finished matrix, too.

    Example:

        harness report --out harness-out
    """
    from harness.api import build_report

    print(build_report(Store(out), matrix))
