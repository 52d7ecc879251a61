"""Pooling of every kind: see it, turn it back, change it, predict it, compute it, check it."""

import streamlit as st

from cnnlib.ops.pools import POOLS
from cnnlib.ui.anatomy import PREDICT, PREDICT_HELP, predict, show_code
from cnnlib.ui.input_choice import choose_input
from cnnlib.ui.kind_choice import choose_kind, offer_kind_examples
from cnnlib.ui.navigation import POOLING
from cnnlib.ui.page import friendly_errors, page_heading, page_setup
from cnnlib.ui.pooling import texts
from cnnlib.ui.pooling.controls import choose_options, choose_view
from cnnlib.ui.pooling.experiment import check, make_questions, run_experiment, show_grids
from cnnlib.ui.pooling.extras import explain, show_extras
from cnnlib.ui.pooling.patch import show_patch
from cnnlib.ui.pooling.settings import EXAMPLES, PAGE, make_settings, open_address
from cnnlib.ui.prose import show_text

page_setup(POOLING.title, icon=POOLING.icon)
with friendly_errors():
    page_heading(texts.TITLE, texts.LEAD)
    address = open_address()
    choose_kind(PAGE, POOLS, make_settings)
    pool = POOLS[address["kind"]]
    show_text(f"pooling/{pool.name}")
    offer_kind_examples(address, EXAMPLES[pool.name])
    experiment, shown = None, False
    choose_view(address)
    see = st.container()  # above the controls, and filled with what they say
    with st.container(horizontal=True, border=True):
        picture = choose_input(address, max_channels=pool.max_channels)
    with st.container(horizontal=True, border=True, vertical_alignment="bottom"):
        options = choose_options(address, pool)
        st.toggle(PREDICT, key=address.key("predict"), help=PREDICT_HELP)
    address.write()
    with see, friendly_errors():
        if address["view"] == texts.BACKWARD:
            st.caption(texts.BACKWARD_CAPTION)
        if pool.unit and picture.is_picture:
            st.caption(texts.UNIT)
        experiment = run_experiment(address, pool, picture, options)
        shown = not address["predict"] or predict(
            make_questions(experiment), key=address.key("prediction"), setting=experiment.setting
        )
        show_grids(address, experiment, covered=not shown)
        address.write()  # again, with the cell that was pinned
        if shown:
            check(experiment)
    if experiment and shown:
        show_extras(experiment)
        explain(experiment)
        show_code(experiment.run.calls, experiment.run.given.shape)
    st.divider()
    show_patch(address)
