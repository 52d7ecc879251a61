"""Builder: put a network together, see shapes and counts at once, keep it, share it, train it."""

import streamlit as st

from cnnlib.arch.analysis import analyze_until_error
from cnnlib.ui.architecture.code import show_code
from cnnlib.ui.builder import texts
from cnnlib.ui.builder.adding import offer_pieces
from cnnlib.ui.builder.keeping import keep_network, offer_training
from cnnlib.ui.builder.panel import show_output, show_panel
from cnnlib.ui.builder.picture import show_picture
from cnnlib.ui.builder.report import show_limits, show_totals, show_verdict
from cnnlib.ui.builder.row import choose_row
from cnnlib.ui.builder.start import choose_start
from cnnlib.ui.builder.state import choose_text, get_chosen, open_address
from cnnlib.ui.navigation import BUILDER
from cnnlib.ui.page import friendly_errors, page_heading, page_setup

page_setup(BUILDER.title, icon=BUILDER.icon)
with friendly_errors():
    page_heading(BUILDER.title, texts.LEAD)
    address = open_address()
    chosen = get_chosen(address)
    spec = address["spec"]
    summary, error = analyze_until_error(spec)
    choose_start(address)
    show_picture(address, spec, summary, chosen)
    show_totals(spec, summary, error)
    ready = show_verdict(address, error)
    row, panel = st.columns([3, 2], gap="medium")
    with row:
        choose_row(spec, summary, error, chosen=chosen.place, key="builder_row",
                   on_choice=lambda text: choose_text(address, text))  # fmt: skip
        with st.container(border=True):
            offer_pieces(address, chosen)
    with panel, st.container(border=True):
        show_panel(address, chosen)
        show_output(chosen, summary)
    st.subheader(texts.KEEP, anchor=False)
    offer_training(spec, ready=ready)
    show_limits(spec, summary)
    keep_network(address, ready=ready)
    if error is None and st.toggle(texts.SOURCE, key=address.key("source")):
        with friendly_errors():
            show_code(spec, key=address.key("code"))
    address.write()
