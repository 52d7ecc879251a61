"""A page that shows one thing or another as its address says: a run or the form, for instance."""

from typing import NoReturn

import streamlit as st

from cnnlib.ui.address import ARRIVED
from cnnlib.ui.trail import Trail


class Place:
    """What a page's address says as a whole; see `Trail` for a browser that is behind.

    Settle first in each run of the page, and read `st.query_params` then.

    Args:
        page: the first part of the key in the session's state.
    """

    def __init__(self, page: str) -> None:
        self._trail = Trail(f"{page}__place")

    def settle(self) -> None:
        """Where the browser says an address that this page has left, put the newest in its place.

        Else a click that was on its way while the page went from one thing to another would take
        the visitor back.
        """
        said = st.query_params.to_dict()
        if self._trail.hear(said, arrived=bool(st.session_state.get(ARRIVED))):
            st.query_params.from_dict(self._trail.last)

    def say(self, **address: str) -> None:
        """Have the address say this and nothing else."""
        self._trail.write(st.query_params.to_dict())  # as this run has left it
        self._trail.write(address)
        st.query_params.from_dict(address)

    def go_to(self, **address: str) -> NoReturn:
        """Show the page as this address says.

        The way for every click from one thing to another: a plain link to an address that was
        just left looks like a browser that is behind.
        """
        self.say(**address)
        st.rerun()
