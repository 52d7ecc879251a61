"""A network's drawing on a page: point at a node to read it, click it to choose its layer."""

from collections.abc import Callable, Sequence

import streamlit as st

from cnnlib.ui.components import load_component

_LONGEST_NAME = 200


def network_picture(
    svgs: Sequence[str],
    *,
    legend: Sequence[tuple[str, str]],
    selected: str,
    on_layer: Callable[[str], None],
    on_block: Callable[[str], None],
    key: str,
    label: str = "The network",
    detail: str | None = None,
) -> None:
    """Draw what `cnnlib.figures.architecture` has made.

    Args:
        svgs: parts that follow one another as words do.
        legend: (what, colour).
        selected: the name of the layer that is marked, or "".
        on_layer: called with a layer's name before the rerun that a click or Enter causes.
        on_block: the same with a block's name, to be opened or closed.
        key: the widget's key; stable, so that focus and scrolling stay.
        label: the drawing's name for screen readers.
        detail: the key of the container that tells of the chosen layer: a pick scrolls to it as
            far as it must.
    """

    def picked() -> None:
        what = st.session_state[key].get("picked")
        if not isinstance(what, dict):
            return
        for name, act in (("layer", on_layer), ("block", on_block)):
            value = what.get(name)
            if isinstance(value, str) and len(value) <= _LONGEST_NAME:
                act(value)

    load_component("network_picture")(
        key=key,
        data={
            "svgs": list(svgs),
            "legend": [list(entry) for entry in legend],
            "selected": selected,
            "label": label,
            "detail": detail and f"st-key-{detail}",
        },
        on_picked_change=picked,
    )
