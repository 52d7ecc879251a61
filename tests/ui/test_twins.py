"""The twins' part of the CBAPD page without a browser; no supervisor is started."""

from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnnlib.arch.analysis import analyze
from cnnlib.arch.twins import list_differences, make_twins
from cnnlib.data import load
from cnnlib.errors import RunError
from cnnlib.runs import client
from cnnlib.runs.config import RunConfig
from cnnlib.runs.records import Point, Run
from cnnlib.runs.store import RunStore, open_store
from cnnlib.ui.cbapd import twins_texts as texts
from tests.ui.made_people import ME, OTHER, SECRET, SOMEBODY, arrive

STEPS = ("C", "B", "A", "P", "D")
SHAPE = (32, 32, 3)


@pytest.fixture(autouse=True)
def store(with_synthetic: Path, monkeypatch: pytest.MonkeyPatch) -> RunStore:
    monkeypatch.setattr(client, "wake", lambda: None)
    return open_store()


def page(steps: tuple[str, ...]) -> None:
    from cnnlib.ui.cbapd.twins import show_twins

    show_twins(steps)


def open_twins(steps: tuple[str, ...] = STEPS, **query: str) -> AppTest:
    app = AppTest.from_function(page, args=(steps,), default_timeout=60)
    for name, value in query.items():
        app.query_params[f"twins.{name}"] = value
    return run(app)


def run(app: AppTest) -> AppTest:
    app.run()
    assert not app.exception
    return app


def press(app: AppTest, label: str) -> None:
    (button,) = [button for button in app.button if button.label == label]
    button.click()
    run(app)


def text(app: AppTest) -> str:
    return "\n".join(part.value for part in (*app.markdown, *app.caption, *app.info, *app.warning))


def make_configs(difference: str = "toggle-B", **settings: object) -> tuple[RunConfig, RunConfig]:
    values = {"dataset": "synthetic", "limit": 2_000, "epochs": 3} | settings
    first, second = make_twins(STEPS, difference, SHAPE, 10)
    return RunConfig(spec=first, **values), RunConfig(spec=second, **values)


def make_run(store: RunStore, config: RunConfig, *accuracies: float, status="finished") -> Run:
    made = store.create(config, status="starting")
    for epoch, value in enumerate(accuracies, start=1):
        point = Point("epoch/val_accuracy", 63 * epoch, float(epoch), value)
        store.report(made.id, progress={}, points=[point])
    store.end(made.id, status, "It ended.")
    return store.get(made.id)


def test_both_networks_and_their_counts_stand_side_by_side() -> None:
    app = open_twins()
    assert not app.error
    for spec in make_twins(STEPS, "toggle-B", SHAPE, 10):
        assert f"**{spec.title}**: {analyze(spec).params:,} parameters" in text(app)
    first, second = (frame.value for frame in app.dataframe)
    assert (len(first), len(second)) == (12, 10)
    assert "`conv2d_1`, `conv2d_2`, `dense_1` start with exactly the same weights" in text(app)
    assert f"{0.99**189:.1%}" in text(app)
    assert not app.query_params


@pytest.mark.parametrize("difference", list_differences(STEPS))
def test_every_difference_can_be_chosen_and_trained(store: RunStore, difference: str) -> None:
    app = open_twins()
    app.selectbox(key="twins_difference").select(difference)
    app.selectbox(key="twins_images").select(500)
    app.number_input(key="twins_epochs").set_value(2)
    app.number_input(key="twins_seed").set_value(42)
    run(app)
    press(app, texts.TRAIN)
    second, first = store.list_runs()
    assert (first.config, second.config) == make_configs(difference, limit=500, epochs=2, seed=42)
    assert app.query_params["twins.a"] == first.id
    assert app.query_params["twins.b"] == second.id
    mounted = [child.proto.json for child in find_components(app)]
    assert [first.id in mounted[0], second.id in mounted[1]] == [True, True]


