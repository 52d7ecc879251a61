"""Networks side by side: what they cost for one image, and what the cost buys."""

import streamlit as st

from cnnlib.arch.facts import Facts
from cnnlib.ui.address import Address
from cnnlib.ui.comparing import texts
from cnnlib.ui.comparing.networks import LEAST, choose_networks, gather, make_settings
from cnnlib.ui.comparing.runs import show_runs
from cnnlib.ui.comparing.views import show_pictures, show_table, show_years
from cnnlib.ui.navigation import COMPARE_NETWORKS
from cnnlib.ui.page import friendly_errors, page_heading, page_setup


def offer_comparisons(address: Address) -> None:
    with st.container(horizontal=True, gap="small"):
        for title, values in texts.EXAMPLES.items():
            st.button(
                title,
                key=address.key(f"example_{title}"),
                type="tertiary",
                icon=":material/play_circle:",
                on_click=address.reset,
                args=(values,),
            )


page_setup(COMPARE_NETWORKS.title, icon=COMPARE_NETWORKS.icon)
with friendly_errors():
    page_heading(COMPARE_NETWORKS.title, texts.LEAD)
    address = Address("compare_networks", make_settings())
    offer_comparisons(address)
    networks: dict[str, Facts] = {}
    see = st.container()  # above the controls, and filled with what they say
    with friendly_errors():
        choose_networks(address)
    address.write()
    with see, friendly_errors():
        networks = gather(address)
        if len(address["networks"]) < LEAST:
            st.info(texts.TOO_FEW)
        if networks:
            show_pictures(address, networks)
    if networks:
        show_table(networks)
    with friendly_errors():
        show_runs(address)
    with friendly_errors():
        show_years(address, networks)
    address.write()
