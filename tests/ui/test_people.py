"""Who somebody is, whose a run is, and the cookie that a page brings along."""

import asyncio
import re
from functools import partial
from typing import Any

import pytest
import streamlit as st

from cnnlib.errors import RunError
from cnnlib.runs.config import RunConfig
from cnnlib.runs.records import Run
from cnnlib.runs.store import RunStore
from cnnlib.runs.store.people import read_names, write_name
from cnnlib.ui import people
from cnnlib.ui.server import PersonCookie
from tests.ui.made_people import OTHER, SECRET, arrive

AT_HOME = {"host": "localhost:8501", "origin": "http://localhost:8501"}


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch):
    return partial(arrive, monkeypatch)


def make_run(owner: str) -> Run:
    return Run("x", RunConfig(), "running", owner=owner)


def test_a_person_is_a_hash_of_the_secret_that_stays_the_same(connect) -> None:
    connect(SECRET)
    me = people.current_person()
    assert re.fullmatch(r"[0-9a-f]{20}", me)
    assert SECRET not in me
    connect(OTHER)
    assert people.current_person() not in ("", me)
    connect(SECRET)
    assert people.current_person() == me


@pytest.mark.parametrize("secret", ["", "short", "x" * 44, "é" * 43, "a" * 42 + "\n", "0" * 20])
def test_a_cookie_that_the_lab_did_not_make_is_nobody(connect, secret: str) -> None:
    connect(secret)
    assert people.current_person() == ""


def test_a_sign_in_goes_before_the_cookie(connect, monkeypatch: pytest.MonkeyPatch) -> None:
    connect(SECRET)
    by_cookie = people.current_person()
    user = {"is_logged_in": True, "iss": "https://id.school", "sub": "17"}
    monkeypatch.setattr(st, "user", user)
    assert people.current_person() not in ("", by_cookie)
    monkeypatch.setattr(st, "user", {**user, "is_logged_in": False})
    assert people.current_person() == by_cookie


def test_runs_are_controlled_by_their_owner_and_those_of_nobody_by_all(connect) -> None:
    connect(SECRET)
    mine = make_run(people.current_person())
    assert people.may_control(mine)
    connect(OTHER)
    assert not people.may_control(mine)
    assert people.may_control(make_run(""))
    with pytest.raises(RunError, match="somebody else's"):
        people.require_control(mine)
    connect("")  # a browser that refuses cookies owns nothing
    assert not people.may_control(mine)


@pytest.mark.parametrize(
    ("ip", "headers", "host"),
    [
        ("127.0.0.1", AT_HOME, True),
        ("::1", {"host": "[::1]:8501", "origin": "http://[::1]:8501"}, True),
        ("127.0.0.1", {"host": "127.0.0.1:8501"}, True),
        ("10.0.0.7", AT_HOME, False),
        # A proxy on this machine that says whom it speaks for, or keeps the name asked for, or
        # only leaves the page's own address.
        ("127.0.0.1", {**AT_HOME, "x_forwarded_for": "10.0.0.7"}, False),
        ("127.0.0.1", {**AT_HOME, "x_forwarded_for": "127.0.0.1"}, False),
        ("127.0.0.1", {**AT_HOME, "forwarded": "for=10.0.0.7"}, False),
        ("127.0.0.1", {"host": "lab.school", "origin": "http://lab.school"}, False),
        ("127.0.0.1", {"host": "127.0.0.1:8501", "origin": "http://lab.school"}, False),
        ("127.0.0.1", {"host": "localhost.evil.example"}, False),
        ("127.0.0.1", {"host": "127.0.0.1:8501", "origin": "null"}, False),
        ("127.0.0.1", {"host": "[localhost"}, False),
        ("127.0.0.1", {}, False),
        (None, {}, False),  # a test without a browser
    ],
)
def test_the_host_is_who_sits_at_the_server(connect, ip, headers, host: bool) -> None:
    connect(OTHER, ip, **headers)
    assert people.is_host() is host
    assert people.may_control(make_run("a" * 20)) is host


