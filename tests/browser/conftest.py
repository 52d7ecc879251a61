"""A browser for the whole session, a lab that trains, and visits that watch for anything wrong."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from cnnlib.data import load
from cnnlib.runs import client
from cnnlib.runs.config import RunConfig
from cnnlib.runs.records import Run
from cnnlib.runs.store import RunStore
from tests.browser.contexts import ARGS, Contexts
from tests.browser.ensure_chromium import find_chromium
from tests.browser.lab import Lab, wait_for
from tests.browser.visit import Visit

expect.set_options(timeout=30_000)  # a machine that tests two browsers at once is slow
CHROMIUM_ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    *ARGS,
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = find_chromium()
    assert path, "No Chromium here: python tests/browser/ensure_chromium.py gets one."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_ARGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def shared_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """One server and one warm supervisor for all tests that need no fresh one."""
    lab = Lab(tmp_path_factory.mktemp("shared") / "lab")
    try:
        lab.start()
        yield lab
    finally:
        lab.end()


@pytest.fixture
def lab(shared_lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """The shared lab; this process looks into its home, and no run outlives the test."""
    monkeypatch.setenv("CNNLIB_HOME", str(shared_lab.home))
    monkeypatch.setenv("CNNLIB_IDLE_SECONDS", "2")
    monkeypatch.setenv("CNNLIB_SLOTS", "1")
    yield shared_lab
    store = RunStore()
    for run in store.list_runs():
        if not run.has_ended:
            store.request_stop(run.id)
    wait_for(lambda: all(run.has_ended for run in store.list_runs()), why="the runs to stop")


@pytest.fixture
def store(lab: Lab) -> RunStore:
    return RunStore()


@pytest.fixture
def start_run(lab: Lab) -> Callable[..., Run]:
    """Start a run past the pages: LeNet-5 on the synthetic set, long unless told otherwise."""

    def start(**settings: object) -> Run:
        load("synthetic")
        config = {"network": "lenet5", "dataset": "synthetic", "epochs": 1000, **settings}
        return client.submit(RunConfig(**config))  # type: ignore[arg-type]

    return start


@pytest.fixture(scope="session")
def contexts(browser: Browser) -> Contexts:
    return Contexts(browser)


@pytest.fixture
def visit(contexts: Contexts) -> Iterator[Callable[..., Visit]]:
    """Open a lab as a newcomer does: `visit(lab, path)`; at the end all visits must be clean."""
    visits: list[Visit] = []

    def start(lab: Lab, path: str | None = None, **options: object) -> Visit:
        visits.append(Visit(contexts.lend(lab.url), lab.url, **options))
        if path is not None:
            visits[-1].open(path)
        return visits[-1]

    try:
        yield start
        for each in visits:
            each.check()
    finally:
        for each in visits:
            each.close()
            contexts.take_back(each.context)


@pytest.fixture
def fresh_lab(tmp_path: Path) -> Iterator[Lab]:
    """A server that nobody has visited yet, on an empty home, without TensorFlow preloaded."""
    lab = Lab(tmp_path / "lab", CNNLIB_PRELOAD="0")
    try:
        lab.start()
        yield lab
    finally:
        lab.end()
