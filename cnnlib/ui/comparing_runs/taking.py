"""What can be taken along of the chosen runs: files, and a way to MLflow."""

import html
import subprocess
import sys
from urllib.parse import quote

import streamlit as st

from cnnlib.data import Progress
from cnnlib.errors import RunError
from cnnlib.runs.export.formats import list_tensorboard_files
from cnnlib.runs.export.mlflow import can_send, find_tracking_uri, hide_password
from cnnlib.ui.comparing_runs import texts
from cnnlib.ui.comparing_runs.chosen import Chosen
from cnnlib.ui.jobs import get_job, show_job, start_mine
from cnnlib.ui.page import ASSETS, plain_text


def offer_files(chosen: list[Chosen]) -> None:
    """Links to the chosen runs' numbers, and a button that sends them to MLflow if that is set."""
    if not chosen:
        return
    st.subheader(texts.TAKE, anchor=False)
    files = dict(texts.FILES)
    if any(list_tensorboard_files(entry.run.id) for entry in chosen):
        files[texts.TENSORBOARD_FILE] = texts.TENSORBOARD
    ids = quote(",".join(entry.run.id for entry in chosen))
    links = "".join(
        f'<a class="lab-file" href="{html.escape(f"api/exports/{name}?runs={ids}", quote=True)}" '
        f'download data-file="{name}"><b>{name}</b><small></small>'
        f"<span>{html.escape(meaning)}</span></a>"
        for name, meaning in files.items()
    )
    st.html(ASSETS / "run_files.css")
    st.html(f'<div class="lab-files">{links}</div>')
    if can_send():
        _offer_mlflow([entry.run.id for entry in chosen])


def _offer_mlflow(ids: list[str]) -> None:
    """A job for the whole server: who presses sees it, and it goes on when the page is closed."""
    where = hide_password(find_tracking_uri())
    job, mine = get_job(f"mlflow {','.join(ids)}", texts.MLFLOW_JOB), "compare_runs_mlflow"
    busy = job.state.status == "running"
    pressed = st.button(
        texts.MLFLOW, icon=":material/cloud_upload:", disabled=busy,
        help=plain_text(texts.MLFLOW_HELP.format(where=where)),
    )  # fmt: skip
    if pressed:
        start_mine(job, lambda report: send_to_mlflow(ids, report), mine)
    show_job(job, key="mlflow", mine=st.session_state.get(mine))
    if job.state.status == "done" and job.state.token == st.session_state.get(mine):
        st.success(plain_text(texts.MLFLOW_DONE.format(where=where)))


def send_to_mlflow(ids: list[str], report: Progress) -> None:
    """Send runs by the command line's own command: MLflow is never loaded where pages are served.

    Raises:
        RunError: it could not be done; the command's own line says why.
    """
    command = [sys.executable, "-m", "cnnlib", "runs", *ids, "--mlflow"]
    report(0.0, texts.MLFLOW_SENDING)
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        sent, last = 0, ""
        for line in process.stdout:
            last = line.strip() or last
            if line.startswith("Run "):
                sent += 1
                report(sent / len(ids), texts.MLFLOW_SENDING)
    if process.returncode:
        raise RunError(last or texts.MLFLOW_JOB)
