"""Look at a data set: what it holds, its images by class, and one image down to its numbers."""

import pandas as pd
import streamlit as st

from cnnlib.data import Dataset, Split
from cnnlib.figures.tensors import (
    CHANNELS,
    make_channel_figure,
    make_class_histogram_figure,
    make_image_figure,
)
from cnnlib.figures.theme import PLOT_CONFIG
from cnnlib.ui.datasets import choose_dataset, offer_cifar10
from cnnlib.ui.page import friendly_errors, page_heading, page_setup, plain_text
from cnnlib.ui.thumbnails import browse_images, forget_image

LEAD = "What the network gets to see: the images, their classes, and the numbers that make them up."
HINT = "Point at a pixel to read its values; choose a channel for its numbers."
BARE = {**PLOT_CONFIG, "displayModeBar": False}
DETAIL = "image_detail"  # thumbnails.css puts it above the grid in a narrow window


def show_facts(dataset: Dataset) -> None:
    height, width, channels = dataset.image_shape
    st.metric("Training images", f"{len(dataset.train):,}", width="content")
    st.metric("Test images", f"{len(dataset.test):,}", width="content")
    values = f"One image, {dataset.train.images.dtype} 0–255"
    st.metric(values, f"{height} × {width} × {channels}", width="content")


def show_source(dataset: Dataset) -> None:
    shapes = "; ".join(
        f"{name} images `{split.images.shape}`, labels `{split.labels.shape}`"
        for name, split in (("training", dataset.train), ("test", dataset.test))
    )
    st.caption(f"As arrays: {shapes}. Source: {plain_text(dataset.source)}.")


def show_image(dataset: Dataset, split: Split, index: int) -> None:
    image, label = split.images[index], int(split.labels[index])
    st.subheader(dataset.class_names[label], anchor=False)
    st.caption(f"Image {index:,}, label {label}. {HINT}")
    views = ["Picture", *CHANNELS] if image.shape[2] == len(CHANNELS) else ["Picture"]
    view = st.segmented_control(
        "View",
        views,
        default="Picture",
        required=True,
        key="view",
        bind="query-params",
        label_visibility="collapsed",
    )
    if view == "Picture":
        st.plotly_chart(make_image_figure(image), config=BARE, key="picture")
        return
    values = image[..., CHANNELS.index(view)]
    st.plotly_chart(make_channel_figure(values, view), config=BARE, key="channel")
    with st.expander(f"All {values.size:,} {view.lower()} values", icon=":material/grid_on:"):
        st.dataframe(pd.DataFrame(values), height=320)


page_setup("Data set", icon=":material/grid_view:")
with friendly_errors():
    page_heading("Data set", LEAD)
    offer_cifar10(compact=True)
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=300):
            dataset = choose_dataset(on_change=forget_image)
        show_facts(dataset)
    show_source(dataset)
    grid, detail = st.columns([3, 2], gap="large")
    with grid:
        split, index = browse_images(dataset, detail=DETAIL)
    with detail, st.container(key=DETAIL):
        show_image(dataset, split, index)
    st.subheader("Images per class", anchor=False)
    classes = dataset.class_names
    counts = {
        "training": dataset.train.count_classes(len(classes)),
        "test": dataset.test.count_classes(len(classes)),
    }
    st.plotly_chart(make_class_histogram_figure(counts, classes), config=BARE)
