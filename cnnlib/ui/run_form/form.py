"""The form: what to train and how, what it costs, and the button that starts it.

All settings are in the address, so a link carries them to a whole class.
"""

import streamlit as st

from cnnlib.data import available
from cnnlib.runs import client
from cnnlib.runs.config import MAX_EPOCHS
from cnnlib.runs.records import Run
from cnnlib.runs.store.rows import MAX_NAME
from cnnlib.ui.address import Address
from cnnlib.ui.network_table import network_table
from cnnlib.ui.page import friendly_errors
from cnnlib.ui.people import current_person
from cnnlib.ui.run_address import run_settings
from cnnlib.ui.run_form import texts
from cnnlib.ui.run_form.cost import show_cost
from cnnlib.ui.run_form.details import choose_details
from cnnlib.ui.run_form.once import start_once
from cnnlib.ui.run_form.recipe import choose_recipe, show_recipe
from cnnlib.ui.run_form.what import choose_what, read_config, tidy

PAGE = "run"
BESIDE = ("run", "new")  # what the page itself keeps in the address


def run_form() -> Run | None:
    """Draw the form; the new run when Start was pressed, None otherwise."""
    infos = {info.name: info for info in available()}
    address = Address(PAGE, run_settings(next(iter(infos))), beside=BESIDE)
    tidy(address, infos)
    what, how = st.columns([3, 2], gap="large")
    with what:
        choose_what(address, infos)
    with how:
        choose_recipe(address)
        st.number_input(texts.EPOCHS, 1, MAX_EPOCHS, key=address.key("epochs"),
                        help=texts.EPOCHS_HELP)  # fmt: skip
        recipe, outcome = st.container(), st.container()
    with st.expander(texts.MORE, icon=":material/tune:"):
        name = choose_details(address, name=texts.NAME, max_name=MAX_NAME)
    address.write()
    config, spec = None, None
    with outcome:
        with friendly_errors():
            config, spec = read_config(address, infos)
        if config is not None and spec is not None:
            with recipe:
                show_recipe(config)
            show_cost(config, spec, infos[config.dataset])
        pressed = st.button(texts.START, type="primary", icon=":material/play_arrow:",
                            width="stretch", disabled=config is None)  # fmt: skip
        if pressed and config is not None:
            with friendly_errors():
                return start_once(
                    address.key("_started"),
                    (config, name),
                    lambda: client.submit(config, owner=current_person(), name=name),
                )
    if spec is not None:
        st.divider()
        network_table(spec)
    return None
