"""Nearest neighbours against all differences at once."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnlib.data import neighbours
from cnnlib.data.neighbours import find_neighbours
from tests.data.small_sets import make_images


def plain(vectors, query, exclude=()):
    flat = vectors.reshape(len(vectors), -1).astype(np.float64)
    squares = ((flat - np.asarray(query, np.float64).ravel()) ** 2).sum(1)
    order = [i for i in np.lexsort((np.arange(len(flat)), squares)) if i not in exclude]
    scale = 255 if vectors.dtype == np.uint8 else 1
    return np.array(order, int), np.sqrt(squares[order]) / scale


@settings(max_examples=60, deadline=None)
@given(
    count=st.integers(1, 80),
    wanted=st.integers(0, 100),
    levels=st.sampled_from([2, 3, 256]),
    seed=st.integers(0, 1000),
    known=st.booleans(),
    exclude=st.booleans(),
    chunk=st.sampled_from([1, 200, 10_000]),
)
def test_pixels_ties_and_all(count, wanted, levels, seed, known, exclude, chunk):
    rng = np.random.default_rng(seed)
    images = rng.integers(256 - levels, 256, (count, 2, 2, 1)).astype(np.uint8)
    norms = (images.astype(np.float64) ** 2).sum((1, 2, 3)) if known else None
    query = int(rng.integers(count))
    left_out = query if exclude else None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(neighbours, "CHUNK_BYTES", chunk)
        found, distances = find_neighbours(
            images, images[query], wanted, squared_norms=norms, exclude=left_out
        )
    order, expected = plain(images, images[query], (query,) if exclude else ())
    np.testing.assert_array_equal(found, order[:wanted])
    np.testing.assert_allclose(distances, expected[:wanted], rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_features_in_any_precision(dtype):
    rng = np.random.default_rng(0)
    vectors = (100 + rng.standard_normal((500, 64))).astype(dtype)
    vectors[400] = vectors[7]
    found, distances = find_neighbours(vectors, vectors[7], 20)
    order, expected = plain(vectors, vectors[7])
    np.testing.assert_array_equal(found, order[:20])
    np.testing.assert_allclose(distances, expected[:20], rtol=1e-9)
    assert found[:2].tolist() == [7, 400]
    assert distances[:2].tolist() == [0, 0]


def test_far_from_the_origin_rounding_neither_hides_nor_reorders():
    """Differences of a few steps of float32, far below the products' own size."""
    vectors = np.full((300, 64), 1000, np.float32)
    vectors[:, 0] += np.arange(300, dtype=np.float32) / 1024
    found, distances = find_neighbours(vectors, vectors[150], 5)
    assert found.tolist() == [150, 149, 151, 148, 152]
    np.testing.assert_allclose(distances, np.array([0, 1, 1, 2, 2]) / 1024)


def test_an_image_is_at_distance_0_of_itself_and_white_of_black_at_its_diagonal():
    images = make_images(100)
    images[5], images[6] = 0, 255
    for query in (5, 6, 50):
        found, distances = find_neighbours(images, images[query], 1)
        assert (found[0], distances[0]) == (query, 0)
    found, distances = find_neighbours(images, images[5], 100)
    assert found[-1] == 6
    assert distances[-1] == pytest.approx(np.sqrt(3072))


def test_queries_from_elsewhere_several_left_out_and_more_asked_than_there(tmp_path):
    np.save(tmp_path / "images.npy", make_images(30, (8, 8, 3)))
    images = np.load(tmp_path / "images.npy", mmap_mode="r")
    query = make_images(1, (8, 8, 3), seed=9)[0]
    for exclude in ({3, 4, 5}, [3, 4, 5, 5], np.array([3, 4, 5])):
        found, distances = find_neighbours(images, query, 100, exclude=exclude)
        order, expected = plain(images, query, (3, 4, 5))
        np.testing.assert_array_equal(found, order)
        np.testing.assert_allclose(distances, expected)
    assert len(find_neighbours(images, query, 3, exclude=range(30))[0]) == 0
