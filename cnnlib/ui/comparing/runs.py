"""What the user's own runs reached, against what they cost."""

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from cnnlib.figures.networks_compared import CostPoint, make_accuracy_figure
from cnnlib.figures.theme import PLOT_CONFIG
from cnnlib.runs.comparing.measures import Measures, measure_run, read_sizes
from cnnlib.runs.records import Run
from cnnlib.runs.store import open_store
from cnnlib.ui.address import Address
from cnnlib.ui.clicks import find_clicked
from cnnlib.ui.comparing import texts
from cnnlib.ui.navigation import COMPARE_RUNS, TRAIN, link_to
from cnnlib.ui.page import plain_text
from cnnlib.ui.prose import show_text

MOST_RUNS = 200


@dataclass(frozen=True)
class RunResult:
    """A run that has ended: what it reached, 0 to 1, and what it took; None where not noted."""

    run: Run
    accuracy: float
    params: int | None
    macs: int | None
    seconds: float | None


def show_runs(address: Address) -> None:
    """Accuracy against cost, of runs on one data set; a click on one in the table opens it."""
    st.subheader(texts.RUNS, anchor=False)
    results = list_results()
    if not results:
        st.info(texts.NO_RUNS, icon=":material/info:")
        if st.button(texts.START, icon=TRAIN.icon):
            st.switch_page(TRAIN.path)
        return
    show_text("comparing/runs")
    datasets = list(dict.fromkeys(result.run.config.dataset for result in results))
    if address["data"] not in datasets:
        address["data"] = datasets[0]
    see = st.container()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.segmented_control(
            texts.AGAINST, list(texts.AGAINST_CHOICES),
            format_func=texts.AGAINST_CHOICES.__getitem__, key=address.key("against"),
            required=True,
        )  # fmt: skip
        if len(datasets) > 1:
            st.selectbox(texts.DATASET, datasets, key=address.key("data"), width=260)
    results = [result for result in results if result.run.config.dataset == address["data"]]
    against = address["against"]
    points = [
        CostPoint(result.run.config.title, getattr(result, against), result.accuracy,
                  f"{result.run.config.title}: {result.run.describe_settings()}")
        for result in results
        if getattr(result, against)
    ]  # fmt: skip
    if points:
        figure = make_accuracy_figure(points, what=texts.AGAINST_CHOICES[against])
        see.plotly_chart(figure, config=dict(PLOT_CONFIG), key=address.key("accuracy"))
    _list_runs(address, results)
    link_to(COMPARE_RUNS, texts.COMPARE_RUNS)


def list_results() -> list[RunResult]:
    """The newest runs that have ended and kept a best checkpoint, newest first."""
    sizes = read_sizes()
    found = []
    for run in open_store().list_runs(limit=MOST_RUNS):
        measures = measure_run(run, sizes) if run.has_ended else Measures()
        if (accuracy := measures.best_val_accuracy) is not None:
            costs = measures.params, measures.macs, measures.seconds
            found.append(RunResult(run, accuracy, *costs))
    return found


def _list_runs(address: Address, results: list[RunResult]) -> None:
    st.caption(texts.OPEN_RUN)
    choice = st.dataframe(
        pd.DataFrame(
            {
                "network": plain_text(result.run.config.title),
                "best val. accuracy": f"{result.accuracy:.1%}",
                "parameters": result.params,
                "MACs": result.macs,
                "seconds": result.seconds,
                "settings": result.run.describe_settings(),
            }
            for result in results
        ),
        hide_index=True,
        on_select="rerun",
        selection_mode=["single-row", "single-cell"],
        key=address.key("runs"),
        column_config={
            "parameters": st.column_config.NumberColumn(format="localized"),
            "MACs": st.column_config.NumberColumn(format="localized"),
            "seconds": st.column_config.NumberColumn(format="%.1f"),
        },
        placeholder="–",
    )["selection"]
    ids = [result.run.id for result in results]
    if run_id := find_clicked(choice, ids, key=address.key("runs")):
        st.switch_page(TRAIN.path, query_params={"run": run_id})
