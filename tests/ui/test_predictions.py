"""Choosing a run on a page, and letting it look at the images."""

import time

import pytest
from streamlit.testing.v1 import AppTest

from cnnlib.data import load
from cnnlib.runs.config import RunConfig
from cnnlib.runs.store import open_store
from tests.ui.made_predictions import make_predictions, make_run, mostly_right


def page() -> None:
    import streamlit as st

    from cnnlib.ui.address import Address
    from cnnlib.ui.datasets import open_dataset
    from cnnlib.ui.predictions import choose_run_predictions, run_setting

    address = Address("test", [run_setting()])
    found = choose_run_predictions(address, open_dataset("synthetic"))
    st.write("nothing" if found is None else f"{found.test.accuracy:.3f}")
    address.write()


def open_page(**query: str) -> AppTest:
    app = AppTest.from_function(page, default_timeout=30)
    app.query_params.update(query)
    app.run()
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    return app.markdown[-1].value


def test_without_a_run_it_says_so(with_synthetic) -> None:
    app = open_page()
    assert not app.selectbox
    assert "No run has been trained" in app.caption[0].value
    assert said(app) == "nothing"


def test_only_ended_runs_on_this_data_set_with_a_checkpoint_are_offered(with_synthetic) -> None:
    dataset = load("synthetic")
    run = make_run(dataset, accuracy=0.4321)
    open_store().create(RunConfig(dataset="synthetic"))  # waits
    open_store().end(open_store().create(RunConfig(dataset="cifar10")).id, "finished", None)
    nothing = open_store().create(RunConfig(dataset="synthetic"))
    open_store().end(nothing.id, "failed", "no checkpoint")
    app = open_page()
    (box,) = app.selectbox
    assert len(box.options) == 2
    assert box.options[0] == "None"
    assert "LeNet-5" in box.options[1]
    assert "43.2%" in box.options[1]
    box.set_value(run.id).run()
    assert app.query_params["run"] == run.id
    assert [button.label for button in app.button] == ["Let it look at all images"]
    assert said(app) == "nothing"


def test_predictions_are_read_when_they_are_there(with_synthetic) -> None:
    dataset = load("synthetic")
    run = make_run(dataset)
    app = open_page(run=run.id)
    assert said(app) == "nothing"
    make_predictions(run, dataset, mostly_right(10, {"test": list(range(100))}))
    app.run()
    assert said(app) == "0.800"
    assert not app.button


@pytest.mark.parametrize("run", ["../x", "gone-1", "a" * 300, "²", "<b>"])
def test_a_hostile_run_is_passed_over(with_synthetic, run: str) -> None:
    make_run(load("synthetic"))
    app = open_page(run=run)
    assert app.selectbox[0].value == ""
    assert "run" not in app.query_params
    assert not app.error


def test_the_button_asks_in_the_background_and_a_failure_is_one_line(
    with_synthetic, monkeypatch
) -> None:
    from cnnlib.errors import RunError

    asked = []

    def ask(question: str, *, progress, **arguments: str) -> None:
        asked.append((question, arguments))
        raise RunError("The images do not fit.")

    monkeypatch.setattr("cnnlib.runs.client.ask", ask)
    run = make_run(load("synthetic"))
    app = open_page(run=run.id)
    app.button[0].click().run()
    for _ in range(100):
        if app.error:
            break
        time.sleep(0.02)
        app.run()
    assert [error.value for error in app.error] == ["The images do not fit."]
    assert asked == [("predict_images", {"run": run.id})]
    assert [button.label for button in app.button] == ["Let it look at all images"]
    assert not open_page(run=run.id).error  # nobody else's business
