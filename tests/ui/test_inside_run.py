"""What a page shows of the inside of a run: nothing before it is asked for."""

import json
import sqlite3
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnnlib.runs.config import RunConfig
from cnnlib.runs.records import Histogram, Point
from cnnlib.runs.store import RunStore, open_store
from cnnlib.runs.store.histograms import Histograms
from cnnlib.ui import inside_run as module
from cnnlib.ui.page import NEUTRAL_ERROR


@pytest.fixture
def store(lab_home: Path) -> RunStore:
    return open_store()


def open_page(run_id: str) -> AppTest:
    def page(run_id: str) -> None:
        import streamlit as st

        from cnnlib.runs.store import open_store
        from cnnlib.ui.inside_run import inside_run

        st.session_state.setdefault("inside_run", False)
        inside_run(open_store().get(run_id))

    return AppTest.from_function(page, default_timeout=30, kwargs={"run_id": run_id}).run()


def count_traces(app: AppTest) -> int:
    (chart,) = app.get("plotly_chart")
    return len(json.loads(chart.proto.spec)["data"])


def start(store: RunStore, watch: str, layers: tuple[str, ...] = ()) -> str:
    run = store.create(RunConfig(network="lenet5", watch=watch), status="starting")
    histograms = [
        Histogram(kind, layer, float(epoch), -1.0, 1.0, (1, 2, 1))
        for kind in ("weights", "activations")
        for layer in layers
        for epoch in range(3)
    ]
    points = [Point(f"epoch/dead/{layer}", 1, 1.0, 0.25) for layer in layers]
    store.report(run.id, progress={}, histograms=histograms, points=points)
    return run.id


def test_nothing_is_read_while_it_is_closed(store, monkeypatch) -> None:
    def refuse(*arguments: object) -> None:
        raise AssertionError

    for method in ("list_layers", "read"):
        monkeypatch.setattr(Histograms, method, refuse)
    app = open_page(start(store, "weights,dead", ("conv2d_1",)))
    assert not app.exception
    assert not app.get("plotly_chart")


def test_layers_and_kinds_are_chosen(store, monkeypatch) -> None:
    app = open_page(start(store, "weights,dead", ("conv2d_1", "dense_1")))
    app.session_state["inside_run"] = True
    app.run()
    assert not app.exception
    assert app.selectbox[0].options == [module.ALL, "conv2d_1", "dense_1"]
    assert count_traces(app) == 2 * 4
    read = []
    stored = Histograms.read
    monkeypatch.setattr(
        Histograms, "read", lambda *a, **k: read.extend(found := stored(*a, **k)) or found
    )
    app.selectbox[0].select("dense_1").run()
    assert count_traces(app) == 4
    assert {histogram.layer for histogram in read} == {"dense_1"}, "only what is shown is read"
    app.get("button_group")[0].set_value("dead").run()
    assert not app.exception
    assert count_traces(app) == 1
    assert not app.selectbox
    assert "is called dead here" in app.markdown[-1].value


def test_what_was_not_measured_is_said(store) -> None:
    unwatched, fresh = start(store, "gradients"), start(store, "weights")
    app = open_page(unwatched)
    app.session_state["inside_run"] = True
    app.run()
    assert app.info[0].value == module.NOT_WATCHED
    app = open_page(fresh)
    app.session_state["inside_run"] = True
    app.run()
    assert app.caption[0].value == module.NOTHING_YET
    store.end(fresh, "stopped", None)
    app.run()
    assert app.caption[0].value == module.NOTHING


@pytest.mark.parametrize(("epoch", "ended"), [(4.0, False), (3.0, True)])
def test_a_network_without_relu_is_told_so_once_a_count_would_be_there(
    store, epoch: float, ended: bool
) -> None:
    run_id = start(store, "dead")
    store.report(run_id, progress={"first_epoch": 2.0, "epoch": epoch - 1})
    app = open_page(run_id)
    app.session_state["inside_run"] = True
    assert app.run().caption[0].value == module.NOTHING_YET
    store.report(run_id, progress={"first_epoch": 2.0, "epoch": epoch})
    if ended:
        store.end(run_id, "stopped", None)
    assert app.run().caption[0].value == module.NO_RELU


def test_a_long_run_is_drawn_with_some_of_its_epochs(store) -> None:
    run_id = start(store, "weights")
    many = [Histogram("weights", "a", float(i), -1.0, 1.0, (1, 2, 1)) for i in range(200)]
    store.report(run_id, progress={}, histograms=many)
    app = open_page(run_id)
    app.session_state["inside_run"] = True
    app.run()
    assert module.THINNED in {caption.value for caption in app.caption}
    (chart,) = app.get("plotly_chart")
    epochs = json.loads(chart.proto.spec)["data"][1]["x"]
    assert (len(epochs), epochs[0], epochs[-1]) == (module.MOST_EPOCHS, 0.0, 199.0)


def test_a_store_that_does_not_answer_is_one_line(store, monkeypatch) -> None:
    def refuse(*arguments: object) -> None:
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr(Histograms, "list_layers", refuse)
    app = open_page(start(store, "weights"))
    app.session_state["inside_run"] = True
    app.run()
    assert not app.exception
    assert NEUTRAL_ERROR in app.error[0].value
