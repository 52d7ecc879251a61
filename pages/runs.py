"""Every run of this lab, newest first."""

import pandas as pd
import streamlit as st

from cnnlib.runs.files import read_checkpoint
from cnnlib.runs.records import Run
from cnnlib.runs.store import open_store
from cnnlib.ui.navigation import RUNS, TRAIN
from cnnlib.ui.page import friendly_errors, page_heading, page_setup

LEAD = "Every run of this lab, newest first. Click a run to open it."
NOTHING = "No run yet. The Train page starts one."
REFRESH_SECONDS = 3.0
MARKS = {
    "queued": "🕓 waiting",
    "starting": "▶️ starting",
    "running": "▶️ running",
    "finished": "✅ finished",
    "stopped": "⏹️ stopped",
    "failed": "⚠️ failed",
}


def make_row(run: Run) -> dict[str, object]:
    best = read_checkpoint(run.id, "best")
    accuracy = best.val_accuracy if best else None
    return {
        "state": MARKS[run.status],
        "network": run.config.title,
        "data": run.config.dataset,
        "images": f"{run.config.limit:,}" if run.config.limit else "all",
        "epochs": run.config.epochs,
        "best val. accuracy": "–" if accuracy is None else f"{accuracy:.1%}",
        "created": pd.Timestamp(run.created, unit="s", tz="UTC"),
        "what happened": run.message or "",
        "run": run.id,
    }


def show_runs() -> None:
    """The table; a click on any cell, or a tick before a row, opens the run."""
    runs = open_store().list_runs()
    choice = st.dataframe(
        pd.DataFrame([make_row(run) for run in runs]),
        hide_index=True,
        on_select="rerun",
        selection_mode=["single-row", "single-cell"],
        key="runs",
        column_config={
            "best val. accuracy": st.column_config.TextColumn(help="of the best checkpoint"),
            "created": st.column_config.DatetimeColumn(format="distance"),
            "what happened": st.column_config.TextColumn(width="medium"),
        },
    )["selection"]
    if chosen := [*choice["rows"], *(row for row, _ in choice["cells"])]:
        st.switch_page(TRAIN.path, query_params={"run": runs[chosen[0]].id})


page_setup(RUNS.title, icon=RUNS.icon)
with friendly_errors():
    page_heading("Runs", LEAD)
    st.query_params.clear()  # what a run's page left in the address
    everything = open_store().list_runs()
    if everything:
        live = any(not run.has_ended for run in everything)
        st.fragment(show_runs, run_every=REFRESH_SECONDS if live else None)()
    else:
        st.info(NOTHING, icon=":material/info:")
        st.page_link(TRAIN.path, label="Start a run", icon=TRAIN.icon)
