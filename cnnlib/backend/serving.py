"""How the supervisor is spoken to: one conversation a connection, a JSON object a line."""

import secrets
import socketserver
import threading
import time
from typing import Any, Protocol

from cnnlib.runs import protocol


class Answering(Protocol):
    """The supervisor, as far as conversations need it."""

    code: str
    secret: str
    leases: set[object]
    retiring: bool
    ended: bool
    warm: threading.Event

    def wake(self) -> None: ...

    def answer(self, question: str, arguments: dict[str, Any], stream: protocol.Stream) -> None: ...


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    supervisor: Answering


class Handler(socketserver.StreamRequestHandler):
    """One conversation: a request, then its answers."""

    server: Server
    timeout = 10.0

    def handle(self) -> None:
        supervisor = self.server.supervisor
        stream: Any = _Duplex(self.rfile, self.wfile)
        try:
            request = protocol.read_line(stream)
            if request is None or not secrets.compare_digest(
                str(request.get("secret", "")), supervisor.secret
            ):
                return
            self._serve(supervisor, request, stream)
        except OSError:
            pass  # the other side went away

    def _serve(self, supervisor: Answering, request: dict[str, Any], stream: Any) -> None:
        op = request.get("op")
        if op == "lease":
            if request.get("code") != supervisor.code:
                supervisor.retiring = True
            self._hold(supervisor, stream)
        elif op == "ask":
            arguments = request.get("arguments")
            supervisor.answer(str(request.get("question")), dict(arguments or {}), stream)
        elif op in ("hello", "wake"):
            supervisor.wake()
            protocol.write_line(stream, {"ok": True, "warm": supervisor.warm.is_set()})
        else:
            protocol.write_line(stream, {"error": f"Unknown request. Received: {op!r}."})

    def _hold(self, supervisor: Answering, stream: Any) -> None:
        supervisor.leases.add(self)
        try:
            while not supervisor.ended:  # or an OSError comes: the app has gone
                protocol.write_line(stream, {"ok": True})
                time.sleep(protocol.PING_SECONDS)
        finally:
            supervisor.leases.discard(self)


class _Duplex:
    """The handler's two streams as the one that the protocol speaks on."""

    def __init__(self, reader: Any, writer: Any) -> None:
        self.readline = reader.readline
        self.write = writer.write
        self.flush = writer.flush
