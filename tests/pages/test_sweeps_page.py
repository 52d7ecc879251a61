"""The Sweeps page without a browser; no supervisor is started."""

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnnlib.runs import client
from cnnlib.runs.config import RunConfig
from cnnlib.runs.records import Run
from cnnlib.runs.store import RunStore
from cnnlib.runs.sweep_records import SweepRecord, list_runs, list_sweeps, submit_sweep
from cnnlib.runs.sweeps import SETTINGS, Range, Sweep
from cnnlib.ui import trail
from cnnlib.ui.sweeping import result
from cnnlib.ui.sweeping.axes import make_sweep_query
from tests.pages.topic_page import address, errors, open_topic, press, run, text

BASE = RunConfig(dataset="synthetic", limit=500, epochs=2)


@pytest.fixture(autouse=True)
def quiet_supervisor(with_synthetic: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "wake", lambda: None)


def open_page(**query: str) -> AppTest:
    return open_topic("sweeps.py", **query)


def start(page: AppTest) -> SweepRecord:
    (button,) = [button for button in page.button if button.label.startswith("Start ")]
    press(page, button.label)
    assert not page.error
    record = list_sweeps()[0]
    assert address(page) == {"sweep": record.id}
    return record


def finish(run: Run, accuracy: float) -> None:
    store = RunStore()
    result = {"best_val_accuracy": accuracy, "train_seconds": 3.2}
    store.report(run.id, progress={"epoch": 2.0}, result=result)
    store.end(run.id, "finished", "Finished.")


def test_start_makes_every_combination_of_the_first_values() -> None:
    page = open_page(dataset="synthetic", limit="500", seed="7")
    assert "**6 runs**; how long they take is not known yet" in text(page)
    page.text_input(key="sweep__name").set_value("Rates & *sizes*").run()
    record = start(page)
    assert record.title == "Rates & *sizes*"
    runs = list_runs(record.id)
    assert {(run.config.learning_rate, run.config.batch_size) for run in runs} == {
        (rate, batch) for rate in (0.0003, 0.001, 0.003) for batch in (32, 128)
    }
    assert {run.config.seed for run in runs} == {7}
    assert [run.status for run in runs] == ["queued"] * 6
    assert runs[0].name == "rate 0.0003, batch 32"


SWEEPS = [
    Sweep(BASE, {"learning_rate": (0.0003, 0.001, 0.003), "batch_size": (32, 128)}),
    Sweep(BASE, {"network": ("mlp", "lenet5"), "limit": (700, None)}, seeds=3),
    Sweep(
        BASE,
        {"learning_rate": Range(1e-5, 0.5, "log"), "batch_size": Range(3, 77),
         "augmentation": ("", "flip,shift"), "optimizer": ("nesterov",)},
        count=9, draw=42,
    ),
]  # fmt: skip


@pytest.mark.parametrize("sweep", SWEEPS)
def test_same_but_starts_the_same_sweep(sweep: Sweep) -> None:
    page = open_page(**make_sweep_query(sweep))
    assert not page.error
    assert start(page).sweep == sweep


@pytest.mark.parametrize("sweep", SWEEPS)
def test_the_way_back_from_same_but_is_one_step(sweep: Sweep, monkeypatch) -> None:
    """The form leaves the address as it was given: another one would be a step of its own."""
    asked: dict[str, str] = {}
    monkeypatch.setattr(result.PLACE, "go_to", lambda **address: asked.update(address))
    press(open_page(sweep=submit_sweep(sweep).id), "Same but …")
    assert address(open_page(**asked)) == asked


def test_a_sweep_that_no_form_makes_can_be_looked_at() -> None:
    """Started by somebody's own script: the form knows no such augmentation."""
    record = submit_sweep(Sweep(BASE, {"augmentation": ("", "rotate,cutout")}))
    page = open_page(sweep=record.id)
    assert not page.error
    press(page, "Same but …")
    assert not page.error


