"""The network as a list of rows: the image, each item, and the layers of the chosen block."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from cnnlib.arch.amounts import format_shape
from cnnlib.arch.analysis import LayerError, LayerSummary, Summary
from cnnlib.arch.branch_edits import list_paths
from cnnlib.arch.edits import Item, list_items
from cnnlib.arch.layers import Layer
from cnnlib.arch.rules import Shape
from cnnlib.arch.spec import Spec
from cnnlib.arch.tables import describe_arguments
from cnnlib.figures.architecture.roles import BLOCK, IMAGE, color_of, label_layer
from cnnlib.ui.builder import texts
from cnnlib.ui.builder.state import Place
from cnnlib.ui.components import load_component

MOST_PATHS = 300  # of one block
_CHIPS = {"dense": "≡", "flatten": "▬", "add": "+", "concatenate": "⧺", BLOCK: "▣", IMAGE: "▦"}


@dataclass(frozen=True)
class _Rows:
    """What the rows are made of."""

    spec: Spec
    summary: Summary
    error: LayerError | None
    known: Mapping[str, LayerSummary] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "known", {row.name: row for row in self.summary.layers})

    def make(self, chosen: Place) -> list[dict[str, Any]]:
        image = _shape(self.spec.input_shape)
        rows = [_row(Place(), IMAGE, texts.IMAGE_TITLE, shape=image)]
        for number, item in enumerate(list_items(self.spec), start=1):
            opened = item.is_block and number == chosen.item
            rows.append(self._make_item(Place(number), item, opened))
            if opened:
                rows += self._open(number, item)
        return rows

    def _open(self, number: int, item: Item) -> list[dict[str, Any]]:
        """A row for each layer of a block; before a path's first one, which path it is."""
        depths, titles = _find_paths(self.spec, item)
        rows = []
        for inner, layer in enumerate(item.layers, start=1):
            rows += [_title(level, text) for level, text in titles[layer.name]]
            rows.append(self._make_layer(Place(number, inner), layer, depths[layer.name]))
        return rows

    def _make_item(self, place: Place, item: Item, opened: bool) -> dict[str, Any]:
        if not item.is_block:
            return self._make_layer(place, item.layers[0])
        title = item.block or f"{item.layers[0].name} … {item.exit}"
        row = _row(place, BLOCK, title, texts.LAYERS_IN.format(count=len(item.layers)))
        inside = [self.known[layer.name] for layer in item.layers if layer.name in self.known]
        broken = self.error and self.error.layer in {layer.name for layer in item.layers}
        if len(inside) == len(item.layers):
            row |= self._count(sum(each.params for each in inside), inside[-1].output_shape)
        elif broken and self.error and not opened:
            row |= {"state": "broken", "rule": str(self.error)}
        else:
            row |= {"state": "" if broken else "after"}
        return row

    def _make_layer(self, place: Place, layer: Layer, level: int = 0) -> dict[str, Any]:
        more = describe_arguments(layer)[2].replace("padding ", "")
        details = [label_layer(layer), "" if more == label_layer(layer) else more]
        row = _row(place, layer.role, layer.name, ", ".join(filter(None, details)), level=level)
        if summary := self.known.get(layer.name):
            return row | self._count(summary.params, summary.output_shape)
        if self.error and self.error.layer == layer.name:
            return row | {"state": "broken", "rule": self.error.rule}
        return row | {"state": "after"}

    def _count(self, params: int, shape: tuple[int, ...]) -> dict[str, Any]:
        share = params / self.summary.params if self.summary.params else 0
        count = f"{params:,}" if params else "–"
        return {"count": count, "share": round(share, 4), "shape": _shape(shape)}


def choose_row(
    spec: Spec,
    summary: Summary,
    error: LayerError | None,
    *,
    chosen: Place,
    on_choice: Callable[[str], None],
    key: str,
) -> None:
    """Draw the list.

    Args:
        on_choice: called with the place that was chosen, as text, before the rerun.
    """

    def chose() -> None:
        choice = st.session_state[key].get("choice")
        if isinstance(choice, str):
            on_choice(choice)

    load_component("builder_row")(
        key=key,
        data={
            "label": texts.ROW,
            "rows": _Rows(spec, summary, error).make(chosen),
            "chosen": str(chosen),
        },
        on_choice_change=chose,
    )


def _row(
    place: Place, role: str, title: str, detail: str = "", *, shape: str = texts.UNKNOWN,
    level: int = 0,
) -> dict[str, Any]:  # fmt: skip
    return {
        "place": str(place),
        "level": level + bool(place.inner),
        "chip": _CHIPS.get(role, role[:1]),
        "color": color_of(role),
        "title": title,
        "detail": detail,
        "shape": shape,
        "count": "",
        "share": 0,
        "state": "",
        "rule": "",
    }


def _shape(shape: Shape) -> str:
    return format_shape(shape).replace(" ", "")


def _title(level: int, text: str) -> dict[str, Any]:
    """A line that cannot be chosen."""
    return {"place": "", "level": level + 1, "title": text}


def _find_paths(spec: Spec, item: Item) -> tuple[dict[str, int], dict[str, list[tuple[int, str]]]]:
    """For each layer of a block in how many paths it lies, one in another; and which begin there.

    A path without layers is told before the layer where it ends. Of more than `MOST_PATHS` none is.
    """
    depths = {layer.name: 0 for layer in item.layers}
    titles: dict[str, list[tuple[int, str]]] = {layer.name: [] for layer in item.layers}
    merges = [layer for layer in reversed(item.layers) if layer.merges]
    if sum(len(merge.inputs) for merge in merges) > MOST_PATHS:
        return depths, titles
    for merge in merges:
        level = depths[merge.name]
        for number, path in enumerate(list_paths(spec, merge.name), start=1):
            for layer in path:
                depths[layer.name] += 1
            text = texts.PATH if path else texts.SHORTCUT_PATH
            first = path[0].name if path else merge.name
            titles[first].append((level, text.format(number=number)))
    return depths, titles
