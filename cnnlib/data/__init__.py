"""Data sets: memory-mapped uint8 images (N, H, W, C) with labels, from disk, file or network."""

from cnnlib.data.dataset import Dataset, DatasetInfo, Progress, Split
from cnnlib.data.finding import available, is_installed, load
from cnnlib.data.importing import import_path

__all__ = [
    "Dataset",
    "DatasetInfo",
    "Progress",
    "Split",
    "available",
    "import_path",
    "is_installed",
    "load",
]
