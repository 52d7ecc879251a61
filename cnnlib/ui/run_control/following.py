"""Follow a run, or whatever a person trains: for a class, without any buttons."""

import streamlit as st

from cnnlib.runs.records import Run
from cnnlib.runs.store import open_store
from cnnlib.ui.page import friendly_errors, plain_text
from cnnlib.ui.people import describe_person, person_names
from cnnlib.ui.run_control import texts

FOLLOW = "follow"  # in the address: "1" beside a run, or a person's id
ONE_RUN = "1"
LOOK_SECONDS = 3.0


def find_followed() -> str | None:
    """The person whose newest run the address follows."""
    followed = st.query_params.get(FOLLOW)
    return None if followed in (None, "", ONE_RUN) else followed


def find_newest(person: str) -> Run | None:
    return next(iter(open_store().list_runs(limit=1, owner=person)), None)


def watch_person(person: str, shown: str | None) -> None:
    """Say whom this page follows, and draw it anew when a newer run of theirs has begun.

    Args:
        shown: the id of the run that the page shows, None for none.
    """
    name = plain_text(describe_person(person, person_names()))
    words = texts.FOLLOWING_PERSON if shown else texts.NOTHING_YET
    st.info(words.format(person=name), icon=":material/cast_for_education:")
    st.fragment(_look, run_every=LOOK_SECONDS)(person, shown)


@friendly_errors()
def _look(person: str, shown: str | None) -> None:
    newest = find_newest(person)
    if (newest.id if newest else None) != shown:
        st.rerun()
