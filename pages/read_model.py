"""Stub."""

from cnnlib.ui.navigation import READ_MODEL
from cnnlib.ui.page import friendly_errors, page_heading, page_setup

page_setup(READ_MODEL.title)
with friendly_errors():
    page_heading(READ_MODEL.title, "")
