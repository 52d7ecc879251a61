"""What a page has asked of its server, and whether the server has begun and ended: off the wire.

A page calls itself «notRunning» until the server's first answer to a click has come and is drawn.
On a busy machine that is long after the click.
"""

from playwright.sync_api import Page, WebSocket
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

STREAM = "/_stcore/stream"


class Reruns:
    """Follows the reruns of one page; those that a fragment asks for by its clock are nobody's."""

    def __init__(self, page: Page) -> None:
        self._asked: list[str] = []  # the fragment of each that has not begun; "" for the page
        self._is_running = False
        page.on("websocket", self._listen)

    @property
    def are_over(self) -> bool:
        return not self._asked and not self._is_running

    def _listen(self, socket: WebSocket) -> None:
        if STREAM in socket.url:
            self._forget()
            socket.on("framesent", self._note_asked)
            socket.on("framereceived", self._note_answered)
            socket.on("close", lambda _: self._forget())

    def _forget(self) -> None:
        self._asked, self._is_running = [], False

    def _note_asked(self, payload: bytes | str) -> None:
        if isinstance(payload, bytes):
            message = BackMsg.FromString(payload)
            rerun = message.rerun_script
            if message.WhichOneof("type") == "rerun_script" and not rerun.is_auto_rerun:
                self._asked.append(rerun.fragment_id)

    def _note_answered(self, payload: bytes | str) -> None:
        if not isinstance(payload, bytes):
            return
        message = ForwardMsg.FromString(payload)
        match message.WhichOneof("type"):
            case "new_session":  # a run begins: of these fragments, or of the whole page
                begun = message.metadata.run.fragment_ids
                self._asked = [asked for asked in self._asked if begun and asked not in begun]
                self._is_running = True
            case "session_status_changed":
                self._is_running = message.session_status_changed.script_is_running
