"""What the builder keeps: the network and what is chosen in the address, the steps to undo."""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache

import streamlit as st

from cnnlib.arch import zoo
from cnnlib.arch.analysis import analyze_until_error
from cnnlib.arch.branch_edits import list_paths
from cnnlib.arch.edits import Item, list_items, list_names
from cnnlib.arch.history import History
from cnnlib.arch.layers import Layer
from cnnlib.arch.links import pack_spec, unpack_spec
from cnnlib.arch.pieces import make_empty_network
from cnnlib.arch.rules import Shape
from cnnlib.arch.spec import INPUT, Spec, check_texts, require_few_layers
from cnnlib.errors import LabError, SpecError
from cnnlib.ui.address import Address, Setting, flag
from cnnlib.ui.architecture.code import code_setting
from cnnlib.ui.builder import texts
from cnnlib.ui.network_choice import find_network, parse_network
from cnnlib.ui.page import show_error

PAGE = "builder"
_PLACE = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,3}))?")
_HISTORY, _PROBLEM = f"{PAGE}__history", f"{PAGE}__problem"
_RENAMED = f"{PAGE}__renamed"  # session state: old name -> new name
EDITING, KEEPING = "editing", "keeping"  # the parts of the page that tell a broken rule


@dataclass(frozen=True)
class Place:
    """Which row is chosen: 0 the image, 1 the first item; `inner` a layer in it, from 1 on."""

    item: int = 0
    inner: int = 0

    def __str__(self) -> str:
        return f"{self.item}.{self.inner}" if self.inner else str(self.item)


@dataclass(frozen=True)
class Chosen:
    """What the place means in a network: nothing but the place for the image."""

    place: Place
    item: Item | None = None
    layer: Layer | None = None  # one inside a block

    @property
    def name(self) -> str:
        """Of the layer, or of the item."""
        if self.layer:
            return self.layer.name
        return self.item.block or self.item.exit if self.item else ""


def open_address() -> Address:
    """The page's address, with a network in it: the one that it says, else the empty one."""
    address = Address(
        PAGE,
        [
            Setting("spec", make_empty_network(), _parse_spec, _pack),
            Setting("at", Place(), _parse_place),
            flag("source"),  # whether the Keras lines are shown
            code_setting(),
            Setting("network", "", parse_network),  # how other pages say which one to start from
        ],
    )
    if address["network"]:
        _begin(address)
    _follow(address)
    return address


def get_chosen(address: Address) -> Chosen:
    """What is chosen; the nearest that there is, where the network has become shorter."""
    place, items = address["at"], list_items(address["spec"])
    number = min(place.item, len(items))
    if not number:
        return Chosen(Place())
    item = items[number - 1]
    inner = min(place.inner, len(item.layers)) if item.is_block else 0
    layer = item.layers[inner - 1] if inner else None
    return Chosen(Place(number, inner), item, layer)


def list_shapes(spec: Spec) -> dict[str, Shape]:
    """What the image and each layer that fits puts out."""
    summary, _ = analyze_until_error(spec)
    return {INPUT: spec.input_shape} | {row.name: row.output_shape for row in summary.layers}


def find_place(spec: Spec, name: str) -> int:
    """At which place of the row the item of that name stands.

    Raises:
        SpecError: it is no longer there.
    """
    for place, item in enumerate(list_items(spec)):
        if name == (item.block or item.exit):
            return place
    raise SpecError(f"{name} is not there any more.")


def find_path(spec: Spec, merge: str, end: str) -> int:
    """Which path to the layer `merge` ends with the layer `end`; for "" the last shortcut.

    Raises:
        SpecError: it is no longer there.
    """
    ends = {name_end(path): number for number, path in enumerate(list_paths(spec, merge))}
    if end not in ends:
        raise SpecError("That path is not there any more.")
    return ends[end]


def name_end(path: Sequence[Layer]) -> str:
    """The name of a path's last layer; "" of a shortcut."""
    return path[-1].name if path else ""


