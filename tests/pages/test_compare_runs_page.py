"""The page of runs side by side: which are drawn, how they differ, who is best, what goes along."""

import base64
import html
import json
import math
from dataclasses import replace

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from cnnlib.runs.config import RunConfig
from cnnlib.runs.records import Point
from cnnlib.runs.store import open_store
from cnnlib.ui.comparing_runs import curves
from cnnlib.ui.comparing_runs.taking import send_to_mlflow
from cnnlib.ui.export_routes import make_export_routes
from tests.pages.topic_page import address, errors, open_topic, press, run, text

pytestmark = pytest.mark.usefixtures("with_synthetic")
PAGE = "compare_runs.py"
LENET = RunConfig(network="lenet5", dataset="synthetic", epochs=3)


def make(config: RunConfig = LENET, accuracies=(0.2, 0.4, 0.3), *, name="", ended=True,
         seconds=10.0, **facts):  # fmt: skip
    """A run whose epochs took `seconds` each; its best epoch is the one with the lowest loss."""
    store = open_store()
    made = store.create(config, status="starting" if ended else "queued", name=name).id
    points = []
    for i, accuracy in enumerate(accuracies, start=1):
        for key, value in (("val_accuracy", accuracy), ("val_loss", 1 - accuracy)):
            points.append(Point(f"epoch/{key}", 5 * i, float(i), value, seconds * i))
        points.append(Point("loss", 5 * i, float(i), 2.0 / i, seconds * i))
    result = {}
    if accuracies:
        best = max(accuracies)
        result = {"best_epoch": 1 + accuracies.index(best), "best_val_accuracy": best,
                  "best_val_loss": 1 - best,
                  "train_seconds": seconds * len(accuracies)}  # fmt: skip
    facts = {"params": 1_000, "macs": 2_000_000} | facts
    store.report(made, progress={"epoch": 3.0}, points=points, facts=facts, result=result)
    if ended:
        store.end(made, "finished", "Done.")
    return made


def legend(page: AppTest) -> list[list[str]]:
    """The rows of the legend, each its cells as HTML, without the drawn line."""
    (body,) = [part.proto.body for part in page.get("html") if "lab-compared" in part.proto.body]
    rows = body.split("<tbody>")[1].split("</tr>")[:-1]
    return [row.replace("<tr>", "").replace("<td>", "").split("</td>")[:-1] for row in rows]


def figures(page: AppTest) -> list[dict]:
    """The curves' figures: loss, accuracy."""
    found = [json.loads(part.proto.json) for part in page.get("bidi_component")
             if "figure" in part.proto.json]  # fmt: skip
    return [json.loads(data["figure"]) for data in found]


def read(array: dict | list) -> list[float]:
    """An array as Plotly's JSON has it: a list, or its bytes in base64."""
    if isinstance(array, list):
        return array
    return np.frombuffer(base64.b64decode(array["bdata"]), array["dtype"]).tolist()


def table(page: AppTest):
    return page.dataframe[0].value.set_index("run")


def ranking(page: AppTest):
    return page.dataframe[1].value


def test_without_runs_it_leads_to_the_first_one() -> None:
    page = open_topic(PAGE)
    assert "No run yet" in text(page)
    assert not errors(page)


def test_the_newest_are_drawn_until_others_are_chosen() -> None:
    ids = [make() for _ in range(6)]
    page = open_topic(PAGE)
    assert address(page)["runs"].split(",") == ids[:1:-1]
    press(page, "Choose none")
    assert "Tick runs in the table" in text(page)
    assert "runs" not in address(page)
    page = open_topic(PAGE, runs=f"{ids[1]},{ids[0]}")
    assert [ids[1][-4:] in row[1] and "A" in row[0] for row in legend(page)] == [True, False]
    assert len(table(page)) == 6


def test_twelve_fit_and_more_are_said() -> None:
    ids = [make(replace(LENET, seed=i)) for i in range(13)]
    page = open_topic(PAGE, runs=",".join(ids))
    assert len(legend(page)) == 12
    assert [warning.value for warning in page.warning] == [
        "At most 12 runs fit into one picture; these are the first 12 that you chose."
    ]
    assert [len(figure["data"]) for figure in figures(page)] == [12, 12]
    page = open_topic(PAGE, runs=",".join(ids), seeds="range")
    loss, _ = figures(page)
    assert len(loss["data"]) == 2  # one mean and its band
    assert "n = 12" in loss["data"][1]["name"]


