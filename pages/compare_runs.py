"""Compare runs."""

from cnnlib.ui.navigation import COMPARE_RUNS
from cnnlib.ui.page import friendly_errors, page_heading, page_setup

page_setup(COMPARE_RUNS.title, icon=COMPARE_RUNS.icon)
with friendly_errors():
    page_heading(COMPARE_RUNS.title)
