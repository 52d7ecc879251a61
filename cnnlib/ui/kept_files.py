"""Files that never change, Streamlit's scripts above all: packed once, then sent from memory.

A first visit asks for more than a hundred of them, megabytes in all, and Streamlit reads and sends
them as they are each time. A class that comes in at nine would wait for its wireless network, while
trainings need the processor.
"""

import gzip

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 32_000_000  # in memory, all files together
FEWEST_BYTES = 1_000  # smaller ones gain nothing by being packed
LEVEL = 6
PACKED_TYPES = ("text/", "application/javascript", "application/json", "image/svg")
NOT_KEPT = ("content-length", "content-encoding", "vary", "etag", "last-modified", "accept-ranges")
COMING_BACK = ("range", "if-none-match", "if-modified-since")  # asks for a part, or for nothing


class KeptFiles:
    """Middleware: answers that call themselves public and immutable are kept, packed."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._kept: dict[str, Response] = {}
        self._bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _asks_for_packed_file(scope):
            await self.app(scope, receive, send)
        elif (kept := self._kept.get(scope["path"])) is not None:
            await kept(scope, receive, send)
        else:
            listener = _Listener(send)
            await self.app(scope, receive, listener.send)
            if listener.is_whole:
                await self._keep(scope["path"], listener)

    async def _keep(self, path: str, listener: "_Listener") -> None:
        response = await run_in_threadpool(_pack, listener.headers, b"".join(listener.pieces))
        size = len(response.body)
        if path not in self._kept and self._bytes + size <= MOST_BYTES:
            self._kept[path] = response
            self._bytes += size


class _Listener:
    """Hears an answer while it is sent, if it is one to keep.

    Attributes:
        headers, pieces: the answer's.
        is_whole: whether it was heard from its beginning to its end.
    """

    def __init__(self, send: Send) -> None:
        self.headers = Headers()
        self.pieces: list[bytes] = []
        self.is_whole = False
        self._send = send
        self._listens = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.headers = Headers(raw=message["headers"])
            self._listens = message["status"] == 200 and _never_changes(self.headers)
        elif message["type"] == "http.response.body" and self._listens:
            self.pieces.append(bytes(message.get("body", b"")))
            self.is_whole = not message.get("more_body", False)
        await self._send(message)


def _asks_for_packed_file(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return (
        scope["method"] == "GET"
        and not scope["query_string"]
        and "gzip" in headers.get("accept-encoding", "")
        and not any(name in headers for name in COMING_BACK)
    )


def _never_changes(headers: Headers) -> bool:
    control = headers.get("cache-control", "")
    return "public" in control and "immutable" in control and "set-cookie" not in headers


def _pack(headers: Headers, body: bytes) -> Response:
    kept = {name: value for name, value in headers.items() if name not in NOT_KEPT}
    encoding = headers.get("content-encoding")
    packable = headers.get("content-type", "").startswith(PACKED_TYPES)
    if encoding is None and packable and len(body) >= FEWEST_BYTES:
        body, encoding = gzip.compress(body, LEVEL), "gzip"
    if encoding is not None:
        kept["content-encoding"] = encoding
    return Response(body, headers={**kept, "vary": "Accept-Encoding"})
