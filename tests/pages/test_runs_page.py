"""The Runs page without a browser: the table, its filters, and what is done with several runs."""

from pathlib import Path

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cnnlib.runs import client
from cnnlib.runs.config import RunConfig
from cnnlib.runs.files import Checkpoint, checkpoint_path, write_checkpoint_note
from cnnlib.runs.records import Run
from cnnlib.runs.store import RunStore
from cnnlib.runs.store.people import write_name
from cnnlib.runs.sweep_records import submit_sweep
from cnnlib.runs.sweeps import Sweep
from cnnlib.ui.runs_table import table
from tests.ui.made_people import ME, OTHER, SECRET, SOMEBODY, arrive

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def quiet_supervisor(with_synthetic: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "wake", lambda: None)


def open_page(**query: str) -> AppTest:
    page = AppTest.from_file(str(ROOT / "pages/runs.py"), default_timeout=60)
    page.query_params.update(query)
    page.run()
    assert not page.exception
    assert not page.error
    return page


def read_table(page: AppTest) -> pd.DataFrame:
    """What is shown; none is a table without rows."""
    return page.dataframe[0].value if page.dataframe else pd.DataFrame({"name": []})


def names(page: AppTest) -> list[str]:
    return list(read_table(page)["name"])


ABOUT = ("owner", "name", "sweep")  # of a run beside its settings


def make_run(status: str = "finished", result: float | None = None, **given: object) -> Run:
    store = RunStore()
    about = {name: given.pop(name) for name in ABOUT if name in given}
    words = {name: given.pop(name, None) for name in ("tags", "note")}
    config = RunConfig(**{"dataset": "synthetic", **given})  # type: ignore[arg-type]
    run = store.create(config, status="queued" if status == "queued" else "starting", **about)
    store.annotate(run.id, **words)
    if result is not None:
        store.report(run.id, progress={}, result={"best_val_accuracy": result})
    if status in ("finished", "stopped", "failed"):
        store.end(run.id, status, "It ended.")
    elif status == "running":
        progress = {"first_epoch": 2.0, "last_epoch": 6.0, "epoch": 3.0}
        store.report(run.id, progress=progress)
    return store.get(run.id)


def test_every_state_is_listed_the_newest_first() -> None:
    page = AppTest.from_file(str(ROOT / "pages/runs.py"), default_timeout=60).run()
    assert page.info[0].value.startswith("No run yet")
    for status in ("finished", "stopped", "failed", "running", "queued"):
        make_run(status)
    shown = read_table(open_page())
    words = [text.split(maxsplit=1)[1] for text in shown["state"]]
    assert words == ["waiting", "training 25%", "failed", "stopped", "finished"]
    assert list(shown["news"])[2:] == ["It ended."] * 3


def test_accuracies_come_from_the_result_or_an_old_runs_checkpoint() -> None:
    make_run(result=0.5)
    old = make_run()
    path = checkpoint_path(old.id, "best")
    path.write_bytes(b"model")
    write_checkpoint_note(path, Checkpoint(3.0, 1.2, 0.375))
    make_run("failed")
    shown = read_table(open_page(columns="accuracy,loss"))
    assert shown["accuracy"].to_list() == pytest.approx([float("nan"), 37.5, 50], nan_ok=True)
    assert shown["loss"].to_list() == pytest.approx([float("nan"), 1.2, float("nan")], nan_ok=True)


def test_images_are_those_that_are_trained_on() -> None:
    for dataset, limit in (("synthetic", None), ("synthetic", 100), ("synthetic", 10**6),
                           ("gone", 70), ("gone", None)):  # fmt: skip
        make_run("failed", dataset=dataset, limit=limit)
    shown = read_table(open_page())["images"].to_list()
    assert shown == pytest.approx([float("nan"), 70, 2_500, 100, 2_500], nan_ok=True)


