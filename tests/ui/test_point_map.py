"""The map of images: what the browser gets, and what of its answers is believed."""

import base64
import re
from types import SimpleNamespace

import numpy as np
import pytest

from cnnlib.ui import point_map as module
from cnnlib.ui.areas import MOST_CORNERS
from cnnlib.ui.components import read_asset
from cnnlib.ui.point_map import MapEvents, Says, point_map
from cnnlib.ui.sheets import Sheet

HTML, CSS = (read_asset(f"point_map.{kind}") for kind in ("html", "css"))
JS = "\n".join(read_asset(name) for name in module._SCRIPTS)
SHEET = Sheet("a" * 32, 2, (32, 32), 28, 28)


@pytest.fixture
def drawn(monkeypatch):
    """Draws a map of three points in a browser that answers what a test says."""
    heard: list[tuple[str, object]] = []
    mounted: dict[str, object] = {}
    state: dict[str, dict[str, object]] = {"map": {}}
    monkeypatch.setattr(module, "load_component", lambda *_: lambda **given: mounted.update(given))
    monkeypatch.setattr(module.st, "session_state", state)
    point_map(
        np.array([[0, 9999], [5000, 4000], [1, 2]], np.uint16),
        labels=[2, 0, 1],
        indices=[7, 70_000, 12],
        class_names=["a", "<b>", "c"],
        split="test",
        sheet=SHEET,
        events=MapEvents(
            lambda area: heard.append(("area", area)),
            lambda number: heard.append(("pick", number)),
            lambda labels: heard.append(("hide", labels)),
        ),
        key="map",
        hidden=(1,),
        says=Says(np.array([0, 0, 2]), np.array([0.5, 0.994, 1.0], np.float32)),
    )

    def answer(name: str, value: object) -> list[tuple[str, object]]:
        heard.clear()
        state["map"] = {name: value}
        mounted[f"on_{name}_change"]()
        return list(heard)

    return SimpleNamespace(data=mounted["data"], answer=answer)


def decode(text: str, kind: str) -> list[int]:
    return np.frombuffer(base64.b64decode(text), kind).tolist()


def test_the_browser_gets_all_points_as_numbers(drawn) -> None:
    data = drawn.data
    assert decode(data["points"], "<u2") == [0, 9999, 5000, 4000, 1, 2]
    assert decode(data["labels"], "<u2") == [2, 0, 1]
    assert decode(data["indices"], "<u4") == [7, 70_000, 12]
    assert decode(data["says"]["percent"], "<u2") == [50, 99, 100]
    assert data["sheet"]["url"] == f"api/sheets/{'a' * 32}"
    assert data["classes"] == ["a", "<b>", "c"]
    assert data["hidden"] == [1]


@pytest.mark.parametrize(
    ("name", "value", "heard"),
    [
        ("area", "1.1-2.2-3.3", [("area", "1.1-2.2-3.3")]),
        ("area", "", [("area", "")]),
        ("area", "1.1-2.2", []),
        ("area", "<script>", []),
        ("area", None, []),
        ("area", 5, []),
        ("picked", 2, [("pick", 2)]),
        ("picked", 3, []),
        ("picked", -1, []),
        ("picked", True, []),
        ("picked", "1", []),
        ("hidden", [2, 0, 2], [("hide", [0, 2])]),
        ("hidden", [], [("hide", [])]),
        ("hidden", [3], []),
        ("hidden", ["0"], []),
        ("hidden", {"0": 1}, []),
    ],
)
def test_only_answers_that_make_sense_are_believed(drawn, name, value, heard) -> None:
    assert drawn.answer(name, value) == heard


def test_html_css_and_script_agree() -> None:
    written = set(re.findall(r"cnnlab-map[\w-]*", HTML))
    assert set(re.findall(r"\.(cnnlab-map[\w-]*)", CSS + JS)) <= written
    done = set(re.findall(r'data-do="(\w+)"', HTML))
    assert done == set(re.findall(r"^      (\w+): \(\) =>", JS, re.MULTILINE))
    assert int(re.search(r"MOST_CORNERS = (\d+)", JS).group(1)) <= MOST_CORNERS
