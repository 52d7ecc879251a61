"""Stub."""

from cnnlib.ui.navigation import AUGMENTATION
from cnnlib.ui.page import friendly_errors, page_heading, page_setup

page_setup(AUGMENTATION.title)
with friendly_errors():
    page_heading(AUGMENTATION.title, "")
