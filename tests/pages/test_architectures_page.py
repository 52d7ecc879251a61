"""The Architectures page's script: any network, any layer, links, and layers that do not fit."""

from dataclasses import replace

import pytest

from cnnlib.arch import zoo
from cnnlib.arch.analysis import analyze
from cnnlib.arch.layers import Conv2D, Dense, Flatten
from cnnlib.arch.links import pack_spec
from cnnlib.arch.spec import Spec
from cnnlib.runs.config import RunConfig
from cnnlib.runs.library import save_network
from cnnlib.runs.store import open_store
from tests.pages.topic_page import address, errors, open_topic, press, run, text

pytestmark = pytest.mark.usefixtures("with_synthetic")
PAGE = "architectures.py"


def totals(page) -> dict[str, str]:
    return {metric.label: metric.value for metric in page.metric}


def choose(page, label: str, value: object) -> None:
    controls = [*page.selectbox, *page.number_input, *page.segmented_control]
    (control,) = [each for each in controls if each.label == label]
    control.set_value(value).run()
    assert not page.exception


@pytest.mark.parametrize("name", zoo.names())
def test_any_network_of_the_zoo(name: str) -> None:
    page = open_topic(PAGE, network=name)
    summary = analyze(zoo.get(name))
    assert not errors(page)
    assert totals(page)["Parameters"] == f"{summary.params:,}"
    assert totals(page)["MACs an image"] == f"{summary.macs:,}"
    assert "import keras" in page.code[0].value
    rows = page.dataframe[0].value
    assert list(rows["layer"]) == [row.name for row in summary.layers]
    assert rows["trainable"].sum() == summary.trainable_params
    assert "About this network" in [each.value for each in page.subheader]


def test_the_first_layer_that_learns_is_explained_at_once() -> None:
    page = open_topic(PAGE)
    assert r"5 \cdot 5 \cdot 3 \cdot 6 + 6" in text(page)
    assert r"\mathbf{456}" in text(page)
    assert address(page) == {}


def test_another_layer_by_link_and_by_the_control() -> None:
    page = open_topic(PAGE, network="lenet5", layer="dense_1")
    assert r"400 \cdot 120 + 120" in text(page)
    choose(page, "Layer", "conv2d_2")
    assert r"5 \cdot 5 \cdot 6 \cdot 16 + 16" in text(page)
    assert address(page) == {"network": "lenet5", "layer": "conv2d_2"}


def test_a_network_without_the_chosen_layer_begins_with_its_first() -> None:
    page = open_topic(PAGE, network="lenet5", layer="dense_3")
    choose(page, "Network", "resnet18")
    assert r"3 \cdot 3 \cdot 3 \cdot 64" in text(page)
    assert address(page) == {"network": "resnet18"}


@pytest.mark.parametrize(
    ("label", "values"),
    [
        ("Images in a batch", (1, 4096)),
        ("Classes", (2, 1000)),
        ("Image", ("28x28x1", "96x96x3")),
        ("Picture", ("volumes", "graph")),
        ("In the graph", ("layers", "blocks")),
        ("Of what", ("macs", "params")),
        ("Drawn as", ("treemap", "bars")),
        ("Optimizer", ("rmsprop", "sgd")),
        ("Written as", ("class", "functional")),
    ],
)
def test_every_control_at_both_ends(label: str, values: tuple[object, object]) -> None:
    page = open_topic(PAGE, network="resnet20")
    for value in values:
        choose(page, label, value)
        assert not errors(page)
    again = open_topic(PAGE, **address(page))
    assert totals(again) == totals(page)


def test_memory_follows_batch_and_optimizer() -> None:
    page = open_topic(PAGE, network="lenet5", batch=1)
    adam = totals(page)["Memory, estimated"]
    choose(page, "Optimizer", "sgd")
    assert totals(page)["Memory, estimated"] != adam
    before = page.dataframe[0].value["memory"].sum()
    choose(page, "Images in a batch", 10)
    assert page.dataframe[0].value["memory"].sum() == 10 * before


