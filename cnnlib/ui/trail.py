"""What a page has written into its address, until the browser is known to have it there."""

from time import monotonic
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

LATE_SECONDS = 5.0  # how long a browser may take to show an address, and send an older one
MOST_STEPS = 20  # that are kept


class Trail:
    """One page's addresses, or parts of them, in the session's state: the newest is the last.

    A browser sends its address with every click. One that has not shown yet what the run before
    wrote sends an older address, which is no link and no Back button: what was set since stands.
    """

    def __init__(self, key: str) -> None:
        self._key = key

    @property
    def last(self) -> Any:
        """What was written last; None at first."""
        steps, _ = self._steps
        return steps[-1] if steps else None

    def hear(self, said: Any, *, arrived: bool) -> bool:
        """Note what the browser says; whether it is only behind.

        Args:
            arrived: whether this is the first run since another page's.
        """
        steps, when = self._steps
        moved = arrived or _is_back() or monotonic() - when >= LATE_SECONDS
        if moved or said not in steps:
            st.session_state[self._key] = [said], when
            return False
        # The older steps stay though the newest be said: a rerun that the server itself asks for
        # says it too, whatever the browser shows.
        return bool(said != steps[-1])

    def write(self, said: Any) -> None:
        steps, _ = self._steps
        if not steps or steps[-1] != said:
            st.session_state[self._key] = [*steps, said][-MOST_STEPS:], monotonic()

    @property
    def _steps(self) -> tuple[list[Any], float]:
        found: tuple[list[Any], float] = st.session_state.get(self._key, ([], 0.0))
        return found


def _is_back() -> bool:
    """Whether this run is because of the browser's Back or Forward button."""
    return bool(getattr(get_script_run_ctx(), "is_history_navigation", False))
