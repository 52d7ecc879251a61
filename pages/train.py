"""Train a network and watch it learn; the run goes on when this page is closed."""

import streamlit as st

from cnnlib.runs.records import Run
from cnnlib.ui.datasets import offer_cifar10
from cnnlib.ui.inside_run import inside_run
from cnnlib.ui.live_run import live_run
from cnnlib.ui.navigation import TRAIN
from cnnlib.ui.page import friendly_errors, page_heading, page_setup, plain_text
from cnnlib.ui.run_control import texts
from cnnlib.ui.run_control.about import show_about, show_note
from cnnlib.ui.run_control.bar import control_bar
from cnnlib.ui.run_control.following import FOLLOW, find_followed, find_newest, watch_person
from cnnlib.ui.run_control.going import PLACE, find_run
from cnnlib.ui.run_control.past import show_past
from cnnlib.ui.run_files import continue_form, run_downloads
from cnnlib.ui.run_form import run_form


def show_run(run: Run) -> None:
    show_about(run)
    control_bar(run)
    show_live(run)
    if run.has_ended:
        files, go_on = st.columns([3, 2], gap="large")
        with files:
            st.markdown(f"##### {texts.KEPT}")
            run_downloads(run)
        with go_on:
            if continued := continue_form(run):
                PLACE.go_to(run=continued.id)
    show_past(run)


def show_followed(run: Run) -> None:
    """For a class: the run alone, whoever looks."""
    show_about(run)
    show_live(run, follow=person is None)  # of a person it is said above
    if st.button(texts.OWN_PAGE, icon=":material/open_in_new:", type="tertiary"):
        PLACE.go_to(run=run.id)


def show_live(run: Run, *, follow: bool = False) -> None:
    live_run(run.id, key="live_run", status=run.status, follow=follow)
    show_note(run)
    inside_run(run)


page_setup(TRAIN.title, icon=TRAIN.icon)
with friendly_errors():
    heading = st.container()
    PLACE.settle()
    person = find_followed()
    run = find_newest(person) if person else find_run()
    with heading:
        page_heading(
            plain_text(run.name) if run and run.name else "Train",
            None if run or person else texts.LEAD,
        )
    if person:
        watch_person(person, run.id if run else None)
    if run is not None:
        if FOLLOW in st.query_params:
            show_followed(run)
        else:
            show_run(run)
    elif not person:
        offer_cifar10(compact=True)
        if started := run_form():
            PLACE.go_to(run=started.id)
