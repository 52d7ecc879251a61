"""The form that starts a run, without a browser; no supervisor is started."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from cnnlib.arch import zoo
from cnnlib.arch.layers import Dense, Flatten
from cnnlib.arch.links import pack_spec
from cnnlib.arch.spec import Spec
from cnnlib.runs import client
from cnnlib.runs.config import MAX_BATCH_SIZE, MAX_EPOCHS, MAX_SEED, OPTIMIZERS, WATCHES, RunConfig
from cnnlib.runs.estimating.calibrations import Step, keep_calibration
from cnnlib.runs.estimating.estimates import READY_SECONDS
from cnnlib.runs.library import save_network
from cnnlib.runs.liveness import run_lock
from cnnlib.runs.recipes import FAST
from cnnlib.runs.schedules import SCHEDULES
from cnnlib.runs.store import RunStore
from cnnlib.ui.run_address import make_run_query
from tests.pages.topic_page import address, errors, press, run, text
from tests.runs.estimating.measured import ANSWER, SAVING, START

ROOT = Path(__file__).parents[2]
OWN = Spec("mine", "My *own* net", (32, 32, 3), (Flatten(), Dense(units=10, activation="softmax")))
SMALL = Spec("small", "Small", (8, 8, 3), (Flatten(), Dense(units=10, activation="softmax")))
UNENDING = Spec("open", "Open", (32, 32, 3), (Flatten(), Dense(units=10)))


@pytest.fixture(autouse=True)
def quiet_supervisor(with_synthetic: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "wake", lambda: None)


def open_form(**query: str) -> AppTest:
    page = AppTest.from_file(str(ROOT / "pages/train.py"), default_timeout=60)
    for key, value in query.items():
        page.query_params[key] = value
    return run(page)


def started(page: AppTest) -> RunConfig:
    """The settings of the run that Start makes."""
    press(page, "Start training")
    assert not page.error
    newest = RunStore().list_runs()[0]
    assert address(page)["run"] == newest.id
    return newest.config


def type_into(page: AppTest, name: str, typed: str) -> None:
    """As in the browser, where a box takes what is not among its choices."""
    box = page.selectbox(key=f"run_{name}")
    box.options.append(typed)
    box.set_value(typed)


def test_start_with_the_first_values_is_a_run_as_in_the_notes() -> None:
    page = open_form()
    assert page.segmented_control(key="run__recipe").value == "notes"
    assert started(page) == RunConfig(dataset="synthetic")


def test_every_setting_reaches_the_run_and_the_address() -> None:
    page = open_form()
    page.selectbox(key="run_network").select("lenet5")
    page.select_slider(key="run_limit").set_value(1_000)
    page.number_input(key="run_epochs").set_value(7)
    page.select_slider(key="run_batch_size").set_value(64)
    page.selectbox(key="run_optimizer").select("nesterov")
    type_into(page, "learning_rate", "0.0123")
    type_into(page, "weight_decay", "0.0005")
    type_into(page, "label_smoothing", "0.1")
    page.selectbox(key="run_schedule").select("cosine")
    type_into(page, "warmup", "1.5")
    page.number_input(key="run_patience").set_value(3)
    page.segmented_control(key="run_acceleration").set_value("measured")
    page.toggle(key="run_deterministic").set_value(True)
    page.number_input(key="run_seed").set_value(42)
    page.pills(key="run_kinds").set_value(["mixup", "shift"])
    page.pills(key="run_watch").set_value(["weights", "gradients"])
    page.text_input(key="run__name").set_value("My *first*")
    run(page)
    chosen = RunConfig(
        network="lenet5", dataset="synthetic", limit=1_000, epochs=7, batch_size=64,
        optimizer="nesterov", learning_rate=0.0123, weight_decay=0.0005, label_smoothing=0.1,
        schedule="cosine", warmup=1.5, patience=3, acceleration="measured", deterministic=True,
        seed=42, augmentation="shift,mixup", watch="gradients,weights",
    )  # fmt: skip
    link = address(page)
    assert started(page) == chosen
    assert RunStore().list_runs()[0].name == "My *first*"
    assert started(open_form(new="1", **link)) == chosen, "a link carries all of it"


@pytest.mark.parametrize(
    "config",
    [
        RunConfig(dataset="synthetic"),
        RunConfig(spec=OWN, dataset="synthetic", limit=777, batch_size=48, learning_rate=1.2345e-5),
        FAST.apply(RunConfig(dataset="synthetic", network="lenet5", watch="", warmup=0.25)),
    ],
)
def test_the_form_of_a_run_starts_the_same_again(config: RunConfig) -> None:
    page = open_form(**make_run_query(config))
    assert not page.error
    assert started(page) == config


def test_the_address_says_only_what_differs() -> None:
    page = open_form(network="lenet5", epochs="3", batch_size="128")
    page.number_input(key="run_epochs").set_value(5).run()
    page.selectbox(key="run_optimizer").select("sgd").run()
    assert address(page) == {"network": "lenet5", "batch_size": "128", "optimizer": "sgd"}


def test_another_link_in_the_same_visit_is_followed() -> None:
    page = open_form(epochs="3")
    page.query_params["epochs"] = "9"
    assert run(page).number_input(key="run_epochs").value == 9


@pytest.mark.parametrize(
    "query",
    [
        {"network": "nope", "epochs": "-3", "batch_size": "0", "seed": "1e99", "limit": "-1",
         "learning_rate": "nan", "weight_decay": "-1", "warmup": "99999", "dataset": "../x",
         "label_smoothing": "0.6", "schedule": "<script>", "optimizer": "lion"},
        {"network": "link", "epochs": "x", "batch_size": str(MAX_BATCH_SIZE + 1), "limit": "9" * 11,
         "learning_rate": "1e-999", "patience": "1001", "acceleration": "on", "watch": "everything",
         "deterministic": "yes", "augmentation": "flip,flip", "colour": "red", "__class__": "x"},
        {"network": "saved.../x", "learning_rate": "0", "weight_decay": "." * 30, "seed": "²",
         "warmup": "e5", "label_smoothing": "1e5", "watch": ",x", "spec": "x" * 20_000},
    ],
)  # fmt: skip
def test_a_link_with_nonsense_falls_back(query: dict[str, str]) -> None:
    page = open_form(**query)
    assert not page.error
    assert started(page) == RunConfig(dataset="synthetic")


@pytest.mark.parametrize(
    "query",
    [
        {"epochs": "1", "batch_size": "1", "learning_rate": "0.0000001", "limit": "1"},
        {"epochs": str(MAX_EPOCHS), "batch_size": str(MAX_BATCH_SIZE), "learning_rate": "10",
         "weight_decay": "1", "label_smoothing": "0.5", "warmup": str(MAX_EPOCHS),
         "patience": str(MAX_EPOCHS), "seed": str(MAX_SEED), "watch": ",".join(WATCHES),
         "optimizer": OPTIMIZERS[-1], "schedule": SCHEDULES[-1]},
    ],
)  # fmt: skip
def test_every_setting_may_stand_at_its_end(query: dict[str, str]) -> None:
    page = open_form(**query)
    assert not page.error
    config = started(page)
    assert {name: str(config.to_dict().get(name)) for name in ("epochs", "batch_size")} == {
        name: query[name] for name in ("epochs", "batch_size")
    }


def test_a_recipe_is_one_click_and_keeps_what_is_trained() -> None:
    page = open_form(network="lenet5", limit="500", seed="3")
    page.segmented_control(key="run__recipe").set_value("fast").run()
    before = RunConfig(network="lenet5", dataset="synthetic", limit=500, seed=3)
    for name, value in FAST.changes.items():
        assert address(page)[name] == str(value)
    page.segmented_control(key="run__recipe").set_value("notes").run()
    assert address(page) == {"network": "lenet5", "limit": "500", "seed": "3"}
    page.segmented_control(key="run__recipe").set_value("fast").run()
    assert started(page) == FAST.apply(before)


def test_a_changed_setting_leaves_the_recipe_and_says_so() -> None:
    page = open_form()
    page.segmented_control(key="run__recipe").set_value("fast").run()
    assert "Changed from" not in text(page)
    page.select_slider(key="run_batch_size").set_value(512).run()
    assert page.segmented_control(key="run__recipe").value is None
    usual = FAST.values["batch_size"]
    assert f"Changed from «fast»: batch 512 instead of {usual}." in text(page)


@pytest.mark.parametrize(
    ("name", "typed", "line"),
    [
        ("learning_rate", "fast", "learning_rate must be a number like 0.003"),
        ("learning_rate", "0", "learning_rate must be above 0"),
        ("learning_rate", "1" * 500, "learning_rate must be a number like 0.003"),
        ("weight_decay", "2", "weight_decay must be from 0 to 1"),
        ("warmup", "6", "warmup must be from 0 to 5"),
        ("label_smoothing", "<b>", "label_smoothing must be a number"),
    ],
)
def test_what_is_typed_wrongly_is_one_line_and_nothing_starts(
    name: str, typed: str, line: str
) -> None:
    page = open_form()
    type_into(page, name, typed)
    run(page)
    (error,) = errors(page)
    assert line in error.replace("\\", "")
    (start,) = [button for button in page.button if button.label == "Start training"]
    assert start.disabled
    type_into(page, name, "0.25")
    run(page)
    assert not page.error


def test_a_network_from_a_link_is_trained() -> None:
    page = open_form(network="link", spec=pack_spec(OWN), epochs="2")
    assert "The link's: My *own* net" in page.selectbox(key="run_network").options
    assert address(page)["spec"] == pack_spec(OWN)
    assert started(page) == RunConfig(spec=OWN, dataset="synthetic", epochs=2)
    assert "spec" not in page.query_params


def test_a_saved_network_is_trained() -> None:
    save_network(OWN)
    page = open_form()
    page.selectbox(key="run_network").select("saved.mine").run()
    assert address(page) == {"network": "saved.mine"}
    assert started(page).spec == OWN


@pytest.mark.parametrize(
    ("query", "line"),
    [
        ({"network": "link", "spec": pack_spec(SMALL)}, "takes images of 8 × 8 × 3"),
        ({"network": "link", "spec": pack_spec(UNENDING)}, "The last layer must give"),
        ({"network": "link", "spec": "%%%"}, "This link holds no network"),
        ({"network": "link", "spec": pack_spec(OWN)[:-9]}, "This link holds no network"),
        ({"network": "saved.gone"}, "No network named 'gone' is saved here"),
        ({"network": "alexnet_imagenet"}, "the window must fit into the input"),
    ],
)
def test_a_network_that_cannot_be_trained_is_one_line_and_another_can_be_chosen(
    query: dict[str, str], line: str
) -> None:
    page = open_form(**query)
    (error,) = errors(page)
    assert line in error
    assert page.selectbox(key="run_network").value == query["network"]
    page.selectbox(key="run_network").select("lenet5").run()
    assert not page.error
    assert address(page) == {"network": "lenet5"}


def keep_step(seconds: float) -> None:
    answer = {**ANSWER, "seconds": seconds, "validation_seconds": seconds}
    keep_calibration(Step(zoo.get("lenet5"), 32, "adam"), answer)


def test_the_cost_is_said_first() -> None:
    page = open_form(network="lenet5", limit="1000", epochs="2")
    assert "How long it takes is not known yet; a place is free" in text(page)
    keep_step(0.32)  # 10 ms an image: 2 · (1,000 + 200) of them, of 5,000 + 1,000
    run(page)
    two = READY_SECONDS + START + 2 * (12 + SAVING)
    assert f"**About {two:.2g} s** for 2 epochs on this machine; a place" in text(page)
    assert "From a step of just this network" in text(page)
    page.number_input(key="run_epochs").set_value(1).run()
    one = READY_SECONDS + START + 12 + SAVING
    assert f"**About {one:.2g} s** for 1 epoch on" in text(page)


def test_the_runs_before_are_counted_and_the_start_is_forecast(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CNNLIB_SLOTS", "1")
    keep_step(0.032)
    lenet = RunConfig(network="lenet5", dataset="synthetic", limit=1_000, epochs=50)
    first = RunStore().create(lenet, status="starting")
    RunStore().report(first.id, progress={"seconds_left": 60.0})
    with run_lock(first.id):  # its worker is alive
        RunStore().create(lenet)
        said = text(open_form(new="1"))
    assert "2 runs before yours: it starts in about 2 min" in said, said


@pytest.mark.parametrize(
    ("total", "line"), [(10**9, "this machine has 1 GB"), (10**14, "are free")]
)
def test_too_little_memory_is_said_before_the_start(
    monkeypatch: pytest.MonkeyPatch, total: int, line: str
) -> None:
    memory = SimpleNamespace(total=total, available=10**8)
    monkeypatch.setattr("psutil.virtual_memory", lambda: memory)
    page = open_form(network="vgg16", batch_size="512")
    (warning,) = page.warning
    assert line in warning.value
    assert not open_form(network="lenet5").warning
