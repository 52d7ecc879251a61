"""Links to a run: to follow it in class, to its settings, and beside others."""

from urllib.parse import urlencode, urlsplit

import streamlit as st

from cnnlib.errors import SpecError
from cnnlib.runs.records import Run
from cnnlib.ui.navigation import COMPARE_RUNS, TRAIN, link_to
from cnnlib.ui.page import plain_text
from cnnlib.ui.people import current_person, describe_person, person_names
from cnnlib.ui.run_address import make_run_query
from cnnlib.ui.run_control import texts
from cnnlib.ui.run_control.about import name_form

_LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")


def share(run: Run) -> None:
    """The links, to be copied."""
    st.markdown(texts.FOLLOW)
    _show_link(run=run.id, follow="1")
    if run.owner:
        person = plain_text(describe_person(run.owner, person_names()))
        mine = run.owner == current_person()
        st.markdown(texts.FOLLOW_ME if mine else texts.FOLLOW_THEM.format(person=person))
        _show_link(follow=run.owner)
    try:
        query = make_run_query(run.config)
    except SpecError:  # a network too large for a link
        query = {}
    if query:
        st.markdown(texts.SETTINGS)
        _show_link(**query)
    host = urlsplit(st.context.url or "").hostname
    if host in _LOCAL_NAMES:
        st.caption(texts.LOCAL.format(host=host))
    link_to(COMPARE_RUNS, texts.COMPARE, {"runs": run.id})
    if run.owner and run.owner == current_person():
        name_form("share")


def _show_link(**query: str) -> None:
    page = (st.context.url or TRAIN.address).split("?")[0]
    st.code(f"{page}?{urlencode(query, safe=',')}", language=None, wrap_lines=True)
