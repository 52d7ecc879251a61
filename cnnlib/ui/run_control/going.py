"""Which run the Train page's address names, and the way from one address to another."""

import streamlit as st

from cnnlib.errors import RunError
from cnnlib.runs.records import Run
from cnnlib.runs.store import open_store
from cnnlib.ui.page import show_error
from cnnlib.ui.people import current_person
from cnnlib.ui.place import Place

PLACE = Place("train")
"""``run=…``; ``new=1`` or settings for the form; ``follow=…``."""


def find_run() -> Run | None:
    """The run that the address names, else one's own newest that is under way."""
    if run_id := st.query_params.get("run"):
        try:
            return open_store().get(run_id)
        except RunError as error:
            show_error(str(error))
            return None
    if st.query_params:  # settings in the address mean the form
        return None
    own = ("", current_person())  # with thirty people, not just anybody's
    under_way = [run for run in open_store().list_unended() if run.owner in own]
    if not under_way:
        return None
    PLACE.say(run=under_way[-1].id)
    return under_way[-1]
