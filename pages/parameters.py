"""Counting parameters: a convolution beside a dense network, for the same image."""

import streamlit as st

from cnnlib.ops.layer_calls import make_keras_code
from cnnlib.ui.address import Address
from cnnlib.ui.anatomy import CODE, Question, by_hand, offer_examples, predict
from cnnlib.ui.checks import register_comparison
from cnnlib.ui.keras_badge import keras_badge
from cnnlib.ui.navigation import PARAMETERS
from cnnlib.ui.page import friendly_errors, page_heading, page_setup
from cnnlib.ui.parameters import (
    CHECKED_PARAMS,
    EXAMPLES,
    Comparison,
    choose_layers,
    compare_conv,
    compare_dense,
    count_conv,
    count_dense,
    explain_conv,
    explain_dense,
    make_code_calls,
    parameter_settings,
    show_grids,
    show_growth,
)
from cnnlib.ui.prose import show_text

LEAD = "How many numbers a layer has to learn: a convolution beside a dense network."
HINT = "Point at one output cell after another: always the same weights."
SETTINGS = ("kernel", "channels", "filters", "bias", "size", "units", "classes")
TOO_MANY = f"More than {CHECKED_PARAMS:,} parameters are not sent to Keras."


def show_check(comparison: Comparison | None, key: str) -> None:
    if comparison is None:
        st.caption(TOO_MANY)
        return
    values, calls, output = comparison.values, comparison.calls, comparison.output
    keras_badge(register_comparison(values, calls, output), key=key)


def ask_first(address: Address) -> bool:
    """Whether the counts may be shown."""
    questions = [
        Question("Convolution", count_conv(address)),
        Question("Dense network", count_dense(address)),
    ]
    setting = tuple(address[name] for name in SETTINGS)
    return not address["predict"] or predict(questions, key="parameters", setting=setting)


def show_counts(address: Address) -> None:
    conv, dense = count_conv(address), count_dense(address)
    left, right = st.columns(2, gap="large")
    with left, st.container(border=True):
        st.metric("Convolution, parameters", f"{conv:,}")
        show_check(compare_conv(address), "parameters_conv")
    with right, st.container(border=True):
        st.metric("Dense network, parameters", f"{dense:,}")
        show_check(compare_dense(address), "parameters_dense")
    by_hand(explain_conv(address), explain_dense(address))
    st.subheader("A larger image", anchor=False)
    show_text("parameters_growth")
    show_growth(address)
    st.subheader(CODE, anchor=False)
    shape = (address["size"], address["size"], address["channels"])
    for column, calls in zip(st.columns(2), make_code_calls(address), strict=True):
        column.code(make_keras_code(calls, shape), language="python")


page_setup(PARAMETERS.title, icon=PARAMETERS.icon)
with friendly_errors():
    page_heading(PARAMETERS.title, LEAD)
    show_text("parameters")
    address = Address("parameters", parameter_settings())
    offer_examples(address, EXAMPLES)
    counted = False
    see = st.container()  # above the controls, and filled with what they say
    choose_layers(address)
    with see, friendly_errors():
        st.caption(HINT)
        grids = st.container()
        counted = ask_first(address)
        with grids:
            show_grids(address, counted=counted)
    address.write()
    if counted:
        show_counts(address)
