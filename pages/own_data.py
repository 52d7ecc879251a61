"""Stub."""

from cnnlib.ui.navigation import OWN_DATA
from cnnlib.ui.page import friendly_errors, page_heading, page_setup

page_setup(OWN_DATA.title)
with friendly_errors():
    page_heading(OWN_DATA.title, "")
