"""How the server's connections behave."""

import socket

from cnnlib.ui.server import answer_at_once


def test_small_answers_do_not_wait_for_the_browsers_receipts() -> None:
    """Streamlit makes its socket without naming TCP, and then Python leaves the option off."""
    with socket.socket(socket.AF_INET) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        answer_at_once()
        with socket.create_connection(listening.getsockname()):
            accepted, _ = listening.accept()
            with accepted:
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
