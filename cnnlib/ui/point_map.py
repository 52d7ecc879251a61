"""A map of thousands of images: points to hover, draw an area around, or click; one canvas.

Hovering, zooming, hiding classes and showing pictures for points ask the server for nothing: the
pictures come in one sheet. Only a selection makes the page rerun.
"""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import ArrayLike, NDArray

from cnnlib.figures.theme import CLASS_COLORS
from cnnlib.ui.areas import SIDE, read_area
from cnnlib.ui.components import load_component
from cnnlib.ui.sheets import Sheet

_SCRIPTS = ("point_map_view.js", "point_map_draw.js", "point_map.js")  # one script, in this order


@dataclass(frozen=True)
class Says:
    """What a model says of each point: predicted (n,) classes, confidence (n,) 0..1."""

    predicted: NDArray[np.int32]
    confidence: NDArray[np.float32]


@dataclass(frozen=True)
class MapEvents:
    """Called before the rerun that they cause.

    on_area: with the area's text, see `areas`; "" when it is given up.
    on_pick: with the number 0..n-1 of the point that was clicked.
    on_hide: with the labels that are hidden.
    """

    on_area: Callable[[str], None]
    on_pick: Callable[[int], None]
    on_hide: Callable[[list[int]], None]


def point_map(
    points: NDArray[np.uint16],
    *,
    labels: ArrayLike,
    indices: ArrayLike,
    class_names: Sequence[str],
    split: str,
    sheet: Sheet,
    events: MapEvents,
    key: str,
    area: str = "",
    picked: int | None = None,
    hidden: Sequence[int] = (),
    says: Says | None = None,
    label: str = "A map of images",
) -> None:
    """Draw the map.

    Args:
        points: (n, 2), 0..`areas.SIDE` as `areas.fit_to_map` gives them; y grows upwards.
        labels: (n,) classes, which give the colours.
        indices: (n,) numbers of the images in their split.
        split: for people, "training" or "test".
        sheet: the n pictures in the same order.
        key: the widget's key; stable, so that reruns keep the zoom.
        area: the selected area's text; "" for none.
        picked: the number 0..n-1 of the selected point.
        hidden: labels whose points are hidden.
    """
    count, classes = len(points), len(class_names)

    def area_changed() -> None:
        text = st.session_state[key].get("area")
        if text == "" or (isinstance(text, str) and _is_area(text)):
            events.on_area(text)

    def point_picked() -> None:
        number = st.session_state[key].get("picked")
        if type(number) is int and 0 <= number < count:
            events.on_pick(number)

    def classes_hidden() -> None:
        wanted = st.session_state[key].get("hidden")
        if isinstance(wanted, list) and all(type(n) is int and 0 <= n < classes for n in wanted):
            events.on_hide(sorted(set(wanted)))

    load_component("point_map", _SCRIPTS)(
        key=key,
        data={
            "side": SIDE,
            "points": _encode(points, "<u2"),
            "labels": _encode(labels, "<u2"),
            "indices": _encode(indices, "<u4"),
            "classes": list(class_names),
            "colors": [CLASS_COLORS[k % len(CLASS_COLORS)] for k in range(classes)],
            "split": split,
            "sheet": {
                "url": sheet.address,
                "columns": sheet.columns,
                "tile": list(sheet.tile),
                "width": sheet.width,
                "height": sheet.height,
            },
            "area": area,
            "picked": picked,
            "hidden": list(hidden),
            "says": None
            if says is None
            else {
                "predicted": _encode(says.predicted, "<u2"),
                "percent": _encode(np.rint(100 * says.confidence), "<u2"),
            },
            "label": label,
        },
        on_area_change=area_changed,
        on_picked_change=point_picked,
        on_hidden_change=classes_hidden,
    )


def _is_area(text: str) -> bool:
    try:
        read_area(text)
    except ValueError:
        return False
    return True


def _encode(values: ArrayLike, kind: str) -> str:
    return base64.b64encode(np.asarray(values).astype(kind).tobytes()).decode("ascii")
