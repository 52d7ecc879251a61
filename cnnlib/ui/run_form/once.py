"""A double click starts one thing."""

import time
from collections.abc import Callable
from typing import TypeVar

import streamlit as st

DOUBLE_SECONDS = 3.0  # after which a second press is meant

Started = TypeVar("Started")


def start_once(key: str, what: object, start: Callable[[], Started]) -> Started:
    """What `start` gives; for a double click's second press, what the first one gave.

    Args:
        key: of the session's state. what: what is started: another thing starts at once.
    """
    last = st.session_state.get(key)
    if last is not None and last[0] == what and time.monotonic() - last[1] < DOUBLE_SECONDS:
        return last[2]  # type: ignore[no-any-return]
    started = start()
    st.session_state[key] = (what, time.monotonic(), started)
    return started
