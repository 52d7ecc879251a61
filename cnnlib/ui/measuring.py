"""The statistics of all images on pages: opened once, and computed in the background."""

from pathlib import Path

import streamlit as st

from cnnlib import settings
from cnnlib.data import Dataset, Progress
from cnnlib.data.statistics import Statistics, compute_statistics, read_statistics
from cnnlib.ui.jobs import Job, get_job, show_job, start_mine

UNASKED = 200_000  # up to so many images the measuring takes seconds, and begins by itself
OFFER = "Measure all {count:,} images"
OFFER_HELP = "It goes on in the background; what is found is kept beside the data."
FAILED = "The images could not be measured"


def open_statistics(dataset: Dataset) -> Statistics | None:
    """What is kept, opened once for all sessions: read-only. None while nothing is."""
    place = settings.datasets_dir()
    found = _open(dataset.fingerprint, place, dataset)
    if found is None:
        _open.clear(dataset.fingerprint, place, dataset)  # it may come at any moment
    return found


def need_statistics(dataset: Dataset, *, key: str) -> Statistics | None:
    """The statistics; while they are not there, a progress bar, or for a large set an offer."""
    found = open_statistics(dataset)
    if found is not None:
        return found
    count = len(dataset.train) + len(dataset.test)
    job = get_job(f"statistics {settings.datasets_dir()} {dataset.fingerprint}", FAILED)
    asked = f"statistics_asked_{dataset.fingerprint}"
    if count <= UNASKED and asked not in st.session_state:
        _start(job, dataset, asked)
    if job.state.status != "running":
        st.button(
            OFFER.format(count=count),
            icon=":material/monitoring:",
            help=OFFER_HELP,
            key=f"measure_{key}",
            on_click=_start,
            args=(job, dataset, asked),
        )
    show_job(job, key=f"statistics_{key}", mine=st.session_state.get(asked))
    return None


def _start(job: Job, dataset: Dataset, asked: str) -> None:
    def work(progress: Progress) -> None:
        compute_statistics(dataset, progress)

    start_mine(job, work, asked)


@st.cache_resource(max_entries=8, show_spinner=False)
def _open(fingerprint: str, place: Path, _dataset: Dataset) -> Statistics | None:
    """`fingerprint` and `place` only tell one content from another."""
    return read_statistics(_dataset)
