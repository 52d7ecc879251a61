"""The form that starts a run: every setting of `RunConfig`, the notes' values to begin with.

What differs from them is in the address, so a link carries it to a whole class.
"""

from typing import Any

import numpy as np
import streamlit as st

from cnnlib.arch import zoo
from cnnlib.data import DatasetInfo, available
from cnnlib.errors import RunError
from cnnlib.runs import client
from cnnlib.runs.config import MAX_EPOCHS, MAX_SEED, OPTIMIZERS, RunConfig
from cnnlib.runs.records import Run
from cnnlib.ui.augmentation.choice import PARAMETER, choose_augmentation
from cnnlib.ui.network_choice import (
    LINK,
    describe_network,
    find_network,
    list_choices,
    parse_network,
)
from cnnlib.ui.network_table import network_table
from cnnlib.ui.page import friendly_errors

BATCH_SIZES = (8, 16, 32, 64, 128, 256, 512)
LEARNING_RATES = (0.00001, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 1.0)
AMOUNTS = (500, 1_000, 2_000, 5_000, 10_000, 20_000)
ALL = 0  # the slider's last place: all images of whichever data set
SETTINGS = ("network", "dataset", "limit", "epochs", "batch_size", "optimizer", "learning_rate",
            "seed")  # fmt: skip
PACKED = "spec"  # in the address and the session's state: the network that a link brings
DEFAULT_NETWORK = RunConfig().network
OPTIMIZER_NAMES = {"adam": "Adam", "sgd": "SGD", "rmsprop": "RMSprop"}
AMOUNT_HELP = "Fewer images train faster and learn less. The test images shrink by the same share."
SEED_HELP = "The same seed draws the same first weights, order of images and dropout."


def run_form() -> Run | None:
    """Draw the form; the new run when Start was pressed, None otherwise."""
    started = None
    infos = {info.name: info for info in available()}
    defaults = RunConfig(dataset=next(iter(infos)))
    _begin_with(_read_address(defaults), infos)
    first, second = st.columns([3, 2], gap="large")
    with first:
        _choose_network()
        st.selectbox(
            "Data set", list(infos), format_func=lambda name: infos[name].title, key="dataset"
        )
        info = infos[st.session_state["dataset"]]
        _choose_amount(info)
    with second:
        st.number_input("Epochs", 1, MAX_EPOCHS, key="epochs")
        with st.expander("More settings", icon=":material/tune:"):
            augmentation = _choose_details()
        _write_address(defaults, augmentation)
        config = _collect(augmentation)
        spec = config.make_spec(info.image_shape, len(info.class_names))
        steps = -(-(config.limit or info.train_count) // config.batch_size)
        an_epoch = "1 step" if steps == 1 else f"{steps:,} steps"
        st.caption(f"{an_epoch} an epoch, {steps * config.epochs:,} in all.")
        pressed = st.button(
            "Start training", type="primary", icon=":material/play_arrow:", width="stretch"
        )
        if pressed:
            with friendly_errors():
                started = client.submit(config)
    st.divider()
    network_table(spec)
    return started


def _choose_network() -> None:
    packed = st.session_state[PACKED]
    st.selectbox(
        "Network",
        list_choices(zoo.trainable_names(), [st.session_state["network"]], packed),
        format_func=lambda name: describe_network(name, packed),
        key="network",
    )


def _choose_amount(info: DatasetInfo) -> None:
    choices = [*(amount for amount in AMOUNTS if amount < info.train_count), ALL]
    if st.session_state["limit"] not in choices:
        st.session_state["limit"] = ALL
    st.select_slider(
        "Training images",
        choices,
        format_func=lambda count: "all" if count == ALL else f"{count:,}",
        help=AMOUNT_HELP,
        key="limit",
    )


def _choose_details() -> str:
    """The less frequent settings; the augmentation that is chosen."""
    st.select_slider("Batch size", BATCH_SIZES, key="batch_size")
    st.selectbox("Optimizer", OPTIMIZERS, format_func=OPTIMIZER_NAMES.__getitem__, key="optimizer")
    st.select_slider(
        "Learning rate", LEARNING_RATES, format_func=_plain_number, key="learning_rate"
    )
    st.number_input("Seed", 0, MAX_SEED, key="seed", help=SEED_HELP)
    return choose_augmentation()


def _plain_number(value: float) -> str:
    return np.format_float_positional(value, trim="-")


def _collect(augmentation: str) -> RunConfig:
    """What the widgets say.

    Raises:
        LabError: the network is gone, or none that a run may train.
    """
    values = {name: st.session_state[name] for name in SETTINGS}
    values["augmentation"] = augmentation
    values["limit"] = None if values["limit"] == ALL else values["limit"]
    name = values.pop("network")
    if name in zoo.names():
        return RunConfig(network=name, **values)
    return RunConfig(spec=find_network(name, st.session_state[PACKED]), **values)


def _begin_with(config: RunConfig, infos: dict[str, DatasetInfo]) -> None:
    """Give each widget its first value, where it has none yet, as near as its choices allow."""
    values = config.to_dict() | {"limit": config.limit or ALL, "network": _read_network()}
    choices: dict[str, Any] = {
        "dataset": infos,
        "batch_size": BATCH_SIZES,
        "learning_rate": LEARNING_RATES,
    }
    fallback = RunConfig(dataset=next(iter(infos))).to_dict()
    for name in SETTINGS:
        known = name not in choices or values[name] in choices[name]
        first = values[name] if known else fallback[name]
        # Said anew in every run; `cnnlib.ui.address` tells why.
        st.session_state[name] = st.session_state.get(name, first)


def _read_network() -> str:
    """Which network the address names; the one that it holds goes to the session's state."""
    packed = st.query_params.get(PACKED, st.session_state.get(PACKED, ""))
    st.session_state[PACKED] = packed
    try:
        name = parse_network(st.query_params.get("network", DEFAULT_NETWORK))
    except ValueError:
        return DEFAULT_NETWORK
    return DEFAULT_NETWORK if name == LINK and not packed else name


def _read_address(defaults: RunConfig) -> RunConfig:
    """The settings in the address, the network apart; one that breaks its rule is passed over."""
    config = defaults.to_dict()
    for name in SETTINGS:
        text = st.query_params.get(name)
        if text is None or name == "network":
            continue
        try:
            value = text if isinstance(config[name], str) else _read_number(text)
            RunConfig(**{**config, name: value})
        except (RunError, ValueError):
            continue
        config[name] = value
    return RunConfig(**config)


def _read_number(text: str) -> int | float:
    return int(text) if text.isdecimal() else float(text)


def _write_address(defaults: RunConfig, augmentation: str) -> None:
    """Put what differs from the defaults into the address; `new` stays as it is."""
    before = st.query_params.to_dict()
    address = {name: value for name, value in before.items() if name == "new"}
    plain = defaults.to_dict() | {"limit": ALL}
    for name in SETTINGS:
        value = st.session_state[name]
        if value != plain[name]:
            address[name] = _plain_number(value) if isinstance(value, float) else str(value)
    if augmentation:
        address[PARAMETER] = augmentation
    if st.session_state["network"] == LINK:
        address[PACKED] = st.session_state[PACKED]
    if address != before:
        st.query_params.from_dict(address)
