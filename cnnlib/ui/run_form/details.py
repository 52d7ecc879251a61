"""The less frequent settings of a run."""

from contextlib import suppress

import streamlit as st

from cnnlib.errors import LabError
from cnnlib.figures.schedules import make_schedule_figure
from cnnlib.figures.theme import PLOT_CONFIG
from cnnlib.runs.config import MAX_EPOCHS, MAX_SEED, OPTIMIZER_TITLES, WATCHES
from cnnlib.runs.schedules import SCHEDULES, Schedule
from cnnlib.ui.address import Address
from cnnlib.ui.augmentation.controls import choose_kinds
from cnnlib.ui.navigation import AUGMENTATION, link_to
from cnnlib.ui.run_address import read_number
from cnnlib.ui.run_form import texts
from cnnlib.ui.run_form.places import choose_number, list_places

LEARNING_RATES = (0.00001, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 1.0)
BATCH_SIZES = (8, 16, 32, 64, 128, 256, 512)
WEIGHT_DECAYS = (0, 0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05)
LABEL_SMOOTHINGS = (0, 0.05, 0.1, 0.2)
WARMUPS = (0, 0.5, 1, 2, 5)


def choose_details(address: Address, *, name: str, max_name: int) -> str:
    """Draw them all; what is typed as a name, which is not in the address.

    Args:
        name: the label of the name's box. max_name: how many letters it takes.
    """
    learning, over_time, this_run = st.columns(3, gap="large")
    with learning:
        st.markdown(f"##### {texts.LEARNING}")
        _choose_learning(address)
    with over_time:
        st.markdown(f"##### {texts.OVER_TIME}")
        _choose_rate(address)
    with this_run:
        st.markdown(f"##### {texts.THIS_RUN}")
        typed = st.text_input(
            name, key=address.key("_name"), max_chars=max_name, help=texts.NAME_HELP
        )
        _choose_this_run(address)
    choose_kinds(address)
    link_to(AUGMENTATION, texts.AUGMENTATION_LINK, {"augmentation": address["augmentation"]})
    _choose_watch(address)
    return typed


def _choose_learning(address: Address) -> None:
    st.selectbox(
        texts.OPTIMIZER, list(OPTIMIZER_TITLES), format_func=OPTIMIZER_TITLES.__getitem__,
        key=address.key("optimizer"), help=texts.OPTIMIZER_HELP,
    )  # fmt: skip
    choose_number(
        address, "learning_rate", texts.LEARNING_RATE, LEARNING_RATES, texts.LEARNING_RATE_HELP
    )
    st.select_slider(texts.BATCH_SIZE, list_places(address, "batch_size", BATCH_SIZES),
                     key=address.key("batch_size"), help=texts.BATCH_SIZE_HELP)  # fmt: skip
    choose_number(
        address, "weight_decay", texts.WEIGHT_DECAY, WEIGHT_DECAYS, texts.WEIGHT_DECAY_HELP
    )
    choose_number(address, "label_smoothing", texts.LABEL_SMOOTHING, LABEL_SMOOTHINGS,
                  texts.LABEL_SMOOTHING_HELP)  # fmt: skip


def _choose_rate(address: Address) -> None:
    st.selectbox(
        texts.SCHEDULE, SCHEDULES, format_func=texts.SCHEDULES.__getitem__,
        key=address.key("schedule"), help=texts.SCHEDULE_HELP,
    )  # fmt: skip
    picture = st.container()
    choose_number(address, "warmup", texts.WARMUP, WARMUPS, texts.WARMUP_HELP)
    st.number_input(texts.PATIENCE, 0, MAX_EPOCHS, key=address.key("patience"),
                    help=texts.PATIENCE_HELP)  # fmt: skip
    with picture, suppress(LabError):  # a number that breaks its rule is told beside Start
        rate, warmup = (read_number(name, address[name]) for name in ("learning_rate", "warmup"))
        schedule = Schedule(address["schedule"], warmup)
        st.plotly_chart(
            make_schedule_figure(schedule, rate, address["epochs"]),
            config={**PLOT_CONFIG, "displayModeBar": False},
            key=address.key("rates"),
        )


def _choose_this_run(address: Address) -> None:
    st.number_input(texts.SEED, 0, MAX_SEED, key=address.key("seed"), help=texts.SEED_HELP)
    st.segmented_control(
        texts.ACCELERATION, list(texts.ACCELERATIONS), key=address.key("acceleration"),
        format_func=texts.ACCELERATIONS.__getitem__, help=texts.ACCELERATION_HELP, required=True,
    )  # fmt: skip
    st.toggle(texts.DETERMINISTIC, key=address.key("deterministic"), help=texts.DETERMINISTIC_HELP)


def _choose_watch(address: Address) -> None:
    st.pills(
        texts.WATCH, WATCHES, selection_mode="multi", key=address.key("watch"),
        format_func=texts.WATCHES.__getitem__, help=texts.WATCH_HELP,
    )  # fmt: skip
    chosen = [f"{texts.WATCHES[name]}: {texts.WATCH_COSTS[name]}." for name in address["watch"]]
    st.caption(" ".join(chosen) or texts.NOTHING_WATCHED)
