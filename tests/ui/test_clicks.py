"""The click on a row of a table that has got another first row meanwhile."""

from streamlit.testing.v1 import AppTest


def table() -> None:
    import streamlit as st

    from cnnlib.ui.clicks import find_clicked

    clicked: dict = st.session_state.get("clicked", {"rows": [], "cells": []})
    st.caption(str(find_clicked(clicked, st.session_state.get("ids", ["a", "b"]), key="table")))


def test_a_click_is_on_what_stood_there() -> None:
    page = AppTest.from_function(table).run()
    assert page.caption[0].value == "None"
    page.session_state["ids"] = ["new", "a", "b"]
    page.session_state["clicked"] = {"rows": [], "cells": [(0, "name")]}
    assert page.run().caption[0].value == "a"
    page.session_state["clicked"] = {"rows": [2], "cells": []}
    assert page.run().caption[0].value == "b"
    page.session_state["clicked"] = {"rows": [3], "cells": []}
    assert page.run().caption[0].value == "None"