@pytest.mark.parametrize("label", [texts.TRAIN, texts.ANOTHER_SEED])
def test_what_was_just_set_is_trained(store: RunStore, label: str) -> None:
    """The settings come with the click, as where a field is left by it."""
    app = open_twins()
    app.selectbox(key="twins_difference").select("stride")
    app.number_input(key="twins_epochs").set_value(7)
    press(app, label)
    second, first = store.list_runs()
    assert (first.config, second.config) == make_configs(
        "stride", epochs=7, seed=int(label == texts.ANOTHER_SEED)
    )


def find_components(app: AppTest) -> list:
    found = []

    def walk(block) -> None:
        for child in block.children.values():
            if hasattr(child, "children"):
                walk(child)
            elif "live_run" in getattr(getattr(child, "proto", None), "component_name", ""):
                found.append(child)

    walk(app.main)
    return found


@pytest.mark.parametrize("steps", [("C",), ("C", "D"), ("C", "P", "A"), ("B", "C", "A"), ()])
def test_every_order_of_steps_is_drawn(steps) -> None:
    app = open_twins(steps)
    assert not app.error
    assert (texts.CONVOLUTION_FIRST in text(app)) == (steps[:1] != ("C",))


def test_a_link_sets_the_controls() -> None:
    app = open_twins(difference="stride", images="500", epochs="20", seed="9999", guess="b")
    assert app.selectbox(key="twins_difference").value == "stride"
    assert app.selectbox(key="twins_images").value == 500
    assert app.number_input(key="twins_epochs").value == 20
    assert app.number_input(key="twins_seed").value == 9999
    assert app.query_params["twins.guess"] == "b"


@pytest.mark.parametrize(
    "query",
    [
        {"difference": "nope"},
        {"dataset": "../../etc"},
        {"images": "0"},
        {"images": "99999999"},
        {"epochs": "21"},
        {"epochs": "-1"},
        {"seed": "10000"},
        {"guess": "c"},
        {"a": "x" * 1000, "b": "y" * 1000},
    ],
)
def test_a_value_that_breaks_its_rule_is_passed_over(query) -> None:
    app = open_twins(**query)
    assert not app.error
    assert not app.query_params


def test_an_amount_between_the_choices_becomes_the_next_lower_one() -> None:
    assert open_twins(images="700").selectbox(key="twins_images").value == 500
    assert open_twins(images="3").selectbox(key="twins_images").value == 500


def test_a_difference_that_the_steps_no_longer_allow_is_replaced() -> None:
    app = open_twins(("C", "B"), difference="stride")
    assert app.selectbox(key="twins_difference").value == "toggle-B"


@pytest.mark.parametrize("name", ["nope", "<b>x</b>", "'; DROP TABLE runs;--", "[x](http://y)"])
def test_a_bad_pair_is_passed_over_with_a_line(store: RunStore, name: str) -> None:
    good = store.create(make_configs()[0])
    app = open_twins(a=good.id, b=name)
    assert "The address names a pair that cannot be shown." in text(app)
    assert not app.error
    assert not app.query_params
    run(app)
    assert "cannot be shown" not in text(app)
    assert len(app.dataframe) == 2


def test_a_second_click_starts_no_second_pair(store: RunStore) -> None:
    app = open_twins()
    (button,) = [button for button in app.button if button.label == texts.TRAIN]
    button.click()
    run(app)
    assert len(store.list_runs()) == 2
    assert {b.label: b.disabled for b in app.button}[texts.TRAIN]
    button.click()
    run(app)
    assert len(store.list_runs()) == 2


def test_stop_stops_both(store: RunStore) -> None:
    app = open_twins()
    press(app, texts.TRAIN)
    press(app, texts.STOP)
    assert [run.status for run in store.list_runs()] == ["stopped", "stopped"]
    assert texts.NO_EPOCH in text(app)
    assert "nothing was trained" in text(app)
    assert not {b.label: b.disabled for b in app.button}[texts.TRAIN]


