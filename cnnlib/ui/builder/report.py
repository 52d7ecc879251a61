"""What the network costs, whether it fits, and the ways out where it does not."""

from math import prod

import streamlit as st

from cnnlib.arch.amounts import format_shape
from cnnlib.arch.analysis import LayerError, Summary
from cnnlib.arch.mends import Mend, find_endings, find_mends
from cnnlib.arch.spec import MAX_LAYERS, Spec
from cnnlib.errors import SpecError
from cnnlib.runs.networks import MAX_MACS, MAX_PARAMS, MAX_VALUES, check_network
from cnnlib.ui.address import Address
from cnnlib.ui.architecture.questions import register_count
from cnnlib.ui.builder import texts
from cnnlib.ui.builder.state import PAGE, edit, show_problem
from cnnlib.ui.keras_badge import keras_badge
from cnnlib.ui.page import plain_text, show_error


def show_totals(spec: Spec, summary: Summary, error: LayerError | None) -> None:
    """The network's four numbers."""
    learn = texts.TRAINABLE.format(count=summary.trainable_params)
    with st.container(horizontal=True, gap="large"):
        for label, value, help in (
            (texts.PARAMETERS, f"{summary.params:,}", learn),
            (texts.MACS, f"{summary.macs:,}", texts.MACS_HELP),
            (texts.FIELD, format_shape(summary.receptive_field), texts.FIELD_HELP),
            (texts.LAYERS, f"{len(spec.layers)}", texts.LAYERS_HELP),
        ):
            st.metric(label, value, help=help, width="content")
    if error is None:
        keras_badge(register_count(spec, summary), key=f"{PAGE}_keras")
    else:
        st.caption(texts.UP_TO.format(layer=plain_text(error.layer)))


def show_limits(spec: Spec, summary: Summary) -> None:
    """How much this is of what a run may have."""
    st.caption(texts.LIMITS.format(limits=", ".join(_measure(spec, summary))))


def _measure(spec: Spec, summary: Summary) -> list[str]:
    values = prod(spec.input_shape) + sum(row.values for row in summary.layers)
    counts = (summary.params, summary.macs, values, len(spec.layers))
    mosts = (MAX_PARAMS, MAX_MACS, MAX_VALUES, MAX_LAYERS)
    return [
        texts.LIMIT.format(share=_percent(count / most), most=most, what=what)
        for count, most, what in zip(counts, mosts, texts.LIMIT_NAMES, strict=True)
    ]


def _percent(share: float) -> str:
    """With a space that does not break: 22.4 %."""
    return "< 0.1\u00a0%" if 0 < share < 0.001 else f"{100 * share:.1f}\u00a0%"


def show_verdict(address: Address, error: LayerError | None) -> bool:
    """Say what does not fit, with its ways out; whether a run may train the network."""
    spec: Spec = address["spec"]
    show_problem()
    if error is not None:
        show_error(str(error))
        _offer(address, find_mends(spec))
        return False
    try:
        check_network(spec)
    except SpecError as refused:
        st.warning(plain_text(str(refused)), icon=":material/info:")
        _offer(address, find_endings(spec))
        return False
    return True


def _offer(address: Address, mends: list[Mend]) -> None:
    if not mends:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(texts.WAYS_OUT, width="content")
        for number, mend in enumerate(mends):
            st.button(plain_text(mend.title), key=f"{PAGE}_mend_{number}",
                      icon=":material/build:", on_click=_take,
                      args=(address, mend.title))  # fmt: skip


def _take(address: Address, title: str) -> None:
    """The way out of that title from the network as it is now; none where it leads no further."""
    spec: Spec = address["spec"]
    mends = {mend.title: mend.spec for mend in (*find_mends(spec), *find_endings(spec))}
    if title in mends:
        edit(address, lambda _: mends[title])
