"""Twins: two tiny networks that differ in one step, trained with one seed, curve over curve.

The runs are ordinary ones: they go on when the page is closed, and the address names them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from cnnlib.arch.layers import BatchNormalization
from cnnlib.arch.spec import Spec
from cnnlib.arch.twins import (
    MOMENTUM,
    compute_kept_share,
    find_equal_starts,
    list_differences,
    make_twins,
)
from cnnlib.data import DatasetInfo, available
from cnnlib.errors import LabError
from cnnlib.runs.config import RunConfig
from cnnlib.runs.twins import Pair, read_pair, start_pair
from cnnlib.ui.address import Address, Setting, choice, whole
from cnnlib.ui.cbapd import twins_texts as texts
from cnnlib.ui.cbapd.twins_outcome import show_pair
from cnnlib.ui.network_table import network_table
from cnnlib.ui.page import friendly_errors, plain_text, show_error
from cnnlib.ui.people import current_person, may_control
from cnnlib.ui.prose import show_text
from cnnlib.ui.run_control import actions

PART = "twins"  # of the address: ?twins.epochs=…
AMOUNTS = (500, 1_000, 2_000, 5_000, 10_000)  # training images, or all of a smaller set
MAX_EPOCHS, MAX_SEED = 20, 9_999
LONGEST_ID = 80


@dataclass(frozen=True)
class _Plan:
    """What the controls say: both networks, and the settings of both runs."""

    specs: tuple[Spec, Spec]
    configs: tuple[RunConfig, RunConfig]


@st.fragment
@friendly_errors()
def show_twins(steps: Sequence[str]) -> None:
    """Draw the whole part of the page.

    Args:
        steps: some of "C", "B", "A", "P", "D" in the page's order. The convolution is put first.
    """
    st.subheader(texts.TITLE, anchor=False)
    show_text("cbapd/twins")
    blocks = ("C", *(step for step in steps if step != "C"))
    if blocks != tuple(steps):
        st.caption(texts.CONVOLUTION_FIRST)
    infos = {info.name: info for info in available()}
    address = Address(PART, _make_settings(blocks, list(infos)), part=True)
    see = st.container()  # above the controls, and filled with what they say
    pair = _read_pair(address)
    with st.container(horizontal=True, vertical_alignment="bottom", border=True):
        _choose(address, blocks, infos)
        _offer_buttons(address, blocks, pair if pair and _is_own_under_way(pair) else None)
    address.write()
    _compare_networks(_make_plan(address, blocks, infos))
    with see, friendly_errors():
        if problem := st.session_state.pop(_problem_key(), None):
            show_error(problem)
        if pair is None:
            st.info(texts.NOT_YET.format(train=texts.TRAIN), icon=":material/show_chart:")
        else:
            show_pair(pair, address["guess"])


def _make_settings(blocks: tuple[str, ...], datasets: list[str]) -> list[Setting]:
    return [
        choice("difference", list_differences(blocks)),
        choice("dataset", datasets),
        whole("images", 2_000, 1, AMOUNTS[-1]),
        whole("epochs", 3, 1, MAX_EPOCHS),
        whole("seed", 0, 0, MAX_SEED),
        replace(choice("guess", texts.GUESSES), default=None),
        Setting("a", "", _parse_id),
        Setting("b", "", _parse_id),
    ]


def _parse_id(text: str) -> str:
    if len(text) > LONGEST_ID:
        raise ValueError(text[:20])
    return text


def _problem_key() -> str:
    return f"{PART}__problem"


def _read_pair(address: Address) -> Pair | None:
    """The pair that the address names; one that cannot be shown is passed over with a line."""
    ids = address["a"], address["b"]
    if ids == ("", ""):
        return None
    try:
        return read_pair(*ids)
    except LabError as error:
        st.caption(texts.BAD_PAIR.format(reason=plain_text(str(error))))
        address["a"] = address["b"] = ""
        return None


def _choose(address: Address, blocks: tuple[str, ...], infos: dict[str, DatasetInfo]) -> None:
    differences = list_differences(blocks)
    _tidy(address, blocks, infos)
    st.selectbox(texts.DIFFERENCE, list(differences), format_func=differences.__getitem__,
                 key=address.key("difference"), width=300)  # fmt: skip
    st.selectbox(texts.DATASET, list(infos), format_func=lambda name: infos[name].title,
                 key=address.key("dataset"), width=160)  # fmt: skip
    amounts = _list_amounts(infos[address["dataset"]])
    st.selectbox(texts.IMAGES, amounts, format_func=lambda amount: f"{amount:,}",
                 key=address.key("images"), width=140)  # fmt: skip
    st.number_input(texts.EPOCHS, 1, MAX_EPOCHS, key=address.key("epochs"), width=120)
    st.number_input(texts.SEED, 0, MAX_SEED, key=address.key("seed"), width=120)
    st.segmented_control(texts.GUESS, list(texts.GUESSES), format_func=texts.GUESSES.__getitem__,
                         key=address.key("guess"))  # fmt: skip


def _tidy(address: Address, blocks: tuple[str, ...], infos: dict[str, DatasetInfo]) -> None:
    """Bring what is set to what there is: the page's steps have changed, say, or the data set."""
    for name, known in (("difference", list_differences(blocks)), ("dataset", infos)):
        if address[name] not in known:
            address[name] = next(iter(known))
    amounts = _list_amounts(infos[address["dataset"]])
    if address["images"] not in amounts:
        address["images"] = max(n for n in amounts if n <= max(address["images"], amounts[0]))


