"""Look at a data set: find images, choose one, and see it down to its numbers."""

import streamlit as st

from cnnlib import settings
from cnnlib.data import Dataset
from cnnlib.ui.dataset import texts
from cnnlib.ui.dataset.detail import show_detail
from cnnlib.ui.dataset.filters import choose_images
from cnnlib.ui.dataset.grid import show_grid
from cnnlib.ui.dataset.settings import forget_images, open_address
from cnnlib.ui.dataset.view import make_view
from cnnlib.ui.datasets import choose_dataset, offer_cifar10
from cnnlib.ui.navigation import DATASET, WHOLE_SET, link_to
from cnnlib.ui.page import ASSETS, friendly_errors, page_heading, page_setup, plain_text
from cnnlib.ui.prose import show_text


def show_facts(dataset: Dataset) -> None:
    height, width, channels = dataset.image_shape
    counts = {"train": len(dataset.train), "test": len(dataset.test)}
    sizes = {"height": height, "width": width, "channels": channels}
    st.markdown(texts.FACTS.format(**counts, **sizes, classes=len(dataset.class_names)))


def show_more(dataset: Dataset) -> None:
    shapes = "; ".join(
        f"{name} images `{split.images.shape}` {split.images.dtype}, labels `{split.labels.shape}`"
        for name, split in (("training", dataset.train), ("test", dataset.test))
    )
    with st.expander(texts.LOOK_FOR, icon=":material/lightbulb:"):
        photographs = not dataset.synthetic and dataset.class_names == settings.CIFAR10_CLASSES
        show_text("dataset/look_for" if photographs else "dataset/look_for_any")
    link_to(WHOLE_SET, texts.WHOLE_SET)
    st.caption(texts.ARRAYS.format(shapes=shapes, source=plain_text(dataset.source)))


page_setup(DATASET.title, icon=DATASET.icon)
with friendly_errors():
    st.html(ASSETS / "dataset.css")
    page_heading(texts.TITLE, texts.LEAD)
    offer_cifar10(compact=True)
    facts = st.container()
    row = st.container(horizontal=True, vertical_alignment="bottom")
    with row.container(width=210):
        dataset = choose_dataset(on_change=forget_images)
    with facts:
        show_facts(dataset)
    address = open_address(dataset)
    statistics, predictions = choose_images(address, dataset, row)
    view = make_view(address, dataset, statistics, predictions)
    grid, detail = st.columns([11, 9], gap="medium")
    with grid:
        show_grid(address, dataset, view)
    address.write()  # before what may take its time
    with detail, friendly_errors():
        show_detail(address, dataset, view, predictions)
    address.write()
    show_more(dataset)
