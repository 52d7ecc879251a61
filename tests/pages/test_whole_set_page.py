"""The page of the whole set: every control at both ends, hostile addresses, the selection."""

import json
import shutil
import time

import numpy as np
import pytest

from cnnlib import settings
from cnnlib.data import load
from cnnlib.data.projection import compute_projection
from cnnlib.data.statistics import compute_statistics
from cnnlib.ui.areas import SIDE, find_inside, fit_to_map, read_area
from tests.data.stored import store_dataset
from tests.pages.topic_page import address, errors, open_topic, run, text

PAGE = "whole_set.py"
HALF = f"0.0-{SIDE // 2}.0-{SIDE // 2}.{SIDE}-0.{SIDE}"  # the left half of the map


@pytest.fixture(scope="module")
def measured(drawn_once, tmp_path_factory):
    """The synthetic set with its statistics."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CNNLIB_HOME", str(tmp_path_factory.mktemp("measured")))
        shutil.copytree(drawn_once, settings.datasets_dir() / "synthetic")
        compute_statistics(load("synthetic"))
        return settings.datasets_dir()


@pytest.fixture(autouse=True)
def _home(lab_home, measured):
    shutil.copytree(measured, settings.datasets_dir())


def open_page(**query: object):
    page = open_topic(PAGE, **query)
    for _ in range(400):  # the map is worked out in the background
        if component(page, "point_map") is not None or page.error:
            return page
        time.sleep(0.05)
        run(page)
    raise AssertionError("no map")


def component(page, name: str) -> dict | None:
    """The data of a component on the page, as the browser gets it."""
    found = []

    def walk(node) -> None:
        proto = getattr(node, "proto", None)
        if getattr(proto, "component_name", "").endswith(name):
            found.append(proto)
        for child in getattr(node, "children", {}).values():
            walk(child)

    walk(page.main)
    return json.loads(found[0].json) if found else None


def control(page, kind: str, label: str):
    (found,) = [widget for widget in page.get(kind) if widget.label == label]
    return found


def project(split: str = "train", count: int = 2000):
    dataset = load("synthetic")
    projection = compute_projection(dataset, count=count, split=split)
    return getattr(dataset, split), projection, fit_to_map(projection.points).astype(float)


def test_it_shows_the_map_and_all_statistics() -> None:
    page = open_page()
    headings = [heading.value for heading in page.subheader]
    assert headings == [
        "A map of images",
        "Each class on average",
        "How each class is spread",
        "Which classes look alike on average",
        "Images per class",
        "Channels",
    ]
    assert not page.error
    dataset = load("synthetic")
    assert f"2,000 training images, laid out by their {32 * 32 * 3:,} pixel values" in text(page)
    (table,) = page.table
    means = (dataset.train.images / 255).mean(axis=(0, 1, 2))
    assert list(table.value.loc["Training, mean"]) == [f"{value:.4f}" for value in means]
    deviations = (dataset.test.images / 255).std(axis=(0, 1, 2))
    assert list(table.value.loc["Test, deviation"]) == [f"{value:.4f}" for value in deviations]
    assert "dataset" not in address(page)


def test_the_other_split() -> None:
    page = open_page()
    control(page, "button_group", "Images").set_value("test")
    run(page)
    page = open_page(**address(page))
    assert address(page)["split"] == "test"
    assert "500 test images, laid out by" in text(page)
    assert "mean of all test images" in text(page)


@pytest.mark.parametrize("count", ["500", "5000"])
def test_more_or_fewer_images(count: str) -> None:
    page = open_page(count=count)
    shown = min(int(count), len(load("synthetic").train))
    assert f"{shown:,} training images, laid out by" in text(page)
    assert address(page) == {"count": count}


@pytest.mark.parametrize("measure", ["contrast", "colourfulness", "distance"])
def test_every_measure(measure: str) -> None:
    page = open_page(measure=measure)
    assert not page.error
    assert address(page) == {"measure": measure}


def test_an_area_selects_what_is_inside_it() -> None:
    split, projection, points = project()
    page = open_page(area=HALF)
    chosen = projection.indices[find_inside(points, read_area(HALF))]
    assert 0 < len(chosen) < len(points)
    assert f"{len(chosen):,} selected: " in text(page)
    counts = np.bincount(split.labels[chosen])
    name = load("synthetic").class_names[counts.argmax()]
    assert f"{counts.max()} {name}" in text(page)
    grid = component(page, "thumbnails")
    assert grid["indices"] == chosen[:96].tolist()
    assert "The first 96 are shown." in text(page)
    assert component(page, "point_map")["area"] == HALF
    assert f"selection={'-'.join(map(str, chosen[:5]))}-" in text(page)


def test_hidden_classes_are_not_selected() -> None:
    split, projection, points = project()
    page = open_page(area=HALF, hidden="0-3")
    inside = projection.indices[find_inside(points, read_area(HALF))]
    kept = inside[~np.isin(split.labels[inside], [0, 3])]
    assert f"{len(kept):,} selected: " in text(page)
    assert component(page, "point_map")["hidden"] == [0, 3]


def test_a_point_of_the_address_is_selected() -> None:
    _, projection, _ = project()
    index = int(projection.indices[17])
    page = open_page(point=index)
    assert component(page, "point_map")["picked"] == 17
    assert component(page, "thumbnails")["indices"] == [index]
    assert f"index={index}" in text(page)


def test_an_empty_area_says_so() -> None:
    page = open_page(area="0.0-1.0-0.1")
    assert "no image in this area" in text(page)


def test_another_map_forgets_the_selection() -> None:
    page = open_page(area=HALF, point="3")
    control(page, "selectbox", "Images on the map").set_value("500")
    run(page)
    assert address(page) == {"count": "500"}


@pytest.mark.parametrize(
    "query",
    [
        {"split": "validation"},
        {"count": "10"},
        {"count": "1e9"},
        {"run": "../../etc/passwd"},
        {"run": "20260101-000000-gone-0000"},
        {"hidden": "a-b"},
        {"hidden": "99-12"},
        {"hidden": "9" * 20_000},
        {"area": "1.1-2.2"},
        {"area": "<script>"},
        {"area": "1.1-" * 4000 + "1.1"},
        {"point": "-1"},
        {"point": "999999"},
        {"point": "²"},
        {"measure": "entropy"},
        {"dataset": "../x"},
    ],
)
def test_hostile_addresses_are_passed_over(query: dict[str, str]) -> None:
    page = open_page(**query)
    assert not errors(page)
    assert address(page) == {}


def test_grey_images_of_another_size_and_an_empty_class() -> None:
    rng = np.random.default_rng(8)
    images = rng.integers(0, 256, (60, 28, 28, 1), dtype=np.uint8)
    labels = np.arange(60) % 2  # the third class has no image
    split = (images, labels.astype(np.int64))
    compute_statistics(store_dataset("digits", split, split, ["zero", "*one*", "<two>"]))
    page = open_page(dataset="digits", area=HALF)
    assert not errors(page)
    assert "60 training images, laid out by their 784 pixel values" in text(page)
    assert page.table[0].value.columns.tolist() == ["Grey"]
    assert r"\*one\*" in text(page)
    assert component(page, "point_map")["sheet"]["width"] == 28


def test_one_class_and_two_images() -> None:
    images = np.zeros((2, 4, 4, 3), np.uint8)
    split = (images, np.zeros(2, np.int64))
    compute_statistics(store_dataset("tiny", split, split, ["all"]))
    page = open_page(dataset="tiny")
    assert not errors(page)
    assert "Nearest" not in text(page)


def test_a_large_set_is_measured_when_asked(monkeypatch) -> None:
    shutil.rmtree(settings.datasets_dir() / ".derived")
    monkeypatch.setattr("cnnlib.ui.measuring.UNASKED", 100)
    page = open_page()
    assert [heading.value for heading in page.subheader] == ["A map of images"]
    (button,) = [button for button in page.button if button.label == "Measure all 3,000 images"]
    button.click()
    for _ in range(400):
        run(page)
        if len(page.subheader) > 1:
            break
        time.sleep(0.05)
    assert len(page.subheader) == 6
