"""Scaled pixel values, against the formula written out."""

import numpy as np
import pytest

from cnnlib.data.scaling import scale, standardise

IMAGE = np.array([[[0, 51, 255], [255, 102, 0]]], np.uint8)


def test_values_are_divided_by_255():
    np.testing.assert_allclose(scale(IMAGE), [[[0, 0.2, 1], [1, 0.4, 0]]], atol=1e-7)
    assert scale(IMAGE).dtype == np.float32


def test_each_channel_has_its_own_mean_and_deviation():
    values = standardise(IMAGE, np.array([0.5, 0.3, 1.0]), np.array([0.25, 0.1, 2.0]))
    np.testing.assert_allclose(values, [[[-2, -1, 0], [2, 1, -0.5]]], atol=1e-6)
    assert values.dtype == np.float32


@pytest.mark.parametrize("channels", [1, 3])
def test_all_of_the_training_images_have_mean_0_and_deviation_1(channels):
    images = np.random.default_rng(3).integers(0, 256, (50, 8, 8, channels), dtype=np.uint8)
    unit = images / 255
    axes = (0, 1, 2)
    values = standardise(images, unit.mean(axes), unit.std(axes))
    np.testing.assert_allclose(values.mean(axes), 0, atol=1e-5)
    np.testing.assert_allclose(values.std(axes), 1, atol=1e-5)


def test_a_channel_without_deviation_is_0_and_no_division_by_it():
    with np.errstate(all="raise"):
        values = standardise(np.full((2, 2, 1), 7, np.uint8), np.array([7 / 255]), np.array([0.0]))
    assert (values == 0).all()
