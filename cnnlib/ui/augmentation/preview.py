"""What Keras' augmentation layers make of one image: asked of the supervisor, drawn as strips."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnlib.data import Dataset
from cnnlib.runs import client
from cnnlib.runs.arrays import decode_array, encode_array
from cnnlib.ui.datasets import open_dataset

PARTNERS = 15  # other images that mixup may mix the chosen one with
PARTNER_SEED = 1
ZOOM, GAP = 4, 8  # pixels on the strip for one of the image, and between two images


@dataclass(frozen=True)
class Strip:
    """Several draws of one image.

    images: (draws, H, W, C), 0..1. shares: (draws, classes), how much of each class is in it.
    """

    images: NDArray[np.float32]
    shares: NDArray[np.float32]


@st.cache_data(max_entries=64, show_spinner=False)
def draw_strips(
    dataset: str, fingerprint: str, index: int, texts: tuple[str, ...], draws: int, seed: int
) -> list[Strip]:
    """One strip for each text of augmentations, from the training image of that index.

    Args:
        fingerprint: of the data set's content, so that another one is drawn anew.

    Raises:
        RunError: the supervisor cannot be asked, or a text breaks a rule.
    """
    images, labels, classes = _gather(open_dataset(dataset), index)
    answer = client.ask(
        "draw_augmentations", images=encode_array(images), labels=labels, classes=classes,
        augmentations=list(texts), draws=draws, seed=seed,
    )  # fmt: skip
    return [
        Strip(decode_array(row["images"]), decode_array(row["labels"])) for row in answer["rows"]
    ]


def make_strip_picture(original: NDArray[np.uint8], strip: Strip) -> NDArray[np.uint8]:
    """The image and its draws in a row, enlarged, with see-through gaps: (H, W, 4) uint8."""
    drawn = np.round(np.clip(strip.images, 0, 1) * 255).astype(np.uint8)
    tiles = [original, *drawn]
    height, width = original.shape[:2]
    step = width * ZOOM + GAP
    picture = np.zeros((height * ZOOM, step * len(tiles) + GAP, 4), np.uint8)
    for number, tile in enumerate(tiles):
        left = number * step + (2 * GAP if number else 0)  # a wider gap after the original
        large = np.repeat(np.repeat(tile, ZOOM, axis=0), ZOOM, axis=1)
        picture[:, left : left + width * ZOOM, :3] = large  # one channel is spread over three
        picture[:, left : left + width * ZOOM, 3] = 255
    return picture


def describe_shares(shares: NDArray[np.float32], names: tuple[str, ...]) -> str:
    """«0.83 cat + 0.17 dog»; just the class where there is no other."""
    found = [(float(shares[i]), names[i]) for i in np.argsort(-shares) if shares[i] >= 0.005]
    if len(found) == 1:
        return str(found[0][1])
    return " + ".join(f"{share:.2f} {name}" for share, name in found)


def _gather(dataset: Dataset, index: int) -> tuple[NDArray[np.float32], list[int], int]:
    """The chosen training image first, then others that it may be mixed with."""
    split = dataset.train
    others = np.random.default_rng(PARTNER_SEED).integers(0, len(split), PARTNERS)
    chosen = np.concatenate([[index], others])
    images = np.stack([split.images[i] for i in chosen]).astype(np.float32) / np.float32(255)
    return images, [int(split.labels[i]) for i in chosen], len(dataset.class_names)
