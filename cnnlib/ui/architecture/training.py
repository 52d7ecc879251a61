"""What training a network asks for: memory, and time by what this server has done or measures."""

import streamlit as st

from cnnlib.arch.amounts import format_bytes, format_count, format_seconds
from cnnlib.arch.analysis import Summary
from cnnlib.arch.costs import (
    EPOCH_IMAGES,
    OPTIMIZER_SLOTS,
    Memory,
    estimate_memory,
    estimate_seconds,
    find_nearest,
)
from cnnlib.arch.spec import Spec
from cnnlib.data import available
from cnnlib.figures.architecture.memory import make_memory_figure
from cnnlib.figures.theme import PLOT_CONFIG
from cnnlib.runs.config import OPTIMIZER_TITLES
from cnnlib.runs.estimating.paces import DatasetSize, RunPace, list_paces
from cnnlib.runs.store import open_store
from cnnlib.ui.address import Address
from cnnlib.ui.architecture import texts
from cnnlib.ui.architecture.questions import register_step
from cnnlib.ui.keras_badge import keras_badge
from cnnlib.ui.navigation import TRAIN
from cnnlib.ui.page import plain_text

RUNS_READ = 200


def show_training(address: Address, spec: Spec, summary: Summary) -> None:
    memory = estimate_memory(spec, address["batch"], address["optimizer"])
    paces = find_nearest(summary.macs, _read_paces()) if summary.macs else []
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        st.selectbox(
            texts.OPTIMIZER, list(OPTIMIZER_SLOTS), format_func=OPTIMIZER_TITLES.__getitem__,
            key=address.key("optimizer"), width=170,
        )  # fmt: skip
        _metric(texts.MEMORY, format_bytes(memory.total), texts.MEMORY_HELP)
        _metric(texts.INFERENCE, format_bytes(memory.inference), texts.INFERENCE_HELP)
        if paces:
            seconds = estimate_seconds(summary, EPOCH_IMAGES, paces)
            _metric(texts.EPOCH, f"about {format_seconds(float(f'{seconds:.2g}'))}")
    _show_memory(address, memory)
    st.caption(_describe_paces(paces))
    _measure(address, spec)


def _show_memory(address: Address, memory: Memory) -> None:
    config = {**PLOT_CONFIG, "displayModeBar": False}
    st.plotly_chart(make_memory_figure(memory), config=config, key=address.key("memory"))


def _measure(address: Address, spec: Spec) -> None:
    """The button, and what it found; each press measures anew."""
    setting = (spec, address["batch"], address["optimizer"])
    asked_key, count_key = address.key("_asked"), address.key("_measurements")
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(texts.MEASURE, icon=":material/timer:", help=texts.MEASURE_HELP):
            st.session_state[count_key] = st.session_state.get(count_key, 0) + 1
            st.session_state[asked_key] = setting
        if st.session_state.get(asked_key) == setting:
            number = st.session_state[count_key]
            token = register_step(spec, address["batch"], address["optimizer"], number)
            keras_badge(token, key=address.key("step"), label=texts.MEASURED)


def _read_paces() -> list[RunPace]:
    datasets = {
        info.name: DatasetSize(info.image_shape, len(info.class_names), info.train_count)
        for info in available()
    }
    return list_paces(open_store().list_runs(limit=RUNS_READ), datasets)


def _describe_paces(paces: list[RunPace]) -> str:
    if not paces:
        return texts.NO_PACE.format(train=TRAIN.address)
    speeds = sorted(pace.macs_per_second for pace in paces)
    low, high = format_count(speeds[0]), format_count(speeds[-1])
    runs = ", ".join(
        f"[{plain_text(pace.title)}]({TRAIN.address}?run={pace.run})" for pace in paces
    )
    whose = "network is" if len(paces) == 1 else "networks are"
    count = "the run" if len(paces) == 1 else f"the {len(paces)} runs"
    return texts.PACE.format(
        runs=f"{count} on this server whose {whose} nearest in MACs: {runs}",
        speed=low if low == high else f"{low} to {high}",
    )


def _metric(label: str, value: str, help: str | None = None) -> None:
    st.metric(label, value, help=help, width="content")
