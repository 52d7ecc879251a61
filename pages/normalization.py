"""Batch normalisation: see it, change it, predict it, compute it, check it; and forget training."""

import streamlit as st

from cnnlib.ui.anatomy import check_with_keras, offer_examples, predict, show_code
from cnnlib.ui.latex_lines import show_told
from cnnlib.ui.navigation import NORMALIZATION
from cnnlib.ui.normalization import texts
from cnnlib.ui.normalization.by_hand import explain
from cnnlib.ui.normalization.controls import choose_batch, choose_weights
from cnnlib.ui.normalization.experiment import make_questions, run_experiment
from cnnlib.ui.normalization.forgotten import show_forgotten
from cnnlib.ui.normalization.grids import show_grids
from cnnlib.ui.normalization.settings import EXAMPLES, open_address
from cnnlib.ui.normalization.views import show_moving, show_on_curve
from cnnlib.ui.page import friendly_errors, page_heading, page_setup
from cnnlib.ui.prose import show_text

page_setup(NORMALIZATION.title, icon=NORMALIZATION.icon)
with friendly_errors():
    page_heading(NORMALIZATION.title, texts.LEAD)
    address = open_address()
    show_text("normalization/intro")
    offer_examples(address, EXAMPLES)
    see = st.container()  # above the controls, and filled with what they say
    with st.container(horizontal=True, border=True):
        choose_batch(address)
    with st.container(horizontal=True, border=True):
        choose_weights(address)
    address.write()
    experiment = run_experiment(address)
    setting = (experiment.x.shape, experiment.training, experiment.cell[-1])
    with see:
        shown = not address["predict"] or predict(
            make_questions(experiment), key=address.key("prediction"), setting=setting
        )
        show_grids(address, experiment, covered=not shown)
        address.write()  # again, with the cell that was pinned
        if shown:
            source = experiment.batch.source
            with st.container(horizontal=True):
                for training, output in experiment.outputs.items():
                    check_with_keras(
                        source, experiment.calls, output, batched=True, training=training,
                        key=f"equals_keras_{training}", label=texts.MODE_LABELS[training],
                    )  # fmt: skip
    if shown:
        show_told(*explain(experiment))
        show_on_curve(address, experiment)
    else:
        address["curve"] = address["curve"]  # kept while its control is not there
    show_moving(address, experiment)
    show_forgotten(address, experiment)
    show_code(experiment.calls, experiment.batch.source.shape[1:])
    address.write()
