"""What the server does: once, when it starts and when it ends; and before each page it sends."""

import os
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import psutil
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cnnlib.runs.client import SupervisorKeeper
from cnnlib.ui.people import COOKIE, SECRET

FIRST_PAGE_SECONDS = 3.0
YEAR_SECONDS = 365 * 24 * 3600


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Keep a supervisor running beside the app, in the background, soon after the first page."""
    answer_at_once()
    keeper = SupervisorKeeper(delay=FIRST_PAGE_SECONDS)
    keeper.start()
    try:
        yield
    finally:
        keeper.stop()


def answer_at_once() -> None:
    """Let no small answer wait in the system for the browser's receipt of the piece before it.

    Python sets TCP_NODELAY only for sockets that were made as TCP's by name, and Streamlit's was
    not: each small file and each poll waited for a receipt that systems hold back (Linux: 40 ms). A
    connection inherits the option from the socket that this process listens on.
    """
    with suppress(OSError, psutil.Error):  # an option less, and no reason not to serve
        for listening in psutil.Process().net_connections("tcp"):
            if listening.status == psutil.CONN_LISTEN and listening.fd >= 0:
                with socket.socket(fileno=os.dup(listening.fd)) as handle:
                    handle.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class PersonCookie:
    """Middleware: whoever opens a page gets a secret to be known by, or keeps theirs a year more.

    The cookie goes with the page itself, so the page's WebSocket already brings it along. Tabs that
    a browser opens all at once, at its very first visit, get a secret each; the last one stays.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _asks_for_page(connection := HTTPConnection(scope)):
            await self.app(scope, receive, send)
            return
        secret = connection.cookies.get(COOKIE, "")
        if not SECRET.fullmatch(secret):
            secret = secrets.token_urlsafe(32)

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.append("Set-Cookie", _make_cookie(secret, scope))
                headers["Cache-Control"] = "private, no-cache"  # no proxy gives it to another
            await send(message)

        await self.app(scope, receive, send_with_cookie)


def _asks_for_page(connection: HTTPConnection) -> bool:
    """Whether a browser goes to an address, rather than fetches a part of a page."""
    method = connection.scope["method"]
    return method == "GET" and "text/html" in connection.headers.get("accept", "")


def _make_cookie(secret: str, scope: Scope) -> str:
    secure = "; Secure" if scope["scheme"] == "https" else ""
    return f"{COOKIE}={secret}; Max-Age={YEAR_SECONDS}; Path=/; HttpOnly; SameSite=Lax{secure}"
