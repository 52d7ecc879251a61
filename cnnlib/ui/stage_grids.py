"""Stages as linked grids: the input, each stage's kernel and bias, and what it gives."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from cnnlib.arch.amounts import format_shape
from cnnlib.ops.stages import Stage
from cnnlib.ui.input_choice import Input
from cnnlib.ui.linked_grids import Grid, Link

INPUT = "input"
IMAGE_AXES = ("row", "column", "channel")
VOLUME_AXES = ("slice", "row", "column", "channel")

Floats = NDArray[np.float32]


def make_stage_grids(
    picture: Input,
    x: Floats,
    stages: Sequence[Stage],
    weights: Mapping[str, Floats],
    *,
    labels: Mapping[str, str],
) -> tuple[list[Grid], list[Link]]:
    """The grids in reading order, and the links between them.

    Args:
        picture: where the input's names and paint come from.
        x: the input, (rows, columns, channels) or (slices, rows, columns, channels).
        weights: name -> array; these the learner may edit. A weight that no stage uses by itself
            (one that others are derived from) stands right after the input.
        labels: name of a weight or a stage -> what the page calls it.
    """
    volume = x.ndim == 4
    names = picture.sheet_names
    grids = [
        Grid(
            INPUT, "Input", x, rows=x.ndim - 3, cols=x.ndim - 2,
            sheet_names=tuple(f"slice {name}" for name in names) if volume else names,
            axis_names=VOLUME_AXES if volume else IMAGE_AXES,
            editable=True, paint=picture.paint, caption=format_shape(x.shape),
        )
    ]  # fmt: skip
    used = {id(array) for stage in stages for array in (stage.kernel, stage.bias)}
    grids += [
        make_weight_grid(name, array, labels)
        for name, array in weights.items()
        if id(array) not in used
    ]
    links = []
    source = INPUT
    channels = ("",) if volume else names
    for number, stage in enumerate(stages):
        kernel = bias = None
        target = f"stage_{number}"
        if stage.kernel is not None:
            kernel = _find_name(weights, stage.kernel) or f"derived_{number}"
            editable = kernel in weights
            grids.append(
                make_weight_grid(kernel, stage.kernel, labels, channels, editable=editable)
            )
        if stage.bias is not None:
            bias = _find_name(weights, stage.bias) or f"bias_{number}"
            grids.append(make_weight_grid(bias, stage.bias, labels, editable=bias in weights))
        last = number == len(stages) - 1
        grids.append(
            Grid(
                target,
                "Output" if last else labels.get(stage.name, stage.name),
                stage.output,
                rows=x.ndim - 3,
                cols=x.ndim - 2,
                axis_names=VOLUME_AXES if volume else IMAGE_AXES,
                caption=format_shape(stage.output.shape),
            )
        )
        links.append(Link(source, target, stage.linkage, kernel=kernel, bias=bias))
        source, channels = target, ()
    return grids, links


def make_weight_grid(
    name: str,
    array: Floats,
    labels: Mapping[str, str],
    channels: Sequence[str] = (),
    *,
    editable: bool = True,
) -> Grid:
    """A kernel or a bias; of a 1×1 kernel the channels are the rows and the filters the columns.

    Args:
        channels: the names of the input's channels, if they have any.
    """
    label = labels.get(name, name)
    if array.ndim == 1:
        return Grid(
            name,
            label,
            array,
            axis_names=("filter",),
            editable=editable,
            caption=format_shape(array.shape),
        )
    axes = ("slice", "row", "column", "channel", "filter")[5 - array.ndim :]
    caption = format_shape(array.shape)
    if array.shape[:-2] == (1,) * (array.ndim - 2):
        first = array.ndim - 2
        return Grid(name, label, array, rows=first, cols=first + 1, axis_names=axes,
                    editable=editable, caption=caption)  # fmt: skip
    first = array.ndim - 4
    in_channels, filters = array.shape[-2:]
    sheets: tuple[str, ...] = ()
    if array.ndim == 4 and len(channels) == in_channels:
        sheets = tuple(
            name if filters == 1 else f"{name}, filter {number}"
            for name in channels
            for number in range(filters)
        )
    return Grid(name, label, array, rows=first, cols=first + 1, sheet_names=sheets,
                axis_names=axes, editable=editable, caption=caption)  # fmt: skip


def _find_name(weights: Mapping[str, Floats], array: Floats) -> str | None:
    return next((name for name, weight in weights.items() if weight is array), None)
