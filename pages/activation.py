"""Activations: see the curve at work, change what goes in, and see where gradients end."""

import streamlit as st

from cnnlib.ui.activation import texts
from cnnlib.ui.activation.by_hand import explain
from cnnlib.ui.activation.controls import choose_function, choose_scale
from cnnlib.ui.activation.experiment import make_questions, run_experiment
from cnnlib.ui.activation.grids import show_grids
from cnnlib.ui.activation.settings import EXAMPLES, open_address
from cnnlib.ui.activation.views import show_comparison, show_curves, show_depth, show_dying
from cnnlib.ui.anatomy import check_with_keras, offer_examples, predict, show_code
from cnnlib.ui.input_choice import MAX_CHANNELS, choose_input
from cnnlib.ui.latex_lines import show_told
from cnnlib.ui.navigation import ACTIVATION
from cnnlib.ui.page import friendly_errors, page_heading, page_setup
from cnnlib.ui.prose import show_text

page_setup(ACTIVATION.title, icon=ACTIVATION.icon)
with friendly_errors():
    page_heading(ACTIVATION.title, texts.LEAD)
    address = open_address()
    choose_function(address)
    show_text("activation/intro")
    offer_examples(address, EXAMPLES)
    see = st.container()  # above the controls, and filled with what they say
    with st.container(horizontal=True, border=True):
        picture = choose_input(address, max_channels=MAX_CHANNELS)
    with st.container(horizontal=True, border=True):
        choose_scale(address)
    address.write()
    experiment = run_experiment(address, picture)
    setting = (experiment.name, experiment.x.shape, experiment.weight, experiment.bias)
    with see:
        shown = not address["predict"] or predict(
            make_questions(experiment), key=address.key("prediction"), setting=setting
        )
        show_grids(address, experiment, covered=not shown)
        address.write()  # again, with the cell that was pinned
        if shown:
            check_with_keras(experiment.z, experiment.calls, experiment.output, key="equals_keras")
    if shown:
        show_curves(address, experiment)
        show_told(*explain(experiment))
        show_comparison(experiment)
    show_dying(address, experiment)
    show_depth(address, experiment)
    show_code(experiment.calls, experiment.z.shape)
    address.write()
