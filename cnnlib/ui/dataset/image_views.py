"""One image in several ways: its pixels, channels, histogram, scaled values, as an array."""

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from cnnlib.data import Dataset
from cnnlib.data.scaling import scale, standardise
from cnnlib.figures.pixels import (
    make_channel_split_figure,
    make_pixel_histogram_figure,
    make_standardised_figure,
    name_channels,
)
from cnnlib.figures.theme import PLOT_CONFIG
from cnnlib.ui.address import Address
from cnnlib.ui.dataset import texts
from cnnlib.ui.measuring import need_statistics
from cnnlib.ui.pixels import PAINTS, show_pixels

BARE = {**PLOT_CONFIG, "displayModeBar": False}
CORNER = 4  # rows and columns of an array that are printed


def show_picture(address: Address, image: NDArray[np.uint8]) -> None:
    if image.shape[2] == 3:
        st.segmented_control(
            texts.PAINT,
            PAINTS,
            format_func=texts.PAINTS.__getitem__,
            key=address.key("paint"),
            required=True,
            label_visibility="collapsed",
            wrap=True,
        )
    show_pixels(image, key="pixels", paint=address["paint"], label=texts.VIEWS["pixels"])
    st.caption(texts.HINT)


def enlarge(image: NDArray[np.uint8], to: int = 128) -> NDArray[np.uint8]:
    """An image (H, W, C), pixels repeated until a side has about `to`: not smoothed."""
    times = max(1, to // max(image.shape[:2]))
    return image.repeat(times, axis=0).repeat(times, axis=1)


def show_channels(image: NDArray[np.uint8]) -> None:
    st.plotly_chart(make_channel_split_figure(image), config=BARE, key="channels")
    st.caption(texts.CHANNELS_HINT)


def show_histogram(image: NDArray[np.uint8]) -> None:
    st.plotly_chart(make_pixel_histogram_figure(image), config=BARE, key="histogram")
    st.caption(texts.HISTOGRAM_HINT.format(count=image.shape[0] * image.shape[1]))


def show_scaled(dataset: Dataset, image: NDArray[np.uint8]) -> None:
    """Divided by 255, and standardised by the training images' means and deviations."""
    statistics = need_statistics(dataset, key="scaled")
    if statistics is None:
        st.caption(texts.SCALED_WAITS)
        return
    means, stds = statistics.train.channel_means, statistics.train.channel_stds
    values = standardise(image, means, stds)
    st.plotly_chart(make_standardised_figure(values), config=BARE, key="standardised")
    names = name_channels(image.shape[2])
    st.latex(_explain(image, values, float(means[0]), float(stds[0])))
    st.caption(texts.ONE_PIXEL.format(name=names[0].lower()) + " " + texts.SCALED_HINT)
    scaled = scale(image)
    ends = [end(x, axis=(0, 1)) for x in (scaled, values) for end in (np.min, np.max)]
    rows = np.stack([means, stds, *ends])
    table = pd.DataFrame(rows, index=list(texts.SCALED_ROWS), columns=list(names))
    st.table(table.map("{:.3f}".format))


def _explain(image: NDArray[np.uint8], values: NDArray[np.float32], mean: float, std: float) -> str:
    first = int(image[0, 0, 0])
    share = f"{first / 255:.3f}"
    if std == 0:
        return rf"\frac{{{first}}}{{255}} = {share}"
    return (
        rf"\frac{{{first}}}{{255}} = {share} \qquad "
        rf"\frac{{{share} - {mean:.3f}}}{{{std:.3f}}} = {values[0, 0, 0]:.2f}"
    )


def show_array(dataset: Dataset, name: str, index: int, image: NDArray[np.uint8]) -> None:
    st.caption(texts.ARRAY_HINT)
    st.code(make_array_code(dataset.name, name, index, image), language="python")


def make_array_code(dataset: str, name: str, index: int, image: NDArray[np.uint8]) -> str:
    """Lines that load the image, with what they print as comments."""
    corner = str(image[:CORNER, :CORNER, 0])
    printed = "\n".join(f"# {line}" for line in corner.splitlines())
    names = ", ".join(each.lower() for each in name_channels(image.shape[2]))
    scaled = scale(image)
    lines = [
        "import numpy as np",
        "from cnnlib.data import load",
        "",
        f"split = load({dataset!r}).{name}",
        f"image = split.images[{index}]",
        "print(image.shape, image.dtype)",
        f"# {image.shape} {image.dtype}",
        "",
        f"# the top left pixel: {names}",
        "print(image[0, 0])",
        f"# {image[0, 0]}",
        "",
        f"# the top left corner of {names.split(',')[0]}",
        f"print(image[:{CORNER}, :{CORNER}, 0])",
        printed,
        "",
        "# a batch of one, as a network takes it",
        "batch = image[np.newaxis] / np.float32(255)",
        "print(batch.shape, batch.min(), batch.max())",
        f"# {(1, *image.shape)} {scaled.min()!s} {scaled.max()!s}",
    ]
    return "\n".join(lines)
