"""Filters and sorts against sorted() over all images."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnlib.data.browsing import ORDERS, find_images
from cnnlib.data.statistics import MEASURES, compute_statistics
from cnnlib.errors import DatasetError
from tests.data.small_sets import make_dataset, make_images

IMAGES = make_images(40, (4, 4, 3))
IMAGES[20:30] = IMAGES[:10]  # equal measures: ties


@pytest.fixture
def dataset():
    return make_dataset(IMAGES, labels=np.random.default_rng(1).integers(0, 3, 40))


@pytest.mark.parametrize("by", ORDERS)
@pytest.mark.parametrize("classes", [(), (1,), (0, 2), (0, 1, 2)])
@pytest.mark.parametrize("descending", [False, True])
def test_every_order_and_filter_is_sorteds(dataset, by, classes, descending):
    statistics = compute_statistics(dataset).train
    labels = dataset.train.labels
    values = {"index": np.arange(40), "class": labels, **statistics.measures}[by]
    expected = sorted(
        (i for i in range(40) if not classes or labels[i] in classes),
        key=lambda i: (values[i], i),
        reverse=descending,
    )
    found = find_images(
        dataset.train, classes=classes, by=by, descending=descending, statistics=statistics
    )
    assert found.tolist() == expected


@settings(max_examples=50, deadline=None)
@given(data=st.data(), count=st.integers(1, 40), descending=st.booleans())
def test_values_of_a_model_and_what_it_has_right(data, count, descending):
    split = make_dataset(IMAGES[:count], classes=4).train
    sizes = {"min_size": count, "max_size": count}
    values = np.array(data.draw(st.lists(st.sampled_from([0.1, 0.5, 0.9]), **sizes)), np.float16)
    where = np.array(data.draw(st.lists(st.booleans(), **sizes)))
    classes = data.draw(st.sets(st.integers(0, 3)))
    found = find_images(split, classes=classes, by=values, where=where, descending=descending)
    expected = sorted(
        (i for i in range(count) if where[i] and (not classes or split.labels[i] in classes)),
        key=lambda i: (values[i], i),
        reverse=descending,
    )
    assert found.tolist() == expected


def test_nothing_found_is_an_empty_answer(dataset):
    statistics = compute_statistics(dataset).train
    nothing = np.zeros(40, bool)
    assert len(find_images(dataset.train, where=nothing)) == 0
    found = find_images(dataset.train, where=nothing, by="contrast", statistics=statistics)
    assert found.shape == (0,)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"by": "beauty"}, "sorted by one of"),
        ({"by": MEASURES[0]}, "needs the statistics"),
        ({"by": np.zeros(39)}, "one value for each of the 40 images"),
        ({"by": np.zeros((40, 1))}, "one value for each"),
        ({"where": np.zeros(41, bool)}, "one value for each"),
    ],
)
def test_what_does_not_fit_is_one_line(dataset, wrong, message):
    with pytest.raises(DatasetError, match=message):
        find_images(dataset.train, **wrong)


def test_the_statistics_of_another_split_are_refused(dataset):
    other = compute_statistics(dataset).test
    with pytest.raises(DatasetError, match="one value for each of the 40"):
        find_images(dataset.train, by="contrast", statistics=other)
