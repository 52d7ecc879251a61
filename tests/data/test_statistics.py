"""The statistics against NumPy one-liners over all pixels at once."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnlib.data import load, statistics
from cnnlib.data.statistics import (
    MEASURES,
    compute_class_distances,
    compute_statistics,
    measure_images,
    read_statistics,
)
from tests.data.small_sets import make_dataset, make_images

LUMA = np.array([0.299, 0.587, 0.114])


def plain_luma(images):
    pixels = images.astype(np.float64)
    return pixels[..., 0] if images.shape[-1] == 1 else pixels @ LUMA


def check_split(found, split, classes):
    x, y = split.images.astype(np.float64), np.asarray(split.labels)
    np.testing.assert_array_equal(found.counts, np.bincount(y, minlength=classes))
    for label in range(classes):
        mine = x[y == label]
        if not len(mine):
            assert np.isnan(found.mean_images[label]).all()
            assert np.isnan(found.std_images[label]).all()
            continue
        np.testing.assert_allclose(found.mean_images[label], mine.mean(0), rtol=1e-6, atol=1e-4)
        np.testing.assert_allclose(found.std_images[label], mine.std(0), rtol=1e-5, atol=1e-4)
    np.testing.assert_allclose(found.channel_means, (x / 255).mean((0, 1, 2)), rtol=1e-9)
    np.testing.assert_allclose(found.channel_stds, (x / 255).std((0, 1, 2)), rtol=1e-9, atol=1e-9)
    luma = plain_luma(split.images) / 255
    means = np.stack([x[y == k].mean(0) if (y == k).any() else x[0] for k in range(classes)])
    expected = {
        "brightness": luma.mean((1, 2)),
        "contrast": luma.std((1, 2)),
        "distance": np.sqrt((((x - means[y]) / 255) ** 2).sum((1, 2, 3))),
    }
    for name, values in expected.items():
        np.testing.assert_allclose(found.measures[name], values, rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(found.squared_norms, (x**2).sum((1, 2, 3)))
    assert set(found.measures) == set(found.orders) == set(MEASURES)
    for name in MEASURES:
        np.testing.assert_array_equal(
            found.orders[name], np.argsort(found.measures[name], kind="stable")
        )


@pytest.mark.parametrize("shape", [(32, 32, 3), (8, 8, 1), (5, 7, 3), (1, 1, 3), (64, 64, 3)])
def test_all_numbers_are_numpys(shape, monkeypatch):
    monkeypatch.setattr(statistics, "CHUNK_ROWS", 7)
    dataset = make_dataset(make_images(50, shape), make_images(20, shape, seed=1))
    found = compute_statistics(dataset)
    check_split(found.train, dataset.train, 3)
    check_split(found.test, dataset.test, 3)


@settings(max_examples=25, deadline=None)
@given(
    count=st.integers(1, 30),
    classes=st.integers(1, 6),
    channels=st.sampled_from([1, 3]),
    low=st.integers(0, 255),
    seed=st.integers(0, 1000),
)
def test_any_set_narrow_values_and_empty_classes(count, classes, channels, low, seed):
    rng = np.random.default_rng(seed)
    images = rng.integers(low, 256, (count, 4, 5, channels)).astype(np.uint8)
    labels = rng.integers(0, classes, count)
    dataset = make_dataset(images, labels=labels, classes=classes)
    check_split(compute_statistics(dataset).train, dataset.train, classes)


def test_colourfulness_is_the_papers_formula():
    images = make_images(12)
    red, green, blue = np.moveaxis(images.astype(np.float64), -1, 0)
    rg, yb = red - green, (red + green) / 2 - blue
    axes = (1, 2)
    expected = np.sqrt(rg.std(axes) ** 2 + yb.std(axes) ** 2) + 0.3 * np.sqrt(
        rg.mean(axes) ** 2 + yb.mean(axes) ** 2
    )
    found = measure_images(images)["colourfulness"]
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("colour", "brightness", "colourfulness"),
    [
        ((0, 0, 0), 0, 0),
        ((255, 255, 255), 1, 0),
        ((77, 77, 77), 77 / 255, 0),
        ((255, 0, 0), 0.299, 0.3 * np.hypot(255, 127.5)),
        ((0, 255, 0), 0.587, 0.3 * np.hypot(255, 127.5)),
        ((0, 0, 255), 0.114, 0.3 * 255),
    ],
)
def test_plain_colours_by_hand(colour, brightness, colourfulness):
    found = measure_images(np.full((1, 32, 32, 3), colour, np.uint8))
    assert found["brightness"][0] == pytest.approx(brightness, abs=1e-6)
    assert found["contrast"][0] == pytest.approx(0, abs=1e-6)
    assert found["colourfulness"][0] == pytest.approx(colourfulness, abs=1e-4)


def test_half_black_half_white_has_the_largest_contrast():
    image = np.zeros((1, 4, 4, 1), np.uint8)
    image[:, :2] = 255
    assert measure_images(image)["contrast"][0] == pytest.approx(0.5)


def test_equal_images_do_not_deviate_and_lie_on_their_mean():
    images = np.repeat(make_images(1), 2000, axis=0)
    found = compute_statistics(make_dataset(images, classes=1)).train
    assert found.std_images.max() == 0
    assert found.measures["distance"].max() == 0


def test_distances_between_class_means_by_hand():
    levels = np.array([0, 51, 255], np.uint8)
    images = np.broadcast_to(levels[:, None, None, None], (3, 2, 2, 3))
    found = compute_statistics(make_dataset(np.ascontiguousarray(images), classes=4))
    root = np.sqrt(12)
    expected = root * np.array([[0, 0.2, 1], [0.2, 0, 0.8], [1, 0.8, 0]])
    distances = compute_class_distances(found.train)
    np.testing.assert_allclose(distances[:3, :3], expected, rtol=1e-6)
    assert np.isnan(distances[3]).all()
    assert np.isnan(distances[:, 3]).all()


def test_memory_stays_small_whatever_the_size(monkeypatch):
    sizes = []
    original = statistics.measure_images
    monkeypatch.setattr(
        statistics, "measure_images", lambda images: sizes.append(images.nbytes) or original(images)
    )
    compute_statistics(make_dataset(make_images(3000)))
    assert len(sizes) > 3
    assert max(sizes) <= statistics.CHUNK_BYTES


def test_progress_rises_from_0_to_1():
    seen = []
    compute_statistics(make_dataset(make_images(3000)), lambda f, text: seen.append((f, text)))
    fractions = [fraction for fraction, _ in seen]
    assert fractions == sorted(fractions)
    assert fractions[0] == 0
    assert fractions[-1] == 1
    assert any("train" in text for _, text in seen)
    assert any("test" in text for _, text in seen)


def test_once_computed_it_is_read_and_never_computed_again(monkeypatch):
    dataset = make_dataset(make_images(20))
    assert read_statistics(dataset) is None
    first = compute_statistics(dataset)
    monkeypatch.setattr(statistics, "_compute", None)
    for found in (read_statistics(dataset), compute_statistics(dataset)):
        assert found is not None
        assert isinstance(found.train.measures["contrast"], np.memmap)
        np.testing.assert_array_equal(found.train.mean_images, first.train.mean_images)
        with pytest.raises(ValueError, match="read-only"):
            found.train.measures["contrast"][0] = 1


def test_a_drawn_subset_has_statistics_of_its_own(with_synthetic):
    whole = load("synthetic")
    part = whole.take(300)
    compute_statistics(whole)
    assert read_statistics(part) is None
    found = compute_statistics(part)
    check_split(found.train, part.train, 10)
    assert len(compute_statistics(whole).train.squared_norms) == len(whole.train)
