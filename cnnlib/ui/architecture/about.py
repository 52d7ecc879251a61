"""What is known of a network besides its layers."""

import streamlit as st

from cnnlib.arch import zoo
from cnnlib.arch.spec import Spec
from cnnlib.ui.architecture import texts
from cnnlib.ui.navigation import BUILDER, TRAIN
from cnnlib.ui.network_choice import make_network_query
from cnnlib.ui.prose import show_text


def show_facts(spec: Spec) -> None:
    """Year, source and error in one line; nothing of a network that is not of the zoo."""
    if not is_classic(spec):
        return
    entry = zoo.describe(spec.name)
    facts = [str(entry.year or ""), entry.source]
    if entry.top5_error is not None:
        facts.append(texts.TOP5.format(error=entry.top5_error))
    st.caption(" · ".join(filter(None, facts)))


def show_about(spec: Spec) -> None:
    """What it is known for, and where the notes' code and text disagree."""
    if is_classic(spec):
        st.subheader(texts.ABOUT, anchor=False)
        show_text(f"networks/{spec.name}")
        if zoo.describe(spec.name).family == "notes":
            show_text("networks/notes")


def offer_ways_on(spec: Spec) -> None:
    """To the pages that train this very network, or change it.

    Raises:
        SpecError: it is too long for a link.
    """
    classic = is_classic(spec)
    with st.container(horizontal=True):
        may_train = not classic or spec.name in zoo.trainable_names()
        if may_train and st.button(texts.TRAIN, icon=TRAIN.icon):
            query = {"network": spec.name} if classic else make_network_query(spec)
            st.switch_page(TRAIN.path, query_params=query)
        if st.button(texts.BUILD, icon=BUILDER.icon):
            st.switch_page(BUILDER.path, query_params=make_network_query(spec))


def is_classic(spec: Spec) -> bool:
    """Whether it is the zoo's own network, whatever its images and classes; not just its name."""
    if spec.name not in zoo.names():
        return False
    classes = getattr(spec.layers[-1], "units", None)
    return (
        classes is not None
        and classes > 1
        and spec == zoo.get(spec.name, input_shape=spec.input_shape, classes=classes)
    )