def test_anothers_pair_is_looked_at_and_ones_own_started_beside_it(store, monkeypatch) -> None:
    arrive(monkeypatch, SECRET)
    press(theirs := open_twins(), texts.TRAIN)
    pair = store.list_runs()
    assert {run.owner for run in pair} == {ME}
    arrive(monkeypatch, OTHER)
    app = open_twins(a=theirs.query_params["twins.a"][0], b=theirs.query_params["twins.b"][0])
    assert texts.STOP not in {button.label for button in app.button}
    press(app, texts.TRAIN)
    assert [run.owner for run in store.list_runs()] == [SOMEBODY, SOMEBODY, ME, ME]
    assert {run.status for run in store.list_runs()} == {"queued"}


def test_an_old_button_does_not_stop_anothers_pair(store, monkeypatch) -> None:
    arrive(monkeypatch, SECRET)
    press(app := open_twins(), texts.TRAIN)
    arrive(monkeypatch, OTHER)
    (button,) = [button for button in app.button if button.label == texts.STOP]
    button.click()
    run(app)
    assert {run.status for run in store.list_runs()} == {"queued"}


def test_another_seed_is_the_next_one(store: RunStore) -> None:
    app = open_twins(seed="9999")
    press(app, texts.ANOTHER_SEED)
    assert {run.config.seed for run in store.list_runs()} == {0}
    assert app.number_input(key="twins_seed").value == 0


def test_a_failure_to_start_is_one_line(monkeypatch) -> None:
    def refuse(config: RunConfig, **given: str) -> Run:
        raise RunError("The background process did not start.")

    app = open_twins()
    monkeypatch.setattr(client, "submit", refuse)
    press(app, texts.TRAIN)
    assert [error.value for error in app.error] == ["The background process did not start."]
    run(app)
    assert not app.error


def test_the_result_is_told_with_its_uncertainty(store: RunStore) -> None:
    first, second = make_configs()
    pair = make_run(store, first, 0.1, 0.2, 0.3), make_run(store, second, 0.2, 0.3, 0.34)
    told = text(open_twins(a=pair[0].id, b=pair[1].id, guess="b"))
    assert "After epoch 3, **B** is **4.00 percentage points** ahead" in told
    assert "A 30.00%, B 34.00%. ✓ You guessed so." in told
    count = len(load("synthetic").take(2_000).test)
    error = 100 * (0.34 * 0.66 / count) ** 0.5
    assert f"That is {round(0.04 * count)} of {count} validation images" in told
    assert f"±{error:.1f} points" in told
    assert texts.ONE_SEED in told
    assert f"training?run={pair[0].id}" in told
    told = text(open_twins(a=pair[0].id, b=pair[1].id, guess="a"))
    assert "✗ You guessed A." in told


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ((0.5, 0.4), texts.BOTH_SIGNS),
        ((0.4, 0.5), texts.SAME_SIGN.format(winner="B")),
        ((0.5, 0.5), texts.A_TIE),
    ],
)
def test_other_seeds_are_told_beside(store: RunStore, other, sentence) -> None:
    first, second = make_configs()
    for config, accuracy in zip((first, second), other, strict=True):
        make_run(store, replace(config, seed=5), accuracy)
    pair = make_run(store, first, 0.3), make_run(store, second, 0.34)
    told = text(open_twins(a=pair[0].id, b=pair[1].id))
    difference = 100 * (other[1] - other[0])
    assert f"With 2 seeds so far, B − A in percentage points: 0: +4.0, 5: {difference:+.1f}" in told
    assert sentence in told


def test_equal_accuracies_have_no_winner(store: RunStore) -> None:
    first, second = make_configs()
    pair = make_run(store, first, 0.3), make_run(store, second, 0.3)
    assert "both have the same validation accuracy: 30.00%" in text(
        open_twins(a=pair[0].id, b=pair[1].id)
    )


def test_a_twin_that_failed_says_so(store: RunStore) -> None:
    first, second = make_configs()
    pair = make_run(store, first, 0.3), make_run(store, second, 0.3, status="failed")
    assert "Twin B: CAPD: failed. It ended." in text(open_twins(a=pair[0].id, b=pair[1].id))
