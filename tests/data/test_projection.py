"""The map against the singular value decomposition of the same sample."""

import numpy as np
import pytest

from cnnlib.data import load
from cnnlib.data.projection import compute_projection, project
from cnnlib.errors import DatasetError
from tests.data.small_sets import make_dataset, make_images


def plain(sample):
    """Points on the first two right singular vectors, largest weight positive; variance shares."""
    centred = sample - sample.mean(axis=0)
    axes = np.linalg.svd(centred, full_matrices=False)[2][:2].T
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), [0, 1]])
    points = centred @ axes
    return points, (points**2).sum(axis=0) / (centred**2).sum()


@pytest.mark.parametrize("size", [2, 64, 256, 257, 3072])
@pytest.mark.parametrize("count", [3, 40, 300])
def test_narrow_and_wide_samples_are_the_svds(size, count):
    rng = np.random.default_rng(size + count)
    spread = 1 / np.arange(1, size + 1)
    mixed = rng.standard_normal((count, size)) * spread + rng.standard_normal(size)
    points, explained = project(mixed.astype(np.float32))
    expected, shares = plain(mixed)
    np.testing.assert_allclose(points, expected, atol=2e-3)
    np.testing.assert_allclose(explained, shares, atol=1e-4)


def test_a_map_of_real_pixels_is_the_svds(with_synthetic):
    dataset = load("synthetic")
    found = compute_projection(dataset, count=300, seed=3)
    sample = dataset.train.images[found.indices].reshape(300, -1) / 255
    expected, shares = plain(sample)
    np.testing.assert_allclose(found.points, expected, atol=5e-3)
    np.testing.assert_allclose(found.explained, shares, atol=1e-5)
    assert (found.split, len(set(found.indices.tolist()))) == ("train", 300)


def test_the_same_arguments_the_same_map_another_seed_another_sample(with_synthetic):
    dataset = load("synthetic")
    one, same, other = (compute_projection(dataset, count=200, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.points, same.points)
    np.testing.assert_array_equal(one.indices, same.indices)
    assert set(one.indices) != set(other.indices)


def test_features_and_the_test_split():
    dataset = make_dataset(make_images(9), make_images(30))
    features = np.random.default_rng(0).standard_normal((30, 8)).astype(np.float16)
    found = compute_projection(dataset, count=1000, split="test", vectors=features)
    expected, shares = plain(features.astype(np.float64))
    assert found.indices.tolist() == list(range(30))
    np.testing.assert_allclose(found.points, expected, atol=1e-4)
    np.testing.assert_allclose(found.explained, shares, atol=1e-5)


@pytest.mark.parametrize("shape", [(32, 32, 3), (1, 1, 1), (3, 3, 1)])
def test_equal_images_stand_in_the_middle(shape):
    dataset = make_dataset(np.repeat(make_images(1, shape), 20, axis=0))
    found = compute_projection(dataset, count=20)
    assert np.abs(found.points).max() == 0
    assert found.explained.tolist() == [0, 0]


def test_two_images_lie_on_one_line():
    found = compute_projection(make_dataset(make_images(2)), count=2)
    assert np.abs(found.points[:, 1]).max() < 1e-3
    np.testing.assert_allclose(found.explained, [1, 0], atol=1e-6)


def test_a_count_or_features_that_do_not_fit_are_one_line():
    dataset = make_dataset(make_images(5))
    with pytest.raises(DatasetError, match="at least 2 images"):
        compute_projection(dataset, count=1)
    with pytest.raises(DatasetError, match="a row for each of the 5 train images"):
        compute_projection(dataset, count=4, vectors=np.zeros((4, 2)))


def test_progress_rises_to_1():
    seen = []
    compute_projection(
        make_dataset(make_images(600, (4, 4, 3))),
        count=600,
        progress=lambda f, text: seen.append(f),
    )
    assert seen == sorted(seen)
    assert seen[-1] == 1
