"""The installed data sets, with their size on the disk, to look at or to remove."""

import streamlit as st

from cnnlib.arch.amounts import format_bytes
from cnnlib.data import DatasetInfo, available
from cnnlib.data.storage import count_bytes
from cnnlib.errors import LabError
from cnnlib.runs.datasets import find_users, remove_dataset
from cnnlib.runs.records import Run
from cnnlib.ui.address import Address
from cnnlib.ui.datasets import forget_opened
from cnnlib.ui.own_data import texts
from cnnlib.ui.own_data.result import show_result
from cnnlib.ui.page import friendly_errors, plain_text, show_error

DOOMED = "own_data_doomed"  # session state: the set of which «Remove» was pressed once
PROBLEM = "own_data_remove_problem"


def list_installed(address: Address) -> None:
    """A row for each set; «Remove» asks once more, and is not offered while a run needs it."""
    st.subheader(texts.INSTALLED, anchor=False)
    if problem := st.session_state.pop(PROBLEM, None):
        show_error(problem)
    users = find_users()
    for info in available():
        with st.container(border=True, key=f"installed_{info.name}"):
            _draw_row(info, address, users.get(info.name))
            if st.session_state.get(DOOMED) == info.name:
                _ask_again(info)
            if address["set"] == info.name:
                with friendly_errors():
                    show_result(info.name)


def _draw_row(info: DatasetInfo, address: Address, user: Run | None) -> None:
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.markdown(describe(info), width="content")
        with st.container(horizontal=True, width="content"):
            is_open = address["set"] == info.name
            st.button(
                texts.HIDE if is_open else texts.SHOW,
                icon=":material/expand_less:" if is_open else ":material/expand_more:",
                key=f"show_{info.name}",
                on_click=lambda: address.__setitem__("set", "" if is_open else info.name),
            )
            if not info.synthetic:
                st.button(
                    texts.REMOVE,
                    icon=":material/delete:",
                    key=f"remove_{info.name}",
                    disabled=user is not None,
                    help=texts.IN_USE.format(run=user.id) if user else None,
                    on_click=lambda: st.session_state.__setitem__(DOOMED, info.name),
                )


def describe(info: DatasetInfo) -> str:
    """One line: title, name, counts, size."""
    height, width, channels = info.image_shape
    size = texts.ALWAYS if info.synthetic else f"{format_bytes(count_bytes(info.name))} on disk"
    return (
        f"**{plain_text(info.title)}** `{info.name}`  \n{info.train_count:,} + "
        f"{info.test_count:,} images of {len(info.class_names)} classes, "
        f"{height} × {width} × {channels}, {size}"
    )


def _ask_again(info: DatasetInfo) -> None:
    st.warning(texts.SURE.format(title=plain_text(info.title)), icon=":material/delete:")
    with st.container(horizontal=True):
        st.button(  # its key names the set: this click never means another one that was asked for
            texts.REMOVE_YES,
            type="primary",
            key=f"remove_yes_{info.name}",
            on_click=_remove,
            args=(info.name,),
        )
        st.button(
            texts.REMOVE_NO, key="remove_no", on_click=lambda: st.session_state.pop(DOOMED, None)
        )


def _remove(name: str) -> None:
    st.session_state.pop(DOOMED, None)
    try:
        remove_dataset(name)
    except LabError as error:
        st.session_state[PROBLEM] = str(error)
    forget_opened()
