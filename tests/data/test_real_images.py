"""The 60,000 real images: known numbers, and near-duplicates as many as others have found."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cnnlib.data import import_path
from cnnlib.data.duplicates import find_duplicates
from cnnlib.data.neighbours import find_neighbours
from cnnlib.data.statistics import compute_statistics

UNPACK = Path(__file__).resolve().parents[3] / "shared" / "cifar10" / "unpack"


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(not UNPACK.exists(), reason="the real images are not beside the project")
def test_statistics_neighbours_and_near_duplicates_of_cifar10(tmp_path):
    path = tmp_path / "cifar-10-python.tar.gz"
    subprocess.run([sys.executable, UNPACK, "archive", path], check=True, timeout=400)
    dataset = import_path(path)

    train = compute_statistics(dataset).train
    assert train.counts.tolist() == [5000] * 10
    np.testing.assert_allclose(train.channel_means, [0.4914, 0.4822, 0.4465], atol=0.001)
    np.testing.assert_allclose(train.channel_stds, [0.2470, 0.2435, 0.2616], atol=0.003)

    images = dataset.train.images
    found, distances = find_neighbours(images, images[123], 3, squared_norms=train.squared_norms)
    assert (found[0], distances[0]) == (123, 0)
    assert 1 < distances[1] < 30

    # The ciFAIR study lists 286 test images with a twin in train; the pixel way finds 285.
    duplicates = find_duplicates(dataset)
    assert duplicates.complete
    assert duplicates.compared + (duplicates.distance == 0).sum() == 60_000
    assert 250 <= len(duplicates.test_images_with_twin_in_train()) <= 320
    labels = (dataset.train.labels, dataset.test.labels)
    alike = [
        labels[a][i] == labels[b][j]
        for a, i, b, j in zip(
            duplicates.split_a,
            duplicates.index_a,
            duplicates.split_b,
            duplicates.index_b,
            strict=True,
        )
    ]
    assert np.mean(alike) > 0.95, "pairs of one photograph nearly always have one label"
