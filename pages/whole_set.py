"""Stub."""

from cnnlib.ui.navigation import WHOLE_SET
from cnnlib.ui.page import friendly_errors, page_heading, page_setup

page_setup(WHOLE_SET.title)
with friendly_errors():
    page_heading(WHOLE_SET.title, "")
