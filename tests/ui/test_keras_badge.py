"""The badge's Python side and the agreement between its HTML and its JavaScript."""

import re

from streamlit.testing.v1 import AppTest

from cnnlib.ui.components import read_asset

HTML, CSS, JS = (read_asset(f"keras_badge.{kind}") for kind in ("html", "css", "js"))


def test_the_component_mounts_with_its_token() -> None:
    def page() -> None:
        from cnnlib.ui.keras_badge import keras_badge

        keras_badge("a1", key="first")
        keras_badge("a1", key="second", label="The output")

    app = AppTest.from_function(page, default_timeout=30).run()
    assert not app.exception
    first, second = (child.proto for child in app.main.children.values())
    assert first.component_name == "cnnlab.keras_badge"
    assert '"token":"a1"' in first.json.replace(" ", "")
    assert "The output" in second.json
    assert first.id != second.id


def test_assets_are_inline_and_the_script_names_only_parts_that_are_there() -> None:
    for text in (HTML, CSS, JS):
        assert "\n" in text, "Streamlit takes a single line for a file's path"
    assert JS.count("export default function") == 1
    there = set(re.findall(r'data-part="([^"]+)"', HTML))
    named = set(re.findall(r"\bparts\.([a-z]+)", JS))
    assert named == there


def test_every_state_has_its_icon() -> None:
    for state in ("waiting", "warming", "equal", "differs", "failed", "unknown", "offline"):
        assert re.search(rf"\b{state}\b\s*[:=]|ICONS\.{state} =", JS), state


def test_nothing_is_fetched_from_elsewhere_and_data_is_never_markup() -> None:
    for text in (HTML, CSS, JS):
        assert not re.search(r"https?://|url\(|@import", text)
    for forbidden in ("innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "new Function"):
        assert forbidden not in JS
    # Relative addresses: the lab may be served under a path of its own.
    assert "`api/checks/" in JS
    assert not re.findall(r"[\"'`]/api/", JS)


def test_the_style_sheet_stays_in_the_component() -> None:
    rules = re.sub(r"/\*.*?\*/", "", CSS, flags=re.S)
    selectors = re.findall(r"(?:^|[}{;])\s*([^@{};]+?)\s*\{", rules)
    assert selectors
    assert not [s for s in selectors if s != "to" and not s.startswith(".lab-badge")]