def test_every_setting_can_vary_and_every_control_stand_at_its_end() -> None:
    page = open_page(limit="500", warmup="0")
    page.multiselect(key="sweep_axes").set_value(["learning_rate"]).run()
    page.multiselect(key="sweep_x_learning_rate").set_value(["0.001"]).run()
    page.number_input(key="sweep_seeds").set_value(10).run()
    assert "**10 runs**" in text(page)
    page.segmented_control(key="sweep_way").set_value("random").run()
    page.number_input(key="sweep_seeds").set_value(1).run()
    page.number_input(key="sweep_count").set_value(100).run()
    assert "**100 runs**" in text(page)
    page.multiselect(key="sweep_axes").set_value(list(SETTINGS)).run()
    assert not page.error
    assert "**100 runs**" in text(page)


@pytest.mark.parametrize(
    "query",
    [
        {"axes": "learning_rate~__class__", "way": "all", "count": "1e9", "draw": "-1",
         "seeds": "11", "x_learning_rate": "0.1~x", "x_network": "nope", "sc_batch_size": "cubic"},
        {"x_learning_rate": "~".join(map(str, range(1, 60))), "lo_learning_rate": "nan",
         "hi_learning_rate": "99", "x_optimizer": "<script>", "x_augmentation": "flip~flip~x",
         "x_batch_size": "1.5", "limit": "-1", "network": "nope", "dataset": "../x"},
    ],
)  # fmt: skip
def test_a_link_with_nonsense_falls_back(query: dict[str, str]) -> None:
    page = open_page(**query)
    assert not page.error
    assert "**6 runs**" in text(page)


