"""Welcome: what the lab is, and where to begin."""

import streamlit as st

from cnnlib.data import available
from cnnlib.ui.datasets import offer_cifar10, open_dataset
from cnnlib.ui.navigation import ARCHITECTURES, BUILDER, CONVOLUTION, DATASET, RUNS, TRAIN, Entry
from cnnlib.ui.page import friendly_errors, page_heading, page_setup
from cnnlib.ui.samples import draw_samples

LEAD = (
    "A laboratory for convolutional networks on CIFAR-10, in your browser. Look at the images "
    "down to their numbers, take convolution apart, train a network, and watch it learn."
)
CARDS: tuple[tuple[Entry, str], ...] = (
    (
        DATASET,
        "What the network gets to see: the images by class, and one image down to the numbers "
        "that make it up.",
    ),
    (
        CONVOLUTION,
        "Point at a cell and see the sum behind it: eleven kinds of convolution on your own image, "
        "checked against Keras.",
    ),
    (
        ARCHITECTURES,
        "The classic networks layer by layer: shapes, parameters and MACs, the sum behind every "
        "number, and their Keras source.",
    ),
    (
        BUILDER,
        "Put a network of your own together; where a layer does not fit, the rule is named. Share "
        "it as a link.",
    ),
    (
        TRAIN,
        "Choose a network, press Start, and watch loss and accuracy move. The run goes on when "
        "you close the page.",
    ),
    (
        RUNS,
        "Every run that was started here: open one, take its files with you, or train it on.",
    ),
)
IN_A_ROW = 3


page_setup("CNN Lab")
with friendly_errors():
    page_heading("CNN Lab", LEAD)
    offer_cifar10()
    columns = [column for _ in range(0, len(CARDS), IN_A_ROW) for column in st.columns(IN_A_ROW)]
    for column, (entry, text) in zip(columns, CARDS, strict=True):
        with column.container(border=True, height="stretch", key=f"card_{entry.address}"):
            st.page_link(entry.path, label=f"**{entry.title}**", icon=entry.icon)
            st.markdown(text)
    draw_samples(open_dataset(available()[0].name))
