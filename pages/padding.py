"""Padding: the border of zeros, SAME and VALID, and what the border does to an image."""

import streamlit as st

from cnnlib.ui.address import Address
from cnnlib.ui.anatomy import (
    Question,
    by_hand,
    check_with_keras,
    offer_examples,
    predict,
    show_code,
)
from cnnlib.ui.navigation import PADDING
from cnnlib.ui.padding.edge import show_dark_edge
from cnnlib.ui.padding.lab import (
    EXAMPLES,
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


def show_result(address: Address, lab: PaddingLab) -> None:
    st.markdown(describe_report(lab.report))
    texts, table = st.columns([3, 2], gap="large")
    with texts:
        by_hand(*explain_setting(address))
        show_text("padding_formulas")
    with table:
        st.subheader("VALID or SAME", anchor=False)
        st.dataframe(compare_paddings(address).set_index("padding").T)
        check_with_keras(lab.values, [lab.call], lab.output, key="padding_check")
    show_code([lab.call], lab.values.shape)


def show_lab(address: Address) -> PaddingLab | None:
    """The grids; None while the output is still to be predicted."""
    setting = tuple(address[name] for name in SETTINGS)
    lab = compute_lab(address)
    grids = st.container()
    question = Question("Rows of the output", lab.report.output_size)
    revealed = not address["predict"] or predict([question], key="padding", setting=setting)
    with grids:
        show_grids(address, lab, with_output=revealed)
    return lab if revealed else None


page_setup(PADDING.title, icon=PADDING.icon)
with friendly_errors():
    page_heading(PADDING.title, LEAD)
    show_text("padding")
    address = Address("padding", padding_settings())
    offer_examples(address, EXAMPLES)
    lab = None
    see = st.container()  # above the controls, and filled with what they say
    choose_padding(address)
    with see, friendly_errors():
        lab = show_lab(address)
    address.write()
    if lab:
        show_result(address, lab)
    st.divider()
    show_dark_edge()
