"""Stub."""

from cnnlib.ui.navigation import HONESTY
from cnnlib.ui.page import friendly_errors, page_heading, page_setup

page_setup(HONESTY.title)
with friendly_errors():
    page_heading(HONESTY.title, "")
