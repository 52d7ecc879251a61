"""What a run leaves behind, each file one click away, and what can be done with the run next."""

import html

import streamlit as st

from cnnlib.arch.amounts import format_bytes
from cnnlib.runs import client
from cnnlib.runs.config import MAX_EPOCHS
from cnnlib.runs.export.formats import list_tensorboard_files
from cnnlib.runs.files import SUMMARY, WEIGHTS, read_checkpoint, run_folder
from cnnlib.runs.records import Run, format_epoch
from cnnlib.ui.page import ASSETS, friendly_errors
from cnnlib.ui.run_control import actions, texts

MADE_FROM_STORE = {
    "history.csv": "Loss and accuracy of every epoch, as a table",
    "curves.html": "The curves as a page of their own",
    "train.py": "A script that trains this network with these settings, with Keras alone",
    "run.json": "Everything: settings, facts, results, curves, events",
    "points.csv": "A row for each point of each curve",
}
TENSORBOARD = {"tensorboard.zip": "TensorBoard's event files"}
STORED = {
    "best.keras": "The model when its validation loss was lowest",
    "last.keras": "The model as the run left it, with the optimizer's state",
    SUMMARY: "model.summary()",
    WEIGHTS: "Every weight of the last checkpoint: path, shape, values",
    "log.txt": "What the training process printed",
}


def run_downloads(run: Run) -> None:
    """Links to the run's files, with their sizes; weights.txt is written when it is asked for."""
    folder = run_folder(run.id)
    rows = []
    for name, meaning in STORED.items():
        path = folder / name
        if path.is_file() and (size := path.stat().st_size):
            rows.append(_link(run.id, name, meaning, format_bytes(size)))
    made = MADE_FROM_STORE | (TENSORBOARD if list_tensorboard_files(run.id) else {})
    rows += [_link(run.id, name, meaning, "") for name, meaning in made.items()]
    st.html(ASSETS / "run_files.css")
    st.html(f'<div class="lab-files">{"".join(rows)}</div>')
    if read_checkpoint(run.id, "last") and not (folder / WEIGHTS).is_file():
        _offer_weights(run)


def _link(run_id: str, name: str, meaning: str, size: str) -> str:
    address = html.escape(f"api/runs/{run_id}/files/{name}", quote=True)
    return (
        f'<a class="lab-file" href="{address}" download data-file="{html.escape(name)}">'
        f"<b>{html.escape(name)}</b><small>{size}</small><span>{html.escape(meaning)}</span></a>"
    )


def _offer_weights(run: Run) -> None:
    if st.button("Write weights.txt", icon=":material/description:", key=f"weights_{run.id}"):
        bar = st.progress(0.0, "Starting")

        def show(share: float, text: str) -> None:
            bar.progress(share, text)

        with friendly_errors():
            client.ask("export_weights", progress=show, run=run.id, checkpoint="last")
            st.rerun()


def continue_form(run: Run) -> Run | None:
    """Offer to train on from a checkpoint; the new run once it is started."""
    found = {which: read_checkpoint(run.id, which) for which in ("last", "best")}
    choices = {which: checkpoint for which, checkpoint in found.items() if checkpoint}
    if not choices:
        return None
    st.markdown(f"##### {texts.GO_ON}")
    with st.form(f"continue_{run.id}", border=False):
        which = st.radio(
            "From",
            list(choices),
            format_func=lambda which: (
                f"{which} checkpoint (epoch {format_epoch(choices[which].epoch)})"
            ),
            horizontal=True,
        )
        epochs = int(st.number_input("More epochs", 1, MAX_EPOCHS, run.config.epochs))
        if st.form_submit_button("Continue training", icon=":material/resume:"):
            with friendly_errors():
                return actions.continue_run(run, epochs=epochs, checkpoint=which)
    return None
