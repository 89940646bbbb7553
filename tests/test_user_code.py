"""A user's own code: starting files, the checks they are held to, and letting a cell write."""

from __future__ import annotations

import json
import subprocess

import pytest

BROKEN = {
    "leaks the future": (
        "states.append(state)",
        "states.append(state + x.sum(1))",
        "no future where it is forbidden",
        "depends on the input at step",
    ),
    "reads padding": (
        "state, states = torch.zeros_like(x[:, 0]), []",
        "state, states = x.mean(1), []",
        "padding does not matter",
        "use lengths to keep padding out",
    ),
    "wrong shape": (
        "return torch.stack(states, 1).tanh()",
        "return torch.stack(states, 1)[..., :1]",
        "outputs have the right shape",
        "RuntimeError",
    ),
    "not seeded": (
        "torch.linspace(-2.0, slowest, width)",
        "torch.rand(width, generator=torch.Generator().manual_seed(__import__('time').time_ns()))",
        "same seed, same network; pickles",
        "the same seed gives another network",
    ),
}
BROKEN_TASK = {
    "floor above ceiling": (
        "    def draw(",
        "    def ceiling(self, split='test'):\n        return 0.1\n\n    def draw(",
        "floor lies below",
        "is not worse than",
    ),
    "own randomness": (
        "rng.integers(",
        "__import__('numpy').random.default_rng().integers(",
        "same seed, same examples",
        "draw from the one given",
    ),
    "labels out of range": (
        ".sum(1).argmax(1))",
        ".sum(1).argmax(1) + 1)",
        "shapes, types and ranges",
        "not in 0..2",
    ),
}


def started(harness_cli, kind: str, name: str, tmp_path):
    done = harness_cli("new", kind, name)
    assert done.returncode == 0, done.stderr
    return tmp_path / f"{name}.py"


@pytest.mark.parametrize("kind", ["architecture", "task"])
def test_a_starting_file_is_short_passes_the_checks_and_runs(harness_cli, matrix_file, kind,
                                                             tmp_path):  # fmt: skip
    file = started(harness_cli, kind, "my_own", tmp_path)
    assert len(file.read_text().splitlines()) < 60
    checked = harness_cli("check", str(file))
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "everything holds" in checked.stdout and "FAIL" not in checked.stdout
    pair = ("my_own", "recall[lag=2]") if kind == "architecture" else ("rnn", "my_own")
    matrix = matrix_file(tasks=("recall[lag=2]",))
    ran = harness_cli("run", "--matrix", matrix, "--plugin", str(file),
                      "--arch", pair[0], "--task", pair[1])  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert "1 ok" in ran.stdout


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_architecture_is_told_how(harness_cli, what, tmp_path):
    right, wrong, title, words = BROKEN[what]
    file = started(harness_cli, "architecture", "my_own", tmp_path)
    text = file.read_text()
    assert right in text
    file.write_text(text.replace(right, wrong))
    checked = harness_cli("check", str(file))
    assert checked.returncode == 1, checked.stdout + checked.stderr
    told = " ".join(checked.stdout.split())
    assert f"FAIL {title}" in told and words in told
    assert "Traceback" not in checked.stderr


@pytest.mark.parametrize("what", BROKEN_TASK)
def test_a_broken_task_is_told_how(harness_cli, what, tmp_path):
    right, wrong, title, words = BROKEN_TASK[what]
    file = started(harness_cli, "task", "my_own", tmp_path)
    file.write_text(file.read_text().replace(right, wrong))
    checked = harness_cli("check", str(file))
    assert checked.returncode == 1, checked.stdout + checked.stderr
    told = " ".join(checked.stdout.split())
    assert title in told and words in told and "FAIL" in told


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("new", "architecture", "lstm"), "there is such architecture already"),
        (("new", "task", "Not-a-name"), "small letters"),
        (("check", "nowhere.py"), "there is no such file"),
    ],
)
def test_mistakes_end_with_2_and_no_traceback(harness_cli, arguments, words):
    done = harness_cli(*arguments)
    assert done.returncode == 2
    assert words in done.stderr and "Traceback" not in done.stderr


def test_new_never_overwrites(harness_cli, tmp_path):
    file = started(harness_cli, "task", "my_own", tmp_path)
    file.write_text("mine")
    assert harness_cli("new", "task", "my_own").returncode == 2
    assert file.read_text() == "mine"


LETTERS = '''
from dataclasses import dataclass

import numpy as np

from tasks.task import Examples, Problem, Synthetic, Tokens, task


@task("abab")
@dataclass(frozen=True)
class Abab(Synthetic):
    """The letters a to d in a circle, with a leap now and then: the next follows from this one."""

    problem = Problem.MANY_TO_MANY
    metric = "bits"
    causal = True
    horizon = 1
    tags = ("text",)
    source = "a test"
    length: int = 12
    inputs = outputs = property(lambda self: Tokens(4))

    def draw(self, rng, size):
        shape = (size, self.length + 1)
        moves = 1 + rng.integers(1, 4, shape) * (rng.random(shape) < 0.1)
        whole = (rng.integers(4, size=(size, 1)) + moves.cumsum(1)) % 4
        return Examples.of(whole[:, :-1], whole[:, 1:])

    def floor(self, split="test"):
        return 2.0

    def ceiling(self, split="test"):
        return 0.0

    def encode(self, text):
        unknown = set(text) - set("abcd")
        if unknown:
            raise ValueError(f"{sorted(unknown)[0]!r} is none of a, b, c, d")
        return np.array(["abcd".index(c) for c in text], np.int64)

    def decode(self, tokens):
        return "".join("abcd"[t] for t in tokens)
'''


@pytest.mark.slow
def test_a_trained_cell_writes(harness_cli, matrix_file, tmp_path):
    """A language model goes on in the way it was trained on; a decoder answers its prompt."""
    plugin = tmp_path / "letters.py"
    plugin.write_text(LETTERS)
    matrix = matrix_file(tasks=("recall[lag=2]",), steps=200)
    ran = harness_cli("run", "--matrix", matrix, "--plugin", str(plugin), "--task", "abab",
                      "--task", "recall[lag=2]", "--arch", "gru", "--arch", "hmm")  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    cells = {
        (c["task"], c["architecture"]): c["id"]
        for c in json.loads(harness_cli("results", "--json", "--matrix", "tiny").stdout)
    }

    def generate(pair: tuple[str, str], *more: str) -> subprocess.CompletedProcess:
        return harness_cli("generate", cells[pair], "--plugin", str(plugin), *more)

    for name in ("gru", "hmm"):
        cold = generate(("abab", name), "--prompt", "abc", "--temperature", "0", "--length", "8")
        assert cold.returncode == 0, cold.stderr
        assert cold.stdout.strip().startswith("abcdab"), name
        assert len(cold.stdout.strip()) == 11
    drawn = [generate(("abab", "gru"), "--prompt", "a", "--seed", s).stdout for s in "001"]
    assert drawn[0] == drawn[1] != drawn[2]
    wrong = generate(("abab", "gru"), "--prompt", "xyz")
    assert wrong.returncode == 2 and "'x' is none of a, b, c, d" in wrong.stderr
    no_words = generate(("recall[lag=2]", "gru"), "--prompt", "a")
    assert no_words.returncode == 2 and "does not write" in no_words.stderr
    page = (tmp_path / "harness-out" / "report" / "tiny" / "index.html").read_text()
    assert "Samples of what was written" in page
