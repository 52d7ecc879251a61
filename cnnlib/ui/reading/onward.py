"""From a model that was read to the builder, and to the page that sets networks side by side."""

import streamlit as st

from cnnlib.arch.reading import Reading
from cnnlib.errors import SpecError
from cnnlib.ui.navigation import BUILDER, COMPARE_NETWORKS
from cnnlib.ui.network_choice import OWN, make_network_query
from cnnlib.ui.page import plain_text
from cnnlib.ui.prose import show_text
from cnnlib.ui.reading import texts

LISTED = 6
BESIDE = ("vgg16", "resnet18")


def offer_builder(reading: Reading) -> None:
    """A way there with the whole network, where the lab declares all its layers."""
    if not reading.is_declared:
        return
    try:
        query = make_network_query(reading.make_own_spec())
    except SpecError as error:  # too long for a link
        st.caption(plain_text(str(error)))
        return
    show_text("reading/builder")
    differences = list_differences(reading)
    if differences:
        st.caption(f"{texts.DIFFERENCES} {' '.join(differences)}")
    with st.container(horizontal=True):
        if st.button(texts.BUILDER, icon=BUILDER.icon):
            st.switch_page(BUILDER.path, query_params=query)
        if st.button(texts.COMPARE, icon=COMPARE_NETWORKS.icon):
            beside = ",".join((query["network"], *BESIDE))
            packed = {name: query[name] for name in query if name == "spec"}
            st.switch_page(
                COMPARE_NETWORKS.path, query_params={"networks": beside, "input": OWN, **packed}
            )


def list_differences(reading: Reading) -> list[str]:
    """What the lab's own layers do otherwise."""
    found = [f"{plain_text(name)}: {plain_text(text)}" for name, text in reading.remarks.items()]
    if reading.frozen:
        found.append("All layers learn.")
    if len(found) > LISTED:
        found = [*found[:LISTED], f"… and {len(found) - LISTED} more."]
    return found