@pytest.fixture
def five_runs() -> None:
    make_run(name="one", network="lenet5", tags=["class", "odd"], owner=ME)
    make_run("failed", name="two", network="resnet20", note="far too slow", owner=SOMEBODY)
    make_run(name="three", network="lenet5", tags=["odd"], sweep="s1", owner=SOMEBODY)
    make_run("queued", name="four", optimizer="nesterov", sweep="s1")
    make_run("running", name="five", dataset="cifar10", owner=ME)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["five", "four", "three", "two", "one"]),
        ({"q": "LENET odd"}, ["three", "one"]),
        ({"q": "too slow"}, ["two"]),
        ({"q": "nesterov"}, ["four"]),
        ({"q": "grace"}, ["three", "two"]),  # the owner's name
        ({"q": "no such thing"}, []),
        ({"states": "failed,queued"}, ["four", "two"]),
        ({"network": "LeNet-5"}, ["three", "one"]),
        ({"data": "cifar10"}, ["five"]),
        ({"tag": "odd"}, ["three", "one"]),
        ({"sweep": "s1"}, ["four", "three"]),
        ({"who": "mine"}, ["five", "one"]),
        ({"who": "mine", "tag": "odd"}, ["one"]),
        ({"tag": "nobody's"}, []),
        (
            {"states": "broken", "who": "x", "columns": "a,b"},
            ["five", "four", "three", "two", "one"],
        ),
    ],
)
def test_a_link_carries_the_filters(five_runs, monkeypatch, query, expected: list[str]) -> None:
    arrive(monkeypatch, SECRET)
    write_name(RunStore().database, SOMEBODY, "Grace")
    assert names(open_page(**query)) == expected


def test_filters_and_columns_are_chosen_and_put_into_the_address(five_runs, monkeypatch) -> None:
    arrive(monkeypatch, SECRET)
    page = open_page()
    page.text_input(key="runs_q").set_value("e").run()
    page.selectbox(key="runs_network").select("LeNet-5").run()
    page.pills(key="runs_columns").set_value(["name", "seed"]).run()
    assert dict(page.query_params) == {"q": "e", "network": "LeNet-5", "columns": "name,seed"}
    assert names(page) == ["three", "one"]
    assert list(read_table(page)) == ["name", "seed"]
    assert names(open_page(**dict(page.query_params))) == ["three", "one"]


def test_where_no_run_passes_the_filters_all_are_one_click_away(five_runs) -> None:
    page = open_page(q="nothing like it", states="failed", tag="odd", columns="name,seed")
    assert names(page) == []
    press(page, "Show all runs")
    assert len(names(page)) == 5
    assert dict(page.query_params) == {"columns": "name,seed"}


def test_a_sweep_is_called_by_its_title(with_synthetic) -> None:
    base = RunConfig(dataset="synthetic", limit=100)
    record = submit_sweep(Sweep(base, {"batch_size": (16, 32)}), title="Sizes")
    make_run(sweep="sweep-gone")
    page = open_page(columns="sweep")
    called = f"Sizes · {record.id[-4:]}"
    assert list(read_table(page)["sweep"]) == ["sweep-gone", called, called]
    assert page.selectbox(key="runs_sweep").options == ["any", called, "sweep-gone"]
    page.selectbox(key="runs_sweep").select_index(1).run()
    assert dict(page.query_params)["sweep"] == record.id
    assert len(read_table(page)) == 2


def test_every_column_can_be_shown(five_runs) -> None:
    shown = read_table(open_page(columns="all"))
    assert len(shown) == 5
    assert list(shown["seed"]) == [0] * 5
    assert [list(tags) for tags in shown["tags"]][-1] == ["class", "odd"]


def test_people_are_named(five_runs, monkeypatch) -> None:
    arrive(monkeypatch, OTHER)
    write_name(RunStore().database, ME, "Ada")
    assert list(read_table(open_page())["owner"]) == ["Ada", "", "you", "you", "Ada"]


def test_somebody_takes_a_name(five_runs, monkeypatch) -> None:
    arrive(monkeypatch, SECRET)
    page = open_page()
    next(box for box in page.text_input if box.label == "Your name here").set_value("Ada")
    next(button for button in page.button if button.label == "Use this name").click().run()
    arrive(monkeypatch, OTHER)
    assert "Ada" in set(read_table(open_page())["owner"])


# -- what is ticked ------------------------------------------------------------------------------


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> dict:
    state: dict = {}
    monkeypatch.setattr(st, "session_state", state)
    return state


