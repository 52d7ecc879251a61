"""The Train, Runs and Welcome pages without a browser; no supervisor is started."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnnlib.arch.layers import Dense, Flatten
from cnnlib.arch.links import pack_spec
from cnnlib.arch.spec import Spec
from cnnlib.errors import RunError
from cnnlib.runs import client
from cnnlib.runs.config import RunConfig
from cnnlib.runs.files import Checkpoint, checkpoint_path, write_checkpoint_note
from cnnlib.runs.library import save_network
from cnnlib.runs.records import Run
from cnnlib.runs.store import RunStore

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def quiet_supervisor(with_synthetic: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "wake", lambda: None)


def open_page(file: str = "pages/train.py", **query: str) -> AppTest:
    page = AppTest.from_file(str(ROOT / file), default_timeout=60)
    for key, value in query.items():
        page.query_params[key] = value
    page.run()
    assert not page.exception
    return page


def press(page: AppTest, label: str) -> None:
    (button,) = [button for button in page.button if button.label == label]
    button.click().run()
    assert not page.exception


def make_ended_run(status: str = "finished") -> Run:
    store = RunStore()
    run = store.create(RunConfig(network="lenet5", dataset="synthetic"), status="starting")
    path = checkpoint_path(run.id, "last")
    path.write_bytes(b"model")
    write_checkpoint_note(path, Checkpoint(5.0, 1.5, 0.45))
    store.end(run.id, status, "It ended.")
    return store.get(run.id)


def test_start_with_the_first_values_is_a_run_as_in_the_notes() -> None:
    page = open_page()
    press(page, "Start training")
    (run,) = RunStore().list_runs()
    assert run.config == RunConfig(network="baseline", dataset="synthetic", epochs=5)
    assert page.query_params["run"] == run.id
    assert not page.error


def test_every_setting_reaches_the_run() -> None:
    page = open_page()
    page.selectbox(key="network").select("lenet5")
    page.number_input(key="epochs").set_value(7)
    page.select_slider(key="limit").set_value(1_000)
    page.select_slider(key="batch_size").set_value(64)
    page.selectbox(key="optimizer").select("sgd")
    page.select_slider(key="learning_rate").set_value(0.01)
    page.number_input(key="seed").set_value(42)
    press(page, "Start training")
    (run,) = RunStore().list_runs()
    assert run.config == RunConfig(
        network="lenet5",
        dataset="synthetic",
        limit=1_000,
        epochs=7,
        batch_size=64,
        optimizer="sgd",
        learning_rate=0.01,
        seed=42,
    )


def test_a_link_carries_the_settings() -> None:
    page = open_page(network="lenet5", epochs="3", batch_size="128")
    assert page.selectbox(key="network").value == "lenet5"
    assert page.number_input(key="epochs").value == 3
    assert page.select_slider(key="batch_size").value == 128
    page.number_input(key="epochs").set_value(5).run()
    page.selectbox(key="optimizer").select("sgd").run()
    expected = {"network": "lenet5", "batch_size": "128", "optimizer": "sgd"}
    assert dict(page.query_params) == expected, "only what differs from the first values"


@pytest.mark.parametrize(
    "query",
    [
        {"network": "nope"},
        {"epochs": "-3"},
        {"epochs": "x"},
        {"batch_size": "7"},
        {"seed": "1e99"},
        {"limit": "-1"},
        {"limit": "123"},
        {"learning_rate": "nan"},
        {"dataset": "../x"},
    ],
)
def test_a_link_with_nonsense_falls_back(query: dict[str, str]) -> None:
    page = open_page(**query)
    assert not page.error
    assert page.selectbox(key="network").value == "baseline"
    assert page.number_input(key="epochs").value == 5


def test_a_page_without_a_run_shows_the_one_under_way() -> None:
    make_ended_run()
    run = RunStore().create(RunConfig(dataset="synthetic"))
    assert open_page().query_params["run"] == run.id
    assert "run" not in open_page(new="1").query_params


OWN = Spec("mine", "My *own* net", (32, 32, 3), (Flatten(), Dense(units=10, activation="softmax")))
SMALL = Spec("small", "Small", (8, 8, 3), (Flatten(), Dense(units=10, activation="softmax")))
UNENDING = Spec("open", "Open", (32, 32, 3), (Flatten(), Dense(units=10)))


def test_a_network_from_a_link_is_trained() -> None:
    page = open_page(network="link", spec=pack_spec(OWN), epochs="2")
    assert "The link's: My *own* net" in page.selectbox(key="network").options
    assert page.query_params["spec"] == pack_spec(OWN)
    press(page, "Start training")
    (run,) = RunStore().list_runs()
    assert run.config == RunConfig(spec=OWN, dataset="synthetic", epochs=2)
    assert page.query_params["run"] == run.id
    assert "spec" not in page.query_params


def test_a_saved_network_is_trained() -> None:
    save_network(OWN)
    page = open_page()
    page.selectbox(key="network").select("saved.mine").run()
    assert page.query_params["network"] == "saved.mine"
    press(page, "Start training")
    (run,) = RunStore().list_runs()
    assert run.config.spec == OWN


def test_augmentation_reaches_the_run_with_the_links_strengths() -> None:
    page = open_page(augmentation="shift-0.25,cutout")
    assert page.pills(key="augmentation_kinds").value == ["shift", "cutout"]
    page.pills(key="augmentation_kinds").set_value(["mixup", "shift"]).run()
    assert page.query_params["augmentation"] == "shift-0.25,mixup"
    press(page, "Start training")
    (run,) = RunStore().list_runs()
    assert run.config.augmentation == "shift-0.25,mixup"
    assert "augmented: shift 0.25, mixup 0.2" in run.describe_settings()


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
    page = open_page(**query)
    (error,) = page.error
    assert line in error.value
    assert page.selectbox(key="network").value == query["network"]
    page.selectbox(key="network").select("lenet5").run()
    assert not page.error
    assert page.query_params["network"] == "lenet5"


@pytest.mark.parametrize("run_id", ["nope", "../../etc/passwd", "<script>", "💥"])
def test_an_unknown_run_is_one_line_and_the_form(run_id: str) -> None:
    page = open_page(run=run_id)
    (error,) = page.error
    assert "There is no run" in error.value
    assert page.selectbox(key="network").value == "baseline"


def test_stop_is_asked_once() -> None:
    run = RunStore().create(RunConfig(dataset="synthetic"), status="starting")
    RunStore().report(run.id, progress={})
    page = open_page(run=run.id)
    press(page, "Stop")
    assert RunStore().read_wishes(run.id).stop
    (stop,) = [button for button in page.button if button.label == "Stop"]
    assert stop.disabled


def test_an_ended_run_can_be_continued() -> None:
    run = make_ended_run()
    page = open_page(run=run.id)
    page.number_input[0].set_value(3)
    press(page, "Continue training")
    newest = RunStore().list_runs()[0]
    assert newest.config == run.continued(epochs=3, checkpoint="last")
    assert page.query_params["run"] == newest.id


def test_a_failed_run_without_a_checkpoint_offers_nothing_to_continue() -> None:
    run = RunStore().create(RunConfig(dataset="synthetic"), status="starting")
    RunStore().end(run.id, "failed", "It failed.")
    page = open_page(run=run.id)
    assert not page.error
    assert "Continue training" not in [button.label for button in page.button]


def test_a_supervisor_that_cannot_start_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise RunError("The background process did not start within 20 s.")

    page = open_page()
    monkeypatch.setattr(client, "wake", refuse)
    press(page, "Start training")
    (error,) = page.error
    assert "did not start" in error.value


def test_weights_are_asked_for_with_the_runs_id(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(client, "ask", lambda question, **named: asked.append((question, named)))
    run = make_ended_run()
    page = open_page(run=run.id)
    press(page, "Write weights.txt")
    ((question, named),) = asked
    assert question == "export_weights"
    assert (named["run"], named["checkpoint"]) == (run.id, "last")


def test_the_runs_page_lists_every_state() -> None:
    assert open_page("streamlit_app.py").title[0].value == "CNN Lab"
    page = open_page("pages/runs.py")
    assert page.info[0].value.startswith("No run yet")
    for status in ("finished", "stopped", "failed"):
        make_ended_run(status)
    RunStore().create(RunConfig(dataset="synthetic"))
    (table,) = open_page("pages/runs.py").dataframe
    assert [text.split()[-1] for text in table.value["state"]] == [
        "waiting",
        "failed",
        "stopped",
        "finished",
    ]
    assert list(table.value["best val. accuracy"]) == ["–"] * 4


def test_the_welcome_page_shows_images_and_the_way_on() -> None:
    page = open_page("streamlit_app.py")
    assert not page.error
    assert any("synthetic" in markdown.value for markdown in page.markdown)
