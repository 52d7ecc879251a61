"""Confident learning: by hand on a few images, and on planted errors."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnlib.data.labels import find_label_errors
from cnnlib.errors import DatasetError


def test_six_images_of_two_classes_by_hand():
    probabilities = np.array(
        [
            [0.9, 0.1],  # label 0, sure of 0
            [0.7, 0.3],  # label 0, sure of neither: 0.7 is above the threshold 0.6 of class 0
            [0.2, 0.8],  # label 0, sure of 1: a probable error
            [0.1, 0.9],  # label 1, sure of 1
            [0.4, 0.6],  # label 1, sure of neither
            [0.95, 0.05],  # label 1, sure of 0: a probable error, the surest
        ]
    )
    labels = np.array([0, 0, 0, 1, 1, 1])
    found = find_label_errors(probabilities, labels)
    thresholds = [(0.9 + 0.7 + 0.2) / 3, (0.9 + 0.6 + 0.05) / 3]
    np.testing.assert_allclose(found.thresholds, thresholds)
    np.testing.assert_allclose(found.self_confidence, [0.9, 0.7, 0.2, 0.9, 0.6, 0.05])
    assert found.counts.tolist() == [[2, 1], [1, 2]]
    assert found.indices.tolist() == [5, 2]
    assert found.suggested.tolist() == [0, 1]


def test_a_class_whose_images_are_seldom_sure_needs_less():
    """What plain argmax misses: 0.45 for class 1 is much when its own images have 0.4."""
    probabilities = np.array([[0.99, 0.01], [0.99, 0.01], [0.55, 0.45], [0.6, 0.4], [0.6, 0.4]])
    labels = np.array([0, 0, 0, 1, 1])
    found = find_label_errors(probabilities, labels)
    assert found.indices.tolist() == [2]
    assert found.suggested.tolist() == [1]


def test_unsure_images_are_counted_nowhere():
    probabilities = np.array([[0.9, 0.1, 0], [0.1, 0.9, 0], [0.5, 0.5, 0.0]])
    found = find_label_errors(probabilities, np.array([0, 1, 2]))
    assert found.thresholds.tolist() == [0.9, 0.9, 0.0]
    assert found.counts.sum() == 3  # the third is sure of class 2 only: its threshold is 0
    assert found.counts[2, 2] == 1


def test_a_class_without_images_is_never_suggested():
    probabilities = np.array([[0.1, 0.0, 0.9], [0.2, 0.0, 0.8], [0.9, 0.1, 0.0]])
    found = find_label_errors(probabilities, np.array([0, 0, 0]))
    assert found.thresholds[1:].tolist() == [np.inf, np.inf]
    assert len(found.indices) == 0


def make_planted(seed, count=2000, classes=10, share=0.05):
    """Probabilities of a fair network, true labels, and labels with a share of wrong ones."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, classes, count)
    scores = rng.standard_normal((count, classes))
    scores[np.arange(count), truth] += 8
    probabilities = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    wrong = rng.permutation(count)[: int(share * count)]
    labels = truth.copy()
    labels[wrong] = (truth[wrong] + rng.integers(1, classes, len(wrong))) % classes
    return probabilities, truth, labels, wrong


@pytest.mark.parametrize("seed", range(3))
def test_planted_errors_are_found_with_their_true_labels(seed):
    probabilities, truth, labels, wrong = make_planted(seed)
    found = find_label_errors(probabilities.astype(np.float16), labels)
    hits = np.isin(wrong, found.indices)
    assert hits.mean() > 0.9
    assert np.isin(found.indices, wrong).mean() > 0.9
    right_guess = found.suggested == truth[found.indices]
    assert right_guess.mean() > 0.9
    own = found.self_confidence[found.indices]
    assert (np.diff(own) >= 0).all()


@settings(max_examples=60, deadline=None)
@given(count=st.integers(1, 40), classes=st.integers(1, 6), seed=st.integers(0, 10_000))
def test_the_counts_are_the_papers_sets(count, classes, seed):
    """Eq. 1 spelt out: image by image, class by class."""
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet(np.ones(classes), count)
    labels = rng.integers(0, classes, count)
    found = find_label_errors(probabilities, labels)
    expected = np.zeros((classes, classes), int)
    errors = []
    for image in range(count):
        reached = [
            (probabilities[image, j], j)
            for j in range(classes)
            if (labels == j).any()
            and probabilities[image, j] >= probabilities[labels == j, j].mean() - 1e-9
        ]
        if reached:
            best = max(reached)[1]
            expected[labels[image], best] += 1
            if best != labels[image]:
                errors.append(image)
    np.testing.assert_array_equal(found.counts, expected)
    assert sorted(found.indices.tolist()) == errors


def test_shapes_that_do_not_fit_are_one_line():
    with pytest.raises(DatasetError, match=r"Received: \(3, 2\) and \(2,\)"):
        find_label_errors(np.ones((3, 2)), np.zeros(2, int))
