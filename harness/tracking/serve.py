"""The MLflow UI on this machine: started, waited for, stopped."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import webbrowser
from collections.abc import Iterator
from typing import IO

from harness.errors import UserError
from harness.experiment.store import Store
from harness.tracking.mlflow_writer import database_file
from harness.tracking.tracker import sync, tracking_uri, ui_url
from harness.workers.signals import sigterm_as_interrupt

HOST = "127.0.0.1"
PORT = 5000
START_LIMIT = 90.0
"""Seconds until a UI that does not answer is given up."""


@contextlib.contextmanager
def mlflow_ui(uri: str, port: int | None = None) -> Iterator[tuple[str, subprocess.Popen]]:
    """A running ``mlflow ui``, stopped at the end: where it answers, and its process.

    Raises UserError if the port is taken, or it does not come up.
    """
    port = _port(port)
    command = [sys.executable, "-m", "mlflow", "ui", "--backend-store-uri", uri]
    command += ["--host", HOST, "--port", str(port), "--workers", "1"]
    environment = os.environ | {
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DO_NOT_TRACK": "true",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # 5 more processes, of no use here
    }
    # A working directory of its own: mlflow makes folders where it starts.
    folder = tempfile.TemporaryDirectory(prefix="harness-ui-")
    with folder as place, tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command, env=environment, cwd=place, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            url = f"http://{HOST}:{port}"
            _await(process, url, log)
            yield url, process
        finally:
            _signal(process, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5)
            _signal(process, getattr(signal, "SIGKILL", signal.SIGTERM))
            process.wait()


def _signal(process: subprocess.Popen, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, number)  # the workers too
        else:
            process.send_signal(number)


def _await(process: subprocess.Popen, url: str, log: IO[bytes]) -> None:
    """Wait until the server answers; raises UserError, with the last line that it wrote."""
    end = time.monotonic() + START_LIMIT
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    what = f"did not answer within {START_LIMIT:.0f} s"
    while time.monotonic() < end:
        if process.poll() is not None:
            what = "ended at once"
            break
        try:
            with opener.open(f"{url}/health", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    log.seek(0)
    lines = log.read().decode(errors="replace").strip().splitlines() or ["it wrote nothing"]
    raise UserError(f"mlflow ui {what}: {lines[-1]}")


def serve(
    store: Store, port: int | None = None, open_browser: bool = True, matrix: str | None = None
) -> None:
    """Show a matrix (the last planned one) in the MLflow UI until Ctrl-C or the server's end.

    Without ``port`` it is 5000, or a free one if that is taken. Where $MLFLOW_TRACKING_URI names
    a server, nothing is started: the link goes there. Raises UserError.
    """
    uri = tracking_uri(store.out)
    store.plan(matrix)  # says what is known, if this is not
    if uri.startswith("http"):
        _show(ui_url(uri, store, matrix), open_browser)
        return
    database = database_file(uri)
    if database is not None and not database.exists():
        sync(store)  # an empty database would have nothing to show
    try:
        with sigterm_as_interrupt(), mlflow_ui(uri, port) as (url, process):
            _show(ui_url(url, store, matrix), open_browser)
            print("Ctrl-C stops it")
            process.wait()
            raise UserError("mlflow ui has ended by itself")
    except KeyboardInterrupt:
        return


def _show(link: str, open_browser: bool) -> None:
    """Print the link, and open it where there is a screen: elsewhere a text browser would take the
    terminal."""
    screen = sys.platform in ("darwin", "win32") or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    if open_browser and screen:
        with contextlib.suppress(OSError, webbrowser.Error):
            webbrowser.open(link)
    print(link)


def _port(wanted: int | None) -> int:
    if wanted is not None:
        if not _free(wanted):
            raise UserError(f"--port {wanted}: taken by another program; leave --port out for one")
        return wanted
    if _free(PORT):
        return PORT
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _free(port: int) -> bool:
    with socket.socket() as probe, socket.socket() as server:
        probe.settimeout(1)
        if probe.connect_ex((HOST, port)) == 0:
            return False
        if os.name == "posix":
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind((HOST, port))
        except (OSError, OverflowError):
            return False
    return True
