"""Every run of this lab, newest first."""

import pandas as pd
import streamlit as st

from cnnlib.runs.files import read_checkpoint
from cnnlib.runs.store import Run, open_store
from cnnlib.ui.navigation import RUNS, TRAIN
from cnnlib.ui.page import friendly_errors, page_heading, page_setup

LEAD = "Every run of this lab, newest first. Choose a row to open the run."
NOTHING = "No run yet. The Train page starts one."
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
    return {
        "state": MARKS[run.status],
        "network": run.config.network,
        "data": run.config.dataset,
        "images": f"{run.config.limit:,}" if run.config.limit else "all",
        "epochs": run.config.epochs,
        "best val. accuracy": best.val_accuracy if best else None,
        "optimizer": f"{run.config.optimizer}, {run.config.learning_rate:g}",
        "created": pd.Timestamp(run.created, unit="s", tz="UTC"),
        "what happened": run.message or "",
        "run": run.id,
    }


page_setup(RUNS.title, icon=RUNS.icon)
with friendly_errors():
    page_heading("Runs", LEAD)
    runs = open_store().list_runs()
    if not runs:
        st.info(NOTHING, icon=":material/info:")
        st.page_link(TRAIN.path, label="Start a run", icon=TRAIN.icon)
    else:
        choice = st.dataframe(
            pd.DataFrame([make_row(run) for run in runs]),
            hide_index=True,
            on_select="rerun",
            selection_mode="single-row",
            column_config={
                "best val. accuracy": st.column_config.NumberColumn(format="%.3f"),
                "created": st.column_config.DatetimeColumn(format="distance"),
                "what happened": st.column_config.TextColumn(width="large"),
            },
        )
        if chosen := choice["selection"]["rows"]:
            st.switch_page(TRAIN.path, query_params={"run": runs[chosen[0]].id})
