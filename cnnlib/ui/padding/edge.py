"""What a border of zeros does to an average filter, on a real image."""

import numpy as np
import streamlit as st

from cnnlib.data import available
from cnnlib.figures.tensors import make_channel_figure
from cnnlib.figures.theme import PLOT_CONFIG
from cnnlib.ops.receptive_field import StackLayer
from cnnlib.ops.receptive_field_grids import compute_stages
from cnnlib.ops.windows import Padding
from cnnlib.ui.datasets import open_dataset
from cnnlib.ui.input_choice import picture_to_channels
from cnnlib.ui.prose import show_text

SIZE, KERNEL_SIZE, PIXEL = 32, 7, 8
PADDINGS: tuple[Padding, ...] = ("same", "valid")


def show_dark_edge() -> None:
    """The brightest training image among the first hundred, averaged under SAME and VALID."""
    st.subheader("A border of zeros darkens the edge", anchor=False)
    show_text("padding_edge")
    images = open_dataset(available()[0].name).train.images[:100]
    borders = [(image[[0, -1]].mean() + image[:, [0, -1]].mean()) for image in images]
    image, _ = picture_to_channels(images[int(np.argmax(borders))], SIZE, 1)
    pictures = [("The image", image)]
    for padding in PADDINGS:
        layer = StackLayer("average", KERNEL_SIZE, padding=padding)
        pictures.append((f"Averaged, {padding.upper()}", compute_stages([layer], image)[0].output))
    config = {**PLOT_CONFIG, "displayModeBar": False}
    for column, (title, values) in zip(st.columns(3), pictures, strict=True):
        with column:
            st.markdown(f"**{title}**: {values.shape[0]} × {values.shape[1]}")
            figure = make_channel_figure(
                np.rint(values[..., 0]).astype(np.uint8), height=PIXEL * len(values)
            )
            st.plotly_chart(figure, config=config, key=f"edge_{title}")