def test_where_people_share_a_machine_by_tunnels_nobody_is_the_host(connect, monkeypatch) -> None:
    connect(OTHER, "127.0.0.1", **AT_HOME)
    monkeypatch.setenv("CNNLIB_HOST_CONTROLS", "0")
    assert not people.is_host()
    assert not people.may_control(make_run("a" * 20))
    monkeypatch.setenv("CNNLIB_HOST_CONTROLS", "1")
    assert people.is_host()


def ask_server(
    headers: dict[str, str], scheme: str = "http", method: str = "GET"
) -> dict[str, str]:
    """The headers of the answer to a request, through the middleware."""
    sent: list[dict[str, Any]] = []

    async def app(scope, receive, send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"page"})

    async def keep(message) -> None:
        sent.append(message)

    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "scheme": scheme, "path": "/", "headers": raw}
    asyncio.run(PersonCookie(app)(scope, None, keep))  # type: ignore[arg-type]
    return {name.decode(): value.decode() for name, value in sent[0]["headers"]}


def test_the_first_page_brings_a_secret_that_scripts_cannot_read() -> None:
    page = {"accept": "text/html,*/*"}
    first, second = (ask_server(page)["set-cookie"] for _ in range(2))
    assert first != second
    secret = re.match(rf"{people.COOKIE}=([^;]+);", first)[1]
    assert people.SECRET.fullmatch(secret)
    parts = first.split("; ")
    assert {"HttpOnly", "SameSite=Lax", "Max-Age=31536000", "Path=/"} <= set(parts)
    assert "Secure" not in parts
    assert "Secure" in ask_server(page, scheme="https")["set-cookie"].split("; ")
    # Who comes back keeps theirs; a made-up one is replaced.
    again = ask_server({**page, "cookie": f"{people.COOKIE}={secret}"})
    assert f"={secret};" in again["set-cookie"]
    assert "private" in again["cache-control"]
    assert "=x;" not in ask_server({**page, "cookie": f"{people.COOKIE}=x"})["set-cookie"]


def test_parts_of_a_page_bring_no_cookie() -> None:
    assert ask_server({"accept": "*/*"}) == {}
    assert ask_server({"accept": "text/html"}, method="POST") == {}


def test_names_are_kept_and_nobody_takes_anothers(lab_home) -> None:
    database = RunStore().database
    write_name(database, "a", "  Ada   Lovelace ")
    assert read_names(RunStore().database) == {"a": "Ada Lovelace"}
    with pytest.raises(RunError, match="Somebody else"):
        write_name(database, "b", "ada lovelace")
    write_name(database, "a", "ADA LOVELACE")  # her own, spelt anew
    with pytest.raises(RunError, match="at most 40"):
        write_name(database, "b", "x" * 41)
    write_name(database, "a", "")
    assert read_names(database) == {}
    write_name(database, "b", "Ada Lovelace")


@pytest.mark.parametrize(
    "name",
    ["you", "You", "guest 1a2b", "Ada\u200b", "\u202eadA", "\uff21da", "\ufb01n", "yo\uff55"],
)
def test_nobody_passes_for_another_by_a_name_that_looks_like_theirs(lab_home, name: str) -> None:
    database = RunStore().database
    write_name(database, "a", "Ada")
    write_name(database, "f", "Fin")
    with pytest.raises(RunError):
        write_name(database, "b", name)
    write_name(database, "b", "Guest speaker")


def test_people_are_described_without_their_secret(connect) -> None:
    connect(SECRET)
    me = people.current_person()
    assert people.describe_person(me, {me: "Ada"}) == "you"
    assert people.describe_person("abcdef", {"abcdef": "Ben"}) == "Ben"
    assert people.describe_person("abcdef", {}) == "guest abcd"
    assert people.describe_person("", {}) == ""
