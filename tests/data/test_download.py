import hashlib
import random
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from cnnlib import settings
from cnnlib.data import download, load
from cnnlib.errors import DatasetError
from tests.data.cifar_files import make_files, write_archive

CONTENT = random.Random(7).randbytes(900_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Server(ThreadingHTTPServer):
    """Serves `content`; what it does wrongly is set by the tests. Remembers all requests."""

    daemon_threads = True
    content = CONTENT
    cuts: list[int]  # after how many bytes each answer is cut; no more cuts when used up
    ranges = True
    status: int | None = None
    wrong_range = False
    length: int | None = None
    asked: list[str | None]

    def handle_error(self, request, client_address):
        pass


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self):
        server = self.server
        wanted = self.headers.get("Range")
        server.asked.append(wanted)
        if server.status:
            self.send_error(server.status)
            return
        start = int(wanted[6:-1]) if wanted and server.ranges else 0
        if start >= len(server.content):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(server.content)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = server.content[start:]
        self.send_response(206 if wanted and server.ranges else 200)
        if wanted and server.ranges:
            said = 0 if server.wrong_range else start
            last = len(server.content) - 1
            self.send_header("Content-Range", f"bytes {said}-{last}/{len(server.content)}")
        self.send_header("Content-Length", str(server.length or len(body)))
        self.end_headers()
        self.wfile.write(body[: server.cuts.pop(0)] if server.cuts else body)

    def log_message(self, *args):
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(download, "PAUSE_SECONDS", 0.01)
    with Server(("127.0.0.1", 0), Handler) as server:
        server.cuts, server.asked = [], []
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def fetch(server, sha256=SHA256, progress=lambda fraction, text: None):
    url = f"http://127.0.0.1:{server.server_port}/cifar-10-python.tar.gz"
    return download.fetch_archive(progress, url=url, sha256=sha256)


def part():
    return settings.datasets_dir() / ".downloads" / "cifar-10-python.tar.gz.part"


def test_downloads_with_progress(server):
    seen: list[float] = []
    path = fetch(server, progress=lambda fraction, text: seen.append(fraction))
    assert path.read_bytes() == CONTENT
    assert server.asked == [None]
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert not part().exists()


def test_goes_on_after_cuts(server):
    server.cuts = [300_000, 300_000]
    assert fetch(server).read_bytes() == CONTENT
    assert server.asked == [None, "bytes=300000-", "bytes=600000-"]


def test_the_next_call_goes_on_where_the_last_one_failed(server):
    server.cuts = [500_000, 0, 0, 0, 0]
    with pytest.raises(DatasetError, match="goes on from there"):
        fetch(server)
    assert part().read_bytes() == CONTENT[:500_000]
    server.cuts, server.asked = [], []
    assert fetch(server).read_bytes() == CONTENT
    assert server.asked == ["bytes=500000-"]


def test_starts_over_when_the_server_knows_no_ranges(server):
    server.cuts, server.ranges = [300_000], False
    assert fetch(server).read_bytes() == CONTENT
    assert server.asked == [None, "bytes=300000-"]


def test_starts_over_when_the_server_sends_another_range(server):
    server.cuts, server.wrong_range = [300_000], True
    assert fetch(server).read_bytes() == CONTENT
    assert server.asked == [None, "bytes=300000-", None]


def test_a_part_that_is_whole_is_enough(server):
    part().parent.mkdir(parents=True)
    part().write_bytes(CONTENT)
    assert fetch(server).read_bytes() == CONTENT
    assert server.asked == [f"bytes={len(CONTENT)}-"]


def test_a_part_that_is_too_long_is_thrown_away(server):
    part().parent.mkdir(parents=True)
    part().write_bytes(CONTENT + b"more")
    assert fetch(server).read_bytes() == CONTENT
    assert server.asked[-1] is None


def test_a_part_of_another_file_is_thrown_away(server):
    part().parent.mkdir(parents=True)
    part().write_bytes(b"?" * 1000)
    assert fetch(server).read_bytes() == CONTENT
    assert server.asked == ["bytes=1000-", None]


def test_a_file_that_is_already_there_is_used(server):
    fetch(server)
    server.asked.clear()
    assert fetch(server).read_bytes() == CONTENT
    assert server.asked == []


def test_a_wrong_file_is_refused_and_removed(server):
    server.content = b"<html>log in first</html>"
    with pytest.raises(DatasetError, match="SHA-256"):
        fetch(server)
    assert list(part().parent.iterdir()) == []


@pytest.mark.parametrize(("status", "requests"), [(404, 1), (403, 1), (503, 3)])
def test_an_error_answer_is_one_line(server, status, requests):
    server.status = status
    with pytest.raises(DatasetError, match=str(status)) as caught:
        fetch(server)
    assert "\n" not in str(caught.value)
    assert "name that file" in str(caught.value)
    assert len(server.asked) == requests


def test_a_server_that_always_cuts_is_given_up(server):
    server.cuts = [0] * 100
    with pytest.raises(DatasetError, match="could not be downloaded"):
        fetch(server)
    assert len(server.asked) == 3


def test_a_file_of_an_absurd_size_is_not_kept(server, monkeypatch):
    server.length = 10**12
    with pytest.raises(DatasetError, match="1,000,000 MB"):
        fetch(server)
    assert list(part().parent.iterdir()) == []


def test_no_connection_is_one_friendly_line(server):
    server.shutdown()
    server.server_close()
    with pytest.raises(DatasetError, match=r"cannot reach it.*name that file"):
        fetch(server)


@pytest.mark.parametrize("url", ["nonsense", "http://", "ftp://example.invalid/x"])
def test_a_bad_mirror_address_is_one_line(url, monkeypatch):
    monkeypatch.setattr(download, "PAUSE_SECONDS", 0.01)
    monkeypatch.setenv("CNNLIB_CIFAR10_URL", url)
    with pytest.raises(DatasetError, match="could not be downloaded"):
        load("cifar10")


def test_load_downloads_and_imports(server, tmp_path, monkeypatch):
    content = write_archive(tmp_path / "a.tar.gz", make_files()).read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    server.content, server.cuts = content, [len(content) // 2]
    monkeypatch.setattr("cnnlib.data.cifar10.SHA256", digest)
    monkeypatch.setattr(download.fetch_archive, "__kwdefaults__", {"url": None, "sha256": digest})
    monkeypatch.setenv("CNNLIB_CIFAR10_URL", f"http://127.0.0.1:{server.server_port}/x")
    dataset = load("cifar10")
    assert len(dataset.train) == 60
    assert dataset.source == "official archive, SHA-256 verified"
    assert len(server.asked) == 2
    assert list(part().parent.iterdir()) == []


def test_two_at_once_download_once(server, tmp_path, monkeypatch):
    content = write_archive(tmp_path / "a.tar.gz", make_files()).read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    server.content = content
    monkeypatch.setattr(download.fetch_archive, "__kwdefaults__", {"url": None, "sha256": digest})
    monkeypatch.setenv("CNNLIB_CIFAR10_URL", f"http://127.0.0.1:{server.server_port}/x")
    found = []
    threads = [threading.Thread(target=lambda: found.append(load("cifar10"))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [len(dataset.train) for dataset in found] == [60] * 3
    assert len(server.asked) == 1
