"""A page's settings in its address: read once, checked, written when they differ."""

from time import monotonic

import pytest
from streamlit.testing.v1 import AppTest

from cnnlib.ui import trail
from cnnlib.ui.address import choice, flag, whole


def page() -> None:
    import streamlit as st

    from cnnlib.ui.address import Address, choice, flag, whole

    if st.checkbox("Elsewhere"):
        st.stop()  # as on another page, the widgets below are not drawn, and forgotten
    address = Address("demo", [whole("size", 5, 1, 9), choice("kind", "ab"), flag("on")])
    st.number_input("Size", 1, 9, key=address.key("size"))
    st.selectbox("Kind", ["a", "b"], key=address.key("kind"))
    st.toggle("On", key=address.key("on"))
    st.button("Example", on_click=address.reset, args=({"size": 7},))
    address.write()


def open_page(**query: str) -> AppTest:
    app = AppTest.from_function(page)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def read(app: AppTest) -> dict[str, object]:
    return {
        "size": app.number_input[0].value,
        "kind": app.selectbox[0].value,
        "on": app.toggle[0].value,
    }


def test_the_address_sets_the_widgets_and_the_widgets_the_address() -> None:
    app = open_page(size="3", kind="b", on="1")
    assert read(app) == {"size": 3, "kind": "b", "on": True}
    app.number_input[0].set_value(4)
    app.toggle[0].set_value(False)
    app.run()
    assert read(app) == {"size": 4, "kind": "b", "on": False}
    assert app.query_params == {"size": "4", "kind": "b"}


def test_what_is_at_its_default_is_not_in_the_address() -> None:
    app = open_page(size="3")
    app.number_input[0].set_value(5).run()
    assert app.query_params == {}


@pytest.mark.parametrize(
    "query",
    [{"size": "0"}, {"size": "10"}, {"size": "٣"}, {"size": "1e1"}, {"size": "-"}, {"kind": "c"},
     {"kind": ""}, {"on": "yes"}, {"size": "9" * 400}],
)  # fmt: skip
def test_a_value_that_breaks_its_rule_is_passed_over(query) -> None:
    app = open_page(**query)
    assert read(app) == {"size": 5, "kind": "a", "on": False}
    assert app.query_params == {}


def test_a_link_within_the_session_wins_over_the_widgets() -> None:
    app = open_page(size="3")
    app.query_params.clear()
    app.query_params["size"] = "8"
    app.run()
    assert read(app)["size"] == 8


def test_what_streamlit_forgot_while_another_page_was_shown_is_in_the_address() -> None:
    app = open_page(size="3", kind="b")
    app.checkbox[0].check().run()
    app.checkbox[0].uncheck().run()
    assert read(app) == {"size": 3, "kind": "b", "on": False}
    assert app.query_params == {"size": "3", "kind": "b"}


def test_a_browser_that_has_not_shown_the_last_address_loses_nothing() -> None:
    """It sends its next click with the address before; so does each browser behind a slow line."""
    app = open_page(size="3")
    app.number_input[0].set_value(4).run()
    for widget, value in (("selectbox", "b"), ("toggle", True)):
        app.query_params.clear()
        app.query_params["size"] = "3"
        app.get(widget)[0].set_value(value).run()
    assert read(app) == {"size": 4, "kind": "b", "on": True}
    assert app.query_params == {"size": "4", "kind": "b", "on": "1"}


def test_the_back_button_and_a_later_link_are_heard(monkeypatch) -> None:
    app = open_page(size="3")
    app.number_input[0].set_value(4).run()
    app.query_params["size"] = "3"
    with monkeypatch.context() as patch:
        patch.setattr(trail, "_is_back", lambda: True)
        app.run()
    assert read(app)["size"] == 3
    app.number_input[0].set_value(4).run()
    app.query_params["size"] = "3"
    monkeypatch.setattr(trail, "monotonic", lambda: monotonic() + trail.LATE_SECONDS)
    app.run()
    assert read(app)["size"] == 3


def test_coming_back_by_the_menu_goes_on_as_left(monkeypatch) -> None:
    app = open_page(size="3", kind="b")
    app.query_params.clear()
    app.session_state["lab_arrived"] = True
    app.run()
    assert read(app) == {"size": 3, "kind": "b", "on": False}
    assert app.query_params == {"size": "3", "kind": "b"}
    app.query_params.clear()
    app.session_state["lab_arrived"] = False
    monkeypatch.setattr(trail, "_is_back", lambda: True)  # within the page
    app.run()
    assert read(app) == {"size": 5, "kind": "a", "on": False}


def test_an_example_resets_everything_else() -> None:
    app = open_page(size="3", kind="b")
    app.button[0].click().run()
    assert read(app) == {"size": 7, "kind": "a", "on": False}
    assert app.query_params == {"size": "7"}


@pytest.mark.parametrize("setting", [whole("n", 1, -3, 3), choice("c", "xy"), flag("f")])
def test_a_value_survives_its_text(setting) -> None:
    assert setting.parse(setting.format(setting.default)) == setting.default


def test_negative_whole_numbers_are_read() -> None:
    assert whole("n", 0, -3, 3).parse("-2") == -2


def page_with_a_part() -> None:
    import streamlit as st

    from cnnlib.ui.address import Address, whole

    if st.checkbox("Elsewhere"):
        st.stop()  # as on another page, the widgets below are not drawn, and forgotten
    address = Address("demo", [whole("size", 5, 1, 9)])
    st.number_input("Size", 1, 9, key=address.key("size"))
    address.write()
    part = Address("twins", [whole("size", 1, 1, 9)], part=True)
    st.number_input("Size", 1, 9, key=part.key("size"))
    part.write()


def test_a_part_of_a_page_and_the_page_leave_each_others_settings_alone() -> None:
    app = AppTest.from_function(page_with_a_part)
    app.query_params["size"] = "3"
    app.query_params["twins.size"] = "7"
    app.query_params["stray"] = "1"
    app.run()
    assert [number.value for number in app.number_input] == [3, 7]
    app.number_input[0].set_value(4).run()
    assert [number.value for number in app.number_input] == [4, 7]
    app.number_input[1].set_value(8).run()
    assert app.query_params == {"size": "4", "twins.size": "8"}
    app.number_input[0].set_value(5).run()
    assert app.query_params == {"twins.size": "8"}
    app.query_params["twins.size"] = "99"
    app.run()
    assert [number.value for number in app.number_input] == [5, 1]
    assert not app.query_params


def beside_page() -> None:
    import streamlit as st

    from cnnlib.ui.address import Address, whole

    address = Address("demo", [whole("size", 5, 1, 9)], beside=("dataset",))
    st.number_input("Size", 1, 9, key=address.key("size"))
    address.write()


def test_what_something_else_on_the_page_keeps_stays_in_the_address() -> None:
    app = AppTest.from_function(beside_page)
    app.query_params["dataset"] = "mnist"
    app.query_params["size"] = "3"
    app.query_params["other"] = "1"
    app.run()
    assert app.query_params == {"dataset": "mnist", "size": "3"}
    app.number_input[0].set_value(4).run()
    assert app.query_params == {"dataset": "mnist", "size": "4"}
    app.query_params["dataset"] = "synthetic"  # by its keeper: the size stays as it was set
    app.run()
    assert app.number_input[0].value == 4
