"""Fetch a published file: resumed after a cut, and kept only if its hash is right.

Pooch checks the hash and puts the file in its place; the transfer itself is here, because Pooch's
own starts from nothing each time. What has arrived stays in a ``.part`` file for the next attempt.
"""

import logging
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cnnlib import settings
from cnnlib.data.cifar10 import ARCHIVE, SHA256
from cnnlib.data.dataset import Progress
from cnnlib.errors import DatasetError

if TYPE_CHECKING:
    import requests

MAX_BYTES = 512 * 2**20
BLOCK_BYTES = 256 * 1024
ATTEMPTS = 50
ATTEMPTS_WITHOUT_PROGRESS = 3
PAUSE_SECONDS = 1.0
TIMEOUT_SECONDS = (10.0, 30.0)  # to connect, between two blocks
_CONTENT_RANGE = re.compile(r"bytes (?:(\d+)-\d+|\*)/(\d+)")


@dataclass(frozen=True)
class Remote:
    """A file on the network.

    title: of the data set, for people.
    file: its name, here and there.
    known_hash: "sha256:…" or "md5:…", as its makers or Keras give it.
    setting: the environment variable that names a mirror.
    """

    title: str
    file: str
    url: str
    known_hash: str
    setting: str


def fetch_archive(progress: Progress, *, url: str | None = None, sha256: str = SHA256) -> Path:
    """Download the official CIFAR-10 archive: as `fetch`."""
    where = url or settings.cifar10_url()
    return fetch(
        Remote("CIFAR-10", ARCHIVE, where, f"sha256:{sha256}", "CNNLIB_CIFAR10_URL"), progress
    )


def fetch(remote: Remote, progress: Progress) -> Path:
    """Download a file and return where it lies, in CNNLIB_HOME's ``datasets/.downloads``.

    A file that an earlier call left there, whole or in part, is used. Call it under a lock.

    Raises:
        DatasetError: no connection, an answer that is not the file, a wrong hash, a full disk.
    """
    import pooch  # here, because it and requests take a while to import

    pooch.get_logger().setLevel(logging.ERROR)
    place = settings.datasets_dir() / ".downloads"
    part = place / f"{remote.file}.part"
    resumed = part.exists()
    try:
        path = pooch.retrieve(
            remote.url,
            known_hash=remote.known_hash,
            fname=remote.file,
            path=place,
            downloader=_Downloader(remote, part, progress),
        )
    except ValueError:  # Pooch's word for a wrong hash
        if resumed:  # perhaps the beginning was of another file: once more from nothing
            return fetch(remote, progress)
        hash_name = {"sha256": "SHA-256", "md5": "MD5"}[remote.known_hash.partition(":")[0]]
        raise DatasetError(
            f"The file at {_host(remote.url)} is not the official {remote.file} (its {hash_name} "
            f"differs), so it was thrown away. Try again later, or name a copy of {remote.file}."
        ) from None
    except OSError as error:
        raise DatasetError(
            f"The download to {place} failed: {error.strerror or error}. "
            f"Free some space, or set CNNLIB_HOME to a folder that can be written."
        ) from error
    return Path(path)


class _Downloader:
    """What Pooch calls to transfer a file: HTTP with Range requests into a ``.part`` file."""

    def __init__(self, remote: Remote, part: Path, progress: Progress) -> None:
        self._remote, self._part, self._progress = remote, part, progress

    def __call__(self, url: str, output_file: Any, pooch: object = None, **_: Any) -> None:
        import requests
        from urllib3.exceptions import HTTPError

        fruitless, reason = 0, ""
        for _attempt in range(ATTEMPTS):
            before = self._size()
            try:
                if self._transfer(url):
                    self._part.replace(output_file)
                    return
                reason = "the connection was cut"
            except (requests.RequestException, HTTPError) as error:
                reason = _reason(error)
                if isinstance(error, requests.HTTPError) and error.response.status_code < 500:
                    fruitless = ATTEMPTS_WITHOUT_PROGRESS
            fruitless = 0 if self._size() > before else fruitless + 1
            if fruitless >= ATTEMPTS_WITHOUT_PROGRESS:
                break
            time.sleep(PAUSE_SECONDS)
        kept = " What has arrived is kept: another attempt goes on from there."
        raise DatasetError(
            f"{self._remote.title} could not be downloaded from {_host(url)}: {reason}."
            f"{kept if self._size() else ''} "
            f"Without a network, copy {self._remote.file} to this machine and name that file."
        )

    def _size(self) -> int:
        return self._part.stat().st_size if self._part.exists() else 0

    def _transfer(self, url: str) -> bool:
        """One request for what is missing; True when the file is whole."""
        import requests

        have = self._size()
        headers = {"Accept-Encoding": "identity", "User-Agent": "cnn-lab"}
        if have:
            headers["Range"] = f"bytes={have}-"
        with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT_SECONDS) as response:
            if response.status_code == 416:  # nothing after what we have: whole, or not this file
                whole = _content_range(response) == (None, have)
                if not whole:
                    self._part.unlink()
                return whole
            response.raise_for_status()
            start, total = 0, int(response.headers.get("Content-Length") or 0)
            if response.status_code == 206:
                first, total = _content_range(response)
                if first != have:  # not what was asked for: start over
                    self._part.unlink()
                    return False
                start = have
            self._check_size(total)
            with self._part.open("ab" if start else "wb") as file:
                done = start
                for block in response.raw.stream(BLOCK_BYTES, decode_content=False):
                    file.write(block)
                    done += len(block)
                    self._check_size(done)
                    self._progress(
                        done / total if total else 0.0,
                        f"Downloading: {done / 1e6:.0f} of {max(done, total) / 1e6:.0f} MB",
                    )
            return done >= total

    def _check_size(self, size: int) -> None:
        if size > MAX_BYTES:
            self._part.unlink(missing_ok=True)
            raise DatasetError(
                f"The server offers {size / 1e6:,.0f} MB, far more than {self._remote.title} has, "
                f"so nothing was kept. Check {self._remote.setting}, or name a copy of "
                f"{self._remote.file}."
            )


def _content_range(response: "requests.Response") -> tuple[int | None, int]:
    match = _CONTENT_RANGE.match(response.headers.get("Content-Range", ""))
    if not match:
        return None, -1
    return (int(match[1]) if match[1] else None), int(match[2])


def _host(url: str) -> str:
    return (urlsplit(url).hostname or url).removeprefix("www.")


def _reason(error: Exception) -> str:
    import requests

    if isinstance(error, requests.HTTPError):
        return f"the server answered {error.response.status_code} {error.response.reason}"
    if isinstance(error, requests.Timeout):
        return "the server did not answer in time"
    if isinstance(error, requests.ConnectionError):
        return "this machine cannot reach it"
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.MissingSchema):
        return "the address is not valid"
    return "the connection was cut"
