import json

import numpy as np
import pytest

from cnnlib import settings
from cnnlib.data import available, load, synthetic
from cnnlib.data.silhouettes import POSES


def test_it_has_the_size_and_the_label_it_must_have():
    dataset = load("synthetic")
    assert dataset.synthetic
    assert "Synthetic" in dataset.title
    assert dataset.class_names == settings.CIFAR10_CLASSES
    assert dataset.image_shape == (32, 32, 3)
    assert len(dataset.train) >= 2000
    assert len(dataset.test) >= 500
    for split in (dataset.train, dataset.test):
        counts = split.count_classes(10)
        assert counts.max() - counts.min() <= 1
        assert np.abs(np.diff(split.labels)).sum() > len(split), "classes are mixed"
    assert isinstance(dataset.train.images, np.memmap)


def test_it_is_drawn_once_and_then_read(monkeypatch):
    first = load("synthetic")
    monkeypatch.setattr(synthetic, "draw", None)
    assert load("synthetic").fingerprint == first.fingerprint
    assert [info.fingerprint for info in available()] == [first.fingerprint]


def test_an_older_version_or_a_damaged_copy_is_drawn_anew():
    first = load("synthetic")
    meta = settings.datasets_dir() / "synthetic" / "meta.json"
    for text in (json.dumps(json.loads(meta.read_text()) | {"source": "version 0"}), "?"):
        meta.write_text(text)
        assert [info.name for info in available()] == ["synthetic"]
        assert load("synthetic").fingerprint == first.fingerprint


def test_the_same_seed_draws_the_same_images():
    images, labels = synthetic.draw(60, 3)
    again, labels_again = synthetic.draw(60, 3)
    other, _ = synthetic.draw(60, 4)
    np.testing.assert_array_equal(images, again)
    np.testing.assert_array_equal(labels, labels_again)
    assert (images != other).mean() > 0.9


def test_every_class_has_several_poses_inside_the_square():
    assert tuple(POSES) == settings.CIFAR10_CLASSES
    for poses in POSES.values():
        assert len(poses) >= 2
        for pose in poses:
            points = np.array([point for _, part in pose for point in part])
            assert np.abs(points).max() <= 1.15
            assert np.ptp(points, axis=0).min() > 0.8


@pytest.mark.parametrize("name", settings.CIFAR10_CLASSES)
def test_images_of_a_class_differ_in_colour_and_place(name):
    images, labels = synthetic.draw(200, 5)
    own = images[labels == settings.CIFAR10_CLASSES.index(name)].astype(float)
    assert own.mean(axis=(1, 2)).std(axis=0).min() > 10
    assert own.std(axis=0).mean() > 30


def test_it_can_be_learnt_but_not_from_the_mean_colour():
    """A nearest-neighbour guess beats chance clearly; the mean colour alone hardly does."""
    images, labels = synthetic.draw(1500, 6)
    tests, answers = synthetic.draw(200, 7)

    def accuracy(first: np.ndarray, second: np.ndarray) -> float:
        distances = (second**2).sum(1)[:, None] + (first**2).sum(1) - 2 * second @ first.T
        return float((labels[distances.argmin(1)] == answers).mean())

    def pixels(x: np.ndarray) -> np.ndarray:
        x = x.astype(float).mean(axis=3).reshape(len(x), -1)
        return (x - x.mean(1, keepdims=True)) / x.std(1, keepdims=True)

    def colour(x: np.ndarray) -> np.ndarray:
        return x.astype(float).mean(axis=(1, 2))

    assert accuracy(pixels(images), pixels(tests)) > 0.18
    assert accuracy(colour(images), colour(tests)) < 0.3
