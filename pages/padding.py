"""Padding: the border of zeros, SAME and VALID, and what the border does to an image."""

import streamlit as st

from cnnlib.ui.address import Address
from cnnlib.ui.anatomy import Question, by_hand, check_with_keras, predict, show_code
from cnnlib.ui.navigation import PADDING
from cnnlib.ui.padding.edge import show_dark_edge
from cnnlib.ui.padding.lab import (
    PaddingLab,
    choose_padding,
    compare_paddings,
    compute_lab,
    describe_report,
    explain_setting,
    padding_settings,
    show_grids,
)
from cnnlib.ui.page import friendly_errors, page_heading, page_setup
from cnnlib.ui.prose import show_text

LEAD = "What happens where the window meets the edge: leave it out, or put zeros around the image."
SETTINGS = ("size", "kernel", "stride", "dilation", "padding")
HINT = "Point at a cell to see where it comes from; type into the input or the kernel to change it."


def show_result(address: Address, lab: PaddingLab) -> None:
    st.markdown(describe_report(lab.report))
    texts, table = st.columns([3, 2], gap="large")
    with texts:
        by_hand(explain_setting(address))
        show_text("padding_formulas")
    with table:
        st.subheader("VALID or SAME", anchor=False)
        st.dataframe(compare_paddings(address).set_index("padding").T)
        check_with_keras(lab.values, [lab.call], lab.output, key="padding_check")
    show_code([lab.call], lab.values.shape)


def show_lab(address: Address) -> None:
    setting = tuple(address[name] for name in SETTINGS)
    lab = compute_lab(address)
    st.caption(HINT)
    grids = st.container()
    question = Question("Rows of the output", lab.report.output_size)
    revealed = not address["predict"] or predict([question], key="padding", setting=setting)
    with grids:
        show_grids(address, lab, with_output=revealed)
    if revealed:
        show_result(address, lab)


page_setup(PADDING.title, icon=PADDING.icon)
with friendly_errors():
    page_heading(PADDING.title, LEAD)
    show_text("padding")
    address = Address("padding", padding_settings())
    choose_padding(address)
    with friendly_errors():
        show_lab(address)
    address.write()
    st.divider()
    show_dark_edge()
