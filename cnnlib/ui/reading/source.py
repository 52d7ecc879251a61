"""Which model the page reads: a file that the learner brings, an example, a run's checkpoint."""

import gzip
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import streamlit as st

from cnnlib import settings
from cnnlib.arch.reading import Reading, read_file
from cnnlib.arch.reading.graph import DEFAULT_SIDE
from cnnlib.errors import SpecError
from cnnlib.runs.files import checkpoint_path
from cnnlib.runs.records import Run
from cnnlib.runs.store import open_store
from cnnlib.ui.address import Address, Setting, whole
from cnnlib.ui.reading import texts

FILE = "file"
MAX_SIDE = 1024
CHECKPOINTS = {"best": "best", "last": "last"}
_EXAMPLES = Path(__file__).with_name("examples")
_RUN = "run."


@dataclass(frozen=True)
class Source:
    """A model's file.

    Attributes:
        identity: another one is another content.
        suffix: ".keras" or ".json".
        open: its bytes, from the beginning.
    """

    identity: str
    suffix: str
    open: Callable[[], BinaryIO]


def make_settings() -> list[Setting]:
    return [
        Setting("model", "mobilenetv2", _parse_model),
        whole("side", DEFAULT_SIDE, 1, MAX_SIDE),
    ]


def choose_source(address: Address) -> Source | None:
    """Draw the two ways to choose; None while a file is awaited."""
    left, right = st.columns([3, 2], vertical_alignment="bottom", gap="large")
    with left:
        file = st.file_uploader(
            texts.UPLOAD, type=["keras", "json"], key=address.key("upload"),
            max_upload_size=max(1, settings.max_model_bytes() // 1_000_000),
            on_change=_take_upload, args=(address,),
        )  # fmt: skip
    runs = {f"{_RUN}{run.id}.{which}": (run, which) for run, which in _list_checkpoints()}
    with right:
        choices = [FILE, *texts.EXAMPLES, *runs]
        chosen = address["model"]
        st.selectbox(
            texts.MODEL,
            choices if chosen in choices else [*choices, chosen],
            format_func=lambda model: _describe(model, runs),
            key=address.key("model"),
        )
    if chosen == FILE:
        if file is None:
            return None
        suffix = ".keras" if file.name.lower().endswith(".keras") else ".json"
        return Source(file.file_id, suffix, lambda: io.BytesIO(file.getbuffer()))
    if chosen in texts.EXAMPLES:
        path = _EXAMPLES / f"{chosen}.json.gz"
        return Source(chosen, ".json", lambda: io.BytesIO(gzip.decompress(path.read_bytes())))
    return _find_checkpoint(chosen)


def read_source(source: Source, side: int) -> Reading:
    """The model, read once for all sessions.

    Raises:
        SpecError: it cannot be read.
    """
    return _read(source.identity, side, source)


@st.cache_resource(max_entries=32, show_spinner=False)
def _read(identity: str, side: int, _source: Source) -> Reading:
    with _source.open() as file:
        return read_file(file, side=side)


def _find_checkpoint(chosen: str) -> Source:
    run, _, which = chosen.removeprefix(_RUN).rpartition(".")
    path = checkpoint_path(run, which)
    if not path.is_file():
        raise SpecError(f"Run {run} has no {which} checkpoint here. Choose another model.")
    identity = f"{path} {path.stat().st_mtime_ns}"
    return Source(identity, ".keras", lambda: path.open("rb"))


def _list_checkpoints() -> list[tuple[Run, str]]:
    return [
        (run, which)
        for run in open_store().list_runs()
        for which in CHECKPOINTS
        if checkpoint_path(run.id, which).is_file()
    ]


def _describe(model: str, runs: dict[str, tuple[Run, str]]) -> str:
    if model == FILE:
        return texts.YOUR_FILE
    if model in runs:
        run, which = runs[model]
        return f"Run: {run.config.title}, {which} checkpoint · {run.id}"
    return texts.EXAMPLES.get(model, model.removeprefix(_RUN))


def _take_upload(address: Address) -> None:
    """A file that has just come is what the learner wants to see."""
    if st.session_state[address.key("upload")] is not None:
        address["model"] = FILE


def _parse_model(text: str) -> str:
    if text in (FILE, *texts.EXAMPLES):
        return text
    run, _, which = text.removeprefix(_RUN).rpartition(".")
    plain = len(run) <= 100 and all(c.isascii() and (c.isalnum() or c == "-") for c in run)
    if not text.startswith(_RUN) or not run or not plain or which not in CHECKPOINTS:
        raise ValueError(text)
    return text
