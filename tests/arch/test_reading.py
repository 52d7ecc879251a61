"""Files from someone we do not trust: read as data, refused in one line, never run."""

import copy
import io
import json
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnlib.arch import zoo
from cnnlib.arch.analysis import analyze
from cnnlib.arch.reading import read_file
from cnnlib.errors import SpecError


def layer(kind: str, name: str, **config: object) -> dict:
    return {"class_name": kind, "config": {"name": name, **config}}


def sequential(*layers: dict, shape: tuple = (None, 8, 8, 3)) -> dict:
    first = layer("InputLayer", "in", batch_shape=list(shape))
    return {"class_name": "Sequential", "config": {"name": "s", "layers": [first, *layers]}}


def functional(layers: list[dict], inputs: object, outputs: object) -> dict:
    config = {"name": "f", "layers": layers, "input_layers": inputs, "output_layers": outputs}
    return {"class_name": "Functional", "config": config}


def read(data: object, **options: int):
    content = data if isinstance(data, bytes) else json.dumps(data).encode()
    return read_file(io.BytesIO(content), **options)


def zipped(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return file.getvalue()


def with_member(name: str) -> bytes:
    file = io.BytesIO(zipped(config__json=b"{}"))
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(name, b"x")
    return file.getvalue()


def deep(levels: int) -> dict:
    inner = layer("Dense", "d", units=2)
    for number in range(levels):
        inner = {
            "class_name": "Sequential",
            "config": {"name": f"s{number}", "layers": [inner]},
        }
    return sequential(inner)


CONV = layer("Conv2D", "c", filters=4, kernel_size=[3, 3])
A_LIE = zipped(config__json=json.dumps(sequential(CONV)).encode())
CIRCLE = [
    {**layer("InputLayer", "i", batch_shape=[None, 4, 4, 1]), "inbound_nodes": []},
    {**layer("Add", "a"), "name": "a", "inbound_nodes": [[["i", 0, 0, {}], ["b", 0, 0, {}]]]},
    {**layer("ReLU", "b"), "name": "b", "inbound_nodes": [[["a", 0, 0, {}]]]},
]
HOSTILE = {
    "nothing": (b"", "no JSON"),
    "noise": (bytes(range(128, 256)) * 40, "no model's file"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(99), "no model's file"),
    "an HDF5 file": (b"\x89HDF\r\n\x1a\n" + bytes(99), "older Keras"),
    "a list": (b"[1, 2]", "describes no model"),
    "NaN": (json.dumps(sequential(layer("Dropout", "d", rate=float("nan")))).encode(), "NaN"),
    "infinity": (b'{"class_name": "Sequential", "config": -Infinity}', "Infinity"),
    "deep JSON": (b'{"class_name":' + b"[" * 200_000, "too deep"),
    "endless digits": (b'{"class_name": ' + b"9" * 10_000 + b"}", "digits"),
    "a cut zip": (A_LIE[: len(A_LIE) // 2], "cut or damaged"),
    "a zip of other things": (zipped(photo__txt=b"hello"), "holds no config"),
    "a zip that leads out": (with_member("../../evil.py"), "leads elsewhere"),
    "a zip with a root": (with_member("/etc/passwd"), "leads elsewhere"),
    "a zip of another system": (with_member("..\\evil.py"), "leads elsewhere"),
    "a zip bomb": (zipped(config__json=b" " * 30_000_000), "description may have"),
    "a huge filter count": (sequential(layer("Conv2D", "c", filters=10**9, kernel_size=3)),
                            "filters must be"),
    "filters by word": (sequential(layer("Dense", "d", units="many")), "units must be"),
    "a shape of words": (sequential(CONV, shape=(None, "a", 8, 3)), "whole numbers"),
    "a shape below zero": (sequential(CONV, shape=(None, -8, 8, 3)), "whole numbers"),
    "no shape": (sequential(CONV, shape=()), "what the model takes"),
    "a kernel too large": (sequential(CONV, shape=(None, 2, 2, 3)), "Layer c: .*window must fit"),
    "no layers": (sequential(), "at least one layer"),
    "layers that are none": ({"class_name": "Sequential", "config": {"layers": [1]}}, "no list"),
    "a name that is none": (sequential(layer("ReLU", 7)), "must be a text"),
    "a name without end": (sequential(layer("ReLU", "x" * 10_000)), "must be a text"),
    "a class of its own": ({"class_name": "MyNet", "config": {"units": 3}}, "which layers MyNet"),
    "models without end": (deep(30), "deep"),
    "a circle": (functional(CIRCLE, [["i", 0, 0]], [["b", 0, 0]]), "circle"),
    "an output of nobody": (functional(CIRCLE[:1], [["i", 0, 0]], [["z", 0, 0]]), "nothing gives"),
    "a crop of everything": (sequential(layer("Cropping2D", "c", cropping=9)), "leaves nothing"),
    "a reshape that does not fit": (
        sequential(layer("Reshape", "r", target_shape=[7, -1])), "do not fit"),
    "a declaration that is none": (
        {"name": "x", "title": "x", "input_shape": [1, 1, 1], "layers": [{"kind": "Conv2D"}]},
        "Conv2D needs"),
    "a declaration with code": (
        {"name": "x", "title": "x", "input_shape": [8, 8, 3],
         "layers": [{"kind": "Lambda", "code": "import os"}]}, "kind must be"),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_in_one_line(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content, words = HOSTILE[case]
    monkeypatch.chdir(tmp_path)
    started = time.monotonic()
    with pytest.raises(SpecError, match=words) as refused:
        read(content)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 400
    assert not list(tmp_path.iterdir()), "reading wrote something"
    assert time.monotonic() - started < 60, "read without a bound, it takes minutes"


def test_too_many_layers_and_a_file_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNLIB_MODEL_LAYERS", "5")
    many = [layer("ReLU", f"r{i}") for i in range(6)]
    assert len(read(sequential(*many[:5])).spec.layers) == 5
    with pytest.raises(SpecError, match="up to 5 layers"):
        read(sequential(*many))
    with pytest.raises(SpecError, match="up to 5 layers"):
        read(zoo.get("resnet18").to_dict())
    monkeypatch.setenv("CNNLIB_MODEL_MB", "1")
    with pytest.raises(SpecError, match="unpacks to 3 MB"):
        read(zipped(config__json=b"{}", model__weights__h5=bytes(3_000_000)))
    with pytest.raises(SpecError, match="may have 1 MB"):
        read(b" " * 1_000_001)


def test_models_that_call_one_another_twice_do_not_explode(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each of 7 levels calls the one below 20 times: 20⁷ layers, from a short file."""
    inner = {"class_name": "Sequential", "config": {
        "name": "s", "layers": [layer("InputLayer", "in", batch_shape=[None, 4]),
                                layer("ReLU", "r")]}}  # fmt: skip
    for level in range(6):
        nodes = [[[["x" if i == 0 else "m", max(i - 1, 0), 0, {}]]][0] for i in range(20)]
        source = {**layer("InputLayer", "x", batch_shape=[None, 4]), "name": "x"}
        model = {**inner, "name": "m", "inbound_nodes": nodes}
        inner = functional([source, model], [["x", 0, 0]], [["m", 19, 0]])
        inner["config"]["name"] = f"f{level}"
    with pytest.raises(SpecError, match="up to 3,000 layers"):
        read(inner)


@pytest.mark.parametrize("name", zoo.names())
def test_the_labs_own_declaration_comes_back(name: str) -> None:
    spec = zoo.get(name)
    reading = read(spec.to_dict())
    assert reading.spec == spec
    assert reading.is_declared
    assert not reading.summary.unknown


def test_what_is_unknown_is_in_no_total_and_says_why() -> None:
    mystery = {**layer("Swirl", "mystery", power=3), "module": "theirs", "registered_name": "a>S"}
    code = {**layer("Lambda", "code", function="import os"), "module": "keras.layers"}
    reading = read(sequential(CONV, mystery, layer("Flatten", "flat"), code,
                              layer("Dense", "last", units=10)))  # fmt: skip
    summary = reading.summary
    assert [row.name for row in summary.unknown] == ["mystery", "flat", "code", "last"]
    assert reading.reasons.keys() == {"mystery", "flat", "code", "last"}
    assert "never runs" in reading.reasons["code"]
    assert summary.params == 3 * 3 * 3 * 4 + 4
    assert not reading.is_declared


def test_a_borrowed_name_does_not_make_a_layer_kerass_own() -> None:
    borrowed = {**CONV, "module": "theirs", "registered_name": "theirs>Conv2D"}
    assert [row.name for row in read(sequential(borrowed)).summary.unknown] == ["c"]


def test_what_follows_says_what_an_unknown_layer_gives() -> None:
    dense = {**layer("Dense", "d", units=10), "build_config": {"input_shape": [None, 30]}}
    summary = read(sequential(layer("Swirl", "s"), dense)).summary
    assert summary.layers[0].output_shape == (30,)
    assert summary.layers[1].params == 310
    assert [row.name for row in summary.unknown] == ["s"]


def test_an_open_size_is_chosen_here() -> None:
    data = sequential(CONV, shape=(None, None, None, 3))
    assert read(data).spec.input_shape == (224, 224, 3)
    small = read(data, side=32)
    assert small.free_size
    assert small.spec.input_shape == (32, 32, 3)


def test_keras_2_writes_its_calls_another_way() -> None:
    layers = [
        {**layer("InputLayer", "i", batch_input_shape=[None, 8, 8, 3]), "name": "i",
         "inbound_nodes": []},
        {**CONV, "name": "c", "inbound_nodes": [[["i", 0, 0, {}]]]},
        {**layer("LeakyReLU", "l", alpha=0.1), "name": "l", "inbound_nodes": [[["c", 0, 0, {}]]]},
        {**layer("Add", "a"), "name": "a",
         "inbound_nodes": [[["c", 0, 0, {}], ["l", 0, 0, {}]]]},
    ]  # fmt: skip
    reading = read(functional(layers, [["i", 0, 0]], [["a", 0, 0]]))
    assert [row.sources for row in reading.summary.layers] == [("image",), ("c",), ("c", "l")]
    assert "slope" in reading.remarks["l"]
    assert reading.is_declared
    names = [each.name for each in reading.make_own_spec().layers]
    assert names == ["c", "l", "a"]


JUNK = (None, -1, 0, 1, 3, 10**7, 10**12, 1e308, "x", "", [], {}, [1], [None], {"a": 1}, True,
        "image", ["a", 0, 0], "Conv2D", "Sequential", "channels_first", "../x")  # fmt: skip


def list_places(data: object, place: tuple = ()) -> list[tuple]:
    """The way to every value within plain data."""
    inner: list = []
    if isinstance(data, dict | list):
        pairs = data.items() if isinstance(data, dict) else enumerate(data)
        inner = [found for key, value in pairs for found in list_places(value, (*place, key))]
    return [place, *inner] if place else inner


@given(st.randoms(use_true_random=False), st.integers(1, 4))
@settings(max_examples=300, deadline=None)
def test_a_damaged_description_is_read_or_refused_never_a_crash(random, changes: int) -> None:
    """A whole model's description with values exchanged at random."""
    data = copy.deepcopy(DESCRIPTION)
    for _ in range(changes):
        *way, last = random.choice(list_places(data))
        place = data
        for key in way:
            place = place[key]
        place[last] = copy.deepcopy(random.choice(JUNK))
    try:
        reading = read(data)
        summary = reading.summary
    except SpecError:
        return
    assert {row.name for row in summary.unknown} == reading.reasons.keys()
    assert all(row.params >= 0 for row in summary.layers)
    if reading.is_declared:
        assert analyze(reading.make_own_spec()).params == summary.params


def _make_description() -> dict:
    """A small model with a nested one, a skip, unknown layers and all kinds of arguments."""

    def node(name: str, shape: list) -> dict:
        history = {"shape": [None, *shape], "dtype": "float32", "keras_history": [name, 0, 0]}
        return {"args": [{"class_name": "__keras_tensor__", "config": history}], "kwargs": {}}

    def add(kind: str, name: str, nodes: list, **config: object) -> dict:
        return {**layer(kind, name, **config), "module": "keras.layers", "registered_name": None,
                "name": name, "inbound_nodes": nodes}  # fmt: skip

    nested = sequential(layer("Dense", "inner", units=4), layer("Swirl", "swirl"),
                        layer("LeakyReLU", "leaky"), shape=(None, 8, 8, 4))  # fmt: skip
    nested = {**nested, "name": "nested", "inbound_nodes": [node("conv", [8, 8, 4])]}
    two = [{"args": [[node("conv", [8, 8, 4])["args"][0], node("nested", [8, 8, 4])["args"][0]]]}]
    layers = [
        add("InputLayer", "i", [], batch_shape=[None, 8, 8, 3]),
        add("Conv2D", "conv", [node("i", [8, 8, 3])], filters=4, kernel_size=[3, 3],
            padding="same", activation="relu", use_bias=True, strides=[1, 1]),
        nested,
        add("Add", "sum", two),
        add("ZeroPadding2D", "pad", [node("sum", [8, 8, 4])], padding=[[1, 1], [0, 2]]),
        add("Reshape", "shape", [node("pad", [10, 10, 4])], target_shape=[-1, 4]),
        add("Flatten", "flat", [node("shape", [100, 4])]),
        add("Dense", "last", [node("flat", [400])], units=2, activation="softmax"),
    ]  # fmt: skip
    return functional(layers, ["i", 0, 0], ["last", 0, 0])


DESCRIPTION = _make_description()


def test_the_description_itself_is_read_whole() -> None:
    summary = read(DESCRIPTION).summary
    assert [row.name for row in summary.unknown] == ["nested/swirl", "nested/leaky"]
    assert summary.params == (3 * 3 * 3 + 1) * 4 + (4 + 1) * 4 + (400 + 1) * 2
