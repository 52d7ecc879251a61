"""Who looks at a page, and whether a run is theirs to control.

There is no sign-in on an intranet. Each browser gets a random secret in a cookie; the store and
the pages only ever see a hash of it, the person's id, which tells nothing of the secret. Whoever
has signed in by Streamlit's own `st.login` is known by that instead.
"""

import hashlib
import hmac
import re
from urllib.parse import urlsplit

import streamlit as st

from cnnlib import settings
from cnnlib.errors import RunError
from cnnlib.runs.records import Run
from cnnlib.runs.store import open_store
from cnnlib.runs.store.people import read_names

COOKIE = "cnnlab_person"
SECRET = re.compile(r"[A-Za-z0-9_-]{43}")  # what `secrets.token_urlsafe(32)` gives
ID_LETTERS = 20
_LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
NOT_YOURS = "This run is somebody else's: look on, or start your own with the same settings."


def current_person() -> str:
    """The id of who looks at this page; "" where that cannot be known, in a test for instance."""
    if st.user.get("is_logged_in"):
        name = st.user.get("sub") or st.user.get("email")
        return make_id("login", f"{st.user.get('iss')} {name}")
    secret = str(st.context.cookies.get(COOKIE, ""))  # AppTest has a mock there
    return make_id("browser", secret) if SECRET.fullmatch(secret) else ""


def make_id(kind: str, secret: str) -> str:
    """A person's id, hexadecimal: a hash that does not lead back to the secret."""
    digest = hmac.new(b"cnnlab person", f"{kind} {secret}".encode(), hashlib.sha256)
    return digest.hexdigest()[:ID_LETTERS]


def is_host() -> bool:
    """Whether the browser runs on the server's own machine, and came by its local name.

    Behind a reverse proxy everybody's connection comes from the proxy, perhaps on this machine:
    so nobody is the host whose request was forwarded, or who asked for another name than this
    machine's own, "localhost" (which also stops pages of other sites from acting for the host).
    Who comes through an SSH tunnel cannot be told from who sits here: so there is a setting.
    """
    if not settings.host_controls():
        return False
    headers = st.context.headers
    if st.context.ip_address is not None or any(name in headers for name in _FORWARDED):
        return False
    if not _names_this_machine(f"//{headers.get('host', '')}"):
        return False
    return "origin" not in headers or _names_this_machine(headers["origin"])


def _names_this_machine(url: str) -> bool:
    try:
        return urlsplit(url).hostname in _LOCAL_NAMES
    except ValueError:  # no address at all
        return False


def may_control(run: Run) -> bool:
    """Whether who looks at this page may stop, change or delete `run`.

    It is their own, or nobody's (one that a command line started), or they sit at the server.
    Ask at the moment of the action: what a page has drawn may be old.
    """
    return not run.owner or run.owner == current_person() or is_host()


def require_control(run: Run) -> None:
    """
    Raises:
        RunError: the run is somebody else's.
    """
    if not may_control(run):
        raise RunError(NOT_YOURS)


def person_names() -> dict[str, str]:
    """The names that people gave themselves, by their ids; as they wrote them, so escape them."""
    return read_names(open_store().database)


def describe_person(person: str, names: dict[str, str], me: str | None = None) -> str:
    """What to call a person: "you", their name, or a short piece of the id; "" for nobody.

    Args:
        me: `current_person()`, from who asks for many.
    """
    if not person:
        return ""
    if person == (current_person() if me is None else me):
        return "you"
    return names.get(person) or f"guest {person[:4]}"
