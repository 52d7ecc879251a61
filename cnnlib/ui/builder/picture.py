"""The network drawn as a graph; a click chooses a row."""

from functools import partial

import streamlit as st

from cnnlib.arch.analysis import Summary
from cnnlib.arch.spec import Spec
from cnnlib.figures.architecture.folding import choose_detail
from cnnlib.figures.architecture.graph import can_draw, draw_graph
from cnnlib.figures.architecture.roles import list_legend
from cnnlib.ui.address import Address
from cnnlib.ui.architecture.picture import network_picture
from cnnlib.ui.architecture.texts import NOT_DRAWN
from cnnlib.ui.builder import texts
from cnnlib.ui.builder.state import PAGE, Chosen, choose_layer


def show_picture(address: Address, spec: Spec, summary: Summary, chosen: Chosen) -> None:
    """Draw what fits; blocks are folded where there are many layers, but for the chosen one."""
    if not can_draw(summary):
        st.caption(NOT_DRAWN)
        return
    detail = choose_detail(spec, summary)
    opened = {layer.block for layer in chosen.item.layers} if chosen.item else set()
    pick = partial(choose_layer, address)
    network_picture(
        draw_graph(spec, summary, detail, opened),
        legend=list_legend(row.role for row in summary.layers),
        selected=_find_selected(chosen),
        on_layer=pick,
        on_block=pick,
        key=f"{PAGE}_picture",
        label=texts.PICTURE,
    )


def _find_selected(chosen: Chosen) -> str:
    if chosen.layer is not None:
        return chosen.layer.name
    return chosen.item.exit if chosen.item else ""
