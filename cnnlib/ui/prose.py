"""The pages' prose: Markdown files in `cnnlib/ui/texts`."""

from functools import cache
from pathlib import Path

import streamlit as st

_TEXTS = Path(__file__).with_name("texts")


@cache
def read_text(name: str) -> str:
    """The file `texts/<name>.md`; a name may have a folder, "convolution/single"."""
    return (_TEXTS / f"{name}.md").read_text(encoding="utf-8")


def show_text(name: str) -> None:
    st.markdown(read_text(name))
