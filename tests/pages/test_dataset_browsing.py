"""The data set page: filters and orders against the definitions, the image and its views."""

import io
import json
import time
import zipfile
from contextlib import redirect_stdout
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from cnnlib import settings
from cnnlib.data import load
from cnnlib.ui.dataset.collection import make_zip
from cnnlib.ui.dataset.settings import VIEWS
from cnnlib.ui.measuring import open_statistics
from tests.pages.dataset_page import (
    address,
    box,
    captions,
    facts,
    grid_of,
    open_page,
    place_of,
    press,
)

TURNS = ("turn_left", "turn_right")


@pytest.fixture(autouse=True)
def _home(with_synthetic):
    """A lab home where the synthetic set is drawn already."""


def measures_of(split, order: str) -> np.ndarray:
    """By the definitions, one image after the other; the page takes them from the statistics."""
    images = split.images.astype(np.float64)
    grey = images @ [0.299, 0.587, 0.114] / 255
    if order == "brightness":
        return grey.mean((1, 2))
    if order == "contrast":
        return grey.std((1, 2))
    if order == "colourfulness":
        red, green, blue = np.moveaxis(images, -1, 0)
        first, second = red - green, (red + green) / 2 - blue
        spread = np.hypot(first.std((1, 2)), second.std((1, 2)))
        return spread + 0.3 * np.hypot(first.mean((1, 2)), second.mean((1, 2)))
    means = np.stack([images[split.labels == label].mean(0) for label in range(10)])
    return np.sqrt((((images - means[split.labels]) / 255) ** 2).sum((1, 2, 3)))


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("order", ["brightness", "contrast", "colourfulness", "distance"])
def test_a_measure_sorts_the_images_once_it_is_computed(order, descending):
    page = open_page(order=order, descending=str(int(descending)), split="test")
    for _ in range(1200):  # the measuring goes on in the background
        if open_statistics(load("synthetic")) is not None:
            break
        time.sleep(0.05)
    page.run()
    shown = grid_of(page)["indices"]
    values = measures_of(load("synthetic").test, order)
    steps = np.diff(values[shown])
    assert (steps <= 1e-4).all() if descending else (steps >= -1e-4).all()
    extreme = values.max() if descending else values.min()
    assert values[shown[0]] == pytest.approx(extreme, abs=1e-4)
    assert not page.error


def test_sorted_by_class_the_classes_stand_one_after_the_other():
    labels = load("synthetic").train.labels
    assert (labels[grid_of(open_page(order="class"))["indices"]] == labels.min()).all()
    last = open_page(order="class", descending="1")
    assert (labels[grid_of(last)["indices"]] == labels.max()).all()


def test_while_there_are_no_measures_the_images_stand_by_index(monkeypatch):
    monkeypatch.setattr("cnnlib.ui.measuring.UNASKED", 10)
    page = open_page(order="contrast")
    assert grid_of(page)["indices"] == list(range(48))
    assert [button.label for button in page.button if "Measure all 3,000" in button.label]
    assert address(page) == {"order": "contrast"}


def test_next_and_previous_walk_through_what_the_filter_leaves():
    cats = np.flatnonzero(load("synthetic").train.labels == 3)
    page = open_page(classes="cat", index=str(cats[47]))
    assert place_of(page) == "page 1 of 6"
    press(page, "turn_right")
    assert address(page)["index"] == str(cats[48])
    assert place_of(page) == "page 2 of 6"
    assert "49 of 250" in captions(page)
    press(page, "turn_left")
    assert address(page)["index"] == str(cats[47])
    assert place_of(page) == "page 1 of 6"


def test_a_held_arrow_key_loses_no_step():
    cats = np.flatnonzero(load("synthetic").train.labels == 3)
    page = open_page(classes="cat", index=str(cats[47]))
    page.session_state["look_index"] = int(cats[48])  # the first press, not drawn yet
    press(page, "turn_right")
    assert address(page)["index"] == str(cats[49])


def test_an_image_that_was_just_chosen_stays_in_sight_on_larger_pages():
    page = open_page(index="1234")
    page.session_state["look_index"] = 2000  # a click that the page has not heard of
    box(page, "Images per page").select(96).run()
    assert address(page)["index"] == "2000"


@pytest.mark.parametrize(("index", "key"), [(0, "turn_left"), (2499, "turn_right")])
def test_at_the_ends_there_is_no_way_on(index, key):
    page = open_page(index=str(index))
    ends = {button.key: button.disabled for button in page.button if button.key in TURNS}
    assert ends == {"turn_left": key == "turn_left", "turn_right": key == "turn_right"}


def test_another_filter_begins_with_its_first_page():
    page = open_page(page="20")
    box(page, "Sort by").select("class").run()
    assert place_of(page) == "page 1 of 53"
    assert address(page) == {"order": "class"}


def test_an_image_is_found_by_its_number():
    page = open_page()
    page.number_input[0].set_value(2499).run()
    assert "Image 2,499 of" in captions(page)
    assert place_of(page) == "page 53 of 53"
    assert (page.number_input[0].min, page.number_input[0].max) == (0, 2499)
    page.number_input[0].set_value(0).run()
    assert "Image 0 of" in captions(page)
    press(page, "turn_right")
    page.number_input[0].set_value(0).run()
    assert "Image 0 of" in captions(page)


def test_more_on_a_page_without_a_named_image_keep_the_first_one_in_sight():
    page = open_page(page="5")
    box(page, "Images per page").select(384).run()
    assert place_of(page) == "page 1 of 7"
    assert "Image 192 of" in captions(page)


