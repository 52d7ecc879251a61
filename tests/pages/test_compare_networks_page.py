"""The page of networks side by side: counts, fair images, own runs, wrong addresses."""

from dataclasses import replace

import pytest

from cnnlib.arch import zoo
from cnnlib.arch.links import pack_spec
from cnnlib.runs.config import RunConfig
from cnnlib.runs.files import Checkpoint, checkpoint_path, write_checkpoint_note
from cnnlib.runs.library import delete_network, save_network
from cnnlib.runs.store import open_store
from tests.pages.topic_page import address, errors, open_topic, press, run, text

pytestmark = pytest.mark.usefixtures("with_synthetic")
PAGE = "compare_networks.py"


def table(page):
    return page.dataframe[0].value.set_index("network")


def test_the_notes_networks_with_the_known_counts() -> None:
    rows = table(open_topic(PAGE))
    assert list(rows.index) == ["LeNet-5", "AlexNet-8", "VGG16", "Inception10", "ResNet18"]
    assert rows.loc["LeNet-5", ["parameters", "MACs", "depth"]].tolist() == [62_006, 651_720, 5]
    assert rows.loc["ResNet18", "trainable"] == 11_173_962
    assert rows.loc["ResNet18", "MACs"] == 555_422_720
    assert rows.loc["AlexNet-8", "top-5 error"] == 16.4
    assert rows.loc["VGG16", "year"] == 2014


def test_the_published_forms_on_their_own_images() -> None:
    page = open_topic(PAGE)
    press(page, "As published for ImageNet")
    rows = table(page)
    assert rows.loc["VGG16 (ImageNet)", "parameters"] == 138_357_544
    assert rows.loc["ResNet18 (ImageNet)", "trainable"] == 11_689_512
    assert not errors(page)
    again = open_topic(PAGE, **address(page))
    assert table(again).equals(rows)


def test_another_image_for_all_and_one_that_does_not_fit_is_named() -> None:
    page = open_topic(PAGE, networks="lenet5,alexnet_imagenet", input="28x28x1", classes=3)
    (error,) = errors(page)
    assert error.startswith("AlexNet (ImageNet): Layer ")
    assert list(table(page).index) == ["LeNet-5"]
    page.selectbox(key="compare_networks_input").set_value("224x224x3")
    run(page)
    assert not errors(page)
    assert len(table(page)) == 2


def test_a_saved_network_stands_beside_the_classic_ones_until_it_is_deleted() -> None:
    save_network(replace(zoo.get("lenet5"), name="mine", title="*Mine* <b>"))
    page = open_topic(PAGE, networks="saved.mine,lenet5")
    assert list(table(page).index) == ["*Mine* <b>", "LeNet-5"]
    delete_network("mine")
    page = open_topic(PAGE, networks="saved.mine,lenet5")
    assert len(errors(page)) == 1
    assert list(table(page).index) == ["LeNet-5"]


def test_the_links_own_network_stands_beside_the_classic_ones() -> None:
    packed = pack_spec(replace(zoo.get("lenet5"), name="mine", title="Mine"))
    page = open_topic(PAGE, networks="link,resnet18", spec=packed, input="own")
    assert list(table(page).index) == ["Mine", "ResNet18"]
    assert address(page)["spec"] == packed
    page = open_topic(PAGE, networks="link,resnet18", spec="x")
    assert len(errors(page)) == 1
    assert list(table(page).index) == ["ResNet18"]


def test_two_at_least() -> None:
    page = open_topic(PAGE)
    page.multiselect(key="compare_networks_networks").set_value([]).run()
    assert "two networks at least" in text(page)
    assert not errors(page)


def test_own_runs_are_points_and_rows() -> None:
    page = open_topic(PAGE)
    assert "No run has ended yet" in text(page)
    store = open_store()
    for accuracy in (0.25, 0.5):
        made = store.create(RunConfig(network="lenet5", dataset="synthetic"), status="starting")
        path = checkpoint_path(made.id, "best")
        write_checkpoint_note(path, Checkpoint(1.0, 1.0, accuracy))
        path.write_bytes(b"model")
        store.end(made.id, "finished", None)
    store.create(RunConfig(network="baseline", dataset="synthetic"))  # waits: no point
    for against in ("params", "macs", "seconds"):
        page = open_topic(PAGE, against=against)
        runs = page.dataframe[1].value
        assert sorted(runs["best val. accuracy"]) == ["25.0%", "50.0%"]
        assert set(runs["parameters"]) == {62_006}
        assert not errors(page)


@pytest.mark.parametrize("networks", ["", "lenet5", "a,b", "lenet5,lenet5", "link",
                                      "saved.../../x,lenet5", ",".join(zoo.names())])  # fmt: skip
def test_a_wrong_address_is_passed_over(networks: str) -> None:
    page = open_topic(PAGE, networks=networks, input="9x9", classes=-1, of="cost", data="x" * 200)
    assert len(table(page)) == 5
    assert address(page) == {}
    assert not errors(page)
