"""Which labels may be wrong, as a trained network sees it: confident learning.

Source: C. G. Northcutt, L. Jiang, I. L. Chuang, "Confident Learning: Estimating Uncertainty in
Dataset Labels", J. Artif. Intell. Res. 70, 2021, §3.1 (thresholds: eq. 2; counts: eq. 1) and §3.2
(the images off the diagonal are the probable errors). The paper wants probabilities of images that
the network was not trained on: of its own training images it has learned the wrong labels too, and
fewer errors are found.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlib.errors import DatasetError

SLACK = 1e-9  # the mean of equal probabilities may round above them


@dataclass(frozen=True)
class LabelErrors:
    """The probable label errors among N images of K classes.

    Attributes:
        indices: (M,), the images whose label is probably wrong, the least likely label first.
        suggested: (M,), the label that the network would give instead.
        self_confidence: (N,) float64, of every image: the probability of its own label, 0..1.
        thresholds: (K,), the mean self-confidence of each class's images: what the network must
            reach to be sure of a class. Infinity for a class without images.
        counts: (K, K), how many images of label i the network surely sees as class j; images that
            it is not sure of are in none. Off the diagonal: `indices`.
    """

    indices: NDArray[np.int64]
    suggested: NDArray[np.int64]
    self_confidence: NDArray[np.float64]
    thresholds: NDArray[np.float64]
    counts: NDArray[np.int64]


def find_label_errors(probabilities: NDArray[Any], labels: NDArray[np.int64]) -> LabelErrors:
    """Find the images that a network surely sees as another class than their label.

    Args:
        probabilities: (N, K), each row adds up to 1.
        labels: (N,), 0 … K - 1.

    Raises:
        DatasetError: the shapes do not fit each other.
    """
    if probabilities.ndim != 2 or labels.shape != probabilities.shape[:1]:
        raise DatasetError(
            f"probabilities must be (images, classes) with a label for each image. "
            f"Received: {probabilities.shape} and {labels.shape}."
        )
    count, classes = probabilities.shape
    chances = np.asarray(probabilities, np.float64)
    own = chances[np.arange(count), labels]
    images = np.bincount(labels, minlength=classes)
    with np.errstate(invalid="ignore", divide="ignore"):
        thresholds = np.bincount(labels, own, minlength=classes) / images
    thresholds[images == 0] = np.inf
    candidates = np.where(chances >= thresholds - SLACK, chances, -1.0)
    seen = candidates.argmax(axis=1)
    sure = candidates.max(axis=1) >= 0
    counts = np.zeros((classes, classes), np.int64)
    np.add.at(counts, (labels[sure], seen[sure]), 1)
    wrong = np.flatnonzero(sure & (seen != labels))
    wrong = wrong[np.argsort(own[wrong], kind="stable")]
    return LabelErrors(wrong, seen[wrong], own, thresholds, counts)
