"""Crashes, kills, hangs and damage: each costs its own cell only, and nothing finished is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from harness.experiment.store import Store

pytestmark = pytest.mark.slow

BROKEN = textwrap.dedent(
    '''
    import os, signal, time
    import torch
    from torch import nn
    from architectures.architecture import architecture

    class Base(nn.Module):
        def __init__(self, features, width, signature):
            super().__init__()
            self.layer = nn.Linear(features, width)
        def forward(self, x, lengths):
            if x.device.type != "meta":
                self.misbehave()
            return self.layer(x)

    @architecture("raises")
    class Raises(Base):
        """Raises."""
        def misbehave(self):
            raise RuntimeError("on purpose")

    @architecture("hangs")
    class Hangs(Base):
        """Sleeps for ever."""
        def misbehave(self):
            time.sleep(3600)

    @architecture("slow")
    class Slow(Base):
        """Takes a tenth of a second for each update."""
        def misbehave(self):
            time.sleep(0.1)

    @architecture("dies")
    class Dies(Base):
        """Kills its own process, once the pool knows what runs there: pebble books a death that
        comes before on the wrong cell."""
        def misbehave(self):
            time.sleep(1)
            os.kill(os.getpid(), signal.SIGKILL)

    @architecture("exits")
    class Exits(Base):
        """Ends its own process."""
        def misbehave(self):
            time.sleep(1)
            os._exit(7)

    @architecture("glutton")
    class Glutton(Base):
        """Takes memory until there is no more."""
        def misbehave(self):
            self.hoard = []
            while True:
                self.hoard.append(torch.ones(2**27))

    @architecture("nan")
    class NaN(Base):
        """Gives no numbers."""
        def forward(self, x, lengths):
            return self.layer(x) * float("nan")
    '''
)


@pytest.fixture
def plugin(tmp_path) -> str:
    (tmp_path / "broken.py").write_text(BROKEN)
    return str(tmp_path / "broken.py")


def outcomes(out: Path) -> dict[str, str]:
    return {row["architecture"]: row["outcome"] for row in Store(out).results()}


def start(tmp_path, *arguments: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "harness", "run", *arguments, "--out", "out"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def wait_for(condition, seconds: float = 180) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def records(tmp_path) -> list[Path]:
    return list((tmp_path / "out" / "records").glob("[!.]*.json"))


def test_one_cell_s_end_is_its_own(harness_cli, tmp_path, matrix_file, plugin):
    """Raising, hanging, dying, exiting, NaN: all others still end ok, and all are accounted for."""
    file = matrix_file(
        architectures=("rnn", "raises", "hangs", "dies", "exits", "nan", "cnn", "fnn_window"),
        seconds=20,
    )
    answer = harness_cli("run", "--matrix", file, "--plugin", plugin, "--out", "out")
    assert answer.returncode == 1, answer.stderr
    assert outcomes(tmp_path / "out") == {
        "rnn": "ok", "cnn": "ok", "fnn_window": "ok", "raises": "failed", "hangs": "timeout",
        "dies": "failed", "exits": "failed", "nan": "diverged",
    }  # fmt: skip
    reasons = {r["architecture"]: r["reason"] for r in Store(tmp_path / "out").results()}
    assert "on purpose" in reasons["raises"]
    assert "20 s" in reasons["hangs"]
    assert "SIGKILL" in reasons["dies"]
    assert "7" in reasons["exits"]
    page = (tmp_path / "out" / "report" / "tiny" / "index.html").read_text()
    assert "on purpose" in page and "SIGKILL" in page

    again = harness_cli("run", "--matrix", file, "--plugin", plugin, "--out", "out")
    assert "(0 run now, 8 from before)" in again.stdout and again.returncode == 1
    retried = harness_cli(
        "run", "--matrix", file, "--plugin", plugin, "--out", "out", "--retry-failed",
        "--timeout", "3",
    )  # fmt: skip
    assert "(4 run now, 4 from before)" in retried.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="memory limits are set on Linux only")
def test_a_memory_blow_up_is_contained(harness_cli, tmp_path, matrix_file, plugin):
    file = matrix_file(architectures=("glutton", "rnn", "cnn"))
    # many jobs make each worker's share of the memory small, so that it is soon exhausted
    answer = harness_cli("run", "--matrix", file, "--plugin", plugin, "--out", "out", "--jobs", "6")
    assert outcomes(tmp_path / "out") == {"glutton": "out-of-memory", "rnn": "ok", "cnn": "ok"}
    assert answer.returncode == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_keeps_what_is_finished_and_the_same_command_goes_on(
    tmp_path, matrix_file, plugin, number, harness_cli
):
    arguments = [
        "--matrix",
        matrix_file(architectures=("rnn", "hangs"), seeds=2),
        "--plugin",
        plugin,
    ]
    process = start(tmp_path, *arguments, "--jobs", "4")
    wait_for(lambda: any("rnn" in p.read_text() for p in records(tmp_path)))
    wait_for(lambda: len(records(tmp_path)) == 2)  # both rnn done
    time.sleep(3)  # both others hang: nothing that is stored says since when
    process.send_signal(number)
    wait_for(lambda: len(records(tmp_path)) == 4, seconds=30)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr
    assert "Traceback" not in stderr
    assert outcomes(tmp_path / "out") == {"rnn": "ok", "hangs": "interrupted"}
    assert "goes on from here" in stdout
    assert (tmp_path / "out" / "report" / "tiny" / "index.html").exists()
    assert not left_over(plugin)

    again = harness_cli("run", *arguments, "--out", "out", "--timeout", "3")
    assert "(2 run now, 2 from before)" in again.stdout
    assert outcomes(tmp_path / "out") == {"rnn": "ok", "hangs": "timeout"}


def left_over(marker: str) -> list[str]:
    """Processes still alive that were started with these words."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if marker in command and str(os.getpid()) != entry.parent.name:
            found.append(command)
    return found