def _list_amounts(info: DatasetInfo) -> list[int]:
    there = info.train_count
    return sorted({*(amount for amount in AMOUNTS if amount < there), min(there, AMOUNTS[-1])})


def _make_plan(address: Address, blocks: tuple[str, ...], infos: dict[str, DatasetInfo]) -> _Plan:
    info = infos[address["dataset"]]
    specs = make_twins(blocks, address["difference"], info.image_shape, len(info.class_names))
    first, second = (
        RunConfig(
            spec=spec,
            dataset=info.name,
            limit=address["images"],
            epochs=address["epochs"],
            seed=address["seed"],
        )
        for spec in specs
    )
    return _Plan(specs, (first, second))


def _offer_buttons(address: Address, blocks: tuple[str, ...], under_way: Pair | None) -> None:
    st.button(texts.TRAIN, type="primary", icon=":material/play_arrow:", key=f"{PART}_train",
              on_click=_start, args=(address, blocks), disabled=under_way is not None)  # fmt: skip
    st.button(texts.ANOTHER_SEED, icon=":material/casino:", key=f"{PART}_another",
              on_click=_start, args=(address, blocks, 1),
              disabled=under_way is not None)  # fmt: skip
    if under_way is not None:
        st.button(texts.STOP, icon=":material/stop:", key=f"{PART}_stop", on_click=_stop,
                  args=(under_way,))  # fmt: skip


def _is_own_under_way(pair: Pair) -> bool:
    """Whether the pair trains or waits, and who looks on may stop it."""
    return not all(run.has_ended for run in pair) and all(map(may_control, pair))


def _start(address: Address, blocks: tuple[str, ...], next_seed: int = 0) -> None:
    """Start both runs, unless a second click came while one's own are under way."""
    infos = {info.name: info for info in available()}
    _tidy(address, blocks, infos)
    try:
        if address["a"] and _is_own_under_way(read_pair(address["a"], address["b"])):
            return
        seed = (address["seed"] + next_seed) % (MAX_SEED + 1)
        plan = _make_plan(address, blocks, infos)
        first, second = (replace(config, seed=seed) for config in plan.configs)
        ids = start_pair(first, second, owner=current_person())
    except LabError as error:
        st.session_state[_problem_key()] = str(error)
        return
    address["seed"] = seed
    address["a"], address["b"] = ids


def _stop(pair: Pair) -> None:
    actions.stop_all([run.id for run in pair])


def _compare_networks(plan: _Plan) -> None:
    """Both networks' layers and counts side by side, and which weights start alike."""
    for column, spec in zip(st.columns(2, gap="large"), plan.specs, strict=True):
        with column:
            network_table(spec, brief=True)
    if any(layer.kind == "BatchNormalization" for spec in plan.specs for layer in spec.layers):
        config = plan.configs[0]
        steps = -(-(config.limit or 1) // config.batch_size) * config.epochs
        st.caption(
            texts.MOMENTUM.format(
                momentum=MOMENTUM,
                usual=BatchNormalization().momentum,
                kept=compute_kept_share(BatchNormalization().momentum, steps),
                steps=steps,
            )
        )
    starts = find_equal_starts(*plan.specs)
    equal = ", ".join(f"`{name}`" for name, same in starts.items() if same)
    other = ", ".join(f"`{name}`" for name, same in starts.items() if not same)
    if not other:
        st.caption(texts.ALL_START_EQUAL.format(equal=equal))
        return
    dropouts = [sum(layer.kind == "Dropout" for layer in spec.layers) for spec in plan.specs]
    reason = texts.MOVED if dropouts[0] != dropouts[1] else texts.RESHAPED
    st.caption(texts.SOME_START_EQUAL.format(equal=equal, other=other, reason=reason))