def tick(session: dict, key: str, *rows: int) -> None:
    session[key] = {"selection": {"rows": list(rows), "columns": [], "cells": []}}


def test_rows_stay_while_any_is_ticked(session) -> None:
    """Streamlit knows ticks by their row; a new run on top would shift them to others."""
    key, shown, ticked = table._keep_rows(["b", "a"], "")
    assert (shown, ticked) == (["b", "a"], [])
    tick(session, key, 1)
    again, shown, ticked = table._keep_rows(["d", "c", "b"], "")  # two new ones, "a" is deleted
    assert (again, shown, ticked) == (key, ["b", "a"], ["a"])
    tick(session, key)
    assert table._keep_rows(["d", "c", "b"], "") == (key, ["d", "c", "b"], [])


def test_a_click_opens_the_run_that_stood_there_when_it_was_clicked(monkeypatch) -> None:
    clicked = make_run()
    page, opened = open_page(), []
    make_run("running")  # comes on top, before the page has heard of the click
    cells = {"rows": [], "cells": [(0, "name")]}
    monkeypatch.setattr(table, "_draw_table", lambda *_: cells)
    monkeypatch.setattr(st, "switch_page", lambda _, query_params: opened.append(query_params))
    page.run()
    assert opened == [{"run": clicked.id}]


def test_another_filter_and_a_deletion_forget_the_ticks(session) -> None:
    key, _, _ = table._keep_rows(["b", "a"], "")
    tick(session, key, 0)
    other, shown, ticked = table._keep_rows(["a"], "lenet")
    assert other != key
    assert (shown, ticked) == (["a"], [])
    tick(session, other, 0)
    table.forget_ticks()
    last, shown, ticked = table._keep_rows([], "lenet")
    assert last not in (key, other)
    assert (shown, ticked) == ([], [])


@pytest.fixture
def ticked(monkeypatch: pytest.MonkeyPatch):
    """Tick runs of the next page by their names; AppTest cannot."""

    def choose(*chosen: str) -> None:
        def draw(rows, columns, context, key):
            found = [place for place, run in enumerate(rows) if run and run.name in chosen]
            return {"rows": found, "cells": []}

        monkeypatch.setattr(table, "_draw_table", draw)

    return choose


def enabled(page: AppTest) -> set[str]:
    known = {"Open", "Compare", "Stop"}
    return {button.label for button in page.button if button.label in known and not button.disabled}


def press(page: AppTest, label: str) -> AppTest:
    (button,) = [button for button in page.button if button.label == label]
    button.click().run()
    assert not page.exception
    return page


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ([], set()),
        (["one"], {"Open"}),
        (["one", "two"], {"Compare"}),
        (["four"], {"Open", "Stop"}),
        (["five", "four"], {"Compare", "Stop"}),
    ],
)
def test_what_can_be_done_depends_on_what_is_ticked(
    five_runs, ticked, monkeypatch, chosen, expected
) -> None:
    arrive(monkeypatch, SECRET)
    ticked(*chosen)
    assert enabled(open_page()) == expected


def test_many_are_tagged_stopped_and_deleted_but_nobody_elses(
    five_runs, ticked, monkeypatch
) -> None:
    arrive(monkeypatch, SECRET)
    ticked("one", "two", "three", "four", "five")
    page = open_page()
    next(box for box in page.text_input if box.label == "A tag").set_value("mine ")
    press(page, "Add")
    assert {run.name for run in RunStore().list_runs() if "mine" in run.tags} == {
        "one", "four", "five"}  # fmt: skip
    press(page, "Stop")
    state = {run.name: run for run in RunStore().list_runs()}
    assert state["four"].status == "stopped"
    assert state["five"].wishes.stop
    assert any(
        "3 runs" in markdown.value and "2 runs of somebody else" in markdown.value
        for markdown in page.markdown
    )
    (sure,) = [box for box in page.checkbox if box.label == "Yes, for good"]
    sure.check().run()
    press(page, "Delete for good")
    left = {run.name: run for run in RunStore().list_runs()}
    assert set(left) == {"two", "three", "five"}
    assert left["five"].wishes.delete, "it is stopped first"
