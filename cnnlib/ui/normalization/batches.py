"""Batches of feature maps: small numbers to compute with, or the edges of real images."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnlib.data import available
from cnnlib.ops.convolution import conv2d
from cnnlib.ops.kernels import KERNELS
from cnnlib.ops.layer_calls import LayerCall
from cnnlib.ui.datasets import open_dataset
from cnnlib.ui.input_choice import picture_to_channels
from cnnlib.ui.normalization.settings import CHANNELS, NUMBERS

Floats = NDArray[np.float32]
NUMBERS_SIDE, IMAGE_SIDE = 2, 16
EDGES = ("sobel_x", "sobel_y")
CHANNEL_NAMES = {NUMBERS: ("channel 0", "channel 1"), "images": ("left to right", "top to bottom")}


@dataclass(frozen=True)
class Batch:
    """Feature maps, and how Keras comes to them.

    values: (images, rows, columns, channels).
    source: what goes into the first Keras layer, with the batch axis: `values`, or grey images.
    calls: the layers between the two.
    """

    values: Floats
    source: Floats
    calls: tuple[LayerCall, ...] = ()


def make_batch(kind: str, images: int, first: int) -> Batch:
    """The batch that begins with number `first`; numbers are drawn, the same for the same number.

    Args:
        kind: "numbers" or "images".
        images: how many in the batch.
    """
    if kind == NUMBERS:
        values = np.stack([_draw_numbers(first + image) for image in range(images)])
        return Batch(values, values)
    kernel = np.stack([KERNELS[name].make(3) for name in EDGES], -1)[:, :, np.newaxis]
    greys = _read_greys(images, first)
    settings = {"filters": CHANNELS, "kernel_size": 3, "padding": "same", "use_bias": False}
    call = LayerCall("Conv2D", settings, (kernel,))
    return Batch(conv2d(greys, kernel, padding="same"), greys, (call,))


def _draw_numbers(number: int) -> Floats:
    """(2, 2, channels): digits in channel 0, tens from 100 to 190 in channel 1."""
    digits = np.random.default_rng(number).integers(0, 10, (NUMBERS_SIDE, NUMBERS_SIDE, CHANNELS))
    return (digits * (1, 10) + (0, 100)).astype(np.float32)


def _read_greys(images: int, first: int) -> Floats:
    """(images, 16, 16, 1) of 0..255, training images in their order."""
    split = open_dataset(available()[0].name).train
    places = (first + np.arange(images)) % len(split)
    return np.stack([picture_to_channels(split.images[i], IMAGE_SIDE, 1)[0] for i in places])


@st.cache_data(max_entries=64, show_spinner=False)
def measure_batches(kind: str, images: int, first: int, count: int) -> tuple[Floats, Floats]:
    """Means and variances (batches, channels) of `count` batches, one after another."""
    batch = make_batch(kind, images * count, first).values
    batch = batch.reshape(count, -1, CHANNELS)
    return batch.mean(axis=1), batch.var(axis=1)
