"""The controls of the convolution page, and the options that they make."""

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnlib.ops.kernels import KERNELS
from cnnlib.ops.kinds import Kind, Options
from cnnlib.runs import client
from cnnlib.runs.arrays import decode_array
from cnnlib.runs.files import read_checkpoint
from cnnlib.runs.records import Run
from cnnlib.runs.store import open_store
from cnnlib.ui.address import Address
from cnnlib.ui.convolution.settings import (
    LEARNED,
    LIMITS,
)
from cnnlib.ui.edits import forget_edits

LABELS = {
    "kernel_size": "Kernel size k",
    "kernel_depth": "Kernel depth",
    "filters": "Filters",
    "depth_multiplier": "Depth multiplier",
    "strides": "Strides",
    "dilation_rate": "Dilation rate d",
    "groups": "Groups g",
}
SWITCHES = {
    "use_bias": ("Bias", "One number per filter, added to its sums; edit it in its grid."),
    "in_two_steps": (
        "In two steps",
        "First each channel by its own slice of the kernel, then the sum over the channels.",
    ),
}
FROM_RUN = "Learned by a run"
NO_RUN = "No run has a checkpoint yet: train a network first, then look at what it has learned."
RUNS_OFFERED = 20


def choose_options(address: Address, kind: Kind) -> Options:
    """Draw the controls that `kind` has, and give what they say.

    Raises:
        LabError: the learned kernels cannot be read.
    """
    forget = _forget(address)
    learned = None
    if "kernel" in kind.controls:
        learned = _choose_kernel(address, forget)
    if learned is not None:
        address["kernel_size"] = learned.shape[0]
    for name, label in LABELS.items():
        if name in kind.controls:
            low, high = LIMITS[name]
            st.number_input(
                label,
                low,
                high,
                key=address.key(name),
                disabled=name == "kernel_size" and learned is not None,
                on_change=forget if name not in ("strides", "dilation_rate") else None,
                width=140,
            )
    if "padding" in kind.controls:
        st.segmented_control(
            "Padding", ("valid", "same"), format_func=str.upper, key=address.key("padding"),
            required=True,
        )  # fmt: skip
    for name, (label, help_text) in SWITCHES.items():
        if name in kind.controls:
            st.toggle(label, key=address.key(name), help=help_text, on_change=forget)
    return read_options(address, kind, learned)


def read_options(address: Address, kind: Kind, learned: NDArray[np.float32] | None) -> Options:
    """The options that the address says; what `kind` has no control for stays at its default."""
    plain = Options()
    values: dict[str, Any] = {
        name: address[name] if name in kind.controls else getattr(plain, name)
        for name in (*LABELS, *SWITCHES, "padding", "kernel")
    }
    if "kernel_size" not in kind.controls:
        values["kernel_size"] = 1  # the 1×1 kind
    if learned is None and values["kernel"] == LEARNED:
        values["kernel"] = plain.kernel
    return Options(**values, seed=address["seed"], learned=learned)


def _forget(address: Address) -> Callable[[], None]:
    """Edits of kernels belong to the kernel that was there."""

    def forget() -> None:
        edited = {grid for grid, _ in address["edits"]} - {"input"}
        if edited:
            forget_edits(address, *edited)

    return forget


def _choose_kernel(address: Address, forget: Callable[[], None]) -> NDArray[np.float32] | None:
    st.selectbox(
        "Kernel",
        [*KERNELS, LEARNED],
        format_func=lambda name: FROM_RUN if name == LEARNED else KERNELS[name].title,
        key=address.key("kernel"),
        on_change=forget,
        width=220,
    )
    if address["kernel"] == "random":
        st.number_input("Seed", *LIMITS["seed"], key=address.key("seed"), on_change=forget,
                        width=120)  # fmt: skip
    return _choose_run(address) if address["kernel"] == LEARNED else None


def _choose_run(address: Address) -> NDArray[np.float32] | None:
    runs = {run.id: run for run in _list_runs()}
    if not runs:
        st.info(NO_RUN)
        return None
    if address["run"] not in runs:
        address["run"] = next(iter(runs))
    st.selectbox(
        "Run", list(runs), format_func=lambda name: _describe(runs[name]), key=address.key("run"),
        width=260,
    )  # fmt: skip
    run = runs[address["run"]]
    checkpoint = read_checkpoint(run.id, "best") or read_checkpoint(run.id, "last")
    return read_first_kernel(run.id, checkpoint.epoch if checkpoint else 0.0)


def _list_runs() -> list[Run]:
    having = (run for run in open_store().list_runs() if read_checkpoint(run.id, "last"))
    return [run for run, _ in zip(having, range(RUNS_OFFERED), strict=False)]


def _describe(run: Run) -> str:
    return f"{run.config.title}, {run.id}"


@st.cache_data(max_entries=32, show_spinner="Reading what the run has learned")
def read_first_kernel(run: str, epoch: float) -> NDArray[np.float32]:
    """The first convolution's kernel of a run's best checkpoint; `epoch` tells its versions apart.

    Raises:
        RunError: the checkpoint cannot be read.
    """
    return decode_array(client.ask("first_kernels", run=run)["kernel"])
