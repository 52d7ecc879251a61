"""The server's part of a first visit to a page, without a browser: all files, then the script.

A browser beside a training fights it for the cores; the people of a class have their own machines.
So here a small client asks for what a browser was seen to ask for, in a process of its own, and
reads it without drawing:

    python -m benchmarks.page_load URL TIMES   (the addresses of the files, one a line, on stdin)

Prints a line a visit, in milliseconds: the page and its files, over as many connections at once as
a browser opens; the session, from its connection to the end of the script; the two together.
"""

import http.client
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from threading import local
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

CONNECTIONS = 6  # of a browser to one server
PATIENCE_SECONDS = 60


def visit(url: str, files: list[str]) -> tuple[float, float]:
    """Seconds for the page with its `files` (paths on the server), and for its session."""
    began = time.perf_counter()
    cookie = fetch_all(url, files)
    loaded = time.perf_counter()
    run_session(url, cookie)
    return loaded - began, time.perf_counter() - loaded


def fetch_all(url: str, files: list[str]) -> str:
    """Ask for the page, then for its files; the cookie that came with the page."""
    address = urlsplit(url)
    connections = local()

    def fetch(path: str, accept: str = "*/*") -> str:
        if not hasattr(connections, "own"):
            connections.own = http.client.HTTPConnection(address.netloc, timeout=PATIENCE_SECONDS)
        headers = {"Accept": accept, "Accept-Encoding": "gzip"}
        connections.own.request("GET", path, headers=headers)
        answer = connections.own.getresponse()
        answer.read()
        if answer.status != 200:
            raise ConnectionError(f"{path} answered {answer.status}")
        return str(answer.getheader("Set-Cookie") or "").partition(";")[0]

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        cookie = pool.submit(fetch, f"{address.path}?{address.query}", "text/html").result()
        list(pool.map(fetch, files))
    return cookie


def run_session(url: str, cookie: str) -> None:
    """Run the page's script once, as a browser has it run at its first visit.

    Raises:
        RuntimeError: the script failed.
    """
    address = urlsplit(url)
    message = BackMsg()
    message.rerun_script.page_name = address.path.strip("/")
    message.rerun_script.query_string = address.query
    with connect(
        f"ws://{address.netloc}/_stcore/stream",
        subprotocols=["streamlit"],  # type: ignore[list-item]
        additional_headers={"Cookie": cookie},
        max_size=None,
    ) as session:
        session.send(message.SerializeToString())
        while True:
            answer = ForwardMsg.FromString(session.recv(PATIENCE_SECONDS, decode=False))
            if answer.WhichOneof("type") == "script_finished":
                if answer.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY:
                    raise RuntimeError(f"the script ended with {answer.script_finished}")
                return


def main(url: str, times: int, files: list[str]) -> None:
    for _ in range(times):
        loading, running = visit(url, files)
        print(*(f"{1000 * value:.1f}" for value in (loading, running, loading + running)))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.stdin.read().split())
