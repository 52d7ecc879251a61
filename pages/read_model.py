"""A model that the learner already has: read as data, counted, and shown to Keras on demand."""

import streamlit as st

from cnnlib.ui.address import Address
from cnnlib.ui.navigation import READ_MODEL
from cnnlib.ui.page import friendly_errors, page_heading, page_setup, plain_text
from cnnlib.ui.reading import texts
from cnnlib.ui.reading.onward import offer_builder
from cnnlib.ui.reading.opinion import get_opinion, offer_opinion, show_opinion
from cnnlib.ui.reading.source import (
    MAX_SIDE,
    Source,
    choose_source,
    make_settings,
    read_source,
)
from cnnlib.ui.reading.views import show_table, show_totals, show_treemap, show_unknown


def show_model(address: Address, source: Source) -> None:
    reading = read_source(source, address["side"])
    summary = reading.summary
    with st.container(horizontal=True, vertical_alignment="bottom", gap="large"):
        st.subheader(plain_text(reading.spec.title), anchor=False, width="content")
        count = len(summary.layers)
        st.caption("1 layer" if count == 1 else f"{count:,} layers", width="content")
        if reading.free_size:
            st.number_input(texts.SIDE, 1, MAX_SIDE, key=address.key("side"),
                            help=texts.SIDE_HELP, width=160)  # fmt: skip
    show_totals(reading, summary)
    known = st.container()  # filled below, when Keras has been asked
    show_treemap(address, reading, summary)
    table = st.container()
    answer = offer_opinion(address, source)
    if answer:
        show_opinion(reading, summary, answer)
    answer = get_opinion(address, source) or {}
    stored = answer.get("stored") or {}
    columns = {"numbers in the file": stored} if stored else {}
    if answer.get("layers"):
        columns["Keras"] = {name: counts[0] for name, counts in answer["layers"].items()}
    with known:
        show_unknown(reading, summary, stored)
    with table:
        show_table(address, reading, summary, columns)
    offer_builder(reading)


page_setup(READ_MODEL.title, icon=READ_MODEL.icon)
with friendly_errors():
    page_heading(READ_MODEL.title, texts.LEAD)
    address = Address("read_model", make_settings())
    with friendly_errors():
        source = choose_source(address)
        address.write()
        if source is None:
            st.info(texts.NO_FILE, icon=":material/upload_file:")
        else:
            show_model(address, source)
    address.write()
