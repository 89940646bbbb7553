"""Thirty cells by a plain script and by ``harness run``: how many times as fast is the harness?

    python benchmarks/against_plain.py --pairs 3

The plain script is what one writes without a harness: stock ``torch.nn`` modules of the same
number of parameters, one training after the other, torch's default threads, 500 updates of 32
examples, scored on validation every 50. It takes its data from the same tasks, which spares it the
drawing example by example. The harness does the same cells, and besides records, curves, the
tracker and the report. Both are timed as whole commands, start of Python included, in turns.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

TASKS = ("adding", "future_context", "keyword", "weather", "english_chars", "hmm_source")
ARCHITECTURES = ("lstm", "gru", "rnn", "self_attention", "cnn")
STEPS, BATCH, EVERY, PARAMETERS, EMBEDDING, MONITORED = 500, 32, 50, 16_000, 16, 512
MATRIX = f"""
tasks = {list(TASKS)}
architectures = {list(ARCHITECTURES)}
seeds = 1
[budget]
steps = {STEPS}
batch = {BATCH}
parameters = {PARAMETERS}
embedding = {EMBEDDING}
evaluate_every = {EVERY}
schedule = "constant"
solved = 9
"""


def plain() -> None:
    """All thirty, one after the other."""
    import numpy as np
    import torch

    from tasks.real.english_chars import EnglishChars
    from tasks.real.weather import Weather
    from tasks.synthetic.adding import Adding
    from tasks.synthetic.future_context import FutureContext
    from tasks.synthetic.hmm_source import HMMSource
    from tasks.synthetic.keyword import Keyword

    for made in (Adding, FutureContext, Keyword, Weather, EnglishChars, HMMSource):
        task = made()
        validation = task.examples("validation")
        some = validation.take(slice(0, MONITORED))
        for name in ARCHITECTURES:
            torch.manual_seed(0)
            model = _sized(name, task)
            optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
            batches = task.batches(np.random.default_rng(0), BATCH)
            for step in range(1, STEPS + 1):
                model.train()
                batch = next(batches)
                loss = _loss(model, batch)
                optimizer.zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                optimizer.step()
                if step % EVERY == 0:
                    model.eval()
                    with torch.inference_mode():
                        score = float(_loss(model, some))
            with torch.inference_mode():
                score = float(_loss(model, task.examples("test")))
            print(f"{task.name} {name} {score:.4f}", flush=True)


def _loss(model: Any, batch: Any) -> Any:
    import torch
    from torch.nn.functional import cross_entropy, mse_loss

    targets, scored = torch.from_numpy(batch.targets), torch.from_numpy(batch.loss_mask)
    outputs = model(torch.from_numpy(batch.inputs), torch.from_numpy(batch.lengths))
    loss = mse_loss if targets.is_floating_point() else cross_entropy
    return loss(outputs[scored], targets[scored])


def _sized(name: str, task: Any) -> Any:
    """The widest model within the parameters, the embedding not counted."""

    def count(model: Any) -> int:
        return sum(p.numel() for n, p in model.named_parameters() if not n.startswith("embed"))

    width = 2
    while count(_model(name, task, width + 2)) <= PARAMETERS:
        width += 2  # two heads
    return _model(name, task, width)


def _model(name: str, task: Any, width: int) -> Any:
    import math

    import torch
    from torch import nn
    from torch.nn.functional import pad

    tokens = hasattr(task.inputs, "size")
    features = EMBEDDING if tokens else task.inputs.dim
    outputs = getattr(task.outputs, "size", None) or task.outputs.dim
    every_step = task.problem == "many-to-many"

    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed = nn.Embedding(task.inputs.size, EMBEDDING) if tokens else nn.Identity()
            self.layers: Any
            if name == "self_attention":
                layer = nn.TransformerEncoderLayer(
                    width, 2, 2 * width, 0.0, "gelu", batch_first=True, norm_first=True
                )
                self.enter = nn.Linear(features, width)
                self.layers = nn.TransformerEncoder(layer, 2, nn.LayerNorm(width), False)
            elif name == "cnn":
                sizes = [features] + [width] * 4
                self.layers = nn.ModuleList(
                    nn.Conv1d(sizes[i], width, 3, dilation=2**i) for i in range(4)
                )
            else:
                recurrent = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}[name]
                self.layers = recurrent(features, width, batch_first=True)
            self.head = nn.Linear(width, outputs)

        def forward(self, inputs: Any, lengths: Any) -> Any:
            x = self.embed(inputs)
            if name == "self_attention":
                x = self._attend(self.enter(x))
            elif name == "cnn":
                x = x.transpose(1, 2)
                for level, layer in enumerate(self.layers):
                    reach = 2 * 2**level
                    after = 0 if task.causal else reach // 2
                    x = layer(pad(x, (reach - after, after))).relu()
                x = x.transpose(1, 2)
            else:
                x, _ = self.layers(x)
            if not every_step:
                last = x[torch.arange(len(x)), lengths - 1]
                x = x.amax(1) if name == "cnn" and not task.readout_forced else last
            return self.head(x)

        def _attend(self, x: Any) -> Any:
            steps = x.shape[1]
            at = torch.arange(steps)[:, None] * torch.exp(
                torch.arange(0, width, 2) * (-math.log(10000.0) / width)
            )
            x = x + torch.stack([at.sin(), at.cos()], -1).flatten(1)[:, :width]
            if not task.causal:
                return self.layers(x)
            mask = nn.Transformer.generate_square_subsequent_mask(steps)
            return self.layers(x, mask=mask, is_causal=True)

    return Model()


def compare(pairs: int) -> None:
    """Prints seconds of both, and their ratio pair by pair."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "against_plain.toml").write_text(MATRIX)
        ratios, times = [], []
        for pair in range(pairs):
            run = ["-m", "harness", "run", "--matrix", "against_plain.toml", "--out", f"out{pair}"]
            each = [_timed([str(Path(__file__).resolve()), "--plain"], folder), _timed(run, folder)]
            ratios.append(each[0] / each[1])
            times.append(each)
            print(f"plain {each[0]:.1f} s, harness {each[1]:.1f} s: {ratios[-1]:.2f} times as fast")
    middle = [statistics.median(t[side] for t in times) for side in (0, 1)]
    print(
        f"\n| plain script | harness run | times as fast | least to most, {pairs} pairs |\n"
        f"| ---: | ---: | ---: | ---: |\n| {middle[0]:.1f} s | {middle[1]:.1f} s | "
        f"{statistics.median(ratios):.2f} | {min(ratios):.2f} to {max(ratios):.2f} |"
    )


def _timed(arguments: list[str], folder: Path) -> float:
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return time.perf_counter() - started


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--plain", action="store_true", help="the plain script alone")
    given = parser.parse_args()
    does: Callable[[], None] = plain if given.plain else lambda: compare(given.pairs)
    does()
