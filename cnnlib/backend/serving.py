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
    root: str
    secret: str
    leases: dict[object, bool]
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
            self._hold(supervisor, request, stream)
        elif op == "ask":
            arguments = request.get("arguments")
            supervisor.answer(str(request.get("question")), dict(arguments or {}), stream)
        elif op in ("hello", "wake"):
            supervisor.wake()
            protocol.write_line(stream, {"ok": True, "warm": supervisor.warm.is_set()})
        else:
            protocol.write_line(stream, {"error": f"Unknown request. Received: {op!r}."})

    def _hold(self, supervisor: Answering, request: dict[str, Any], stream: Any) -> None:
        """Keep the line of an app; newer code in the supervisor's own folder makes it retire.

        An app of another folder (a second checkout on one CNNLIB_HOME) shares the supervisor as
        long as an app of its own folder is there: they would retire each other's without end.
        """
        own = request.get("root") == supervisor.root
        differs = request.get("code") != supervisor.code
        supervisor.leases[self] = own
        try:
            if own and differs:
                supervisor.retiring = True
            while not supervisor.ended:  # or an OSError comes: the app has gone
                protocol.write_line(stream, {"ok": True})
                time.sleep(protocol.PING_SECONDS)
                if differs and not any(list(supervisor.leases.values())):
                    supervisor.retiring = True
        finally:
            supervisor.leases.pop(self, None)


class _Duplex:
    """The handler's two streams as the one that the protocol speaks on."""

    def __init__(self, reader: Any, writer: Any) -> None:
        self.readline = reader.readline
        self.write = writer.write
        self.flush = writer.flush
