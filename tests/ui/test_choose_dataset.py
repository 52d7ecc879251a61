"""The choice of a data set: from the address, by the box, and on the next page."""

import shutil

import pytest
from streamlit.testing.v1 import AppTest

from cnnlib import settings


def page() -> None:
    import streamlit as st

    from cnnlib.ui.address import ARRIVED
    from cnnlib.ui.datasets import choose_dataset

    elsewhere = st.checkbox("Elsewhere")
    st.session_state[ARRIVED] = st.session_state.get("was_elsewhere", False)
    st.session_state["was_elsewhere"] = elsewhere
    if elsewhere:
        st.query_params.clear()  # as the menu does
        st.stop()
    st.caption(choose_dataset().name)


@pytest.fixture(autouse=True)
def _two_sets(with_synthetic):
    shutil.copytree(settings.datasets_dir() / "synthetic", settings.datasets_dir() / "zebras")


def open_page(**query: str) -> AppTest:
    app = AppTest.from_function(page)
    app.query_params.update(query)
    app.run()
    assert not app.exception
    return app


def test_the_address_and_the_box_choose():
    app = open_page()
    assert len(app.selectbox[0].options) == 2
    assert app.caption[0].value == app.selectbox[0].value
    other = ({"synthetic", "zebras"} - {app.selectbox[0].value}).pop()
    app = open_page(dataset=other)
    assert app.caption[0].value == other
    assert app.query_params["dataset"] == other


def test_another_address_in_the_same_visit_is_followed():
    app = open_page()
    start = app.caption[0].value
    other = ({"synthetic", "zebras"} - {start}).pop()
    app.query_params["dataset"] = other
    app.run()
    assert app.caption[0].value == other
    del app.query_params["dataset"]
    app.run()
    assert app.caption[0].value == start


def test_the_choice_is_kept_on_the_way_over_another_page():
    app = open_page()
    other = ({"synthetic", "zebras"} - {app.caption[0].value}).pop()
    app.selectbox[0].set_value(other).run()
    assert app.caption[0].value == other
    app.checkbox[0].check().run()
    assert not app.selectbox
    app.checkbox[0].uncheck().run()
    assert app.caption[0].value == other


@pytest.mark.parametrize("name", ["", "../x", "mnist", "Zebras"])
def test_a_set_that_is_not_here_is_passed_over(name):
    app = open_page(dataset=name)
    assert app.caption[0].value == open_page().caption[0].value
    assert not app.query_params
