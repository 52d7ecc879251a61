"""The frame that every page shares: setup, heading, errors as one line."""

import logging
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cnnlib.ui import page as page_module
from cnnlib.ui.page import NEUTRAL_ERROR, friendly_errors, page_setup, plain_text


def run(page: object) -> AppTest:
    return AppTest.from_function(page, default_timeout=30).run()  # type: ignore[arg-type]


def test_setup_may_be_called_by_the_router_and_by_the_page() -> None:
    def page() -> None:
        import streamlit as st

        from cnnlib.ui.page import page_heading, page_setup

        page_setup("CNN Lab")
        page_setup("Train")
        page_heading("Train", "Watch it learn.")
        st.write("below")

    app = run(page)
    assert not app.exception
    assert app.title[0].value == "Train"
    assert [text.value for text in app.markdown] == ["Watch it learn.", "below"]


@pytest.mark.parametrize("icon", [None, ":material/school:", "🔬"])
def test_the_tab_icon_comes_from_this_machine(
    icon: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # For a :material/…: name the browser would ask a server on the internet.
    seen: list[str] = []
    monkeypatch.setattr(st, "set_page_config", lambda **config: seen.append(config["page_icon"]))
    monkeypatch.setattr(st, "html", lambda body: None)
    page_setup("Train", icon=icon)
    own = str(Path(page_module.__file__).with_name("assets") / "icon.svg")
    assert seen == [icon if icon == "🔬" else own]
    assert Path(own).is_file()


def test_a_lab_error_is_one_line_and_the_page_goes_on() -> None:
    def page() -> None:
        import streamlit as st

        from cnnlib.errors import DatasetError
        from cnnlib.ui.page import friendly_errors

        with friendly_errors():
            raise DatasetError("The file\nis cut short. Import it again.")
        st.write("the rest of the page")

    app = run(page)
    assert not app.exception
    assert [error.value for error in app.error] == ["The file is cut short. Import it again."]
    assert app.markdown[0].value == "the rest of the page"


def test_any_other_error_is_logged_and_stays_off_the_page(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def page() -> None:
        from cnnlib.ui.page import friendly_errors

        @friendly_errors()
        def draw() -> None:
            raise RuntimeError("secret detail")

        draw()

    with caplog.at_level(logging.ERROR, logger="cnnlib.ui.page"):
        app = run(page)
    assert not app.exception
    assert [error.value for error in app.error] == [NEUTRAL_ERROR]
    assert "secret detail" in caplog.text


def test_stop_and_rerun_pass_through() -> None:
    def page() -> None:
        import streamlit as st

        from cnnlib.ui.page import friendly_errors

        with friendly_errors():
            if "again" not in st.session_state:
                st.session_state.again = True
                st.rerun()
            st.write("second run")
            st.stop()
        st.write("never reached")

    app = run(page)
    assert not app.exception
    assert not app.error
    assert [text.value for text in app.markdown] == ["second run"]


def test_without_an_error_nothing_is_shown() -> None:
    with friendly_errors():
        value = 1
    assert value == 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("steps_per_epoch must be 1.", "steps_per_epoch must be 1."),
        ("Received: 'a:b'.", "Received: 'a:b'."),
        ("two\n lines", "two lines"),
        ("__init__ *x*", r"\_\_init\_\_ \*x\*"),
        ("[a](http://x)", r"\[a\](http://x)"),
        ("$x$ :smile: <b>", r"\$x\$ \:smile: \<b\>"),
    ],
)
def test_messages_are_shown_as_they_stand(text: str, shown: str) -> None:
    assert plain_text(text) == shown
