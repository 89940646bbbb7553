"""harness claims"""

import shlex
from typing import Annotated

import typer

from harness.cli.options import DEFAULT_OUT, Json, Out, Several, print_json, show, warn
from harness.errors import UserError, nearest
from harness.experiment.store import Store


def main(
    out: Out = DEFAULT_OUT,
    claim: Annotated[Several, typer.Option("--claim", help="All about this claim, by id.")] = None,
    json: Json = False,
) -> None:
    """Test the textbook's claims: a verdict on each statement, from the records of the matrix
    claims alone.

    All statements are one family of tests (Holm), also where only some are shown.

    Examples:

        harness claims

        harness claims --claim ten-steps --claim gates-extend-memory
    """
    from reports.analysis.evidence import gather
    from reports.claims.claim import MATRIX, all_claims
    from reports.claims.trial import as_json
    from reports.sections.claims import in_full, judged, overview

    known = [one.id for one in all_claims()]
    for name in claim or []:
        if name not in known:
            raise UserError(f"--claim {name}: there is no such claim; {nearest(name, known)}")
    store = Store(out)
    if MATRIX not in store.plans():
        command = shlex.join(["harness", "run", "--matrix", MATRIX, "--out", str(out)])
        raise UserError(f"--out {out}: matrix {MATRIX} was not run there; run first: {command}")
    evidence = gather(store, MATRIX)
    warn(evidence.results.corrupted)
    claims = {one.id: (one, judgement) for one, judgement in judged(evidence)}
    chosen = [claims[name] for name in claim or claims]
    if json:
        print_json([as_json(*pair) for pair in chosen])
    elif claim:
        show([block for pair in chosen for block in in_full(*pair)])
    else:
        show(overview(chosen))
