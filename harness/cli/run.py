"""harness run"""

from pathlib import Path

from harness.cli.options import REQUEST, beside, close, requesting, show
from harness.experiment.request import Request


@requesting(*REQUEST)
def main(request: Request) -> None:
    r"""Run a matrix: train every architecture on every task, log it, build the report.

    What is finished is never computed again: the same command goes on after an interruption.
    Exits with 0 only if every planned cell ended ok or not-applicable.

    Examples:

        harness run --matrix

        harness run --matrix standard --task 'recall\[lag=50]' --arch 'lstm\[layers=2]' --arch gru

        harness run --task mydata.toml --arch '*'
    """
    from harness.api import execute
    from harness.cli.progress import progress
    from reports.analysis.results import read
    from reports.sections.scores import ending

    with progress() as watcher:
        result = execute(request, watcher)
    show(ending(read(result.store, result.matrix)))
    counts = ", ".join(f"{count} {name}" for name, count in sorted(result.outcomes.items()))
    planned = f"{sum(result.outcomes.values())} cells planned: {counts}"
    print(f"{planned if counts else 'nothing but tuning trials'}  "
          f"({result.computed} run now, {result.cached} from before)")  # fmt: skip
    hints = [f"browse:  harness ui{beside(Path(request.out))}"]
    if set(result.outcomes) & {"failed", "timeout", "out-of-memory"}:
        hints.append("again:   the same command with --retry-failed")
    close(result, hints)