def find_name(address: Address, drawn: str) -> str:
    """What the layer or block that a widget was drawn for is called now (in its callback).

    A name that is typed and left by a click comes just before the click, or with it.
    """
    names, renamed = list_names(address["spec"]), st.session_state.get(_RENAMED, {})
    return drawn if drawn in names else renamed.get(drawn, drawn)


def note_name(old: str, new: str) -> None:
    """Remember for `find_name` that this one is called otherwise."""
    st.session_state.setdefault(_RENAMED, {})[old] = new


def choose(address: Address, place: Place) -> None:
    address["at"] = place


def choose_text(address: Address, text: str) -> None:
    """What a browser says was chosen; anything but a place is passed over."""
    with suppress(ValueError):
        address["at"] = _parse_place(text)


def choose_layer(address: Address, name: str) -> None:
    """Choose the row of the layer or block of that name, if there is one."""
    for number, item in enumerate(list_items(address["spec"]), start=1):
        if name == (item.block or item.exit):
            address["at"] = Place(number)
            return
        for inner, layer in enumerate(item.layers, start=1):
            if layer.name == name:
                address["at"] = Place(number, inner)
                return


def edit(address: Address, make: Callable[[Spec], Spec], *, part: str = EDITING) -> bool:
    """Take a step, in a widget's callback; whether it could be taken.

    What is chosen stays so, wherever it stands then.

    Args:
        part: of the page, which then tells the rule that is broken.
    """
    try:
        spec = make(address["spec"])
        require_few_layers(len(spec.layers))
        _pack(check_texts(spec))
    except LabError as error:
        tell_problem(str(error), part=part)
        return False
    name = get_chosen(address).name
    address["spec"] = spec
    choose_layer(address, name)
    _follow(address)  # at once: the click on Undo may come with it
    return True


def show_problem(part: str = EDITING) -> None:
    """The rule that the last step of this part broke, once."""
    if problem := st.session_state.pop(f"{_PROBLEM}_{part}", None):
        show_error(problem)


def tell_problem(message: str, *, part: str = EDITING) -> None:
    """Have `show_problem` say it in the next run."""
    st.session_state[f"{_PROBLEM}_{part}"] = message


def get_history() -> History:
    history: History = st.session_state[_HISTORY]
    return history


def step(address: Address, way: Callable[[History], History]) -> None:
    """Undo or redo; what is chosen stays so, where it is there."""
    name = get_chosen(address).name
    st.session_state[_HISTORY] = way(get_history())
    address["spec"] = get_history().present
    choose_layer(address, name)


def _follow(address: Address) -> None:
    """Note the network in the history, whichever way it came: a step, a link, the Back button."""
    history = st.session_state.get(_HISTORY)
    spec = address["spec"]
    st.session_state[_HISTORY] = history.add(spec) if history else History(spec)


def _begin(address: Address) -> None:
    """Start from the network that a link names; one that is not there is told."""
    name, address["network"] = address["network"], ""
    if edit(address, lambda spec: make_own(find_network(name, _pack(spec)))):
        address["at"] = Place()


def make_own(spec: Spec) -> Spec:
    """A classic network under a name of one's own: as it changes, it is that network no more."""
    if spec.name not in zoo.names():
        return spec
    name, title = texts.MY_NAME.format(name=spec.name), texts.MY_TITLE.format(title=spec.title)
    return replace(spec, name=name, title=title)


@lru_cache(maxsize=64)
def _pack(spec: Spec) -> str:
    return pack_spec(spec)


def _parse_spec(text: str) -> Spec:
    """The link's network; one that was cut off on its way is told."""
    try:
        return unpack_spec(text)
    except SpecError as error:
        tell_problem(str(error))
        raise ValueError(text[:20]) from error


def _parse_place(text: str) -> Place:
    match = _PLACE.fullmatch(text)
    if match is None:
        raise ValueError(text[:20])
    return Place(int(match[1]), int(match[2] or 0))
