"""``harness ui`` as a process: it prints a link that answers, and leaves nothing running."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def children_of(parent: int) -> set[int]:
    """All descendants of a process."""
    found = set()
    for task in Path(f"/proc/{parent}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found |= {child} | children_of(child)
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_ui_answers_and_leaves_nothing_behind(harness_cli, tmp_path, matrix_file, number):
    file = matrix_file()
    assert harness_cli("run", "--matrix", file, "--out", "out").returncode == 0
    with socket.socket() as taken:
        # Taken or not, port 5000 is not to be had during this test.
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("127.0.0.1", 5000))
            taken.listen()
        except OSError:
            pass
        process = subprocess.Popen(
            [sys.executable, "-m", "harness", "ui", "--out", "out", "--no-browser"],
            cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            link = process.stdout.readline().strip()
            match = re.match(r"http://127\.0\.0\.1:(\d+)/#/experiments/\d+/runs\?", link)
            assert match and match[1] != "5000", link or process.stderr.read()
            with urllib.request.urlopen(link.split("#")[0], timeout=20) as page:
                assert page.status == 200
            servers = children_of(process.pid) if sys.platform == "linux" else set()
            process.send_signal(number)
            assert process.wait(20) == 0
        finally:
            process.kill()
            process.communicate()
    end = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in servers):
        assert time.monotonic() < end, "a server is still running"
        time.sleep(0.1)
