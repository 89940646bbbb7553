"""harness new"""

from pathlib import Path
from typing import Annotated, Literal

import typer


def main(
    kind: Annotated[Literal["architecture", "task"], typer.Argument(help="What to start.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its name, e.g. my_gru.")],
    folder: Annotated[Path, typer.Option("--folder", help="Where to put the file.")] = Path(),
) -> None:
    """Write a commented starting file for an architecture or a task, which passes the checks.

    Example:

        harness new architecture my_gru
    """
    from harness.errors import UserError
    from harness.experiment.registry import architecture_declarations, task_declarations

    if not name.isidentifier() or not name.islower():
        raise UserError(
            f"{name!r}: a name is made of small letters, digits and underscores, as in my_{kind}"
        )
    known = architecture_declarations() if kind == "architecture" else task_declarations()
    if name in known:
        raise UserError(f"{name}: there is such {kind} already, in {known[name].file}")
    file = folder / f"{name}.py"
    starter = Path(__file__).parent.parent / "starters" / f"{kind}.py.txt"
    text = starter.read_text(encoding="utf-8").replace("CLASS", name.title().replace("_", ""))
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write(text.replace("NAME", name).replace("FILE", str(file)))
    except FileExistsError:
        raise UserError(f"{file}: is there already; it was left as it is") from None
    except OSError as error:
        raise UserError(f"{file}: cannot be written: {error.strerror}") from None
    flag = "--arch" if kind == "architecture" else "--task"
    print(f"{file}: written. Then:")
    print(f"  harness check {file}")
    print(f"  harness run --plugin {file} {flag} {name}")
