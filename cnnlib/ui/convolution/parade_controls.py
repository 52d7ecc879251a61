"""The settings that all kinds share on «One image, every convolution»."""

import streamlit as st

from cnnlib.ops.kernels import KERNELS
from cnnlib.ops.kinds import Options
from cnnlib.ui.address import Address, Setting, choice, flag, whole
from cnnlib.ui.convolution import parade_texts as texts
from cnnlib.ui.input_choice import IMAGE, input_settings

PAGE = "every_convolution"
MULTIPLES = 4  # filters are so many times the channels at most, so that groups always divide them

__all__ = ["PAGE", "choose_shared", "make_parade_settings", "texts"]


def make_parade_settings() -> list[Setting]:
    return [
        *input_settings(source=IMAGE, size=32, channels=3),
        choice("kernel", KERNELS),
        whole("kernel_size", 3, 1, 7),
        whole("multiple", 1, 1, MULTIPLES),
        whole("dilation_rate", 2, 1, 4),
        choice("padding", ("same", "valid")),
        whole("seed", 0, 0, 9999),
        flag("check"),
    ]


def choose_shared(address: Address, channels: int) -> Options:
    """Draw the controls; groups are as many as channels."""
    st.selectbox(
        "Kernel",
        list(KERNELS),
        format_func=lambda name: KERNELS[name].title,
        key=address.key("kernel"),
        width=220,
    )
    if address["kernel"] == "random":
        st.number_input("Seed", 0, 9999, key=address.key("seed"), width=120)
    st.number_input("Kernel size k", 1, 7, key=address.key("kernel_size"), width=140)
    st.number_input(
        "Filters per channel", 1, MULTIPLES, key=address.key("multiple"), width=160,
        help=texts.FILTERS_HELP,
    )  # fmt: skip
    st.number_input("Dilation rate d", 1, 4, key=address.key("dilation_rate"), width=140,
                    help=texts.DILATION_HELP)  # fmt: skip
    st.segmented_control(
        "Padding", ("valid", "same"), format_func=str.upper, key=address.key("padding"),
        required=True,
    )  # fmt: skip
    return Options(
        kernel=address["kernel"],
        kernel_size=address["kernel_size"],
        filters=channels * address["multiple"],
        dilation_rate=address["dilation_rate"],
        groups=channels,
        padding=address["padding"],
        seed=address["seed"],
    )
