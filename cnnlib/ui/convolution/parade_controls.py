"""The settings that all kinds share on «One image, every convolution»."""

import streamlit as st

from cnnlib.ops.kernels import KERNELS
from cnnlib.ops.kinds import KINDS, Options
from cnnlib.ui.address import Address, Setting, choice, flag, whole
from cnnlib.ui.convolution import parade_texts as texts
from cnnlib.ui.convolution.parade import adapt_options
from cnnlib.ui.convolution.settings import make_settings
from cnnlib.ui.input_choice import IMAGE, input_settings

PAGE = "every_convolution"
SHARED = ("source", "pattern", "size", "image", "upload", "kernel", "padding", "seed")
CARRIED = ("kernel_size", "filters", "groups", "dilation_rate")
MULTIPLES = 4  # filters are so many times the channels at most, so that groups always divide them

__all__ = ["PAGE", "carry_over", "choose_shared", "make_parade_settings", "texts"]


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


def choose_shared(address: Address) -> Options:
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
    return read_shared(address)


def read_shared(address: Address) -> Options:
    """What the controls say."""
    channels = address["channels"]
    return Options(
        kernel=address["kernel"],
        kernel_size=address["kernel_size"],
        filters=channels * address["multiple"],
        dilation_rate=address["dilation_rate"],
        groups=channels,
        padding=address["padding"],
        seed=address["seed"],
    )


def carry_over(address: Address, kind: str) -> dict[str, str]:
    """The same image and kernel as an address of the convolution page."""
    options = adapt_options(kind, read_shared(address))
    values = {name: address[name] for name in SHARED} | {
        name: getattr(options, name) for name in CARRIED if name in KINDS[kind].controls
    }
    values["channels"] = min(address["channels"], KINDS[kind].max_channels)
    own = {setting.name: setting for setting in make_settings(kind)}
    return {"kind": kind} | {
        name: own[name].format(value)
        for name, value in values.items()
        if value is not None and value != own[name].default
    }
