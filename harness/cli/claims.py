"""harness claims"""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.options import DEFAULT_OUT, Json, Out, console, print_json
from harness.errors import UserError, nearest

if TYPE_CHECKING:
    from rich.console import Console

    from harness.experiment.store import Store
    from reports.claims.entries import Entry

COLOURS = {"supported": "green", "refuted": "red", "mixed": "yellow", "undecided": "dim"}


def main(
    matrix: Annotated[
        str, typer.Option("--matrix", help="The matrix whose records they rest on.")
    ] = "claims",
    out: Out = DEFAULT_OUT,
    claim: Annotated[
        list[str] | None, typer.Option("--claim", help="Tell all about this claim, by its id.")
    ] = None,
    json: Json = False,
) -> None:
    """Put the textbook's claims on trial: a verdict on each, from stored records alone.

    Each verdict is adjusted for the number of claims (Holm), also where only some are shown.

    Examples:

        harness claims

        harness claims --claim ten-steps --claim gates-extend-memory
    """
    from harness.experiment.store import Store
    from reports.analysis.evidence import gather
    from reports.claims.claim import document
    from reports.claims.entries import entry, summary
    from reports.claims.trial import all_claims, judge_all

    claims = {found.id: found for found in all_claims()}
    for name in claim or []:
        if name not in claims:
            raise UserError(f"--claim {name}: there is no such claim; {nearest(name, claims)}")
    evidence = gather(_with(Store(out), matrix), matrix)
    for message in evidence.results.corrupted:
        print(f"warning: {message}", file=sys.stderr)
    judged = judge_all(evidence, tuple(claims.values()))
    shown = {name: claims[name] for name in (claim or claims)}
    if json:
        print_json([document(found, judged[name]) for name, found in shown.items()])
        return
    screen = console()
    entries = [entry(found, judged[name]) for name, found in shown.items()]
    if claim:
        for told in entries:
            _print_in_full(screen, told)
    else:
        _print_table(screen, entries)
        screen.print(f"\n{summary(judged)}", markup=False)


def _with(store: Store, matrix: str) -> Store:
    """The store, if the matrix was run there; raises UserError."""
    if matrix not in store.plans():
        where = (
            "" if store.out == DEFAULT_OUT.absolute() else f" --out {shlex.quote(str(store.out))}"
        )
        raise UserError(
            f"--out {store.out}: matrix {matrix} was not run there; "
            f"run first: harness run --matrix {shlex.quote(matrix)}{where}"
        )
    return store


def _print_table(screen: Console, entries: list[Entry]) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("claim", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("effect", overflow="fold", max_width=32)
    table.add_column("95 % interval", no_wrap=True)
    table.add_column("n", justify="right", no_wrap=True)
    table.add_column("statement", overflow="fold")
    for told in entries:
        table.add_row(
            told.id,
            f"[{COLOURS[told.verdict]}]{told.verdict}[/]",
            told.effect.replace("[", r"\["),
            told.interval,
            str(told.n or ""),
            told.statement.replace("[", r"\["),
        )
    screen.print(table)


def _print_in_full(screen: Console, told: Entry) -> None:
    from rich.table import Table

    def say(text: str, style: str = "") -> None:
        screen.print(text, markup=False, style=style or None)

    say(told.id, "bold")
    say(told.statement)
    exact = ", exact" if told.interval == "exact" else ""
    ends = f" (95 % interval {told.interval})" if told.interval and not exact else ""
    effect = f": {told.effect}{ends}{exact}, n = {told.n}" if told.n else ""
    p = f", p {told.p} adjusted for all claims" if told.p else ""
    say(f"{told.verdict}{effect}{p}", COLOURS[told.verdict])
    say("")
    for heading, text in (("criterion", told.criterion), ("what came out", told.reason),
                          ("examined in", told.source), ("reproduce", told.command)):  # fmt: skip
        say(heading, "bold")
        say(text)
    if told.rows:
        table = Table(box=None, pad_edge=False)
        table.add_column("comparison")
        for name in ("mean", "95 % interval", "claimed", "n", "p for", "p against"):
            table.add_column(name, justify="right", no_wrap=True)
        for row in told.rows:
            table.add_row(row.label.replace("[", r"\["), row.mean, row.interval, row.claimed,
                          str(row.n), row.p_for, row.p_against)  # fmt: skip
        screen.print(table)
    say("")
