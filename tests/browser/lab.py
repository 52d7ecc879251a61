"""A lab to test: a real server on a home of its own, and every process that belongs to it."""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
START_SECONDS = 120.0


def wait_for(what: Callable[[], object], seconds: float = 120.0, why: str = "it to happen") -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, f"waited {seconds:g} s in vain for {why}"
        time.sleep(0.05)


class Lab:
    """`streamlit run streamlit_app.py` on a free port of 127.0.0.1, for one CNNLIB_HOME."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.home = home
        self.port = find_free_port()
        self.log = home.with_name(f"{home.name}.log")
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("CNNLIB_")},
            "CNNLIB_HOME": str(home),
            "CNNLIB_IDLE_SECONDS": "2",
            "CNNLIB_SLOTS": "1",
            # Nothing of the tester's own: neither a Keras copy of CIFAR-10 nor Streamlit settings.
            "HOME": str(home.with_name(f"{home.name}-user")),
            **environment,
        }
        self.environment.pop("KERAS_HOME", None)
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def server_pid(self) -> int:
        assert self._server is not None
        return self._server.pid

    def start(self) -> None:
        """Start the server, again if need be on the same port, and wait until it answers."""
        self.home.mkdir(parents=True, exist_ok=True)
        Path(self.environment["HOME"]).mkdir(exist_ok=True)
        command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
        options = ["--server.port", str(self.port), "--server.address", "127.0.0.1"]
        with open(self.log, "ab") as log:
            self._server = subprocess.Popen(
                [*command, *options],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        wait_for(self._is_healthy, START_SECONDS, f"the server; its log is {self.log}")

    def _is_healthy(self) -> bool:
        assert self._server is not None
        assert self._server.poll() is None, self.log.read_text("utf-8", "replace")[-2000:]
        address = f"{self.url}/_stcore/health"
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=10) as answer:
            return bool(answer.status == 200)
        return False

    def kill_server(self) -> None:
        """End the web server at once, as a crash does; its runs are none of its business."""
        if self._server is not None:
            self._server.send_signal(signal.SIGKILL)
            self._server.wait(30)
            self._server = None

    def end(self) -> None:
        """End the server, then the supervisor, forkserver and workers of this home."""
        self.kill_server()
        for word in ("cnnlib.backend.supervisor", "forkserver"):  # the parent first
            for process in self.find_processes(word):
                with contextlib.suppress(psutil.Error):
                    process.kill()

    def find_supervisor(self) -> psutil.Process:
        """The one that serves; another that was started beside it is about to end."""
        found: list[psutil.Process] = []

        def is_one() -> bool:
            found[:] = self.find_processes("cnnlib.backend.supervisor")
            return len(found) == 1

        wait_for(is_one, why="one supervisor")
        return found[0]

    def find_processes(self, word: str) -> list[psutil.Process]:
        """Those whose environment names this home, and whose command holds `word`."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                named = process.environ().get("CNNLIB_HOME") == str(self.home)
                if named and word in " ".join(process.cmdline()) and process.pid != os.getpid():
                    found.append(process)
        return found


def find_free_port() -> int:
    """Below those that systems give away by themselves (Linux from 32768 on): nobody else gets it
    before the server binds it, or while the server is down."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
