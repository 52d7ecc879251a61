"""One image, every convolution: the same input through all kinds, side by side."""

import pandas as pd
import streamlit as st

from cnnlib.arch.amounts import format_shape
from cnnlib.ops.kinds import KINDS, Options
from cnnlib.ui.address import Address
from cnnlib.ui.anatomy import check_with_keras
from cnnlib.ui.clicks import find_clicked_row
from cnnlib.ui.convolution.parade import Entry, make_picture, run_all
from cnnlib.ui.convolution.parade_controls import (
    PAGE,
    carry_over,
    choose_shared,
    make_parade_settings,
    texts,
)
from cnnlib.ui.input_choice import choose_input
from cnnlib.ui.navigation import CONVOLUTION, EVERY_CONVOLUTION
from cnnlib.ui.page import friendly_errors, page_heading, page_setup


def make_row(entry: Entry) -> dict[str, object]:
    return {
        "output": make_picture(entry.output),
        "kind": KINDS[entry.kind].title,
        "input": format_shape(entry.x.shape),
        "output shape": format_shape(entry.output.shape),
        "parameters": entry.explanation.total_params.result,
        "MACs": entry.explanation.total_macs.result,
        "ms": 1000 * entry.seconds,
    }


def show_table(entries: list[Entry], address: Address) -> None:
    """The table; a click on a row opens that kind's own page."""
    choice = st.dataframe(
        pd.DataFrame([make_row(entry) for entry in entries]),
        hide_index=True,
        row_height=72,
        height="content",
        on_select="rerun",
        selection_mode=["single-row", "single-cell"],
        key=f"{PAGE}_table",
        column_config={
            "output": st.column_config.ImageColumn(help=texts.PICTURE_HELP, width="small"),
            "parameters": st.column_config.NumberColumn(format="localized"),
            "MACs": st.column_config.NumberColumn(format="localized"),
            "ms": st.column_config.NumberColumn(format="%.2f", help=texts.TIME_HELP),
        },
    )["selection"]
    if (row := find_clicked_row(choice)) is not None:
        settings = carry_over(address, entries[row].kind)
        st.switch_page(CONVOLUTION.path, query_params=settings)


def show_checks(entries: list[Entry]) -> None:
    for entry in entries:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{KINDS[entry.kind].title}**", width=180)
            with st.container(width="stretch"):
                check_with_keras(
                    entry.x, entry.calls, entry.output, key=f"{PAGE}_check_{entry.kind}"
                )


page_setup(EVERY_CONVOLUTION.title, icon=EVERY_CONVOLUTION.icon)
with friendly_errors():
    page_heading(EVERY_CONVOLUTION.title, texts.LEAD)
    address = Address(PAGE, make_parade_settings())
    with st.container(horizontal=True, border=True):
        picture = choose_input(address, max_channels=3)
    with st.container(horizontal=True, border=True):
        shared: Options = choose_shared(address)
        st.toggle(texts.CHECK, key=address.key("check"), help=texts.CHECK_HELP)
    address.write()
    entries = run_all(picture.values, shared)
    show_table(entries, address)
    st.caption(texts.CAPTION)
    if address["check"]:
        show_checks(entries)
