"""The lab's own components: HTML, CSS and JavaScript from `assets`, with nothing from elsewhere."""

from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

_ASSETS = Path(__file__).with_name("assets")


@cache
def load_component(name: str, scripts: tuple[str, ...] = ()) -> ComponentRenderer:
    """The component of that name, read once.

    Args:
        scripts: the files that its JavaScript is put together from, in order; NAME.js if none.
    """
    files = scripts or (f"{name}.js",)
    return st.components.v2.component(
        f"cnnlab.{name}",
        html=read_asset(f"{name}.html"),
        css=read_asset(f"{name}.css"),
        js="\n".join(read_asset(file) for file in files),
        isolate_styles=False,
    )


def read_asset(file: str) -> str:
    """The text of one of the files in `assets`."""
    return (_ASSETS / file).read_text(encoding="utf-8")
