"""Pretend that a certain browser looks at a page."""

import pytest
from streamlit.runtime import context

from cnnlib.ui import people

SECRET, OTHER = "s" * 43, "o" * 43
ME, SOMEBODY = people.make_id("browser", SECRET), people.make_id("browser", OTHER)


class Client:
    """What Streamlit knows of a browser's connection."""

    def __init__(self, ip: str | None, headers: dict[str, str], secret: str) -> None:
        self.remote_ip = ip
        self.headers = list(headers.items())
        self.cookies = {people.COOKIE: secret} if secret else {}


def arrive(
    monkeypatch: pytest.MonkeyPatch,
    secret: str = SECRET,
    ip: str | None = "10.0.0.7",
    **headers: str,
) -> None:
    """From now on a page is looked at by the browser with this cookie, address and headers."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    monkeypatch.setattr(context, "_get_client_context", lambda: Client(ip, named, secret))
