"""The labels of images of mixed splits, and a list of doubtful ones to take away."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cnnlib.data import Dataset
from cnnlib.data.duplicates import SPLITS
from cnnlib.runs.predictions import SplitPredictions


def read_labels(
    dataset: Dataset, splits: NDArray[np.integer], indices: NDArray[np.integer]
) -> NDArray[np.int64]:
    """The labels of images of mixed splits: numbers of `SPLITS`, indices in them; (n,) each."""
    labels = np.empty(len(indices), np.int64)
    for number, name in enumerate(SPLITS):
        here = np.asarray(splits) == number
        labels[here] = getattr(dataset, name).labels[indices[here]]
    return labels


def make_labels_csv(
    dataset: Dataset, split: str, said: SplitPredictions, indices: NDArray[np.integer]
) -> str:
    """One row an image: its label, what the run says, and the probabilities of both."""
    names = np.array(dataset.class_names, object)
    return pd.DataFrame(
        {
            "split": split,
            "index": indices,
            "label": names[said.labels[indices]],
            "predicted": names[said.predicted[indices]],
            "probability_of_label": said.self_confidence[indices].round(4),
            "probability_of_predicted": said.confidence[indices].round(4),
        }
    ).to_csv(index=False)
