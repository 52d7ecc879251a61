"""Train a network and watch it learn; the run goes on when this page is closed."""

import streamlit as st

from cnnlib.errors import RunError
from cnnlib.runs import client
from cnnlib.runs.store import Run, open_store
from cnnlib.ui.datasets import offer_cifar10
from cnnlib.ui.live_run import live_run
from cnnlib.ui.navigation import TRAIN
from cnnlib.ui.page import friendly_errors, page_heading, page_setup, show_error
from cnnlib.ui.run_files import continue_form, run_downloads
from cnnlib.ui.run_form import run_form

LEAD = (
    "Choose a network and some data, press Start, and watch it learn. A run goes on when you close "
    "this page; its link opens it again, here or in any other browser."
)


def find_run() -> Run | None:
    """The run that the address names, else the newest one that is under way."""
    if run_id := st.query_params.get("run"):
        try:
            return open_store().get(run_id)
        except RunError as error:
            show_error(str(error))
            return None
    under_way = [run for run in open_store().list_runs(limit=20) if not run.has_ended]
    if under_way and "new" not in st.query_params:
        st.query_params["run"] = under_way[0].id
        return under_way[0]
    return None


def go_to(**address: str) -> None:
    """Show this page as the address says: ``run=…``, or ``new=1`` for the form."""
    st.query_params.from_dict(address)  # the form's own settings leave the address
    st.rerun()


def show_run(run: Run) -> None:
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.markdown(run.describe_settings())
        if st.button("New run", icon=":material/add:"):
            go_to(new="1")
        if not run.has_ended and st.button(
            "Stop", icon=":material/stop:", disabled=run.stop_requested
        ):
            open_store().request_stop(run.id)
            st.rerun()
    live_run(run.id, key="live_run", status=run.status)
    if run.has_ended:
        files, go_on = st.columns([3, 2], gap="large")
        with files:
            st.markdown("##### What this run leaves behind")
            run_downloads(run)
        with go_on:
            st.markdown("##### Go on")
            if continued := continue_form(run):
                go_to(run=continued.id)


page_setup(TRAIN.title, icon=TRAIN.icon)
with friendly_errors():
    page_heading("Train", LEAD)
    run = find_run()
    if run is not None:
        show_run(run)
    else:
        offer_cifar10()
        if config := run_form():
            go_to(run=client.submit(config).id)
