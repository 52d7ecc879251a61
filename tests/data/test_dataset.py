from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlib.data import Dataset, Split
from cnnlib.errors import DatasetError


def make_dataset(train: int, test: int) -> Dataset:
    """Every image holds its own number; labels are sorted, the worst case for "the first N"."""

    def split(count: int) -> Split:
        numbers = np.arange(count, dtype=np.uint32)
        images = np.ascontiguousarray(numbers).view(np.uint8).reshape(count, 2, 2, 1)
        return Split(images, np.sort(numbers.astype(np.int64) % 10))

    names = tuple("abcdefghij")
    return Dataset("tiny", "Tiny", names, split(train), split(test), True, "made", "print")


def numbers(split: Split) -> list[int]:
    return np.ascontiguousarray(split.images).reshape(-1).view(np.uint32).tolist()


counts = st.integers(1, 300)


@given(train=counts, test=counts, limit=counts)
def test_take_draws_that_many_different_images(train, test, limit):
    whole = make_dataset(train, test)
    part = whole.take(limit)
    assert len(part.train) == min(limit, train)
    drawn = numbers(part.train)
    assert len(set(drawn)) == len(drawn)
    assert part.train.labels.tolist() == whole.train.labels[drawn].tolist()
    if limit < train:
        assert len(part.test) == max(1, limit * test // train)
    else:
        assert part is whole


@given(train=counts, test=counts, limit=counts)
def test_take_is_the_same_each_time_and_grows(train, test, limit):
    whole = make_dataset(train, test)
    first, again, more = whole.take(limit), whole.take(limit), whole.take(limit + 7)
    assert numbers(first.train) == numbers(again.train)
    assert set(numbers(first.train)) <= set(numbers(more.train))
    assert set(numbers(first.test)) <= set(numbers(more.test))


def test_take_keeps_cifar10s_share_and_all_classes():
    part = make_dataset(5000, 1000).take(1000)
    assert (len(part.train), len(part.test)) == (1000, 200)
    assert part.train.count_classes(10).min() >= 70
    assert part.test.count_classes(10).min() >= 8


def test_take_of_all_copies_nothing():
    whole = make_dataset(20, 10)
    assert whole.take(None) is whole
    assert whole.take(20) is whole
    assert whole.take(21) is whole


@pytest.mark.parametrize("limit", [0, -1])
def test_take_refuses_less_than_one(limit):
    with pytest.raises(DatasetError, match=f"Received: {limit}"):
        make_dataset(20, 10).take(limit)


def test_a_part_is_read_only_and_known_as_a_part():
    whole = make_dataset(20, 10)
    part = whole.take(5)
    with pytest.raises(ValueError, match="read-only"):
        part.train.images[0] = 0
    with pytest.raises(FrozenInstanceError):
        part.name = "x"
    assert part.fingerprint != whole.fingerprint
    assert part.fingerprint != whole.take(6).fingerprint


def test_find_and_count_by_class():
    split = Split(np.zeros((5, 1, 1, 1), np.uint8), np.array([2, 0, 1, 0, 2]))
    assert split.find([]).tolist() == [0, 1, 2, 3, 4]
    assert split.find([0]).tolist() == [1, 3]
    assert split.find([2, 1]).tolist() == [0, 2, 4]
    assert split.find([7]).tolist() == []
    assert split.count_classes(4).tolist() == [2, 1, 2, 0]