def test_what_the_address_says_wrongly_is_passed_over() -> None:
    page = open_topic(
        PAGE, network="../etc", layer="<b>", picture="x", detail="7", open="a,,b", batch=0,
        optimizer="evil", cost="", chart="pie", classes=-1, input="9x9", spec="!" * 20_000,
    )  # fmt: skip
    assert not errors(page)
    assert totals(page)["Parameters"] == "198,506"
    assert address(page) == {}


def test_unknown_names_that_look_right_do_no_harm() -> None:
    page = open_topic(PAGE, layer="nowhere_1", open="residual_9,b2")
    assert not errors(page)
    assert r"\mathbf{456}" in text(page)


def test_a_layer_that_does_not_fit_is_named_and_the_rest_stays_usable() -> None:
    page = open_topic(PAGE, network="alexnet_imagenet", input="28x28x1")
    (error,) = errors(page)
    assert "max\\_pooling2d" in error or "max_pooling2d" in error
    assert "window must fit" in error
    assert len(page.dataframe[0].value) < len(zoo.get("alexnet_imagenet").layers)
    choose(page, "Image", "224x224x3")
    assert not errors(page)


OWN = Spec("mine", "My [net](http://x) $1$", (8, 8, 1), (
    Conv2D(name="first", filters=2, kernel_size=3), Flatten(), Dense(units=3, activation="softmax"),
))  # fmt: skip


def test_a_network_from_a_link() -> None:
    page = open_topic(PAGE, network="link", spec=pack_spec(OWN))
    assert not errors(page)
    assert totals(page)["Parameters"] == f"{analyze(OWN).params:,}"
    assert r"3 \cdot 3 \cdot 1 \cdot 2 + 2" in text(page)
    assert "About this network" not in [each.value for each in page.subheader]


def test_a_link_that_is_damaged_is_one_line() -> None:
    page = open_topic(PAGE, network="link", spec=pack_spec(OWN)[:-9])
    assert len(errors(page)) == 1
    choose(page, "Network", "lenet5")
    assert not errors(page)
    assert totals(page)["Parameters"] == "62,006"


def test_a_saved_network_and_one_that_bears_a_classics_name() -> None:
    save_network(OWN)
    page = open_topic(PAGE, network="saved.mine")
    assert totals(page)["Parameters"] == f"{analyze(OWN).params:,}"
    false_friend = replace(OWN, name="resnet18")
    page = open_topic(PAGE, network="link", spec=pack_spec(false_friend))
    assert "Residual blocks" not in text(page)
    assert "top-5" not in text(page)


def test_time_is_estimated_from_the_servers_own_runs() -> None:
    page = open_topic(PAGE, network="lenet5")
    assert "has trained no network of about this size" in text(page)
    assert "An epoch of 50,000 images" not in totals(page)
    store = open_store()
    done = store.create(
        RunConfig(network="lenet5", dataset="synthetic", epochs=9), status="running"
    )
    store.report(done.id, progress={"images_per_second": 1000.0})
    store.end(done.id, "finished", None)
    page = open_topic(PAGE, network="lenet5")
    assert totals(page)["An epoch of 50,000 images"] == "about 50 s"
    assert f"?run={done.id}" in text(page)


def test_measuring_is_asked_for_only_by_the_button(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(
        "cnnlib.ui.architecture.training.register_step",
        lambda spec, batch, optimizer, number: asked.append((spec.name, batch, number)) or "token",
    )
    page = open_topic(PAGE, network="lenet5")
    assert not asked
    press(page, "Measure one step here")
    assert asked == [("lenet5", 32, 1)]
    run(page)
    assert asked == [("lenet5", 32, 1)] * 2, "the same measurement is shown again"
    choose(page, "Images in a batch", 64)
    assert len(asked) == 2, "another setting has not been measured"
    press(page, "Measure one step here")
    assert asked[-1] == ("lenet5", 64, 2)


def buttons(page) -> list[str]:
    return [button.label for button in page.button]


def test_only_what_a_run_may_train_is_offered_for_training() -> None:
    assert "Train it" in buttons(open_topic(PAGE, network="resnet20"))
    imagenet = buttons(open_topic(PAGE, network="vgg16_imagenet"))
    assert "Change it" in imagenet
    assert "Train it" not in imagenet
