"""The «Read a model» page's script: examples, checkpoints of runs, wrong addresses, the verdict."""

import gzip
import io
import json
from pathlib import Path

import pytest

from cnnlib.arch import zoo
from cnnlib.arch.reading import read_file
from cnnlib.arch.spec import Spec
from cnnlib.runs.config import RunConfig
from cnnlib.runs.files import checkpoint_path
from cnnlib.runs.store import open_store
from cnnlib.ui.reading.opinion import judge
from cnnlib.ui.reading.views import list_unknown
from tests.pages.topic_page import address, errors, open_topic, run, text

pytestmark = pytest.mark.usefixtures("with_synthetic")
PAGE = "read_model.py"
EXAMPLES = Path(__file__).parents[2] / "cnnlib" / "ui" / "reading" / "examples"
MOBILENET_PARAMS = 3_538_984  # keras.applications.MobileNetV2().count_params()


def metrics(page) -> dict[str, str]:
    return {metric.label: metric.value for metric in page.metric}


def read_example(name: str):
    return read_file(io.BytesIO(gzip.decompress((EXAMPLES / f"{name}.json.gz").read_bytes())))


def test_the_page_opens_with_an_example() -> None:
    page = open_topic(PAGE)
    assert metrics(page)["Parameters"] == f"{MOBILENET_PARAMS:,}"
    assert metrics(page)["Trainable"] == "3,504,872"
    assert len(page.dataframe[0].value) == 155
    assert not errors(page)
    assert address(page) == {}


def test_an_unknown_layer_is_in_no_total() -> None:
    page = open_topic(PAGE, model="efficientnetb0")
    assert metrics(page)["Parameters"] == "at least 5,330,564"
    assert "Normalization" in page.warning[0].value
    table = page.dataframe[0].value.set_index("layer")
    assert table.loc["normalization"].isna()["parameters"]
    assert table.loc["stem_conv", "parameters"] == 3 * 3 * 3 * 32


def test_a_link_to_nothing_is_passed_over_or_said() -> None:
    page = open_topic(PAGE, model="run.../../etc.best", side="-3")
    assert address(page) == {}
    assert metrics(page)["Parameters"] == f"{MOBILENET_PARAMS:,}"
    page = open_topic(PAGE, model="run.20200101-000000-lenet5-0000.best")
    assert errors(page) == ["Run 20200101-000000-lenet5-0000 has no best checkpoint here. "
                            "Choose another model."]  # fmt: skip
    page.selectbox(key="read_model_model").set_value("efficientnetb0")
    run(page)
    assert not errors(page)


def test_the_page_waits_for_a_file() -> None:
    page = open_topic(PAGE, model="file")
    assert "Bring a file" in text(page)
    assert not page.metric


def test_a_damaged_checkpoint_is_one_line() -> None:
    made = open_store().create(RunConfig(network="lenet5", dataset="synthetic"))
    path = checkpoint_path(made.id, "last")
    path.write_bytes(b"PK\x03\x04 and no more")
    page = open_topic(PAGE, model=f"run.{made.id}.last")
    assert errors(page) == ["The file is cut or damaged. Save the model again."]
    assert page.selectbox(key="read_model_model").value == f"run.{made.id}.last"


@pytest.mark.parametrize("side", [1, 224, 1024])
def test_an_open_size_is_asked_for(side: int, tmp_path: Path) -> None:
    made = open_store().create(RunConfig(network="lenet5", dataset="synthetic"))
    conv = {"class_name": "Conv2D", "config": {
        "name": "<b>c</b>", "filters": 4, "kernel_size": 3, "padding": "same"}}  # fmt: skip
    first = {"class_name": "InputLayer", "config": {"name": "i", "batch_shape": [None] * 3 + [3]}}
    data = {"class_name": "Sequential", "config": {"name": "*s*", "layers": [first, conv]}}
    checkpoint_path(made.id, "last").write_text(json.dumps(data))
    page = open_topic(PAGE, model=f"run.{made.id}.last", side=side)
    assert metrics(page)["MACs an image"] == f"{side * side * 3 * 3 * 3 * 4:,}"
    assert page.subheader[0].value == r"\*s\*"
    assert not errors(page)


def opinion(layers: dict, params: int, trainable: int, reason: str | None = None) -> dict:
    return {"layers": layers, "params": params, "trainable_params": trainable, "reason": reason,
            "stored": None, "stored_total": None, "keras": "3"}  # fmt: skip


def test_the_verdict_compares_layer_by_layer() -> None:
    spec: Spec = zoo.get("lenet5")
    reading = read_file(io.BytesIO(json.dumps(spec.to_dict()).encode()))
    summary = reading.summary
    layers = {row.name: [row.params, row.trainable_params] for row in summary.layers}
    right = opinion(layers, summary.params, summary.trainable_params)
    assert judge(reading, summary, right)[0] == "equal"
    swapped = {**layers, "conv2d_1": layers["conv2d_2"], "conv2d_2": layers["conv2d_1"]}
    verdict, line = judge(reading, summary, {**right, "layers": swapped})
    assert verdict == "differs"
    assert "conv2d\\_1" in line or "conv2d_1" in line
    assert judge(reading, summary, {**right, "params": 1})[0] == "differs"
    cannot = opinion(layers, 0, 0, "a *custom* class")
    assert judge(reading, summary, {**cannot, "layers": None}) == (
        "cannot", r"Keras does not load it: a \*custom\* class")  # fmt: skip


def test_what_the_file_holds_stands_beside_the_unknown_layer() -> None:
    reading = read_example("efficientnetb0")
    (line,) = list_unknown(reading, reading.summary, {"normalization": 7})
    assert "The file holds 7 numbers" in line
