"""The live run's Python side and the agreement between its HTML and its JavaScript."""

import json
import re
from collections import Counter

import pytest
from streamlit.testing.v1 import AppTest

from cnnlib.ui import live_run as module
from cnnlib.ui.components import read_asset

HTML, CSS = read_asset("live_run.html"), read_asset("live_run.css")
JS = "\n".join(read_asset(name) for name in module._SCRIPTS)


def test_the_component_mounts_with_its_run() -> None:
    def page() -> None:
        import streamlit as st

        from cnnlib.ui.live_run import live_run

        st.write(f"ended: {live_run('run-7', key='live', status='running')}")

    app = AppTest.from_function(page, default_timeout=30).run()
    assert not app.exception
    assert app.markdown[0].value == "ended: None"
    mounted = app.main.children[0].proto
    assert mounted.component_name == "cnnlab.live_run"
    data = json.loads(mounted.json)
    assert data == {"run_id": "run-7", "status": "running", "follow": False}


def test_two_runs_of_one_page_do_not_meet() -> None:
    def page() -> None:
        from cnnlib.ui.live_run import live_run

        live_run("a", key="first")
        live_run("b", key="second")

    app = AppTest.from_function(page, default_timeout=30).run()
    assert not app.exception
    ids = {child.proto.id for child in app.main.children.values()}
    assert len(ids) == 2


def test_assets_are_shipped_and_inline() -> None:
    for text in (HTML, CSS, JS):
        assert "\n" in text, "Streamlit takes a single line for a file's path"
    assert JS.count("export default function") == 1


def test_every_part_that_the_script_names_is_in_the_html() -> None:
    there = set(re.findall(r'data-part="([^"]+)"', HTML))
    named = set(re.findall(r'parts\["([a-z-]+)"\]', JS))
    named |= set(re.findall(r"(?:this\.)?\bparts\.([a-z]+)", JS))
    charts = re.findall(r'data-testid="chart-([a-z_]+)"', HTML)
    assert len(charts) == 6
    for chart in charts:
        named |= {f"{chart}-{part}" for part in ("figure", "chart", "caption", "note")}
    named |= {f"{metric}-empty" for metric in ("loss", "accuracy")}
    for bar in ("epoch", "step"):
        named |= {f"{bar}-{part}" for part in ("bar", "text", "percent")}
    assert len(named) > 50
    assert named <= there, named - there


@pytest.mark.parametrize("attribute", ["data-testid", "data-part"])
def test_hooks_are_unique(attribute: str) -> None:
    counts = Counter(re.findall(rf'{attribute}="([^"]+)"', HTML))
    assert counts
    assert max(counts.values()) == 1


def test_nothing_is_fetched_from_elsewhere_and_data_is_never_markup() -> None:
    for text in (HTML, CSS, JS):
        assert not re.search(r"https?://|url\(|@import", text)
    for forbidden in ("innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "new Function"):
        assert forbidden not in JS
    # Relative addresses: the lab may be served under a path of its own.
    assert re.findall(r"[\"'`]/?api/", JS)
    assert not re.findall(r"[\"'`]/api/", JS)


def test_the_style_sheet_stays_in_the_component() -> None:
    rules = re.sub(r"/\*.*?\*/", "", CSS, flags=re.S)
    selectors = re.findall(r"(?:^|[}{;])\s*([^@{};]+?)\s*\{", rules)
    frames = {"to", "from"}
    loose = [s for s in selectors if s not in frames and not s.startswith(".lab-run")]
    assert selectors
    assert not loose, loose
