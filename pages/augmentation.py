"""Augmentation: what training may do to an image, drawn by Keras' own layers."""

import streamlit as st

from cnnlib.data import Dataset
from cnnlib.runs.augmentation import KINDS, format_augmentations
from cnnlib.ui.address import Address
from cnnlib.ui.augmentation import texts
from cnnlib.ui.augmentation.code import make_augmentation_code
from cnnlib.ui.augmentation.controls import (
    augmentation_settings,
    choose_image,
    choose_kinds,
    read_augmentations,
)
from cnnlib.ui.augmentation.preview import Strip, describe_shares, draw_strips, make_strip_picture
from cnnlib.ui.navigation import AUGMENTATION, TRAIN, link_to
from cnnlib.ui.page import friendly_errors, page_heading, page_setup
from cnnlib.ui.prose import show_text

DRAWS = 7


def show_strips(address: Address, dataset: Dataset) -> None:
    """A strip for each augmentation alone, then one for all together."""
    chosen = read_augmentations(address)
    if not chosen:
        st.info(texts.NOTHING, icon=":material/info:")
        return
    rows = [each.to_text() for each in chosen]
    if len(rows) > 1:
        rows.append(format_augmentations(chosen))
    with st.spinner(texts.WAITING):
        strips = draw_strips(dataset.name, dataset.fingerprint, address["index"], tuple(rows),
                             DRAWS, address["seed"])  # fmt: skip
    st.caption(texts.HINT)
    titles = [KINDS[each.kind].title for each in chosen]
    for title, strip in zip([*titles, texts.TOGETHER], strips, strict=False):
        show_strip(dataset, address["index"], title, strip)


def show_strip(dataset: Dataset, index: int, title: str, strip: Strip) -> None:
    st.markdown(f"**{title}**")
    st.image(make_strip_picture(dataset.train.images[index], strip), width="stretch")
    told = [describe_shares(shares, dataset.class_names) for shares in strip.shares]
    if any("+" in text for text in told):
        st.caption(" · ".join(told))


page_setup(AUGMENTATION.title, icon=AUGMENTATION.icon)
with friendly_errors():
    page_heading(AUGMENTATION.title, texts.LEAD)
    show_text("augmentation/why")
    address = Address("augmentation", augmentation_settings())
    see = st.container()
    dataset = choose_image(address)
    choose_kinds(address)
    with see, friendly_errors():
        show_strips(address, dataset)
    address.write()
    if chosen := read_augmentations(address):
        query = {"new": "1", "augmentation": address["augmentation"]}
        link_to(TRAIN, texts.TRAIN, query)
        st.subheader(texts.CODE, anchor=False)
        st.caption(texts.CODE_CAPTION)
        st.code(make_augmentation_code(chosen, len(dataset.class_names)), language="python")
        if any(each.kind == "mixup" for each in chosen):
            st.caption(texts.MIXUP_CODE)
