"""The table's rows, and what is exported of them."""

import csv
import io
import json
from pathlib import Path

import pytest

from cnnlib.arch import zoo
from cnnlib.arch.analysis import analyze
from cnnlib.arch.layers import Conv2D, Dense, Flatten, Foreign
from cnnlib.arch.spec import Spec
from cnnlib.arch.tables import (
    COLUMNS,
    describe_arguments,
    make_rows,
    write_csv,
    write_json,
    write_markdown,
)

GOLDEN = Path(__file__).with_name("golden")


@pytest.mark.parametrize("name", ["baseline", "lenet5", "inception10"])
def test_the_table_is_as_it_was(name: str) -> None:
    """After a wanted change: write what `write_markdown` gives into the file, and read the diff."""
    rows = make_rows(zoo.get(name), batch_size=128)
    assert write_markdown(rows) == (GOLDEN / f"{name}.md").read_text("utf-8")


@pytest.mark.parametrize("name", zoo.names())
def test_csv_and_json_hold_every_row_and_the_totals(name: str) -> None:
    spec = zoo.get(name)
    summary = analyze(spec)
    rows = make_rows(spec, batch_size=2)
    lines = list(csv.DictReader(io.StringIO(write_csv(rows))))
    assert [line["layer"] for line in lines] == [row.name for row in summary.layers]
    assert sum(int(line["parameters"]) for line in lines) == summary.params
    assert sum(int(line["MACs"]) for line in lines) == summary.macs
    data = json.loads(write_json(spec, rows, summary))
    assert data["params"] == sum(row["parameters"] for row in data["layers"]) == summary.params
    assert data["trainable_params"] == sum(row["trainable"] for row in data["layers"])
    assert tuple(data["input_shape"]) == spec.input_shape


def test_memory_is_four_bytes_a_number_and_image() -> None:
    rows = make_rows(zoo.get("lenet5"), batch_size=10)
    assert rows[0]["memory"] == 4 * 10 * 28 * 28 * 6


@pytest.mark.parametrize(
    ("layer", "told"),
    [
        (Conv2D(filters=2, kernel_size=(1, 3), strides=2, activation="relu"),
         ("1 × 3", "2", "padding valid, relu")),
        (Conv2D(filters=2, kernel_size=3, dilation_rate=2, groups=2, use_bias=False, l2=0.01),
         ("3 × 3", "1", "padding valid, dilation 2, 2 groups, no bias, L2 0.01")),
        (Dense(units=3), ("", "", "")),
    ],
)  # fmt: skip
def test_what_a_layer_was_told(layer, told: tuple[str, str, str]) -> None:
    assert describe_arguments(layer) == told


def test_what_nobody_knows_is_no_zero() -> None:
    layers = (Foreign(class_name="Secret", name="s"), Flatten(), Dense(units=2))
    rows = make_rows(Spec("x", "X", (4, 4, 1), layers))
    assert [row["parameters"] for row in rows] == [None, None, None]
    assert "| unknown | unknown |" in write_markdown(rows)


def test_a_name_is_neither_a_formula_nor_a_new_column() -> None:
    layers = (Foreign(class_name="K", name="=1+1", output_shape=(2,), params=0, block="a|b"),)
    rows = make_rows(Spec("x", "X", (4, 4, 1), layers))
    assert write_csv(rows).splitlines()[1].startswith("'=1+1,a|b,")
    assert write_markdown(rows).splitlines()[2].replace("\\|", "").count("|") == len(COLUMNS) + 1
