"""Stub."""

from cnnlib.ui.navigation import ARCHITECTURES
from cnnlib.ui.page import friendly_errors, page_heading, page_setup

page_setup(ARCHITECTURES.title)
with friendly_errors():
    page_heading(ARCHITECTURES.title, "")
