"""A person's view: MLflow's UI and the report in a headless Chromium show the records' numbers."""

from __future__ import annotations

import importlib.util
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.experiment.record import Record
from harness.experiment.store import Store
from harness.tracking.mlflow_view import LEADERBOARD
from harness.tracking.serve import mlflow_ui
from harness.tracking.tracker import sync, tracking_uri, ui_url

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
DRIVER = shutil.which("chromedriver")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(
        not CHROMIUM, reason="no chromium, chromium-browser or google-chrome on this machine's path"
    ),
    pytest.mark.skipif(
        not DRIVER, reason="no chromedriver on this machine's path (Debian: chromium-driver)"
    ),
    pytest.mark.skipif(
        importlib.util.find_spec("selenium") is None,
        reason="selenium is not installed (extra 'test')",
    ),
]

TASKS = ("recall[lag=5]", "adding")
ARCHITECTURES = ("lstm", "cnn")
SEEDS = range(2)
WAIT = 90
"""Seconds that a page may take on a busy machine."""


def score(task: int, architecture: int, seed: int) -> float:
    """A test accuracy that no other cell has, and that is no round number."""
    return round(0.5 + 0.2173 * task + 0.1119 * architecture + 0.0137 * seed, 4)


def skill(accuracy: float) -> float:
    return (accuracy - 0.1) / 0.9


def fabricate(number: int, task: int, architecture: int, seed: int) -> Record:
    """A record of a cell that ended ok; one of them failed instead."""
    failed = (task, architecture, seed) == (1, 1, 1)
    accuracy = score(task, architecture, seed)
    draws = np.random.default_rng(number).random(50) < accuracy
    return Record(
        id=f"{number:016x}",
        key={"task": {"name": TASKS[task], "parameters": {}}, "budget": {"steps": 30}},
        task=TASKS[task],
        architecture=ARCHITECTURES[architecture],
        seed=seed,
        outcome="failed" if failed else "ok",
        reason="ValueError: boom" if failed else "",
        traceback="Traceback: boom" if failed else "",
        problem="many-to-one",
        tags=["memory"],
        readout="last",
        metric="accuracy",
        floor=0.1,
        ceiling=1.0,
        scores={} if failed else {s: {"accuracy": accuracy} for s in ("validation", "test")},
        skill=None if failed else skill(accuracy),
        curve=[
            {"step": k, "examples": 8 * k, "seconds": k, "loss": 1 / k, "validation": 0.1 * k}
            for k in (1, 2, 3)
        ],
        steps=30,
        seconds={"training": 2.0, "total": 3.0},
        parameters=1234,
        flops=1e6,
        started="2026-01-02T03:04:06+00:00",
        ended="2026-01-02T03:04:09+00:00",
        per_example={} if failed else {"score": draws * 1.0, "weight": np.ones(50)},
    )


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Store:
    """Eight cells, planned and stored."""
    made = Store(tmp_path_factory.mktemp("browser") / "out")
    made.create()
    cells = []
    for task in range(len(TASKS)):
        for architecture in range(len(ARCHITECTURES)):
            for seed in SEEDS:
                record = fabricate(len(cells), task, architecture, seed)
                made.put(record)
                names = ("id", "task", "architecture", "seed", "kind")
                cells.append({name: getattr(record, name) for name in names})
    budget = {"steps": 30, "batch": 8, "parameters": 1200}
    plan = {"matrix": "seen", "description": "for the eye", "budget": budget, "cells": cells}
    made.put_plan(plan | {"created": "2026-01-02T03:04:05+00:00"})
    return made


@pytest.fixture(scope="module")
def report(store: Store) -> Path:
    from reports.build import build

    return build(store, "seen")


@pytest.fixture(scope="module")
def ui(store: Store, report: Path) -> Iterator[str]:
    """Where MLflow shows the tracked store, on a free port."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        assert sync(store, report=report).written == 8
        with mlflow_ui(tracking_uri(store.out)) as (url, _):
            yield url


@pytest.fixture(scope="module")
def browser(tmp_path_factory) -> Iterator[Any]:
    """A headless Chromium with an empty profile, driven by the installed driver."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-dev-shm-usage", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--window-size=1600,1000",
        f"--user-data-dir={tmp_path_factory.mktemp('profile')}",
    ):  # fmt: skip
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    driver.set_page_load_timeout(WAIT)
    yield driver
    driver.quit()


