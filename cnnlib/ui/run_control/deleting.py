"""Delete runs: said what goes, asked twice."""

from collections.abc import Sequence

import streamlit as st

from cnnlib.arch.amounts import format_bytes
from cnnlib.runs.disk import count_freed_bytes
from cnnlib.runs.records import Run
from cnnlib.ui.page import friendly_errors
from cnnlib.ui.people import may_control
from cnnlib.ui.run_control import actions, texts


def count_runs(count: int) -> str:
    return "1 run" if count == 1 else f"{count:,} runs"


def delete_form(runs: Sequence[Run], *, key: str) -> bool:
    """What deleting these runs means, a tick and a button; True when they were deleted."""
    own = [run for run in runs if may_control(run)]
    size = format_bytes(count_freed_bytes(run.id for run in own))
    unended = sum(not run.has_ended and run.status != "queued" for run in own)
    if len(runs) == 1:
        lines = [texts.DELETES_ONE.format(size=size), texts.TRAINS_STILL if unended else ""]
    else:
        lines = [
            texts.DELETES_MANY.format(runs=count_runs(len(own)), size=size),
            texts.TRAIN_STILL.format(runs=unended) if unended else "",
        ]
    if others := len(runs) - len(own):
        lines.append(texts.STAY.format(runs=count_runs(others)))
    st.markdown(" ".join(filter(None, [*lines, texts.CONTINUED])))
    sure = st.checkbox(texts.SURE, key=f"{key}_sure", disabled=not own)
    pressed = st.button(
        texts.DELETE_NOW, icon=":material/delete_forever:", key=f"{key}_now", disabled=not sure
    )
    if pressed and sure:
        with friendly_errors():
            actions.delete_all([run.id for run in own])
            return True
    return False