def test_what_differs_is_marked_and_what_is_the_same_is_one_line() -> None:
    ids = [make(), make(replace(LENET, optimizer="sgd", seed=3)), make(name="<i>*Mine*</i>")]
    page = open_topic(PAGE, runs=",".join(ids))
    rows = legend(page)
    assert [row[-2:] for row in rows] == [
        ["Adam", "0"], ["<mark>SGD</mark>", "<mark>3</mark>"], ["Adam", "0"],
    ]  # fmt: skip
    assert rows[0][3:5] == ["40.0%", "2"]
    assert html.escape("<i>*Mine*</i>") in rows[2][1]
    assert f'href="training?run={ids[0]}"' in rows[0][1]
    assert "The same in all: LeNet-5, data set synthetic, images all, 3 epochs" in text(page)


def test_filters_narrow_the_table_the_costs_and_the_ranking() -> None:
    make(name="first", params=7)
    other = make(replace(LENET, network="baseline", seed=8), (0.5, 0.6), name="second")
    open_store().annotate(other, tags=["good"])
    page = open_topic(PAGE, find="GOOD baseline", columns="network,params,tags")
    assert [name[:6] for name in table(page).index] == ["second"]
    assert list(ranking(page)["val. accuracy"]) == [60.0]
    page.text_input(key="compare_runs_find").set_value("nothing like it")
    run(page)
    assert "0 of 2 runs" in text(page)
    assert not errors(page)


def test_only_what_was_reached_within_the_budget_ranks() -> None:
    made = make(accuracies=(0.1, 0.2, 0.9), name="slow")
    make(accuracies=(0.3, 0.1, 0.1), name="quick", params=50_000)
    make(accuracies=(0.2, math.nan, 0.25), name="gap")

    def rank(**limits: object) -> list[tuple[str, float]]:
        found = ranking(open_topic(PAGE, **limits))
        return [
            (name.split(" ")[0], value)
            for name, value in zip(found["run"], found["val. accuracy"], strict=True)
        ]

    assert rank() == [("slow", 90), ("quick", 30), ("gap", 25)]
    assert rank(within_seconds=20) == [("quick", 30), ("gap", 20), ("slow", 20)]
    assert rank(within_epochs=1, within_params=1_000) == [("gap", 20), ("slow", 10)]
    for limit in ({"within_macs": 1}, {"within_seconds": 0}, {"within_epochs": 0}):
        page = open_topic(PAGE, **limit)  # nothing costs nothing: 0 is no «no limit»
        assert "No run in the table reached anything within this budget." in text(page)
    page = open_topic(PAGE, within_seconds=20)
    page.number_input(key="compare_runs_within_seconds").set_value(None)
    run(page)
    assert "within_seconds" not in address(page)
    assert ranking(page)["run"][0].endswith(made[-4:])


def test_curves_are_those_of_the_store_on_either_axis() -> None:
    made = make()
    loss, accuracy = figures(open_topic(PAGE, runs=made))
    assert read(loss["data"][0]["x"]) == [1, 2, 3]
    np.testing.assert_allclose(read(accuracy["data"][0]["y"]), [0.2, 0.4, 0.3])
    loss, _ = figures(open_topic(PAGE, runs=made, axis="seconds", show="steps", log=1, smooth=1))
    assert read(loss["data"][0]["x"]) == [10, 20, 30]
    np.testing.assert_allclose(read(loss["data"][0]["y"]), [2, 1, 2 / 3])
    assert loss["layout"]["yaxis"]["type"] == "log"
    store = open_store()  # one from before seconds were noted
    old = store.create(LENET, status="starting").id
    store.report(old, progress={}, points=[Point("epoch/val_loss", 1, 1.0, 0.5)])
    store.end(old, "finished", None)
    page = open_topic(PAGE, runs=f"{old},{made}", axis="seconds")
    assert "Not drawn, as its seconds were not noted" in text(page)
    assert len(figures(page)[0]["data"]) == 1


