"""harness probe"""

import shlex
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.cli.options import DEFAULT_OUT, Json, Out, Plugins, close, print_json, show

if TYPE_CHECKING:
    from reports.document import Block


def main(
    name: Annotated[
        str,
        typer.Argument(metavar="PROBE", help="gradient-flow, horizon, length-generalisation, "
                       "cost-growth or stability."),
    ],
    arch: Annotated[str, typer.Option("--arch", help="Which architectures: rnn,lstm.")] = "",
    task: Annotated[str, typer.Option("--task", help="On which tasks, with commas.")] = "",
    lag: Annotated[
        int | None, typer.Option("--lag", help="Dependency length; of a horizon the longest tried.")
    ] = None,
    seeds: Annotated[int, typer.Option("--seeds", help="How many seeds.", min=1)] = 3,
    steps: Annotated[int | None, typer.Option("--steps", help="Training updates.", min=1)] = None,
    jobs: Annotated[int | None, typer.Option("--jobs", help="Worker processes.")] = None,
    out: Out = DEFAULT_OUT,
    plugin: Plugins = None,
    json: Json = False,
) -> None:  # fmt: skip
    """Measure what a score does not say: gradients, memory, cost, stability.

    What it trains and measures is kept like any other cell. For gates, attention and states see
    'harness show CELL --internals'.

    Examples:

        harness probe gradient-flow --arch rnn,lstm --lag 200

        harness probe horizon --arch rnn,gru --task recall --lag 100
    """
    from harness.api import execute
    from harness.cli.progress import progress
    from harness.experiment.registry import use_plugins
    from harness.experiment.request import Request
    from harness.probes.standalone import alone, listed
    from reports.analysis.evidence import gather
    from reports.build import measured

    use_plugins(plugin or [])
    budget = {} if steps is None else {"steps": steps}
    matrix = alone(name, listed(task), listed(arch), lag, seeds, budget)
    command = shlex.join(["harness", *sys.argv[1:]])
    request = Request(matrix, out=out, jobs=jobs, plugins=plugin, command=command)
    with progress(quiet=json) as watcher:
        result = execute(request, watcher)
    sections = measured(gather(result.store, matrix.name))
    if json:
        print_json([_document(blocks) for blocks in sections])
    else:
        show(block for blocks in sections for block in blocks)
    close(result, quiet=json)


def _document(blocks: "list[Block]") -> dict[str, Any]:
    from reports.document import Figure, Heading, Paragraph, Table, plain

    tables = [(b.finding, b.table) for b in blocks if isinstance(b, Figure)]
    tables += [(b.caption, b) for b in blocks if isinstance(b, Table)]
    return {
        "title": next(block.text for block in blocks if isinstance(block, Heading)),
        "sentences": [plain(block.text) for block in blocks if isinstance(block, Paragraph)],
        "tables": [
            {"caption": plain(caption),
             "rows": [dict(zip(t.heads, map(plain, r), strict=True)) for r in t.rows]}
            for caption, t in tables
        ],
    }  # fmt: skip
