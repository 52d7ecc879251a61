"""Well-known data sets that are not here yet: one press brings each."""

import streamlit as st

from cnnlib.data import Progress, is_installed, load
from cnnlib.data.finding import KNOWN
from cnnlib.data.published import Published
from cnnlib.ui.jobs import Job, get_job, show_job
from cnnlib.ui.own_data import texts
from cnnlib.ui.own_data.bring import ASKED, Asked
from cnnlib.ui.prose import show_text


def offer_published() -> None:
    """A row for each well-known set that is missing; nothing when all are here."""
    missing = [known for known in KNOWN.values() if not is_installed(known.name)]
    if not missing:
        return
    st.subheader(texts.PUBLISHED, anchor=False)
    show_text("own_data/published")
    for known in missing:
        with st.container(border=True, key=f"published_{known.name}"):
            _draw_row(known)


def _draw_row(known: Published) -> None:
    job = get_job(f"bring {known.name}", texts.BRING_FAILED.format(title=known.title))
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.markdown(f"**{known.title}**  \n{known.about}; {known.megabytes} MB", width="content")
        st.button(
            texts.GET,
            icon=":material/download:",
            key=f"get_{known.name}",
            disabled=job.state.status == "running",
            on_click=_start,
            args=(job, known.name),
        )
    asked = st.session_state.get(ASKED)
    show_job(job, key=known.name, mine=asked and asked.token)


def _start(job: Job, name: str) -> None:
    asked = Asked()

    def work(progress: Progress) -> None:
        load(name, progress=progress)
        asked.name = name

    asked.token = job.start(work)
    st.session_state[ASKED] = asked
