"""Convolution of every kind: see it, change it, predict it, compute it, check it, copy it."""

import streamlit as st

from cnnlib.ops.kinds import KINDS
from cnnlib.ui.anatomy import PREDICT, PREDICT_HELP, by_hand, check_with_keras, predict, show_code
from cnnlib.ui.convolution import texts
from cnnlib.ui.convolution.controls import choose_options
from cnnlib.ui.convolution.experiment import make_questions, run_experiment, show_grids
from cnnlib.ui.convolution.extras import show_extras
from cnnlib.ui.convolution.settings import EXAMPLES, PAGE, make_settings, open_address
from cnnlib.ui.input_choice import choose_input
from cnnlib.ui.kind_choice import choose_kind, offer_kind_examples
from cnnlib.ui.navigation import CONVOLUTION
from cnnlib.ui.page import friendly_errors, page_heading, page_setup
from cnnlib.ui.prose import show_text

page_setup(CONVOLUTION.title, icon=CONVOLUTION.icon)
with friendly_errors():
    page_heading(texts.TITLE, texts.LEAD)
    address = open_address()
    choose_kind(PAGE, KINDS, make_settings)
    kind = KINDS[address["kind"]]
    show_text(f"convolution/{kind.name}")
    offer_kind_examples(address, EXAMPLES[kind.name])
    experiment, shown = None, False
    see = st.container()  # above the controls, and filled with what they say
    with st.container(horizontal=True, border=True):
        picture = choose_input(address, max_channels=kind.max_channels)
    with st.container(horizontal=True, border=True):
        options = choose_options(address, kind)
        st.toggle(PREDICT, key=address.key("predict"), help=PREDICT_HELP)
    address.write()
    with see, friendly_errors():
        experiment = run_experiment(address, kind, picture, options)
        shown = not address["predict"] or predict(
            make_questions(experiment), key=address.key("prediction"), setting=experiment.setting
        )
        show_grids(address, experiment, covered=not shown)
        address.write()  # again, with the cell that was pinned
        if shown:
            check_with_keras(experiment.x, experiment.calls, experiment.output, key="equals_keras")
    if experiment and shown:
        show_extras(experiment)
        by_hand(*experiment.formulas)
        show_code(experiment.calls, experiment.x.shape)
