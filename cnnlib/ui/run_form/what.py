"""What a run trains, and on what."""

import streamlit as st

from cnnlib.arch import zoo
from cnnlib.arch.spec import Spec
from cnnlib.data import DatasetInfo
from cnnlib.runs.config import RunConfig
from cnnlib.ui.address import Address
from cnnlib.ui.network_choice import LINK, describe_network, list_choices
from cnnlib.ui.run_address import ALL, make_config, run_settings
from cnnlib.ui.run_form import texts
from cnnlib.ui.run_form.places import list_places

AMOUNTS = (500, 1_000, 2_000, 5_000, 10_000, 20_000)


def tidy(address: Address, infos: dict[str, DatasetInfo]) -> None:
    """Make sure that the data set is here, and a link's network with the link."""
    first, key = next(iter(infos)), address.key("_first_dataset")
    before = st.session_state.get(key)
    better = address["dataset"] == before != first  # CIFAR-10 has just come
    if better or address["dataset"] not in infos:
        address["dataset"] = first
    st.session_state[key] = first
    if address["network"] == LINK and not address["spec"]:
        address["network"] = RunConfig().network


def choose_what(address: Address, infos: dict[str, DatasetInfo]) -> None:
    """Draw the choice of the network, the data set and how many of its images."""
    packed = address["spec"]
    st.selectbox(
        texts.NETWORK,
        list_choices(zoo.trainable_names(), [address["network"]], packed),
        format_func=lambda name: describe_network(name, packed),
        key=address.key("network"),
    )
    if address["network"] != LINK:
        address["spec"] = ""
    st.selectbox(texts.DATASET, list(infos), format_func=lambda name: infos[name].title,
                 key=address.key("dataset"))  # fmt: skip
    count = infos[address["dataset"]].train_count
    if address["limit"] >= count:
        address["limit"] = ALL
    places = [place for place in list_places(address, "limit", AMOUNTS) if ALL < place < count]
    st.select_slider(
        texts.LIMIT,
        [*places, ALL],
        format_func=lambda limit: "all" if limit == ALL else f"{limit:,}",
        help=texts.LIMIT_HELP,
        key=address.key("limit"),
    )


def read_config(address: Address, infos: dict[str, DatasetInfo]) -> tuple[RunConfig, Spec]:
    """What is set, and the network for the data set.

    Raises:
        LabError: a setting breaks its rule, or the network does not go with the data set.
    """
    names = [setting.name for setting in run_settings()]
    config = make_config({name: address[name] for name in names})
    info = infos[config.dataset]
    return config, config.make_spec(info.image_shape, len(info.class_names))