def test_a_filter_that_no_image_passes_says_so_kindly():
    place = settings.datasets_dir() / "synthetic"
    labels = np.load(place / "test-labels.npy")
    np.save(place / "test-labels.npy", np.where(labels == 3, 5, labels))
    page = open_page(split="test", classes="cat")
    assert "No test image passes this filter" in page.info[0].value
    assert not page.error
    next(button for button in page.button if button.label == "Show all images").click()
    page.run()
    assert "500 test images, page 1 of 11" in captions(page)


def test_what_is_collected_is_in_the_address_and_can_be_cleared():
    page = open_page(selection="5-3-2499")
    assert "**3** selected" in [each.value for each in page.markdown]
    assert [code.value for code in page.code if code.value.startswith("[")] == ["[5, 3, 2499]"]
    assert grid_of(page)["collected"] == [5, 3, 2499]
    press(page, "similar_to_first")
    assert address(page) == {"selection": "5-3-2499", "index": "5", "view": "similar"}
    press(page, "clear_collection")
    assert "selection" not in address(page)
    assert "**3** selected" not in [each.value for each in page.markdown]


def test_another_split_forgets_image_and_collection():
    page = open_page(selection="5-3", index="7")
    (split,) = [each for each in page.segmented_control if each.label == "Split"]
    split.set_value("test").run()
    assert address(page) == {"split": "test"}


def test_a_zip_holds_the_very_pixels_by_class():
    dataset = load("synthetic")
    content = make_zip(dataset, "test", (4, 0))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        first = np.asarray(Image.open(io.BytesIO(archive.read(names[0]))))
    labels = dataset.test.labels
    assert names == [f"{dataset.class_names[labels[i]]}/test-{i}.png" for i in (4, 0)]
    np.testing.assert_array_equal(first, dataset.test.images[4])


@pytest.mark.parametrize("name", ["../up", "a/b", "..", "C:\\x", "", "."])
def test_a_class_of_a_strange_name_leaves_no_folder(name):
    dataset = load("synthetic")
    strange = replace(dataset, class_names=(name,) * 10)
    with zipfile.ZipFile(io.BytesIO(make_zip(strange, "test", (0,)))) as archive:
        (path,) = archive.namelist()
    folder, file = path.split("/")
    assert file == "test-0.png"
    assert folder not in ("", ".", "..")
    assert not set(folder) & set('\\:*?"<>|')


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("index", [0, 2499])
def test_every_view_of_an_image_draws(view, index):
    page = open_page(view=view, index=str(index))
    for _ in range(1200):
        if view != "scaled" or open_statistics(load("synthetic")) is not None:
            break
        time.sleep(0.05)
    page.run()
    assert not page.error
    assert not page.exception
    assert address(page).get("view", "pixels") == view
    assert address(page)["index"] == str(index)


def test_the_array_lines_print_what_they_say():
    page = open_page(view="array", index="7", split="test")
    (code,) = [each.value for each in page.code if "from cnnlib.data import load" in each.value]
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(code, {})
    promised = [line.removeprefix("# ") for line in code.splitlines() if line.startswith("# ")]
    told = printed.getvalue().splitlines()
    assert len(told) == 7
    assert [line for line in promised if line in told] == told


def test_similar_images_are_the_nearest_of_all_and_others_are_marked():
    dataset = load("synthetic")
    page = open_page(view="similar", against="both", index="3")
    query = dataset.train.images[3] / 255
    rows = []
    for name, split in (("training", dataset.train), ("test", dataset.test)):
        distances = np.sqrt(((split.images / 255 - query) ** 2).sum((1, 2, 3)))
        rows += [(d, name, i) for i, d in enumerate(distances) if (name, i) != ("training", 3)]
    rows = sorted(rows)[:11]
    grid = grid_of(page, "similar")
    names = dataset.class_names
    for row, caption, marked in zip(rows, grid["captions"][1:], grid["marked"][1:], strict=True):
        split = dataset.train if row[1] == "training" else dataset.test
        label = split.labels[row[2]]
        start = f"{names[label]}, {row[1]} image {row[2]}, distance {row[0]:.2f}"
        assert caption.startswith(start)
        assert marked == (label != dataset.train.labels[3])
        assert marked == caption.endswith("another class")


def test_a_class_name_is_shown_as_it_stands():
    place = settings.datasets_dir() / "synthetic" / "meta.json"
    meta = json.loads(place.read_text())
    meta["class_names"] = ["*a*, b", "<b>", *meta["class_names"][2:]]
    meta["fingerprint"] += "x"
    place.write_text(json.dumps(meta))
    labels = load("synthetic").train.labels
    page = open_page(classes="*a*%2C b", index=str(int(np.flatnonzero(labels == 0)[0])))
    assert page.subheader[0].value == r"\*a\*, b"
    assert "of 2,500 training images" in captions(page)
    assert address(page)["classes"] == "*a*%2C b"


def test_a_grey_set_has_no_colour_to_look_at():
    place = settings.datasets_dir() / "synthetic"
    for name in ("train", "test"):
        grey = np.load(place / f"{name}-images.npy")[:, :28, :28, :1]
        (place / f"{name}-images.npy").unlink()  # all tests share it
        np.save(place / f"{name}-images.npy", grey)
    meta = json.loads((place / "meta.json").read_text())
    meta |= {"image_shape": [28, 28, 1], "fingerprint": "grey"}
    (place / "meta.json").write_text(json.dumps(meta))
    page = open_page(view="channels", order="colourfulness")
    assert address(page) == {}
    assert "**28 × 28 × 1**" in facts(page)
    assert "Colourfulness" not in box(page, "Sort by").options
    for view in VIEWS:
        page = open_page(view=view)
        assert not page.error
        assert not page.exception