def test_the_parent_s_death_costs_the_running_cells_only(
    tmp_path, matrix_file, plugin, harness_cli
):
    arguments = ["--matrix", matrix_file(architectures=("rnn", "cnn", "slow"), seeds=2, steps=40),
                 "--plugin", plugin]  # fmt: skip
    process = start(tmp_path, *arguments, "--jobs", "2")
    wait_for(lambda: len(records(tmp_path)) >= 2)
    children = workers_of(process.pid)
    process.kill()
    process.wait()
    finished = {p.name: p.read_bytes() for p in records(tmp_path)}
    for content in finished.values():
        assert json.loads(content)["outcome"] == "ok"
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children), seconds=60)
    again = harness_cli("run", *arguments, "--out", "out")
    assert again.returncode == 0, again.stdout + again.stderr
    assert f"{len(finished)} from before" in again.stdout
    for name, content in finished.items():
        assert (tmp_path / "out" / "records" / name).read_bytes() == content


def workers_of(parent: int) -> list[int]:
    """All descendants of a process."""
    found = []
    for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
        found += [int(child), *workers_of(int(child))]
    return found


def test_two_runs_on_one_folder_at_once(tmp_path, matrix_file, plugin, harness_cli):
    file = matrix_file(architectures=("slow",), steps=60)
    first = start(tmp_path, "--matrix", file, "--plugin", plugin)
    wait_for((tmp_path / "out" / "running.json").exists)
    second = harness_cli("run", "--matrix", file, "--plugin", plugin, "--out", "out")
    assert second.returncode == 2
    assert f"process {first.pid}" in second.stderr and "another --out" in second.stderr
    assert first.wait(60) == 0
    first.communicate()


def test_a_corrupted_record_is_reported_moved_aside_and_recomputed(
    tmp_path, matrix_file, harness_cli
):
    file = matrix_file(architectures=("rnn", "cnn"))
    assert harness_cli("run", "--matrix", file, "--out", "out").returncode == 0
    victim, other = sorted(records(tmp_path))
    before = other.read_bytes()
    whole = json.loads(victim.read_text())
    victim.write_text(victim.read_text()[:200])
    again = harness_cli("run", "--matrix", file, "--out", "out")
    assert again.returncode == 0
    assert "warning" in again.stdout and victim.name in again.stdout.replace("\n", "")
    assert "(1 run now, 1 from before)" in again.stdout
    assert (tmp_path / "out" / "corrupt" / victim.name).exists()
    assert json.loads(victim.read_text())["scores"] == whole["scores"]
    assert other.read_bytes() == before


