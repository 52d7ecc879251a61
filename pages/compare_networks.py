"""Stub."""

from cnnlib.ui.navigation import COMPARE_NETWORKS
from cnnlib.ui.page import friendly_errors, page_heading, page_setup

page_setup(COMPARE_NETWORKS.title)
with friendly_errors():
    page_heading(COMPARE_NETWORKS.title, "")
