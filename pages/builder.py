"""Stub."""

from cnnlib.ui.navigation import BUILDER
from cnnlib.ui.page import friendly_errors, page_heading, page_setup

page_setup(BUILDER.title)
with friendly_errors():
    page_heading(BUILDER.title, "")