@pytest.mark.parametrize(
    ("query", "line"),
    [
        ({"axes": ""}, "A sweep must vary a setting at least"),
        ({"seeds": "10", "axes": "batch_size~epochs~limit~learning_rate"}, "at most 100 runs"),
        ({"way": "random", "lo_learning_rate": "0.5", "hi_learning_rate": "0.1"},
         "from a lower to a higher number"),
        ({"way": "random", "axes": "weight_decay", "lo_weight_decay": "0"}, "begin above 0"),
        ({"way": "random", "axes": "optimizer", "count": "3"}, "no more than there are"),
        ({"axes": "network", "x_network": "alexnet_imagenet"}, ""),
        ({"axes": "warmup", "x_warmup": "0~9"}, "warmup must be from 0 to 5"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_one_line_and_nothing_starts(query: dict[str, str], line: str) -> None:
    page = open_page(**query)
    if not line:  # not among the networks that can be trained: passed over
        assert not page.error
        return
    (error,) = errors(page)
    assert line in error.replace("\\", "")
    (button,) = [button for button in page.button if button.label.startswith("Start")]
    assert button.disabled
    assert not list_sweeps()


@pytest.mark.parametrize("sweep_id", ["nope", "../../etc/passwd", "<b>", "sweep-x", "💥"])
def test_an_unknown_sweep_is_one_line(sweep_id: str) -> None:
    page = open_page(sweep=sweep_id)
    (error,) = errors(page)
    assert "There is no sweep" in error


def test_a_sweep_shows_its_runs_as_they_end_and_the_best_of_them() -> None:
    sweep = Sweep(BASE, {"learning_rate": (0.001, 0.01), "optimizer": ("adam", "sgd")}, seeds=2)
    record = submit_sweep(sweep, title="A <b>name</b>")
    page = open_page(sweep=record.id)
    assert "0 of 8 runs have ended; 8 waiting" in text(page)
    assert "first run's first epoch" in text(page)
    runs = list_runs(record.id)
    for place, each in enumerate(runs[:5]):
        finish(each, 0.3 + place / 100)
    run(page)
    said = text(page)
    assert "5 of 8 runs have ended; 3 waiting" in said
    assert f"Best so far: **34.0%** validation accuracy, with [{'rate 0.001'}" in said
    assert runs[4].id in said
    (table,) = page.dataframe
    assert list(table.value["learning rate"][:4]) == [0.001, 0.001, 0.01, 0.01]
    assert list(table.value["seed"]) == [0] * 4 + [1] * 4
    assert len(page.get("plotly_chart")) == 2, "lines, and seeds"


def test_a_sweep_says_what_its_runs_have_in_common_and_leads_to_their_rows() -> None:
    record = submit_sweep(Sweep(BASE, {"batch_size": (16, 32)}))
    page = open_page(sweep=record.id)
    assert "The same in all: Baseline, data set synthetic, images 500, 2 epochs, Adam" in text(page)
    assert f"[In the table of runs](all-runs?sweep={record.id})" in text(page)


def test_numbers_are_shown_with_all_their_digits() -> None:
    """Streamlit's own form makes 0.0001 of each of these rates."""
    axes = {"learning_rate": (0.000108, 0.000114), "batch_size": (16,), "weight_decay": (0, 1e-5)}
    page = open_page(sweep=submit_sweep(Sweep(BASE, axes)).id)
    columns = json.loads(page.dataframe[0].proto.columns)
    for name in ("learning rate", "weight decay"):
        assert columns[name]["type_config"]["format"] == "%g"


def say(page: AppTest, **said: str) -> None:
    """What the browser's next click says of its address."""
    page.query_params.clear()
    page.query_params.update(said)


def test_a_click_of_a_browser_that_is_an_address_behind_leads_nobody_back() -> None:
    """It sends the address that it still shows with whatever is clicked next."""
    page = open_page(limit="500")
    form = address(page)
    record = start(page)
    say(page, **form)
    run(page)  # one more click, on its way before the sweep was shown
    assert address(page) == {"sweep": record.id}
    assert "0 of 6 runs have ended" in text(page)

    press(page, "All sweeps")
    say(page, sweep=record.id)
    page.number_input(key="sweep_seeds").set_value(2).run()
    assert page.number_input(key="sweep_seeds").value == 2
    assert address(page) == {"seeds": "2"}


def test_same_but_survives_a_late_click_and_back_leads_to_the_sweep(monkeypatch) -> None:
    record = submit_sweep(Sweep(BASE, {"batch_size": (16, 32, 64)}))
    page = open_page(sweep=record.id)
    press(page, "Same but …")
    say(page, sweep=record.id)
    page.number_input(key="sweep_seeds").set_value(2).run()
    assert page.multiselect(key="sweep_x_batch_size").value == ["16", "32", "64"]
    assert address(page)["seeds"] == "2"
    say(page, sweep=record.id)
    monkeypatch.setattr(trail, "_is_back", lambda: True)
    run(page)
    assert "0 of 3 runs have ended" in text(page)


def test_stop_the_rest_cancels_what_waits() -> None:
    record = submit_sweep(Sweep(BASE, {"batch_size": (16, 32, 64)}))
    first = list_runs(record.id)[0]
    finish(first, 0.5)
    page = open_page(sweep=record.id)
    press(page, "Stop the rest")
    assert [run.status for run in list_runs(record.id)] == ["finished", "stopped", "stopped"]
    assert "Stop the rest" not in [button.label for button in page.button]


def test_a_sweep_of_somebody_else_cannot_be_stopped() -> None:
    record = submit_sweep(Sweep(BASE, {"batch_size": (16, 32)}), owner="somebody")
    page = open_page(sweep=record.id)
    (button,) = [button for button in page.button if button.label == "Stop the rest"]
    assert button.disabled


def test_the_list_names_sweeps_and_what_they_reached() -> None:
    record = submit_sweep(Sweep(BASE, {"batch_size": (16, 32)}), title="Sizes")
    finish(list_runs(record.id)[0], 0.25)
    gone = submit_sweep(Sweep(BASE, {"batch_size": (16, 32)}))
    RunStore().delete([run.id for run in list_runs(gone.id)])
    (table,) = open_page().dataframe
    assert list(table.value["ended"]) == ["0 of 0", "1 of 2"]
    assert table.value["sweep"][1] == "Sizes"
    assert table.value["best val. accuracy"][1] == 25
    assert "All runs of this sweep were deleted" in text(open_page(sweep=gone.id))
