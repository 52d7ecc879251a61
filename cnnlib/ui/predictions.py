"""A run on pages that look at data: chosen by its name, asked to look at all images, read."""

from datetime import datetime

import streamlit as st

from cnnlib.data import Dataset, Progress
from cnnlib.runs import client
from cnnlib.runs.files import read_checkpoint
from cnnlib.runs.predictions import Predictions, find_checkpoint, identify, read_predictions
from cnnlib.runs.records import Run
from cnnlib.runs.store import open_store
from cnnlib.ui.address import Address, Setting
from cnnlib.ui.jobs import Job, get_job, show_job, start_mine

LABEL = "A trained run"
NO_RUN = "None"
NONE_HERE = "No run has been trained on this data set yet. **Train** starts one."
LOOK = "Let it look at all images"
LOOK_HELP = "The model predicts every image of both splits once; the answers are kept."
FAILED = "The run could not look at the images"
LARGEST_ID = 120


def run_setting(name: str = "run") -> Setting:
    """The chosen run's id in a page's address; "" for none."""

    def parse(text: str) -> str:
        if len(text) > LARGEST_ID or not all(c.isalnum() or c == "-" for c in text):
            raise ValueError(text)
        return text

    return Setting(name, "", parse)


def choose_run_predictions(
    address: Address, dataset: Dataset, *, name: str = "run", label: str = LABEL
) -> Predictions | None:
    """A box with the runs trained on this data set, and what the chosen one says of every image.

    Until the run has looked at the images, a button lets it; the work goes on in the background.

    Args:
        address: the page's, which declares `run_setting(name)`.
        dataset: as opened by the page; runs on a set of its name are offered.

    Returns:
        None while no run is chosen, or the chosen one has not looked at all images yet.

    Raises:
        RunError: the run store is damaged.
    """
    runs = {run.id: run for run in list_runs(dataset)}
    if address[name] not in runs:
        address[name] = ""
    if not runs:
        st.caption(NONE_HERE)
        return None
    chosen: str = st.selectbox(
        label,
        ["", *runs],
        format_func=lambda run_id: describe_run(runs[run_id]) if run_id else NO_RUN,
        key=address.key(name),
    )
    if not chosen:
        return None
    found = open_predictions(chosen, dataset)
    if found is None:
        _offer_to_look(chosen, dataset)
    return found


def list_runs(dataset: Dataset) -> list[Run]:
    """The runs on this data set that have ended and left a checkpoint, newest first."""
    return [
        run
        for run in open_store().list_runs()
        if run.has_ended and run.config.dataset == dataset.name and find_checkpoint(run.id)
    ]


def describe_run(run: Run) -> str:
    """One line, not escaped: the network, how good it was, and when it was started."""
    checkpoint = read_checkpoint(run.id, find_checkpoint(run.id) or "last")
    accuracy = checkpoint.val_accuracy if checkpoint else None
    parts = [
        run.config.title,
        "" if accuracy is None else f"validation accuracy {accuracy:.1%}",
        f"{datetime.fromtimestamp(run.created):%d %b %Y %H:%M}",
    ]
    return " · ".join(filter(None, parts))


def open_predictions(run_id: str, dataset: Dataset) -> Predictions | None:
    """As `read_predictions`, opened once for all sessions; treat it as read-only."""
    identity = identify(run_id, dataset)
    key = None if identity is None else tuple(identity.values())
    found = _open(run_id, key, dataset)
    if found is None:
        _open.clear(run_id, key, dataset)  # it may come at any moment
    return found


@st.cache_resource(max_entries=8, show_spinner=False)
def _open(run_id: str, key: tuple[object, ...] | None, _dataset: Dataset) -> Predictions | None:
    return read_predictions(run_id, _dataset)


def _offer_to_look(run_id: str, dataset: Dataset) -> None:
    job = get_job(f"predictions {run_id} {dataset.fingerprint}", FAILED)
    mine = f"predictions_asked_{run_id}"
    if job.state.status != "running":
        st.button(
            LOOK,
            icon=":material/visibility:",
            help=LOOK_HELP,
            key=f"look_{run_id}",
            on_click=_start,
            args=(job, run_id, mine),
        )
    show_job(job, key=f"look_{run_id}", mine=st.session_state.get(mine))


def _start(job: Job, run_id: str, mine: str) -> None:
    def work(progress: Progress) -> None:
        client.ask("predict_images", progress=progress, run=run_id)

    start_mine(job, work, mine)
