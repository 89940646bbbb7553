"""harness claims"""

import shlex
from typing import Annotated

import typer

from harness.cli.options import DEFAULT_OUT, Json, Out, Several, print_json, show, warn
from harness.errors import UserError, nearest
from harness.experiment.store import Store


def main(
    matrix: Annotated[str, typer.Option("--matrix", help="Whose records they rest on.")] = "claims",
    out: Out = DEFAULT_OUT,
    claim: Annotated[Several, typer.Option("--claim", help="All about this claim, by id.")] = None,
    json: Json = False,
) -> None:
    """Test the textbook's claims: a verdict on each, from stored records alone.

    Each verdict is adjusted for the number of claims (Holm), also where only some are shown.

    Examples:

        harness claims

        harness claims --claim ten-steps --claim gates-extend-memory
    """
    from reports.analysis.evidence import gather
    from reports.claims.claim import all_claims, as_json
    from reports.sections.claims import in_full, judged, overview

    known = [one.id for one in all_claims()]
    for name in claim or []:
        if name not in known:
            raise UserError(f"--claim {name}: there is no such claim; {nearest(name, known)}")
    store = Store(out)
    if matrix not in store.plans():
        command = shlex.join(["harness", "run", "--matrix", matrix, "--out", str(out)])
        raise UserError(f"--out {out}: matrix {matrix} was not run there; run first: {command}")
    evidence = gather(store, matrix)
    warn(evidence.results.corrupted)
    claims = {one.id: (one, judgement) for one, judgement in judged(evidence)}
    chosen = [claims[name] for name in claim or claims]
    if json:
        print_json([as_json(*pair) for pair in chosen])
    elif claim:
        show([block for pair in chosen for block in in_full(*pair)])
    else:
        show(overview(chosen))
