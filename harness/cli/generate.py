"""harness generate"""

from typing import Annotated

import typer

from harness.cli.options import DEFAULT_OUT, Cell, Out, Plugins, TaskFiles, trained
from harness.errors import UserError
from harness.experiment.request import Request
from harness.experiment.store import Store
from harness.experiment.user_data import choose


def main(
    cell: Cell,
    prompt: Annotated[str | None, typer.Option(help="What it goes on from, or answers.")] = None,
    temperature: Annotated[float, typer.Option(min=0, help="0: always the likeliest.")] = 1.0,
    length: Annotated[int, typer.Option(min=1, help="Symbols to write.")] = 200,
    seed: Annotated[int, typer.Option(min=0, help="Of the random draws.")] = 0,
    beam: Annotated[int, typer.Option(min=1, help="Beams of a decoder; 1 is greedy.")] = 1,
    tasks: TaskFiles = None,
    out: Out = DEFAULT_OUT,
    plugins: Plugins = None,
) -> None:
    """Let a trained cell write: a language model goes on from the prompt, a decoder answers it.

    Examples:

        harness generate 3f2a --prompt "And the LORD said" --temperature 0.7

        harness generate 9c01 --prompt sequence --beam 5
    """
    import numpy as np

    from harness.training.generation import continued
    from harness.training.restore import restored
    from harness.training.samples import written
    from tasks.task import Tokens

    choose(Request(tasks=tasks, plugins=plugins))  # makes tasks of files known by their names
    store = Store(out)
    record = store.find(cell)
    made, predict = restored(record, trained(store, record), beam)
    if not isinstance(made.outputs, Tokens) or not (made.problem.decoded or made.horizon == 1):
        raise UserError(
            f"{record.id}: {record.task} does not write: only language models and decoders do"
        )
    try:
        if prompt is None:
            first = made.examples("validation").take(slice(0, 1))
            shown = first.lengths[0] if made.problem.decoded else min(10, int(first.lengths[0]))
            given = first.inputs[0, :shown]
            prompt = made.describe(given) if made.problem.decoded else made.decode(given)
        else:
            given = made.encode(prompt)
        if not len(given):
            raise UserError("--prompt: is empty; give at least one symbol")
        if made.problem.decoded:
            (answer,) = predict(given[None], np.array([len(given)]))
            print(f"{prompt} -> {written(made, answer)}")
        else:
            rng = np.random.default_rng(seed)
            print(prompt + made.decode(continued(predict, given, length, temperature, rng)))
    except NotImplementedError as error:
        raise UserError(f"{record.id}: {error}") from None
    except ValueError as error:
        raise UserError(f"--prompt: {error}") from None
