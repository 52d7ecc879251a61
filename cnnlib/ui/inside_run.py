"""Inside a run: how weights and activations spread, and which ReLU units are dead, by epoch."""

import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnlib.figures.theme import PLOT_CONFIG
from cnnlib.figures.training import make_dead_units_figure, make_histograms_figure
from cnnlib.runs.records import Run
from cnnlib.runs.store import open_store
from cnnlib.ui.page import friendly_errors
from cnnlib.ui.prose import show_text

LOOK_SECONDS = 3  # while the run trains and this is open: there is something new once an epoch
MOST_LAYERS = 12  # in one picture
MOST_EPOCHS = 60  # of a layer, as many as there is room for
TITLE = "Inside the network"
VIEWS = {"weights": "Weights", "activations": "Activations", "dead": "Dead ReLUs"}
ALL = "All layers"
NOTHING_YET = "The pictures begin with the first epoch."
NOT_WATCHED = (
    "This run measured nothing inside the network. Weights, activations and dead ReLUs are chosen "
    "under «What to watch» when a run is started."
)
THINNED = (
    f"At most {MOST_EPOCHS} epochs are drawn: the first, the last, and some evenly between them."
)
NOTHING = "Nothing was measured before this run ended."
NO_RELU = "This network has no ReLU whose units could be dead."
DEAD = "epoch/dead/"
VALUES = {"weights": "weight", "activations": "output"}


def inside_run(run: Run) -> None:
    """Show it in an expander: nothing is read before it is opened."""
    look = st.expander(TITLE, icon=":material/biotech:", key="inside_run", on_change="rerun")
    if not look.open:
        return
    with look:
        every = None if run.has_ended else LOOK_SECONDS
        st.fragment(_draw, run_every=every)(run.id, run.has_ended, run.config.watched)


@friendly_errors()
def _draw(run_id: str, ended: bool, watched: frozenset[str]) -> None:
    kinds = [kind for kind in VIEWS if kind in watched]
    if not kinds:
        st.info(NOT_WATCHED, icon=":material/info:")
        return
    controls = st.container(horizontal=True, vertical_alignment="bottom")
    kind = controls.segmented_control(
        "What", kinds, default=kinds[0], format_func=VIEWS.__getitem__, required=True,
        key="inside_kind", label_visibility="collapsed",
    )  # fmt: skip
    figure = _make_dead(run_id) if kind == "dead" else _make_histograms(run_id, kind, controls)
    if figure is None:
        st.caption(_say_nothing(run_id, kind, ended))
        return
    st.plotly_chart(figure, config=dict(PLOT_CONFIG), key=f"inside_{kind}")
    show_text(f"inside_run/{kind}")


def _say_nothing(run_id: str, kind: str, ended: bool) -> str:
    progress = open_store().get(run_id).progress or {}
    done = progress.get("epoch", 0) - progress.get("first_epoch", 0)
    if kind == "dead" and done >= (1 if ended else 2):  # counts arrive a moment after their epoch
        return NO_RELU
    return NOTHING if ended else NOTHING_YET


def _make_histograms(run_id: str, kind: str, controls: DeltaGenerator) -> go.Figure | None:
    layers = open_store().histograms.list_layers(run_id, kind)
    if not layers:
        return None
    choices = [ALL, *layers] if 1 < len(layers) <= MOST_LAYERS else layers
    chosen = controls.selectbox(
        "Layer", choices, key=f"inside_layer_{run_id}_{kind}", label_visibility="collapsed",
        width=260,
    )  # fmt: skip
    shown = {
        layer: open_store().histograms.read(run_id, kind, layer=layer, most=MOST_EPOCHS)
        for layer in (layers if chosen == ALL else [chosen])
    }
    if any(len(found) == MOST_EPOCHS for found in shown.values()):
        controls.caption(THINNED)
    return make_histograms_figure(shown, value=VALUES[kind])


def _make_dead(run_id: str) -> go.Figure | None:
    _, curves = open_store().curves.read(run_id)
    layers = {
        key.removeprefix(DEAD): (curve.epochs, curve.values)
        for key, curve in curves.items()
        if key.startswith(DEAD)
    }
    return make_dead_units_figure(layers) if layers else None
