"""The page of twins and wrong labels: planted twins and planted wrong labels are what it shows."""

import io
import re
import time

import numpy as np
import pandas as pd
import pytest

from cnnlib.data import Dataset, load
from cnnlib.data.duplicates import find_duplicates, read_duplicates
from cnnlib.data.proportions import wilson_interval
from cnnlib.ui.honesty.tables import make_labels_csv
from tests.data.stored import store_dataset
from tests.pages.topic_page import address, errors, open_topic, press, run, text
from tests.ui.made_predictions import make_predictions, make_run, mostly_right

PAGE = "honesty.py"
NAMES = ["*cat*", "dog", "<frog>"]
BETWEEN = {3: 5, 8: 11, 17: 30}  # test image: its twin in the training images
WITHIN = {40: 2, 55: 21}  # training images
OTHER_LABEL = 17  # the test image whose twin has another label


@pytest.fixture
def planted(lab_home) -> Dataset:
    """90 training and 30 test images of blocky noise, with twins of which one is not equal."""
    rng = np.random.default_rng(12)

    def draw(count: int) -> tuple[np.ndarray, np.ndarray]:
        blocks = rng.integers(0, 256, (count, 8, 8, 3), dtype=np.uint8)
        return blocks.repeat(4, 1).repeat(4, 2), np.arange(count, dtype=np.int64) % 3

    train, test = draw(90), draw(30)
    for copy, original in BETWEEN.items():
        test[0][copy] = train[0][original]
        test[1][copy] = train[1][original]
    test[0][8] = np.clip(test[0][8].astype(int) + 2, 0, 255)
    test[1][OTHER_LABEL] = (train[1][BETWEEN[OTHER_LABEL]] + 1) % 3
    for copy, original in WITHIN.items():
        train[0][copy], train[1][copy] = train[0][original], train[1][original]
    return store_dataset("planted", train, test, NAMES)


def open_page(**query: object):
    return open_topic(PAGE, dataset="planted", **query)


def shown_pairs(page) -> list[tuple[str, ...]]:
    """(training or test, index) twice for each card, in their order."""
    cards = [html for element in page.get("html") for html in [element.proto.body]]
    body = "".join(card for card in cards if "lab-pairs" in card)
    found = re.findall(r"<small>(training|test) ([\d,]+)</small>", body)
    return [(*a, *b) for a, b in zip(found[::2], found[1::2], strict=True)]


def metrics(page) -> dict[str, str]:
    return {metric.label: metric.value for metric in page.metric}


def test_the_search_is_started_by_a_button(planted) -> None:
    page = open_page()
    assert "Nobody has looked for twins" in text(page)
    assert not page.metric
    press(page, "Look for twins")
    for _ in range(400):
        if page.metric:
            break
        time.sleep(0.05)
        run(page)
    assert metrics(page) == {
        "Test images with a twin in the training images": "3 of 30 (10.00%)",
        "Pairs found": "5",
        "Pairs with different labels": "1",
    }


def test_planted_pairs_are_listed_the_closest_first(planted) -> None:
    find_duplicates(planted)
    page = open_page()
    pairs = shown_pairs(page)
    assert {(p[1], p[3]) for p in pairs} == {(str(b), str(a)) for a, b in BETWEEN.items()}
    assert all((p[0], p[2]) == ("training", "test") for p in pairs)
    assert pairs[-1] == ("training", "11", "test", "8")  # the one that is not equal
    page = open_page(place="train")
    assert {frozenset((int(p[1]), int(p[3]))) for p in shown_pairs(page)} == {
        frozenset(pair) for pair in WITHIN.items()
    }
    assert not shown_pairs(open_page(place="test"))
    assert "There are no such pairs." in text(open_page(place="test"))


def test_only_pairs_with_different_labels(planted) -> None:
    find_duplicates(planted)
    page = open_page(differ="1")
    assert shown_pairs(page) == [("training", "30", "test", "17")]
    (card,) = [h.proto.body for h in page.get("html") if '"lab-pairs"' in h.proto.body]
    assert "lab-pair-differs" in card
    assert "&lt;frog&gt;" in card or "*cat*" in card
    assert "<frog>" not in card


def test_a_run_is_measured_with_and_without_the_twins(planted) -> None:
    find_duplicates(planted)
    trained = make_run(planted, limit=45)
    make_predictions(trained, planted, mostly_right(3, {"test": [3, 0, 1, 2, 4]}))
    page = open_page(run=trained.id)
    assert not errors(page)
    said = text(page)
    assert f"**{25 / 30:.2%}** of all 30 test images" in said
    assert f"**{23 / 27:.2%}** of the 27 without a twin" in said
    assert f"**{2 / 3:.2%}** of the 3 with one" in said
    assert "trained on 45 of the 90 training images" in said
    points = chart(page, "with_and_without")["data"][0]
    low, high = wilson_interval(2, 3)
    assert points["customdata"][2] == pytest.approx([low, high, 3])


