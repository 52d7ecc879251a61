"""A pager whose page is in the address; lists that get shorter keep it within their pages."""

from collections.abc import Callable

import streamlit as st

from cnnlib.ui.address import Address


def clamp_page(address: Address, pages: int) -> int:
    """The page of the setting "page", the last one where there are not so many."""
    address["page"] = min(address["page"], max(1, pages))
    return int(address["page"])


def turn_pages(address: Address, pages: int, *, on_turn: Callable[[], None] | None = None) -> None:
    """A pager at the address's "page"; a new one when the page was turned otherwise.

    Streamlit takes no page from the session's state without a warning, only a first one.

    Args:
        pages: at least as many as `clamp_page` was told.
        on_turn: called after the page was turned here, before the rerun.
    """
    page = clamp_page(address, pages)
    number = address.key("pager_number")
    key = f"{number}_{st.session_state.setdefault(number, 0)}"
    if st.session_state.get(key, page) != page:
        st.session_state[number] += 1
        key = f"{number}_{st.session_state[number]}"

    def turn() -> None:
        address["page"] = st.session_state[key]
        if on_turn is not None:
            on_turn()

    st.pagination(pages, default=page, key=key, on_change=turn)
