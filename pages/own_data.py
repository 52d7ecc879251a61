"""Your own data: bring pictures, see what came of them, and keep the data sets in order."""

import streamlit as st

from cnnlib.data import is_installed
from cnnlib.data.pictures import SIZES
from cnnlib.ui.address import Address, Setting, choice
from cnnlib.ui.navigation import OWN_DATA
from cnnlib.ui.own_data import texts
from cnnlib.ui.own_data.bring import bring_pictures, find_finished
from cnnlib.ui.own_data.form import draw_form
from cnnlib.ui.own_data.installed import list_installed
from cnnlib.ui.own_data.published import offer_published
from cnnlib.ui.page import friendly_errors, page_heading, page_setup


def parse_set(text: str) -> str:
    if not is_installed(text):
        raise ValueError(text)
    return text


page_setup(OWN_DATA.title, icon=OWN_DATA.icon)
with friendly_errors():
    page_heading(OWN_DATA.title, texts.LEAD)
    settings = [
        choice("from", texts.PLACES),
        choice("size", map(str, SIZES)),
        Setting("set", "", parse_set),
    ]
    address = Address("own_data", settings)
    find_finished(address)
    if not is_installed(address["set"]):  # removed meanwhile, here or by somebody else
        address["set"] = ""
    form, bring = st.columns([3, 2], gap="large")
    with form:
        draw_form()
    with bring, st.container(border=True):
        bring_pictures(address)
    list_installed(address)
    offer_published()
    address.write()