def chart(page, key: str) -> dict:
    import json

    (found,) = [c for c in page.get("plotly_chart") if key in c.proto.id]
    return json.loads(found.proto.spec)


def test_without_twins_between_the_splits_nothing_is_left_out(lab_home) -> None:
    rng = np.random.default_rng(1)
    images = rng.integers(0, 256, (40, 28, 28, 1), dtype=np.uint8)
    labels = np.arange(40, dtype=np.int64) % 2
    store_dataset("planted", (images[:30], labels[:30]), (images[30:], labels[30:]), ["a", "b"])
    find_duplicates(load("planted"))
    page = open_page()
    assert not errors(page)
    assert "0 of 10 (0.00%)" in metrics(page).values()
    assert "nothing to leave out" in text(page)


# -- labels ----------------------------------------------------------------------------------------

WRONG = {"test": [4, 9], "train": [7]}


@pytest.fixture
def judged(planted):
    """A run that is sure of all labels but three."""
    trained = make_run(planted)
    make_predictions(trained, planted, mostly_right(3, WRONG))
    return trained


def grid(page) -> dict:
    import json

    found = []

    def walk(node) -> None:
        proto = getattr(node, "proto", None)
        if getattr(proto, "component_name", "").endswith("thumbnails"):
            found.append(json.loads(proto.json))
        for child in getattr(node, "children", {}).values():
            walk(child)

    walk(page.main)
    return found[0]


def test_labels_need_a_run(planted) -> None:
    assert "No run has been trained" in text(open_page(part="labels"))
    make_run(planted)
    page = open_page(part="labels")
    assert "Choose a run" in text(page)


@pytest.mark.parametrize("split", ["test", "train"])
def test_planted_wrong_labels_are_the_list(planted, judged, split: str) -> None:
    page = open_page(part="labels", run=judged.id, split=split)
    assert not errors(page)
    assert grid(page)["indices"] == WRONG[split]
    said = text(page)
    count = len(getattr(planted, split))
    assert f"right on {1 - len(WRONG[split]) / count:.1%} of these {count} images" in said
    assert ("learned by heart" in said) == (split == "train")
    first = WRONG[split][0]
    label = int(getattr(planted, split).labels[first])
    assert grid(page)["selected"] == first
    assert grid(page)["notes"][0] == f"{NAMES[label]}\n→ {NAMES[(label + 1) % 3]}"
    assert "(90.0%)" in said


def test_the_whole_list_begins_with_them(planted, judged) -> None:
    page = open_page(part="labels", run=judged.id, list="all")
    assert grid(page)["indices"][:2] == WRONG["test"]
    assert len(grid(page)["indices"]) == 30
    page = open_page(part="labels", run=judged.id, list="all", split="train", page="2")
    assert len(grid(page)["indices"]) == 90 - 48


def test_a_chosen_image_is_shown(planted, judged) -> None:
    page = open_page(part="labels", run=judged.id, index="9")
    assert [heading.value for heading in page.subheader] == ["Test image 9"]
    assert grid(page)["selected"] == 9
    bars = chart(page, "opinion")["data"][0]
    assert sum(1 for name in bars["y"] if name.endswith("(label)")) == 1


def test_the_csv_has_the_list(planted, judged) -> None:
    from cnnlib.runs.predictions import read_predictions

    said = read_predictions(judged.id, planted).test
    table = pd.read_csv(io.StringIO(make_labels_csv(planted, "test", said, np.array([9, 4]))))
    assert table["index"].tolist() == [9, 4]
    assert table.label.tolist() == [NAMES[planted.test.labels[i]] for i in (9, 4)]
    assert table.probability_of_predicted.tolist() == pytest.approx([0.9, 0.9], abs=1e-3)
    assert table.probability_of_label.tolist() == pytest.approx([0.05, 0.05], abs=1e-3)


def test_a_run_that_is_always_right_has_nothing_to_show(planted) -> None:
    trained = make_run(planted)
    make_predictions(trained, planted, mostly_right(3, {}))
    page = open_page(part="labels", run=trained.id)
    assert "clearly sees no image as another class" in text(page)


@pytest.mark.parametrize(
    "query",
    [
        {"part": "x"},
        {"place": "all"},
        {"differ": "2"},
        {"page": "0"},
        {"page": "-1"},
        {"page": "99999999999999"},
        {"split": "both"},
        {"list": "<b>"},
        {"index": "30"},
        {"index": "²"},
        {"run": "../../x"},
        {"run": "20260101-gone"},
    ],
)
def test_hostile_addresses_are_passed_over(planted, query: dict[str, str]) -> None:
    find_duplicates(planted)
    page = open_page(**query)
    assert not errors(page)
    assert address(page) in ({}, {"dataset": "planted"})
    assert metrics(page)["Pairs found"] == "5"


def test_a_page_beyond_the_last_is_the_last(planted, judged) -> None:
    page = open_page(part="labels", run=judged.id, list="all", split="train", page="500")
    assert not errors(page)
    assert address(page)["page"] == "2"
    assert read_duplicates(planted) is None
