"""What the page draws of networks side by side."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from cnnlib.arch.amounts import format_shape
from cnnlib.arch.facts import Facts, list_winners
from cnnlib.figures.networks_compared import (
    make_cost_figure,
    make_depth_figure,
    make_years_figure,
)
from cnnlib.figures.theme import PLOT_CONFIG
from cnnlib.ui.address import Address
from cnnlib.ui.comparing import texts
from cnnlib.ui.prose import show_text


def show_pictures(address: Address, networks: Mapping[str, Facts]) -> None:
    """Parameters against MACs, and how they add up along the layers."""
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(texts.COSTS, anchor=False)
        counted = {
            title: (facts.summary.params, facts.summary.macs)
            for title, facts in networks.items()
            if facts.summary.params and facts.summary.macs
        }
        if counted:
            figure = make_cost_figure(counted)
            st.plotly_chart(figure, config=dict(PLOT_CONFIG), key=address.key("costs"))
    with right:
        st.subheader(texts.DEPTH, anchor=False)
        of = address["of"]
        figure = make_depth_figure(
            {title: [getattr(row, of) for row in facts.summary.layers]
             for title, facts in networks.items()},
            {title: [row.name for row in facts.summary.layers]
             for title, facts in networks.items()},
            what=texts.OF_CHOICES[of],
        )  # fmt: skip
        st.plotly_chart(figure, config=dict(PLOT_CONFIG), key=address.key("depth"))
        st.segmented_control(
            texts.OF, list(texts.OF_CHOICES), format_func=texts.OF_CHOICES.__getitem__,
            key=address.key("of"), required=True, label_visibility="collapsed",
        )  # fmt: skip


def show_table(networks: Mapping[str, Facts]) -> None:
    """A row for each network; a click on a column's head sorts by it."""
    st.subheader(texts.TABLE, anchor=False)
    table = pd.DataFrame([make_row(title, facts) for title, facts in networks.items()])
    table = table.astype({"year": "Int64", "top-5 error": "Float64"})
    config = {name: st.column_config.Column(help=help) for name, help in texts.COLUMN_HELP.items()}
    for name in ("parameters", "trainable", "MACs"):
        config[name] = st.column_config.NumberColumn(
            format="localized", help=texts.COLUMN_HELP[name]
        )
    config["activations"] = st.column_config.NumberColumn(
        format="bytes", help=texts.COLUMN_HELP["activations"]
    )
    config["year"] = st.column_config.NumberColumn(format="%d")
    st.dataframe(table, hide_index=True, column_config=config, placeholder="–")


def make_row(title: str, facts: Facts) -> dict[str, object]:
    summary = facts.summary
    return {
        "network": title,
        "parameters": summary.params,
        "trainable": summary.trainable_params,
        "MACs": summary.macs,
        "depth": facts.depth,
        "sees": format_shape(summary.receptive_field),
        "activations": facts.activations,
        "year": facts.year,
        "top-5 error": facts.top5_error,
    }


def show_years(address: Address, networks: Mapping[str, Facts]) -> None:
    """The notes' errors at ILSVRC; the families of the chosen networks stand out."""
    st.subheader(texts.YEARS, anchor=False)
    show_text("comparing/years")
    published = {(facts.year, facts.top5_error) for facts in networks.values()}
    winners = list_winners()
    figure = make_years_figure(
        [(winner.name, winner.year, winner.error) for winner in winners],
        {winner.name for winner in winners if (winner.year, winner.error) in published},
    )
    st.plotly_chart(figure, config=dict(PLOT_CONFIG), key=address.key("years"))