def test_a_mean_over_seeds_is_of_epochs_on_every_axis() -> None:
    """Even where one run had ended in fewer seconds than another took for its first epoch."""
    quick, slow = make(accuracies=(0.2, 0.4)), make(accuracies=(0.4, 0.5, 0.9), seconds=30)
    alone = make(replace(LENET, optimizer="sgd"))
    ids = ",".join((quick, alone, slow))
    page = open_topic(PAGE, runs=ids, seeds="deviation")
    assert [row[0].count("one of 2") for row in legend(page)] == [1, 1, 0]  # line by line
    for axis, places in (("epoch", [1, 2]), ("seconds", [20, 40]), ("logseconds", [20, 40])):
        _, accuracy = figures(open_topic(PAGE, runs=ids, seeds="deviation", axis=axis))
        band, mean, single = accuracy["data"]
        np.testing.assert_allclose(read(mean["x"]), places)
        np.testing.assert_allclose(read(mean["y"]), [0.3, 0.45])
        # Of a sample of two: how much one is above the other, by the root of 2.
        above = [0.3 + 0.2 / 2**0.5, 0.45 + 0.1 / 2**0.5]
        np.testing.assert_allclose(read(band["y"])[:2], above)
        assert len(read(single["x"])) == 3


def test_of_a_group_with_one_curve_that_runs_own_name_and_link_stand_there() -> None:
    waits, made = make(accuracies=()), make()
    loss, _ = figures(open_topic(PAGE, runs=f"{waits},{made}", seeds="range"))
    (line,) = loss["data"]
    assert made[-4:] in line["name"]
    assert f"run={made}" in loss["layout"]["annotations"][0]["text"]


def test_a_run_under_way_is_drawn_anew_by_a_fragment() -> None:
    made = make(ended=False)
    page = open_topic(PAGE, runs=made)
    assert read(figures(page)[0]["data"][0]["x"]) == [1, 2, 3]
    assert not errors(page)
    open_store().end(made, "finished", None)
    run(page)
    assert "finished" in legend(page)[0][2]


@pytest.mark.parametrize("runs", ["nope", "../../x", "a,b", "," * 9, "x" * 5_000])
def test_a_wrong_address_is_one_line_or_passed_over(runs) -> None:
    make()
    page = open_topic(PAGE, runs=runs, show="all", axis="9", smooth=-1, columns="a", seeds="b",
                      within_seconds="nan", within_macs="-1", cost="x", data="gone")  # fmt: skip
    assert all("There is no run" in error for error in errors(page))
    assert len(errors(page)) == (runs.count(",") + 1 if runs in ("nope", "a,b") else 0)
    assert len(table(page)) == 1


def test_files_of_the_chosen_runs_come_through_their_links() -> None:
    ids = [make(), make()]
    page = open_topic(PAGE, runs=",".join(ids))
    (links,) = [p.proto.body for p in page.get("html") if "api/exports" in p.proto.body]
    web = TestClient(Starlette(routes=make_export_routes()))
    for name in ("runs.csv", "points.csv", "runs.json"):
        (link,) = [part.split('"')[0] for part in links.split('href="') if name in part[:40]]
        answer = web.get("/" + html.unescape(link))
        assert answer.status_code == 200
        assert name in answer.headers["content-disposition"]
        assert all(run_id in answer.text for run_id in ids)
    assert "tensorboard.zip" not in links  # neither of them wrote any
    for wrong in ("runs.csv", "runs.csv?runs=nope", f"runs.exe?runs={ids[0]}",
                  "runs.csv?runs=" + ",".join(map(str, range(99))),
                  f"tensorboard.zip?runs={ids[0]}"):  # fmt: skip
        assert web.get(f"/api/exports/{wrong}").status_code == 404


def test_curves_of_runs_that_train_do_not_fill_the_memory(monkeypatch) -> None:
    """Each has a new curve every two seconds, of up to 50,000 points with four numbers each."""
    trains = open_store().get(make(ended=False))
    for second in range(0, 1_200, 2):
        monkeypatch.setattr(curves, "_make_stamp", lambda run, now=second: float(now))
        curves.read_curve(trains, "loss")
    assert curves._read_curve.cache_info().currsize * 50_000 * 4 * 8 < 250e6


def test_mlflow_is_offered_where_it_can_be_had_and_says_what_fails(monkeypatch) -> None:
    made = make()
    page = open_topic(PAGE, runs=made)
    assert "Send to MLflow" not in [button.label for button in page.button]
    monkeypatch.setattr("cnnlib.ui.comparing_runs.taking.can_send", lambda: True)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://me:secret@127.0.0.1:9")
    page = open_topic(PAGE, runs=made)
    (button,) = [button for button in page.button if button.label == "Send to MLflow"]
    assert "secret" not in button.help
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    with pytest.raises(Exception, match="MLFLOW_TRACKING_URI is not set"):  # the command's own line
        send_to_mlflow([made], lambda share, text: None)
