"""Saving under a name, a link to share, JSON out and in, and the way to the Train page."""

import json
import re
from dataclasses import replace
from functools import partial
from urllib.parse import urlencode, urlsplit

import streamlit as st

from cnnlib.arch.links import MAX_BYTES, pack_spec
from cnnlib.arch.spec import MAX_TITLE, Spec
from cnnlib.errors import LabError, RunError, SpecError
from cnnlib.runs.library import delete_network, list_networks, save_network
from cnnlib.ui.address import Address
from cnnlib.ui.builder import texts
from cnnlib.ui.builder.state import (
    KEEPING,
    PAGE,
    Place,
    choose,
    edit,
    show_problem,
    tell_problem,
)
from cnnlib.ui.navigation import BUILDER, TRAIN
from cnnlib.ui.network_choice import LINK
from cnnlib.ui.page import plain_text

_SAVED, _TAKEN = f"{PAGE}__saved", f"{PAGE}__taken"
_OTHER = re.compile(r"[^a-z0-9]+")
LONGEST_NAME = 32
TEXT_HEIGHT = 150  # pixels


def offer_training(spec: Spec, *, ready: bool) -> None:
    """The button that opens the Train page with this network."""
    pressed = st.button(texts.TRAIN, key=f"{PAGE}_train", type="primary", disabled=not ready,
                        icon=":material/play_arrow:", help=texts.TRAIN_HELP)  # fmt: skip
    if pressed:
        st.switch_page(TRAIN.path, query_params={"network": LINK, "spec": pack_spec(spec)})


def keep_network(address: Address, *, ready: bool) -> None:
    """Draw the part of the page in which a network leaves it, or comes."""
    spec: Spec = address["spec"]
    saving, sharing = st.columns(2, gap="large")
    with saving:
        _offer_saving(address, spec, ready)
    with sharing:
        st.caption(texts.LINK_NOTE)
        st.code(make_link(spec), language=None, wrap_lines=False)
        st.download_button(
            texts.DOWNLOAD, partial(write_json, spec), f"{spec.name}.json", "application/json",
            key=f"{PAGE}_download", icon=":material/download:", on_click="ignore",
        )  # fmt: skip
    with st.expander(texts.IMPORT, icon=":material/upload:"):
        _offer_import(address)


def make_link(spec: Spec) -> str:
    """The whole address of this page with the network in it."""
    here = urlsplit(st.context.url or "")
    folder = here.path.rsplit("/", 1)[0]
    server = f"{here.scheme}://{here.netloc}{folder}/" if here.netloc else ""
    return f"{server}{BUILDER.address}?{urlencode({'spec': pack_spec(spec)})}"


def write_json(spec: Spec) -> str:
    """As `python -m cnnlib models NAME --spec` prints it."""
    return json.dumps(spec.to_dict(), indent=2) + "\n"


def read_json(content: bytes) -> Spec:
    """The network that someone's JSON declares; its layers need not fit each other.

    Raises:
        SpecError: it is too long, no JSON, or no declaration.
    """
    if len(content) > MAX_BYTES:
        raise SpecError(texts.TOO_LONG.format(most=MAX_BYTES))
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise SpecError(texts.NO_JSON.format(reason=str(error)[:100])) from error
    return Spec.from_dict(data)


def make_name(title: str) -> str:
    """My LeNet-5! -> my-lenet-5"""
    return _OTHER.sub("-", title.lower()).strip("-")[:LONGEST_NAME].strip("-") or "network"


def _offer_saving(address: Address, spec: Spec, ready: bool) -> None:
    key = f"{PAGE}_title"
    st.session_state[key] = spec.title
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.text_input(texts.SAVE_NAME, key=key, max_chars=MAX_TITLE, width=260,
                      on_change=_retitle, args=(address, key))  # fmt: skip
        st.button(texts.SAVE, key=f"{PAGE}_save", icon=":material/save:", disabled=not ready,
                  on_click=_save, args=(address,))  # fmt: skip
        if st.session_state.get(_TAKEN) == spec.name:
            st.button(texts.REPLACE, key=f"{PAGE}_replace", icon=":material/sync:",
                      disabled=not ready, on_click=_save, args=(address, spec.name))  # fmt: skip
        if spec.name in list_networks():
            st.button(texts.FORGET, key=f"{PAGE}_forget", type="tertiary", help=texts.FORGET_HELP,
                      icon=":material/delete:", on_click=_forget, args=(spec.name,))  # fmt: skip
    show_problem(KEEPING)
    if message := st.session_state.pop(_SAVED, None):
        st.success(message, icon=":material/check:")
    st.caption(texts.SAVE_NOTE)


def _retitle(address: Address, key: str) -> None:
    title = " ".join(st.session_state[key].split())
    edit(address, lambda spec: replace(spec, name=make_name(title), title=title), part=KEEPING)


def _save(address: Address, over: str = "") -> None:
    """Save the network as it is now; `over` names the saved one that it may replace."""
    spec: Spec = address["spec"]
    st.session_state.pop(_TAKEN, None)
    try:
        save_network(spec, replace=spec.name == over)
    except LabError as error:
        tell_problem(str(error), part=KEEPING)
        if isinstance(error, RunError) and spec.name in list_networks():
            st.session_state[_TAKEN] = spec.name
        return
    title = plain_text(spec.title)
    st.session_state[_SAVED] = texts.SAVED_AS.format(title=title, name=plain_text(spec.name))


def _forget(name: str) -> None:
    delete_network(name)
    st.session_state[_SAVED] = texts.FORGOTTEN.format(name=name)


def _offer_import(address: Address) -> None:
    file, text = f"{PAGE}_import_file", f"{PAGE}_import_text"
    st.caption(texts.IMPORT_NOTE)
    st.file_uploader(texts.IMPORT_FILE, type="json", key=file, max_upload_size=1)
    st.text_area(texts.IMPORT_TEXT, key=text, max_chars=MAX_BYTES, height=TEXT_HEIGHT)
    st.button(texts.IMPORT_BUTTON, key=f"{PAGE}_import", on_click=_import,
              args=(address, file, text))  # fmt: skip


def _import(address: Address, file: str, text: str) -> None:
    upload = st.session_state.get(file)
    content = upload.getvalue() if upload else st.session_state.get(text, "").encode()
    if not content.strip():
        tell_problem(texts.NOTHING_GIVEN, part=KEEPING)
    elif edit(address, lambda _: read_json(content), part=KEEPING):
        choose(address, Place())
