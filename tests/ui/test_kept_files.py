"""Files that never change are asked for once, packed once, and arrive as they are."""

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from cnnlib.ui import kept_files
from cnnlib.ui.kept_files import KeptFiles

SCRIPT = "let answer = 42;\n" * 1_000
FOREVER = {"Cache-Control": "public, immutable, max-age=31536000"}
CONTROLS = {
    "script": FOREVER["Cache-Control"],
    "page": "no-cache",
    "sheet": "private, max-age=86400, immutable",
    "media": "public",
}


@pytest.fixture
def asked() -> list[str]:
    """What the app behind the middleware was asked for."""
    return []


@pytest.fixture
def web(asked: list[str]) -> TestClient:
    def send(request: Request) -> Response:
        asked.append(request.url.path)
        name = request.path_params["name"]
        if name == "picture":
            return Response(b"\x89PNG" * 1_000, media_type="image/png", headers=FOREVER)
        if name == "broken":
            return StreamingResponse(break_off(), headers=FOREVER)
        return PlainTextResponse(SCRIPT, headers={"Cache-Control": CONTROLS[name], "ETag": '"1"'})

    async def break_off():
        yield b"half"
        raise ConnectionError

    routes = [Route("/{name}", send)]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(KeptFiles)]))


def test_a_file_that_never_changes_is_packed_once_and_the_same(web, asked) -> None:
    first, second, third = (web.get("/script") for _ in range(3))
    assert first.text == second.text == third.text == SCRIPT
    assert asked == ["/script"]
    assert second.headers["content-encoding"] == "gzip"
    assert int(second.headers["content-length"]) < len(SCRIPT) / 10
    assert second.headers["cache-control"] == FOREVER["Cache-Control"]
    assert second.headers["content-type"] == first.headers["content-type"]
    assert "Accept-Encoding" in second.headers["vary"]
    assert "etag" not in second.headers, "these are other bytes than those that bore it"


def test_what_is_packed_already_is_kept_as_it_is(web, asked) -> None:
    answers = [web.get("/picture") for _ in range(2)]
    assert answers[1].content == answers[0].content == b"\x89PNG" * 1_000
    assert "content-encoding" not in answers[1].headers
    assert asked == ["/picture"]


@pytest.mark.parametrize("name", ["page", "sheet", "media"])
def test_what_may_change_or_is_one_persons_is_asked_for_each_time(web, asked, name: str) -> None:
    assert [web.get(f"/{name}").text for _ in range(2)] == [SCRIPT] * 2
    assert asked == [f"/{name}"] * 2


@pytest.mark.parametrize(
    "headers",
    [{"Accept-Encoding": "identity"}, {"Range": "bytes=0-9"}, {"If-None-Match": '"1"'}],
)
def test_who_wants_it_otherwise_asks_the_app_itself(web, asked, headers) -> None:
    web.get("/script")
    answer = web.get("/script", headers=headers)
    assert asked == ["/script"] * 2
    assert "content-encoding" not in answer.headers


def test_invented_addresses_take_no_memory(web, asked) -> None:
    for number in (1, 1):
        web.get(f"/script?v={number}")
    assert asked == ["/script"] * 2


def test_an_answer_that_broke_off_is_not_kept(web, asked) -> None:
    for _ in range(2):
        with pytest.raises(ConnectionError):
            web.get("/broken")
    assert asked == ["/broken"] * 2


def test_memory_has_a_bound(web, asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_files, "MOST_BYTES", 500)
    web.get("/script")  # some hundred bytes when packed
    web.get("/picture")
    assert web.get("/picture").content == b"\x89PNG" * 1_000
    web.get("/script")
    assert asked == ["/script", "/picture", "/picture"]
