"""Receptive field: how much of the image a cell of a stack of layers sees."""

import numpy as np
import streamlit as st

from cnnlib.ops.receptive_field import compute_fields
from cnnlib.ops.receptive_field_grids import compute_stages
from cnnlib.ui.address import Address, flag
from cnnlib.ui.anatomy import PREDICT, PREDICT_HELP, Question, check_with_keras, predict, show_code
from cnnlib.ui.input_choice import picture_to_channels
from cnnlib.ui.navigation import RECEPTIVE_FIELD
from cnnlib.ui.page import friendly_errors, page_heading, page_setup
from cnnlib.ui.prose import show_text
from cnnlib.ui.receptive_field.editor import edit_stack, stack_settings
from cnnlib.ui.receptive_field.kernels import compare_kernels, kernel_settings
from cnnlib.ui.receptive_field.stack import format_stack, make_calls, make_layers
from cnnlib.ui.receptive_field.views import (
    LARGEST_GRID,
    choose_image,
    describe_last,
    show_grids,
    show_nested_fields,
    show_sums,
    show_table,
    view_settings,
)

MANY, CODE_HEIGHT = 4, 560  # layers whose Keras lines are shown whole; pixels for more
LEAD = "How many pixels of the image stand behind one cell, layer after layer."
HINT = (
    "Point at a cell of any layer: its field lights up in every grid before it. Convolutions "
    "average here, poolings take the largest."
)
EMPTY = "There is no layer yet: add one. Without a layer a cell is a pixel and sees itself."


def show_stack(address: Address, image: np.ndarray) -> None:
    size, stack = address["size"], address["layers"]
    layers = make_layers(stack)
    rows = compute_fields(layers, size)
    if not rows:
        st.info(EMPTY)
        return
    question = Question(f"Pixels a side that a cell of {rows[-1].layer.name} sees", rows[-1].field)
    setting = (size, format_stack(stack))
    if address["predict"] and not predict([question], key="receptive_field", setting=setting):
        return
    if note := describe_last(rows[-1], size):
        st.info(note)
    grey, _ = picture_to_channels(image, size, 1)
    stages = compute_stages(layers, grey)
    if size <= LARGEST_GRID:
        st.caption(HINT)
        show_grids(address, grey, stages, rows)
    else:
        show_nested_fields(address, image, rows, size)
    show_table(rows)
    st.subheader("By hand", anchor=False)
    show_text("receptive_field_formulas")
    show_sums(rows)
    calls = make_calls(layers)
    check_with_keras(grey, calls, stages[-1].output, key="receptive_field_check")
    with st.container(height=CODE_HEIGHT if len(calls) > MANY else "content", border=False):
        show_code(calls, grey.shape)


page_setup(RECEPTIVE_FIELD.title, icon=RECEPTIVE_FIELD.icon)
with friendly_errors():
    page_heading(RECEPTIVE_FIELD.title, LEAD)
    show_text("receptive_field")
    settings = [*stack_settings(), *view_settings(), *kernel_settings(), flag("predict")]
    address = Address("receptive_field", settings)
    edit_stack(address)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="large"):
        image = choose_image(address)
        st.toggle(PREDICT, help=PREDICT_HELP, key=address.key("predict"))
    with friendly_errors():
        show_stack(address, image)
    st.divider()
    compare_kernels(address)
    address.write()
