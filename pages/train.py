"""Train a network and watch it learn; the run goes on when this page is closed."""

import streamlit as st

from cnnlib.errors import RunError
from cnnlib.runs.records import Run
from cnnlib.runs.store import open_store
from cnnlib.ui.datasets import offer_cifar10
from cnnlib.ui.live_run import live_run
from cnnlib.ui.navigation import TRAIN
from cnnlib.ui.page import friendly_errors, page_heading, page_setup, show_error
from cnnlib.ui.run_files import continue_form, run_downloads
from cnnlib.ui.run_form import run_form

UNDER_WAY = "[A run is under way]({link}). Yours waits until there is room for it."
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
    run = find_run_under_way()
    if run is not None and not st.query_params:  # settings in the address mean the form
        st.query_params["run"] = run.id
        return run
    return None


def find_run_under_way() -> Run | None:
    """The newest run that trains or waits."""
    return next((run for run in open_store().list_runs(limit=20) if not run.has_ended), None)


def go_to(**address: str) -> None:
    """Show this page as the address says: ``run=…``, or ``new=1`` for the form."""
    st.query_params.from_dict(address)  # the form's own settings leave the address
    st.rerun()


def describe(run: Run) -> str:
    text = run.describe_settings()
    if older := run.config.continue_from:
        text += f". Goes on from [{older}]({TRAIN.address}?run={older})"
        text += f", {run.config.checkpoint} checkpoint"
    return text + "."


def show_form() -> None:
    if (busy := find_run_under_way()) is not None:
        st.info(UNDER_WAY.format(link=f"{TRAIN.address}?run={busy.id}"), icon=":material/info:")
    offer_cifar10(compact=True)
    if started := run_form():
        go_to(run=started.id)


def show_run(run: Run) -> None:
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.markdown(describe(run))
        with st.container(horizontal=True, width="content"):
            if not run.has_ended and st.button(
                "Stop", icon=":material/stop:", disabled=run.wishes.stop
            ):
                open_store().request_stop(run.id)
                st.rerun()
            if st.button("New run", icon=":material/add:"):
                go_to(new="1")
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
    heading = st.container()
    run = find_run()
    with heading:
        page_heading("Train", LEAD if run is None else None)
    if run is None:
        show_form()
    else:
        show_run(run)
