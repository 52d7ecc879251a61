"""Dropout: what falls in a draw, what is left of a network, and what many draws come to."""

import streamlit as st

from cnnlib.ui.address import Address
from cnnlib.ui.anatomy import by_hand, offer_examples, predict, show_code
from cnnlib.ui.dropout import texts
from cnnlib.ui.dropout.controls import choose_dropout, list_places
from cnnlib.ui.dropout.lab import DropoutLab, compute_lab, explain, make_questions
from cnnlib.ui.dropout.settings import EXAMPLES, open_address
from cnnlib.ui.dropout.views import (
    check_inference,
    show_grids,
    show_keras_draws,
    show_means,
    show_network,
)
from cnnlib.ui.navigation import DROPOUT
from cnnlib.ui.page import friendly_errors, page_heading, page_setup
from cnnlib.ui.prose import show_text


def show_rest(address: Address, lab: DropoutLab) -> None:
    if lab.network:
        show_network(address, lab, lab.network)
    show_means(address, lab)
    by_hand(*explain(lab))
    show_keras_draws(address, lab)
    show_code(lab.calls, lab.x.shape[1:] if lab.network else lab.x.shape)


page_setup(DROPOUT.title, icon=DROPOUT.icon)
with friendly_errors():
    page_heading(texts.TITLE, texts.LEAD)
    show_text("dropout/dropout")
    address = open_address()
    offer_examples(address, EXAMPLES)
    lab, shown = None, False
    see = st.container()  # above the controls, and filled with what they say
    choose_dropout(address)
    address.write()
    with see, friendly_errors():
        lab = compute_lab(address)
        shown = not address["predict"] or predict(
            make_questions(lab), key=address.key("prediction"),
            setting=(lab.values.shape, lab.rate),
        )  # fmt: skip
        show_grids(address, lab, covered=not shown)
        address.write()  # again, with the cell that was pinned
        if shown:
            check_inference(address, lab)
    if lab and shown:
        show_rest(address, lab)
    address.write()
    st.subheader("Where it stands in a network", anchor=False)
    show_text("dropout/places")
    st.dataframe(list_places(), hide_index=True)