def text_of(browser: Any, enough: Callable[[str], bool]) -> str:
    """The page's text, once there is enough of it; fails with the text that is there."""
    from selenium.common.exceptions import TimeoutException, WebDriverException
    from selenium.webdriver.support.ui import WebDriverWait

    def read(_: Any) -> str:
        text = browser.execute_script("return document.body ? document.body.innerText : ''")
        return text if enough(text) else ""

    try:
        return WebDriverWait(browser, WAIT, 0.25, [WebDriverException]).until(read)
    except TimeoutException:
        shown = browser.execute_script("return document.body.innerText")
        pytest.fail(f"not shown within {WAIT} s; the page says:\n{shown}")


def test_the_link_lands_on_means_grouped_by_task_and_architecture_best_first(ui, store, browser):
    browser.get(ui_url(ui, store, "seen"))
    groups = [f"task: {t}, architecture: {a}" for t in TASKS for a in ARCHITECTURES]
    text = text_of(browser, lambda text: all(group in text for group in groups))
    assert "for the eye" in text, "no header"
    assert "test/skill" in text
    means = [
        (np.mean([skill(score(t, a, s)) for s in SEEDS if (t, a, s) != (1, 1, 1)]), t, a)
        for t in range(2)
        for a in range(2)
    ]
    shown = [float(number) for number in re.findall(r"\d+\.\d+", text)]
    for mean, _, _ in means:
        assert any(abs(mean - number) < 1e-6 for number in shown), f"mean skill {mean} is missing"
    ranked = [f"task: {TASKS[t]}, architecture: {ARCHITECTURES[a]}" for _, t, a in sorted(means)]
    assert sorted(groups, key=text.index) == ranked[::-1], "not sorted by skill"
    assert "seed 0" not in text, "the groups are not folded"


def test_the_leaderboard_shows_every_cell_and_its_outcome(ui, store, browser):
    link = ui_url(ui, store, "seen").replace("=grouped", f"={LEADERBOARD}")
    browser.get("about:blank")
    browser.get(link)
    names = [f"{t} · {a} · seed {s}" for t in TASKS for a in ARCHITECTURES for s in SEEDS]
    text = text_of(browser, lambda text: all(name in text for name in names))
    assert str(score(1, 1, 0)) in text
    assert re.search(r"\bfailed\b", text)
    assert "synced" not in text, "the parent run is among the cells"


def test_the_report_opens_inside_the_ui(ui, store, browser):
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri(store.out))
    experiment = client.get_experiment_by_name("harness/seen").experiment_id
    parent = client.search_runs([experiment], "tags.kind = 'invocation'")[0].info.run_id
    browser.get("about:blank")
    browser.get(f"{ui}/#/experiments/{experiment}/runs/{parent}/artifacts/report/index.html")
    text_of(browser, lambda text: "index.html" in text)
    from selenium.webdriver.support.ui import WebDriverWait

    frame = WebDriverWait(browser, WAIT, 0.25).until(
        lambda b: b.find_elements("css selector", "iframe")
    )
    browser.switch_to.frame(frame[0])
    try:
        text = text_of(browser, lambda text: all(name in text for name in ARCHITECTURES))
    finally:
        browser.switch_to.default_content()
    assert TASKS[0] in text


def test_the_report_shows_the_numbers(report, browser):
    browser.get(report.as_uri())
    text = text_of(browser, lambda text: all(n in text for n in (*TASKS, *ARCHITECTURES)))
    mean = np.mean([skill(score(0, 1, s)) for s in SEEDS])
    assert re.search(rf"\b{mean:.2f}", text), f"the mean skill {mean:.2f} is not there"
    assert "boom" in text, "the failed cell is hidden"
    trouble = [entry["message"] for entry in browser.get_log("browser")]
    assert not [message for message in trouble if report.name in message and "file:" in message]


def test_the_port_is_5000_or_a_free_one_and_the_server_stops(ui):
    import socket

    from harness.errors import UserError
    from harness.tracking.serve import _free, _port

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        assert not _free(taken)
        with (
            pytest.raises(UserError, match=f"--port {taken}: taken"),
            mlflow_ui("sqlite:///nowhere.db", taken),
        ):
            pass
    port = int(ui.rpartition(":")[2])
    assert not _free(port) and _port(None) != port
