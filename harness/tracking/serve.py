"""The MLflow UI on this machine: started, waited for, stopped."""

from __future__ import annotations

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
from collections.abc import Callable

from harness.errors import UserError
from harness.experiment.store import Store
from harness.tracking.mlflow_writer import database_file
from harness.tracking.tracker import sync, tracking_uri, ui_url
from harness.workers.signals import sigterm_as_interrupt

HOST = "127.0.0.1"
PORT = 5000
START_LIMIT = 90.0
"""Seconds until a UI that does not answer is given up."""


class UI:
    """A running ``mlflow ui``; a context manager that stops it at the end.

    ``url`` is where it answers. Raises UserError if the port is taken, or it does not come up.
    """

    def __init__(self, uri: str, port: int | None = None):
        self.port = _port(port)
        self.url = f"http://{HOST}:{self.port}"
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  closed by stop
        command = [sys.executable, "-m", "mlflow", "ui", "--backend-store-uri", uri]
        command += ["--host", HOST, "--port", str(self.port), "--workers", "1"]
        environment = {
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "DO_NOT_TRACK": "true",
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # 5 more processes, of no use here
        }
        # A working directory of its own: mlflow makes folders where it starts.
        self._folder = tempfile.TemporaryDirectory(prefix="harness-ui-")
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            env=os.environ | environment,
            cwd=self._folder.name,
            start_new_session=True,
        )
        try:
            self._await()
        except BaseException:
            self.stop()
            raise

    def __enter__(self) -> UI:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def wait(self) -> int:
        """Block until the server ends by itself; returns its exit status."""
        return self._process.wait()

    def stop(self) -> None:
        """End the server and what it started; does nothing the second time."""
        if not self._log.closed:
            self._signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(5)
            self._signal(getattr(signal, "SIGKILL", signal.SIGTERM))
            self._process.wait()
            self._log.close()
            self._folder.cleanup()

    def _signal(self, number: int) -> None:
        try:
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, number)  # the workers too
            else:
                self._process.send_signal(number)
        except (ProcessLookupError, PermissionError):
            pass

    def _await(self) -> None:
        """Wait until the server answers."""
        end = time.monotonic() + START_LIMIT
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        while time.monotonic() < end:
            if self._process.poll() is not None:
                raise UserError(f"mlflow ui ended at once: {self._said()}")
            try:
                with opener.open(f"{self.url}/health", timeout=2):
                    return
            except OSError:
                time.sleep(0.1)
        raise UserError(f"mlflow ui did not answer within {START_LIMIT:.0f} s: {self._said()}")

    def _said(self) -> str:
        """The last line that the server wrote."""
        self._log.seek(0)
        lines = self._log.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it wrote nothing"


def serve(
    store: Store,
    port: int | None = None,
    open_browser: bool = True,
    matrix: str | None = None,
    say: Callable[[str], None] = print,
) -> None:
    """Show a matrix (the last planned one) in the MLflow UI until Ctrl-C or the server's end.

    Without ``port`` it is 5000, or a free one if that is taken. Where $MLFLOW_TRACKING_URI names
    a server, nothing is started: the link goes there. Raises UserError.
    """
    uri = tracking_uri(store.out)
    store.plan(matrix)  # says what is known, if this is not
    if uri.startswith("http"):
        say(_shown(ui_url(uri, store, matrix), open_browser))
        return
    database = database_file(uri)
    if database is not None and not database.exists():
        sync(store)  # an empty database would have nothing to show
    try:
        with sigterm_as_interrupt(), UI(uri, port) as ui:
            say(_shown(ui_url(ui.url, store, matrix), open_browser))
            say("Ctrl-C stops it")
            ui.wait()
            raise UserError("mlflow ui has ended by itself")
    except KeyboardInterrupt:
        return


def _shown(link: str, open_browser: bool) -> str:
    """The link, opened where there is a screen: elsewhere a text browser would take the terminal.

    Returns it.
    """
    screen = sys.platform in ("darwin", "win32") or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    if open_browser and screen:
        with contextlib.suppress(OSError, webbrowser.Error):
            webbrowser.open(link)
    return link


def _port(wanted: int | None) -> int:
    """The port asked for, or 5000, or a free one."""
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
    with socket.socket() as probe:
        probe.settimeout(1)
        if probe.connect_ex((HOST, port)) == 0:
            return False
    with socket.socket() as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError):
            return False
    return True
