"""The data set page with what a model says of every image: made up, so each answer is known."""

import numpy as np
import pytest

from cnnlib.data import load
from cnnlib.runs.predictions import Predictions, SplitPredictions
from tests.pages.dataset_page import captions, grid_of, open_page, text_of


def make_answers(split, seed: int) -> SplitPredictions:
    """Half of the images right, by random confidences; features of four numbers."""
    rng = np.random.default_rng(seed)
    count = len(split)
    predicted = np.where(rng.random(count) < 0.5, split.labels, (split.labels + 1) % 10)
    probabilities = np.full((count, 10), 0.01, np.float16)
    confidence = rng.permutation(count) / count * 0.5 + 0.25
    probabilities[np.arange(count), predicted] = confidence
    features = rng.normal(size=(count, 4)).astype(np.float16)
    return SplitPredictions(probabilities, features, predicted.astype(np.int32), split.labels)


@pytest.fixture
def model(with_synthetic, monkeypatch) -> Predictions:
    dataset = load("synthetic")
    answers = [
        make_answers(split, seed) for seed, split in enumerate((dataset.train, dataset.test))
    ]
    made = Predictions("20261123-000000-test-0000", "best", "four numbers", "token", *answers)
    monkeypatch.setattr("cnnlib.ui.dataset.filters.choose_run_predictions", lambda *_: made)
    return made


@pytest.mark.parametrize("descending", [False, True])
def test_confidence_sorts_the_images(model, descending):
    page = open_page(order="confidence", descending=str(int(descending)), split="test")
    shown = model.test.confidence[grid_of(page)["indices"]]
    steps = np.diff(shown)
    assert (steps <= 0).all() if descending else (steps >= 0).all()
    assert shown[0] == (model.test.confidence.max() if descending else model.test.confidence.min())


@pytest.mark.parametrize("verdict", ["right", "wrong"])
def test_only_what_the_model_has_right_or_wrong(model, verdict):
    page = open_page(verdict=verdict, per_page="96")
    right = model.train.predicted == model.train.labels
    expected = np.flatnonzero(right if verdict == "right" else ~right)
    assert grid_of(page)["indices"] == expected[:96].tolist()
    assert f"{len(expected):,} of 2,500 training images" in captions(page)
    assert f"**{right.mean():.1%}**" in captions(page)


def test_what_it_has_wrong_is_marked_and_said(model):
    page = open_page(index="5")
    grid = grid_of(page)
    assert grid["marked"] == (model.train.predicted != model.train.labels)[:48].tolist()
    names = load("synthetic").class_names
    said = names[model.train.predicted[5]]
    assert f"; the model says {said}, " in grid["captions"][5]
    verdict = "right" if model.train.right[5] else "wrong"
    share = float(model.train.probabilities[5].max())
    assert f"The model says **{said}** ({share:.0%}): {verdict}." in captions(page)


def test_alike_is_what_the_last_hidden_layer_finds_alike(model):
    page = open_page(view="similar", by="features", against="test", index="3")
    distances = np.linalg.norm(
        model.test.features.astype(float) - model.train.features[3].astype(float), axis=1
    )
    names = [caption.split(",")[1] for caption in grid_of(page, "similar")["captions"][1:]]
    assert names == [f" test image {index}" for index in np.argsort(distances)[:11]]
    assert "four numbers" in captions(page)


def test_without_a_run_the_page_says_what_is_missing(with_synthetic):
    page = open_page(order="confidence")
    assert grid_of(page)["indices"] == list(range(48))
    assert "Choose a run" in text_of(page)
    page = open_page(view="similar", by="features")
    assert "Choose a run" in text_of(page)
    assert not page.error
