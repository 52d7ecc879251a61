"""Sweeps."""

from cnnlib.ui.navigation import SWEEPS
from cnnlib.ui.page import friendly_errors, page_heading, page_setup

page_setup(SWEEPS.title, icon=SWEEPS.icon)
with friendly_errors():
    page_heading(SWEEPS.title)
