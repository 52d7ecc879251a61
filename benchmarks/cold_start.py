"""From starting the server to the first page's heading in a browser: the lab, and an empty app."""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
from playwright.sync_api import Page, sync_playwright

from benchmarks.sides import compare, temporary_home
from cnnlib.data import load
from cnnlib.runs import client
from cnnlib.runs.client import SupervisorKeeper
from tests.browser.ensure_chromium import find_chromium

ROOT = Path(__file__).parents[1]
EMPTY = "import streamlit as st\nst.title('Empty')\n"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def main() -> None:
    chromium = find_chromium()
    with (
        temporary_home(),
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
    ):
        load("synthetic")
        (Path(folder) / "empty.py").write_text(EMPTY)
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)

        def start(folder: Path, script: str) -> float:
            page = browser.new_context().new_page()
            try:
                return time_first_page(page, folder, script)
            finally:
                page.context.close()

        compare(
            ("the lab's first page", lambda: start(ROOT, "streamlit_app.py")),
            ("an empty Streamlit app's", lambda: start(Path(folder), "empty.py")),
            rounds=7,
            unit="s",
        )
        browser.close()


def time_first_page(page: Page, folder: Path, script: str) -> float:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    began = time.perf_counter()
    server = subprocess.Popen(
        [
            sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port),
            "--server.address", "127.0.0.1", "--server.headless", "true",
            "--browser.gatherUsageStats", "false",
        ],
        cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_for_port(port)
        page.goto(f"http://127.0.0.1:{port}/")
        page.wait_for_selector("h1")
        return time.perf_counter() - began
    finally:
        server.terminate()
        server.wait(20)
        end_supervisor()


def wait_for_port(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.005)
    raise TimeoutError(f"nothing listens on port {port}")


@contextlib.contextmanager
def warm_home() -> Iterator[None]:
    """A home of its own with the synthetic set, and a supervisor that has loaded TensorFlow."""
    with temporary_home():
        load("synthetic")
        keeper = SupervisorKeeper()
        keeper.start()
        while not client.is_warm():
            time.sleep(0.1)
        try:
            yield
        finally:
            keeper.stop()
            end_supervisor()


def end_supervisor() -> None:
    """End what the lab left behind for this CNNLIB_HOME, so that each start is a cold one."""
    home = os.environ["CNNLIB_HOME"]
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            words = " ".join(process.cmdline())
            ours = "cnnlib.backend.supervisor" in words or "forkserver" in words
            if ours and process.environ().get("CNNLIB_HOME") == home:
                process.kill()
                process.wait(10)
