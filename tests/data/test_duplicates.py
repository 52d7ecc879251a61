"""Near-duplicates: planted ones of each kind, and few among images that are none."""

import csv
import io

import numpy as np
import pytest

from cnnlib.data import duplicate_search, load
from cnnlib.data.duplicate_search import search
from cnnlib.data.duplicates import (
    TEST,
    TRAIN,
    Duplicates,
    export_csv,
    find_duplicates,
    read_duplicates,
)
from tests.data.small_sets import make_dataset, make_images, move, reencode


def quiet(fraction, text):
    pass


def change_light(image, gain, offset):
    return np.clip(image * gain + offset, 0, 255).astype(np.uint8)


def add_noise(image):
    noise = np.random.default_rng(int(image[0, 0, 0])).normal(0, 6, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


# Each kind: the change, whether it turns left and right round, and the share that must be found.
KINDS = {
    "exact": (lambda x: x, False, 1.0),
    "JPEG 50": (lambda x: reencode(x, 50), False, 1.0),
    "1 pixel": (lambda x: move(x, 0, 1), False, 1.0),
    "1 pixel both ways": (lambda x: move(x, 1, -1), False, 0.98),
    "2 pixels": (lambda x: move(x, 2, 0), False, 0.75),
    "brighter": (lambda x: change_light(x, 0.8, 40), False, 1.0),
    "darker": (lambda x: change_light(x, 0.6, 0), False, 1.0),
    "noise": (add_noise, False, 1.0),
    "grey": (lambda x: np.repeat(x.mean(2, keepdims=True), 3, 2).astype(np.uint8), False, 0.95),
    "mirrored": (lambda x: x[:, ::-1], True, 1.0),
    "mirrored, moved, JPEG": (lambda x: reencode(move(x[:, ::-1], 1, 0), 60), True, 0.98),
}


@pytest.fixture(scope="module")
def drawn(drawn_once):
    return np.load(drawn_once / "train-images.npy")[:1500]


@pytest.mark.parametrize("kind", KINDS)
def test_planted_twins_of_each_kind_are_found(drawn, kind):
    change, mirrored, share = KINDS[kind]
    chosen = np.random.default_rng(0).permutation(len(drawn))[:60]
    twins = np.stack([change(drawn[index]) for index in chosen])
    pairs = search([drawn, twins], quiet)
    found = dict(zip(zip(pairs.a.tolist(), pairs.b.tolist(), strict=True), pairs.mirrored,
                     strict=True))  # fmt: skip
    planted = [(int(index), len(drawn) + place) for place, index in enumerate(chosen)]
    hits = [pair for pair in planted if pair in found]
    assert len(hits) >= share * len(planted)
    right_way = [found[pair] == mirrored for pair in hits]
    assert np.mean(right_way) > 0.95  # some drawings are their own mirror image
    assert pairs.complete
    assert (pairs.a < pairs.b).all()
    assert (np.diff(pairs.distance) >= 0).all()
    zero = {pair for pair, d in zip(found, pairs.distance, strict=True) if d == 0}
    assert zero == (set(planted) if kind == "exact" else set())


def test_false_alarms_are_below_ten_in_a_million_pairs(drawn):
    """Of the drawn set no two images are of one scene; a few of 1,124,250 pairs look alike."""
    pairs = search([drawn], quiet)
    assert len(pairs.a) <= 11


def test_noise_has_no_twins():
    pairs = search([make_images(600), make_images(200, seed=1)], quiet)
    assert len(pairs.a) == 0
    assert pairs.complete


@pytest.mark.parametrize("shape", [(28, 28, 1), (64, 64, 3), (20, 33, 3)])
def test_grey_images_and_other_sizes(shape):
    coarse = np.random.default_rng(0).integers(0, 256, (80, 6, 6, shape[2]), dtype=np.uint8)
    rows, columns = (np.arange(size) * 6 // size for size in shape[:2])
    images = coarse[:, rows[:, None], columns]
    twins = np.stack([change_light(image, 0.7, 30) for image in images[:10]])
    pairs = search([images, twins], quiet)
    expected = {(place, 80 + place) for place in range(10)}
    assert set(zip(pairs.a.tolist(), pairs.b.tolist(), strict=True)) == expected


def test_flat_images_are_twins_only_when_equal():
    levels = np.array([10, 10, 20, 200], np.uint8)
    images = np.broadcast_to(levels[:, None, None, None], (4, 32, 32, 3))
    pairs = search([np.ascontiguousarray(images)], quiet)
    assert list(zip(pairs.a, pairs.b, pairs.distance, strict=True)) == [(0, 1, 0)]


def test_a_set_of_one_image():
    assert len(search([make_images(1)], quiet).a) == 0


def test_many_equal_images_give_one_pair_each(drawn):
    images = np.concatenate([drawn[:3], np.repeat(drawn[1:2], 500, axis=0)])
    pairs = search([images], quiet)
    zero = pairs.distance == 0
    assert pairs.a[zero].tolist() == [1] * 500
    assert pairs.b[zero].tolist() == list(range(3, 503))


def test_too_many_candidates_leave_the_best_and_say_so(drawn, monkeypatch):
    monkeypatch.setattr(duplicate_search, "MAX_CANDIDATES", 40)
    twins = np.stack([change_light(image, 0.9, 5) for image in drawn[:30]])
    pairs = search([drawn, twins], quiet)
    assert not pairs.complete
    found = set(zip(pairs.a.tolist(), pairs.b.tolist(), strict=True))
    assert sum((place, len(drawn) + place) in found for place in range(30)) >= 25


def test_too_many_pairs_leave_the_nearest_and_say_so(drawn, monkeypatch):
    images = np.concatenate([drawn[:20], drawn[:20]])
    monkeypatch.setattr(duplicate_search, "MAX_PAIRS", 5)
    pairs = search([images], quiet)
    assert (len(pairs.a), pairs.complete) == (5, False)


def test_a_large_set_is_sampled_but_exact_copies_are_found_in_all(drawn, monkeypatch):
    monkeypatch.setattr(duplicate_search, "MAX_IMAGES", 200)
    copies = drawn[:50]
    pairs = search([drawn, copies], quiet)
    assert not pairs.complete
    assert pairs.compared == 200
    zero = set(zip(pairs.a[pairs.distance == 0].tolist(), pairs.b.tolist(), strict=False))
    assert zero == {(place, len(drawn) + place) for place in range(50)}


def make_pairs(rows, complete=True):
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    return Duplicates(*columns, mirrored=np.zeros(len(rows), bool), complete=complete, compared=9)


def test_test_images_with_a_twin_in_train_and_their_exact_copies():
    found = make_pairs(
        [
            (TEST, 1, TEST, 7, 0.0),  # 7 is a copy of 1, which has a twin in train
            (TEST, 2, TEST, 8, 0.0),
            (TRAIN, 3, TEST, 1, 0.1),
            (TRAIN, 3, TRAIN, 4, 0.1),
            (TRAIN, 9, TEST, 0, 0.2),
            (TEST, 1, TEST, 5, 0.2),  # alike only: 5 may be far from train
        ]
    )
    assert found.test_images_with_twin_in_train().tolist() == [0, 1, 7]


def test_found_once_kept_and_exported(drawn, monkeypatch):
    dataset = make_dataset(drawn[:100], np.stack([drawn[4], drawn[9, :, ::-1], drawn[200]]))
    assert read_duplicates(dataset) is None
    seen = []
    found = find_duplicates(dataset, lambda fraction, text: seen.append(fraction))
    assert seen == sorted(seen)
    assert seen[-1] == 1
    assert found.test_images_with_twin_in_train().tolist() == [0, 1]
    monkeypatch.setattr("cnnlib.data.duplicates.search", None)
    again = read_duplicates(dataset)
    assert again is not None
    np.testing.assert_array_equal(again.index_b, found.index_b)
    assert (len(again), again.complete, again.compared) == (len(found), True, 102)
    rows = list(csv.DictReader(io.StringIO(export_csv(again, dataset))))
    assert len(rows) == len(found)
    assert rows[0] == {
        "split_a": "train", "index_a": "4", "class_a": "class 1",
        "split_b": "test", "index_b": "0", "class_b": "class 0",
        "distance": "0.0000", "mirrored": "no",
    }  # fmt: skip
    (turned,) = [row for row in rows if row["split_b"] == "test" and row["index_b"] == "1"]
    assert (turned["index_a"], turned["mirrored"]) == ("9", "yes")


def test_none_found_is_kept_too():
    dataset = make_dataset(make_images(30), make_images(5, seed=1))
    assert len(find_duplicates(dataset)) == 0
    found = read_duplicates(dataset)
    assert found is not None
    assert (len(found), found.complete) == (0, True)
    assert export_csv(found, dataset).count("\n") == 1


def test_pairs_of_a_subset_are_its_own(with_synthetic):
    part = load("synthetic").take(60)
    found = find_duplicates(part)
    assert found.compared == 72
    assert read_duplicates(load("synthetic")) is None
