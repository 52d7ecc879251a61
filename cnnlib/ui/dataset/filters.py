"""The controls above the grid: split, classes, order, a certain image, and what a model says."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnlib.data import Dataset
from cnnlib.data.browsing import ORDERS
from cnnlib.data.statistics import MEASURES, Statistics
from cnnlib.runs.predictions import Predictions
from cnnlib.ui.address import Address
from cnnlib.ui.dataset import texts
from cnnlib.ui.dataset.settings import (
    CONFIDENCE,
    PAGE,
    SPLITS,
    VERDICTS,
    forget_images,
    pick_split,
    start_over,
)
from cnnlib.ui.measuring import need_statistics, open_statistics
from cnnlib.ui.page import plain_text
from cnnlib.ui.predictions import choose_run_predictions

MOST_PILLS = 30  # beyond, a box to type into
GO_TO = f"{PAGE}_go_to"


def choose_images(
    address: Address, dataset: Dataset, row: DeltaGenerator
) -> tuple[Statistics | None, Predictions | None]:
    """Draw the controls, the first of them into `row`; the statistics and predictions if any."""
    with row:
        st.segmented_control(
            texts.SPLIT, SPLITS, key=address.key("split"), required=True,
            on_change=forget_images,
        )  # fmt: skip
        _choose_order(address, dataset)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width="stretch"):
            _choose_classes(address, dataset.class_names)
        _offer_to_go(dataset, address)
    statistics = open_statistics(dataset)
    if address["order"] in MEASURES and statistics is None:
        statistics = need_statistics(dataset, key="order")
    return statistics, _ask_model(address, dataset)


def _choose_order(address: Address, dataset: Dataset) -> None:
    grey = dataset.image_shape[2] == 1
    orders = [order for order in ORDERS if not (grey and order == "colourfulness")]
    if address["order"] not in (*orders, CONFIDENCE):
        address["order"] = "index"
    st.selectbox(
        texts.ORDER, [*orders, CONFIDENCE], format_func=texts.ORDERS.__getitem__,
        key=address.key("order"), help=texts.ORDER_HELP, on_change=start_over, width=215,
    )  # fmt: skip
    with st.container(width="content", height=40, vertical_alignment="center", border=False):
        st.toggle(texts.DESCENDING, key=address.key("descending"), on_change=start_over)


def _offer_to_go(dataset: Dataset, address: Address) -> None:
    last = len(pick_split(dataset, address)) - 1
    if (st.session_state.get(GO_TO) or 0) > last:
        st.session_state[GO_TO] = None
    st.number_input(
        texts.GO_TO, 0, last, value=None, step=1, key=GO_TO, placeholder=f"0 … {last:,}",
        help=texts.GO_TO_HELP.format(last=last), on_change=_go, args=(address,), width=150,
    )  # fmt: skip


def _go(address: Address) -> None:
    if st.session_state[GO_TO] is not None:
        address["index"] = st.session_state[GO_TO]
        st.session_state[GO_TO] = None  # the same number may be asked for again


def _choose_classes(address: Address, names: tuple[str, ...]) -> None:
    if len(names) > MOST_PILLS:
        st.multiselect(texts.CLASSES, names, key=address.key("classes"), on_change=start_over)
        return
    st.pills(
        texts.CLASSES, names, selection_mode="multi", key=address.key("classes"),
        format_func=plain_text,
        on_change=start_over, wrap=True,
    )  # fmt: skip


def _ask_model(address: Address, dataset: Dataset) -> Predictions | None:
    asks = bool(address["run"]) or address["order"] == CONFIDENCE or address["verdict"] != "all"
    with st.expander(texts.MODEL, icon=":material/psychology:", expanded=asks, type="compact"):
        row = st.container(horizontal=True, vertical_alignment="bottom")
        with row.container(width="stretch"):
            predictions = choose_run_predictions(address, dataset)
        if predictions is not None:
            row.segmented_control(
                texts.VERDICT, VERDICTS, format_func=texts.VERDICTS.__getitem__,
                key=address.key("verdict"), required=True, on_change=start_over,
            )  # fmt: skip
            accuracy = getattr(predictions, address["split"]).accuracy
            split = texts.SPLITS[address["split"]]
            st.caption(texts.ACCURACY.format(accuracy=accuracy, split=split))
    if predictions is None and address["order"] == CONFIDENCE:
        st.info(texts.NEEDS_RUN)
    return predictions
