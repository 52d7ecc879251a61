"""CBAPD: the five steps of a block on one image, in any order, each switched on or off."""

import streamlit as st

from cnnlib.ops.block_layers import make_layer_calls
from cnnlib.ui.anatomy import PREDICT, PREDICT_HELP, by_hand, offer_examples, predict, show_code
from cnnlib.ui.cbapd import texts
from cnnlib.ui.cbapd.editor import choose_steps
from cnnlib.ui.cbapd.lab import (
    BlockLab,
    compute_lab,
    describe_norm,
    explain,
    make_questions,
)
from cnnlib.ui.cbapd.settings import EXAMPLES, open_address, read_steps
from cnnlib.ui.cbapd.twins import show_twins
from cnnlib.ui.cbapd.views import check_block, show_grids, show_steps_table, show_swaps
from cnnlib.ui.input_choice import choose_input
from cnnlib.ui.navigation import CBAPD
from cnnlib.ui.page import friendly_errors, page_heading, page_setup
from cnnlib.ui.prose import show_text


def show_rest(lab: BlockLab) -> None:
    show_steps_table(lab)
    show_text("cbapd/norm")
    show_swaps(lab)
    by_hand(*explain(lab))
    show_code(make_layer_calls(lab.block), lab.x.shape)


page_setup(CBAPD.title, icon=CBAPD.icon)
with friendly_errors():
    page_heading(texts.TITLE, texts.LEAD)
    show_text("cbapd/steps")
    address = open_address()
    offer_examples(address, EXAMPLES)
    lab, shown = None, False
    see = st.container()  # above the controls, and filled with what they say
    choose_steps(address, describe_norm(address))
    with st.container(horizontal=True, border=True):
        picture = choose_input(address)
        st.segmented_control(
            "Phase", list(texts.PHASE_NAMES), format_func=texts.PHASE_NAMES.__getitem__,
            required=True, key=address.key("phase"), help=texts.PHASE_HELP,
        )  # fmt: skip
        st.toggle(PREDICT, key=address.key("predict"), help=PREDICT_HELP)
    address.write()
    with see, friendly_errors():
        lab = compute_lab(address, picture)
        setting = (lab.block.steps, lab.shapes, lab.params)
        shown = not address["predict"] or predict(
            make_questions(lab), key=address.key("prediction"), setting=setting
        )
        show_grids(address, lab, covered=not shown)
        address.write()  # again, with the cell that was pinned
        if shown and lab.stages:
            check_block(lab, key=address.key("equals_keras"))
    if lab and not lab.stages:
        st.info(texts.NOTHING_ON)
    elif lab and shown:
        show_rest(lab)
    st.divider()
    show_twins(read_steps(address["order"]))
