"""The badge «equals Keras, max |Δ| = …»: it asks the server's ``api/checks/<token>`` route itself.

The page's script neither waits for Keras nor runs again when the answer comes.
"""

from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

_ASSETS = Path(__file__).with_name("assets")


def keras_badge(token: str, *, key: str, label: str | None = None) -> None:
    """Show whether what the lab has computed equals what Keras computes.

    Args:
        token: what `cnnlib.ui.checks.register_comparison` gave in this script run. The same token
            keeps what is shown; another one starts anew, after a moment in which a slider may
            still move.
        key: the widget's key; stable, so that reruns keep the badge in place.
        label: what is compared, on a page with several badges.
    """
    _component()(key=key, data={"token": token, "label": label})


@cache
def _component() -> ComponentRenderer:
    html, css, js = (
        (_ASSETS / f"keras_badge.{kind}").read_text(encoding="utf-8")
        for kind in ("html", "css", "js")
    )
    return st.components.v2.component(
        "cnnlab.keras_badge", html=html, css=css, js=js, isolate_styles=False
    )