def test_missing_data_is_unavailable_and_run_again_later(tmp_path, matrix_file, harness_cli):
    """A blocker on the path makes the package unfindable, as if it were not installed."""
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as u\nreal = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name == 'sktime' else real(name, *a)\n"
    )
    file = matrix_file(tasks=("japanese_vowels", "recall[lag=3]"), architectures=("rnn",))
    blocked = os.environ | {"PYTHONPATH": str(tmp_path)}
    answer = harness_cli("run", "--matrix", file, "--out", "out", env=blocked)
    assert answer.returncode == 1
    rows = {row["task"]: row for row in Store(tmp_path / "out").results()}
    assert rows["recall[lag=3]"]["outcome"] == "ok"
    assert rows["japanese_vowels"]["outcome"] == "unavailable"
    assert "python -m pip install sktime" in rows["japanese_vowels"]["reason"]
    again = harness_cli("run", "--matrix", file, "--out", "out")
    assert "(1 run now, 1 from before)" in again.stdout


def test_tuning_is_a_round_of_trials_and_chooses_on_validation(tmp_path, matrix_file, harness_cli):
    file = matrix_file(
        tasks=("recall[lag=2,symbols=4]",), architectures=("rnn", "hmm"), steps=60,
        learning_rate=[1e-6, 0.01],
    )  # fmt: skip
    answer = harness_cli("run", "--matrix", file, "--out", "out")
    assert answer.returncode == 0, answer.stderr
    store = Store(tmp_path / "out")
    found = [store.get(i) for i in store.ids()]
    tried = {r.key["budget"]["learning_rate"]: r for r in found if r.kind == "trial"}
    assert set(tried) == {1e-6, 0.01}
    assert all("test" not in r.scores and r.seed >= 1_000_000 for r in tried.values())
    (reported,) = [r for r in found if r.kind == "score" and r.architecture == "rnn"]
    assert reported.key["budget"]["learning_rate"] == 0.01
    assert tried[0.01].validation > tried[1e-6].validation
    assert len(store.results()) == 2
    state = json.loads(harness_cli("status", "--json", "--out", "out").stdout)
    assert state["trials"] == {"planned": 2, "done": 2}


def test_filters_narrow_a_run_without_forgetting_the_rest(tmp_path, matrix_file, harness_cli):
    file = matrix_file(architectures=("rnn", "cnn"))
    assert harness_cli("run", "--matrix", file, "--out", "out").returncode == 0
    narrowed = harness_cli("run", "--matrix", file, "--out", "out", "--arch", "rnn", "--fresh")
    assert "(1 run now, 0 from before)" in narrowed.stdout
    assert outcomes(tmp_path / "out") == {"rnn": "ok", "cnn": "ok"}


def test_the_same_cell_is_bit_identical_in_a_worker_and_in_this_process(
    tmp_path, matrix_file, harness_cli
):
    file = matrix_file(architectures=("lstm", "self_attention"))
    for out, jobs in (("one", "2"), ("two", "0")):
        assert harness_cli("run", "--matrix", file, "--out", out, "--jobs", jobs).returncode == 0
    one, two = Store(tmp_path / "one"), Store(tmp_path / "two")
    assert one.ids() == two.ids()
    for cell in one.ids():
        assert one.get(cell).scores == two.get(cell).scores
        assert one.weights_file(cell).read_bytes() == two.weights_file(cell).read_bytes()


def test_run_from_python(tmp_path, matrix_file, monkeypatch):
    import harness

    monkeypatch.chdir(tmp_path)
    table = harness.run(matrix_file(), architectures=["rnn", "cnn"], out="out", jobs=1)
    assert list(table["architecture"]) == ["rnn", "cnn"]
    assert (table["outcome"] == "ok").all()
    assert harness.results("out").equals(table)
    with pytest.raises(harness.UserError, match="did you mean lstm"):
        harness.run(matrix_file(), architectures=["lstn"], out="out")
