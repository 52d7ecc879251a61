"""The view of a network's source: what is shown is what is generated."""

import pytest
from streamlit.testing.v1 import AppTest

from cnnlib.arch import zoo
from cnnlib.arch.codegen import list_forms, to_keras_source
from cnnlib.arch.layers import Dense, Flatten
from cnnlib.arch.spec import Spec

pytestmark = pytest.mark.page


def page(spec) -> None:
    from cnnlib.ui.architecture.code import show_code
    from cnnlib.ui.page import friendly_errors

    with friendly_errors():
        show_code(spec, key="code")


def open_page(spec: Spec) -> AppTest:
    app = AppTest.from_function(page, kwargs={"spec": spec}, default_timeout=30).run()
    assert not app.exception
    return app


def list_downloads(app: AppTest) -> list[tuple[str, bool]]:
    return [(each.proto.label, each.proto.disabled) for each in app.get("download_button")]


@pytest.mark.parametrize("name", ["lenet5", "resnet18", "vgg16_imagenet"])
def test_every_form_of_a_network(name: str) -> None:
    spec = zoo.get(name)
    app = open_page(spec)
    (control,) = app.get("button_group")
    assert len(control.options) == len(list_forms(spec))
    for form in list_forms(spec):
        app.session_state["code"] = form
        app.run()
        assert app.code[0].value == to_keras_source(spec, form).rstrip()
        assert list_downloads(app) == [("This file", False), ("A training script", False)]


def test_a_form_that_the_next_network_has_not_is_passed_over() -> None:
    app = AppTest.from_function(page, kwargs={"spec": zoo.get("resnet18")}, default_timeout=30)
    app.session_state["code"] = "sequential"
    app.run()
    assert not app.exception
    assert app.session_state["code"] == "functional"
    assert "def residual_block" in app.code[0].value


def test_a_network_that_no_run_may_train_has_source_but_no_script() -> None:
    spec = Spec("net", "Net", (8, 8, 3), (Flatten(), Dense(units=3)))
    assert list_downloads(open_page(spec)) == [("This file", False), ("A training script", True)]


def test_what_does_not_fit_is_one_line() -> None:
    app = open_page(zoo.get("lenet5", input_shape=(4, 4, 3)))
    assert len(app.error) == 1
    assert "window must fit" in app.error[0].value
