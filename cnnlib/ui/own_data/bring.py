"""The controls that bring pictures here: a zip from the browser, or a path on this machine."""

import shutil
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import streamlit as st

from cnnlib import settings
from cnnlib.arch.amounts import format_bytes
from cnnlib.data import Progress, import_path, is_installed
from cnnlib.data.importing import suggest_name, tidy_path
from cnnlib.data.pictures import SIZES
from cnnlib.data.pictures.names import clean_name
from cnnlib.data.storage import read_info, writing
from cnnlib.errors import DatasetError, LabError
from cnnlib.ui.address import Address
from cnnlib.ui.datasets import forget_opened
from cnnlib.ui.jobs import get_job, show_job
from cnnlib.ui.own_data import texts
from cnnlib.ui.page import plain_text, show_error

ASKED = "own_data_asked"  # session state: this session's last import
PROBLEM = "own_data_problem"  # session state: why it was not even begun
TITLE, PATH = "own_data_title", "own_data_path"
UPLOADS = "own_data_uploads"  # session state: how many went through; a new uploader after each
JOB = "import pictures"
MAX_FILE_NAME = 60  # letters of an upload's name that are kept
ORPHAN_SECONDS = 24 * 3600.0


@dataclass
class Asked:
    """An import that this session asked for; the job says at its end which set it made."""

    token: str | None = None
    name: str = ""
    is_seen: bool = False


def bring_pictures(address: Address) -> None:
    """Draw the controls, and the progress of an import, whoever asked for it."""
    job = get_job(JOB, texts.FAILED)
    busy = job.state.status == "running"
    st.segmented_control(
        texts.WHERE,
        list(texts.PLACES),
        format_func=texts.PLACES.__getitem__,
        required=True,
        key=address.key("from"),
    )
    st.session_state[PATH] = st.session_state.get(PATH, "")  # else lost while it is not drawn
    if address["from"] == "upload":
        _choose_upload()
    else:
        st.text_input(
            texts.PATH, placeholder=texts.PATH_PLACEHOLDER, help=texts.PATH_HELP, key=PATH
        )
    with st.container(horizontal=True):
        st.text_input(
            texts.NAME,
            placeholder=texts.NAME_PLACEHOLDER,
            help=texts.NAME_HELP,
            max_chars=40,
            key=TITLE,
            width=230,
        )
        st.segmented_control(
            texts.SIZE,
            [str(size) for size in SIZES],
            format_func=lambda size: f"{size} × {size}",
            help=texts.SIZE_HELP,
            required=True,
            key=address.key("size"),
        )
    st.button(
        texts.IMPORT,
        type="primary",
        icon=":material/input:",
        disabled=busy,
        on_click=_start,
        args=(address,),
    )
    if problem := st.session_state.get(PROBLEM):
        show_error(problem)
    asked = st.session_state.get(ASKED)
    show_job(job, key="import", mine=asked and asked.token)
    if asked and asked.is_seen and is_installed(asked.name):
        info = read_info(asked.name)
        st.success(
            texts.DONE.format(
                title=plain_text(info.title),
                images=info.train_count + info.test_count,
                classes=len(info.class_names),
            ),
            icon=":material/check:",
        )


def _upload_limit() -> int:
    """In MB: the lab's own, or the server's where that is lower."""
    return min(settings.max_upload_megabytes(), int(st.get_option("server.maxUploadSize")))


def _upload_key() -> str:
    return f"own_data_upload_{st.session_state.get(UPLOADS, 0)}"


def _choose_upload() -> None:
    st.file_uploader(
        texts.UPLOAD,
        type=texts.UPLOAD_ENDINGS,
        max_upload_size=_upload_limit(),
        key=_upload_key(),
    )


def _start(address: Address) -> None:
    """Begin an import (a callback); what is wrong already is said at once."""
    origin, size = address["from"], int(address["size"])
    st.session_state[PROBLEM] = None
    title = st.session_state.get(TITLE, "").strip() or None
    asked = Asked()
    try:
        if origin == "upload":
            upload: Any = st.session_state.get(_upload_key())
            _check_upload(upload)
            work = _work_on_upload(upload, upload.name, title, size, asked)
        else:
            path = tidy_path(st.session_state.get(PATH, ""))
            work = _work_on_path(path, title, size, asked)
    except LabError as error:
        st.session_state[PROBLEM] = str(error)
        return
    asked.token = get_job(JOB, texts.FAILED).start(work)
    if asked.token is None:
        st.session_state[PROBLEM] = texts.UNDER_WAY
        return
    st.session_state[ASKED] = asked
    st.session_state[UPLOADS] = st.session_state.get(UPLOADS, 0) + (origin == "upload")


def _check_upload(upload: Any) -> None:
    if upload is None:
        raise DatasetError(texts.NO_FILE)
    limit = _upload_limit() * 2**20
    if upload.size > limit:
        raise DatasetError(
            texts.TOO_LARGE.format(
                name=upload.name, size=format_bytes(upload.size), limit=format_bytes(limit)
            )
        )


def _work_on_path(path: Path, title: str | None, size: int, asked: Asked) -> Any:
    def work(progress: Progress) -> None:
        name = suggest_name(title) if title else None
        dataset = import_path(path, name=name, title=title, size=size, progress=progress)
        forget_opened()
        asked.name = dataset.name

    return work


def _work_on_upload(
    upload: BinaryIO, file_name: str, title: str | None, size: int, asked: Asked
) -> Any:
    """Copy the upload, part by part, into a file that goes when the import ends."""

    def work(progress: Progress) -> None:
        place = settings.home() / "incoming"
        progress(0.0, "Keeping the file for a moment")
        with writing(f"keep the upload in {place}"):
            place.mkdir(parents=True, exist_ok=True)
            _clear(place)
            room = tempfile.TemporaryDirectory(dir=place)
        with room:
            plain = clean_name(file_name.replace("\\", "/").rpartition("/")[2], MAX_FILE_NAME)
            path = Path(room.name) / plain
            with writing(f"keep the upload in {place}"), path.open("wb") as file:
                upload.seek(0)
                shutil.copyfileobj(upload, file, 2**20)
            _work_on_path(path, title, size, asked)(progress)

    return work


def _clear(place: Path) -> None:
    """Remove what a killed server left there long ago."""
    for room in place.iterdir():
        with suppress(OSError):
            if time.time() - room.stat().st_mtime > ORPHAN_SECONDS:
                shutil.rmtree(room, ignore_errors=True)


def find_finished(address: Address) -> None:
    """Turn the page to the set whose import, asked for in this session, has just ended."""
    asked = st.session_state.get(ASKED)
    if asked and asked.name and not asked.is_seen:
        asked.is_seen = True
        address["set"] = asked.name
