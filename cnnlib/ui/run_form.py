"""The form that starts a run: every setting of `RunConfig`, the notes' values to begin with.

What is set is in the address, so a link carries it to a whole class.
"""

from typing import Any

import streamlit as st

from cnnlib.arch import zoo
from cnnlib.arch.analysis import analyze
from cnnlib.data import DatasetInfo, available
from cnnlib.runs.config import MAX_EPOCHS, MAX_SEED, OPTIMIZERS, RunConfig
from cnnlib.ui.network_table import network_table

BATCH_SIZES = (8, 16, 32, 64, 128, 256, 512)
LEARNING_RATES = (0.00001, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 1.0)
AMOUNTS = (500, 1_000, 2_000, 5_000, 10_000, 20_000)
BOUND: dict[str, Any] = {"bind": "query-params"}
OPTIMIZER_NAMES = {"adam": "Adam", "sgd": "SGD", "rmsprop": "RMSprop"}


def run_form() -> RunConfig | None:
    """Draw the form; the settings when Start was pressed, None otherwise."""
    defaults = RunConfig()
    first, second = st.columns([3, 2], gap="large")
    with first:
        network = st.selectbox(
            "Network", zoo.names(), format_func=_describe_network, key="network", **BOUND
        )
        info = _choose_data()
        amount = _choose_amount(info)
    with second:
        epochs = int(
            st.number_input("Epochs", 1, MAX_EPOCHS, defaults.epochs, key="epochs", **BOUND)
        )
        with st.expander("More settings", icon=":material/tune:"):
            batch_size = st.select_slider(
                "Batch size", BATCH_SIZES, defaults.batch_size, key="batch_size", **BOUND
            )
            optimizer = st.selectbox(
                "Optimizer",
                OPTIMIZERS,
                format_func=OPTIMIZER_NAMES.__getitem__,
                key="optimizer",
                **BOUND,
            )
            learning_rate = st.select_slider(
                "Learning rate",
                LEARNING_RATES,
                defaults.learning_rate,
                format_func="{:g}".format,
                key="learning_rate",
                **BOUND,
            )
            seed = int(
                st.number_input(
                    "Seed", 0, MAX_SEED, defaults.seed, key="seed", help=SEED_HELP, **BOUND
                )
            )
        steps = -(-(amount or info.train_count) // batch_size)
        st.caption(f"{steps:,} steps an epoch, {steps * epochs:,} in all.")
        pressed = st.button(
            "Start training", type="primary", icon=":material/play_arrow:", width="stretch"
        )
    st.divider()
    shape, classes = info.image_shape, len(info.class_names)
    network_table(zoo.get(network, input_shape=shape, classes=classes))
    if not pressed:
        return None
    return RunConfig(
        network=network,
        dataset=info.name,
        limit=amount,
        epochs=epochs,
        batch_size=batch_size,
        optimizer=optimizer,
        learning_rate=learning_rate,
        seed=seed,
    )


SEED_HELP = "The same seed draws the same first weights, order of images and dropout."


def _describe_network(name: str) -> str:
    spec = zoo.get(name)
    return f"{spec.title} · {analyze(spec).params:,} parameters"


def _choose_data() -> DatasetInfo:
    infos = {info.name: info for info in available()}
    name = st.selectbox(
        "Data set", list(infos), format_func=lambda name: infos[name].title, key="data", **BOUND
    )
    return infos[name]


def _choose_amount(info: DatasetInfo) -> int | None:
    """How many training images; None for all of them."""
    choices = [amount for amount in AMOUNTS if amount < info.train_count]
    amount: int = st.select_slider(
        "Training images",
        [*choices, info.train_count],
        info.train_count,
        format_func=lambda count: "all" if count == info.train_count else f"{count:,}",
        help="Fewer images train faster and learn less. The test images shrink by the same share.",
        key=f"amount_{info.name}",
        **BOUND,
    )
    return None if amount == info.train_count else amount
