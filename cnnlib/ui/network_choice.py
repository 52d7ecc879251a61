"""Which network a page is about: a classic one, one that somebody saved, or the link's own."""

from collections.abc import Iterable
from dataclasses import replace

import streamlit as st

from cnnlib.arch import zoo
from cnnlib.arch.links import MAX_LENGTH, pack_spec, unpack_spec
from cnnlib.arch.spec import NAME, Spec
from cnnlib.errors import LabError
from cnnlib.runs.library import list_networks, load_network
from cnnlib.ui.address import Address, Setting, choice, whole

LINK = "link"  # in `network`: the one that `spec` holds
OWN = "own"  # in `input`: the shape that the network is meant for
SHAPES = (OWN, "28x28x1", "32x32x3", "64x64x3", "96x96x3", "224x224x3")
MAX_CLASSES = 1_000
_SAVED = "saved."
INPUT_HELP = "Another image size changes shapes and costs; where a layer no longer fits, it says so"
CLASSES_HELP = "0: as many as the network is meant for"


def network_settings(default: str = "baseline") -> list[Setting]:
    """Which network, for which images, for how many classes; `spec` is one from a link."""
    return [
        Setting("network", default, parse_network),
        Setting("spec", "", parse_packed),
        choice("input", SHAPES),
        whole("classes", 0, 0, MAX_CLASSES),
    ]


def choose_network(address: Address) -> Spec:
    """Draw the three choices; the network that they say.

    Raises:
        LabError: it cannot be had: deleted, damaged, or an impossible size.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        packed = address["spec"]
        st.selectbox(
            "Network",
            list_choices(zoo.names(), [address["network"]], packed),
            format_func=lambda name: describe_network(name, packed),
            key=address.key("network"),
            width=300,
        )
        st.selectbox(
            "Image", SHAPES, format_func=describe_input, key=address.key("input"),
            help=INPUT_HELP, width=180,
        )  # fmt: skip
        if address["network"] in zoo.names():
            st.number_input("Classes", 0, MAX_CLASSES, key=address.key("classes"),
                            help=CLASSES_HELP, width=140)  # fmt: skip
    return get_network(address)


def list_choices(classic: list[str], chosen: Iterable[str], packed: str) -> list[str]:
    """Some classic networks, the saved ones, the link's own where it has one, and the chosen."""
    names = [*classic, *(_SAVED + name for name in list_networks())]
    if packed:
        names.append(LINK)
    return [*names, *(name for name in chosen if name not in names)]


def get_network(address: Address) -> Spec:
    """The network that is set.

    Raises:
        LabError: it cannot be had: deleted, damaged, or an impossible size.
    """
    return fit_network(
        address["network"], address["spec"], input=address["input"], classes=address["classes"]
    )


def fit_network(name: str, packed: str, *, input: str, classes: int) -> Spec:
    """One of `list_choices` for an image of `SHAPES`.

    Args:
        packed: the network that the link holds.
        classes: of a classic network; 0 for its own. Others keep theirs.

    Raises:
        LabError: it cannot be had: deleted, damaged, or an impossible size.
    """
    shape = None if input == OWN else _read_shape(input)
    if name in zoo.names():
        return zoo.get(name, input_shape=shape, classes=classes or None)
    spec = find_network(name, packed)
    return replace(spec, input_shape=shape) if shape else spec


def find_network(name: str, packed: str) -> Spec:
    """The network of one of `list_choices`, as it is meant.

    Raises:
        LabError: it is not there, or damaged.
    """
    if name in zoo.names():
        return zoo.get(name)
    if name == LINK:
        return unpack_spec(packed)
    return load_network(name.removeprefix(_SAVED))


def make_network_query(spec: Spec) -> dict[str, str]:
    """What an address says to show just this network on a page that has `network_settings`.

    Raises:
        SpecError: it is too long for a link.
    """
    if spec.name in zoo.names() and spec == zoo.get(spec.name):
        return {"network": spec.name}
    return {"network": LINK, "spec": pack_spec(spec)}


def describe_network(name: str, packed: str) -> str:
    """What people call one of `list_choices`."""
    if name in zoo.names():
        return zoo.describe(name).title
    if name != LINK:
        return f"Saved: {name.removeprefix(_SAVED)}"  # there may be very many files to read
    try:
        return f"The link's: {unpack_spec(packed).title}"
    except LabError:
        return "The link's"


def describe_input(text: str) -> str:
    """For people: one of `SHAPES`."""
    return "its own" if text == OWN else text.replace("x", " × ")


def _read_shape(text: str) -> tuple[int, int, int]:
    height, width, channels = map(int, text.split("x"))
    return height, width, channels


def parse_network(text: str) -> str:
    """`text`, if it can be one of `list_choices`; ValueError otherwise."""
    known = text in zoo.names() or text == LINK
    if not known and not (text.startswith(_SAVED) and NAME.fullmatch(text.removeprefix(_SAVED))):
        raise ValueError(text)
    return text


def parse_packed(text: str) -> str:
    """`text`, if it is no longer than a packed network may be; ValueError otherwise."""
    if len(text) > MAX_LENGTH:
        raise ValueError(text)
    return text
