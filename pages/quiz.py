"""Stub."""

from cnnlib.ui.navigation import QUIZ
from cnnlib.ui.page import friendly_errors, page_heading, page_setup

page_setup(QUIZ.title)
with friendly_errors():
    page_heading(QUIZ.title, "")
