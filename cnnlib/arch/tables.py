"""A network's layers as the rows of a table: for a page, and as CSV, JSON and Markdown."""

import csv
import io
import json
from dataclasses import fields
from typing import Any

from cnnlib.arch.amounts import format_shape
from cnnlib.arch.analysis import LayerSummary, Summary, analyze
from cnnlib.arch.costs import BYTES_A_VALUE
from cnnlib.arch.layers import Dropout, Layer
from cnnlib.arch.spec import Spec

ROLES = {
    "C": "C · convolution",
    "B": "B · batch norm",
    "A": "A · activation",
    "P": "P · pooling",
    "D": "D · dropout",
}
COLUMNS = ("layer", "block", "step", "kernel", "stride", "details", "output", "parameters",
           "trainable", "MACs", "memory", "sees")  # fmt: skip
NUMBERS = ("parameters", "trainable", "MACs", "memory")
UNKNOWN = "unknown"

Row = dict[str, Any]


def make_rows(spec: Spec, *, batch_size: int = 1, summary: Summary | None = None) -> list[Row]:
    """A row for each layer, its columns those of `COLUMNS`.

    Args:
        batch_size: how many images' outputs `memory` counts, in bytes.
        summary: what is known, where not every layer fits; all of `spec` if None.

    Returns:
        Texts, and whole numbers for `NUMBERS`; None for a number that nobody knows.
    """
    rows = (summary or analyze(spec)).layers
    return [
        _make_row(layer, row, batch_size) for layer, row in zip(spec.layers, rows, strict=False)
    ]


def _make_row(layer: Layer, row: LayerSummary, batch_size: int) -> Row:
    kernel, stride, details = describe_arguments(layer)
    numbers = (row.params, row.trainable_params, row.macs, BYTES_A_VALUE * batch_size * row.values)
    return {
        "layer": row.name,
        "block": row.block,
        "step": ROLES.get(row.role, row.role),
        "kernel": kernel,
        "stride": stride,
        "details": details,
        "output": format_shape(row.output_shape) if row.known else UNKNOWN,
        **dict(zip(NUMBERS, numbers if row.known else [None] * len(NUMBERS), strict=True)),
        "sees": describe_field(row),
    }


def describe_arguments(layer: Layer) -> tuple[str, str, str]:
    """What a layer was told: its window and stride, ("", "") if it has none, and the rest."""
    arguments: dict[str, Any] = layer.arguments
    window = arguments.get("kernel_size") or arguments.get("pool_size")
    strides = arguments.get("strides")
    details = [f"padding {arguments['padding']}"] if "padding" in arguments else []
    if arguments.get("activation", "linear") != "linear":
        details.append(arguments["activation"])
    if _square(arguments.get("dilation_rate", 1)) != "1":
        details.append(f"dilation {_square(arguments['dilation_rate'])}")
    if arguments.get("groups", 1) > 1:
        details.append(f"{arguments['groups']} groups")
    if arguments.get("depth_multiplier", 1) > 1:
        details.append(f"multiplier {arguments['depth_multiplier']}")
    if not arguments.get("use_bias", True):
        details.append("no bias")
    if isinstance(layer, Dropout):
        details.append(f"rate {layer.rate:g}")
    if getattr(layer, "l2", 0.0):
        details.append(f"L2 {getattr(layer, 'l2', 0.0):g}")
    kernel = "" if window is None else format_shape(_pair(window))
    return kernel, "" if strides is None else _square(strides), ", ".join(details)


def describe_field(row: LayerSummary) -> str:
    """What one output cell sees of the image."""
    if not row.known:
        return UNKNOWN
    return format_shape(row.receptive_field) if row.receptive_field else "all"


def write_csv(rows: list[Row]) -> str:
    """A line a layer, under a line of the columns' names."""
    file = io.StringIO()
    writer = csv.DictWriter(file, COLUMNS)
    writer.writeheader()
    writer.writerows({name: _disarm(value) for name, value in row.items()} for row in rows)
    return file.getvalue()


def write_json(spec: Spec, rows: list[Row], summary: Summary) -> str:
    """The rows, and the network's totals."""
    totals = {
        field.name: getattr(summary, field.name)
        for field in fields(Summary)
        if field.name != "layers"
    }
    named = {"name": spec.name, "title": spec.title, "input_shape": spec.input_shape}
    return json.dumps({**named, **totals, "layers": rows}, indent=1, ensure_ascii=False)


def write_markdown(rows: list[Row]) -> str:
    """A table; numbers to the right, with commas."""
    rule = ["---:" if name in NUMBERS else "---" for name in COLUMNS]
    lines = [list(COLUMNS), rule]
    lines += [[_format_cell(row[name]) for name in COLUMNS] for row in rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _format_cell(value: Any) -> str:
    if value is None:
        return UNKNOWN
    return f"{value:,}" if isinstance(value, int) else value.replace("|", "\\|")


def _disarm(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula, told that it is none."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@" and value else value


def _pair(value: int | tuple[int, int]) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else value


def _square(value: int | tuple[int, int]) -> str:
    """2 for (2, 2), 2 × 1 for (2, 1)."""
    height, width = _pair(value)
    return str(height) if height == width else format_shape((height, width))
