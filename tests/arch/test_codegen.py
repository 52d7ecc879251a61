"""Generated source as text: the golden files, what is written once, and hostile names."""

import ast
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlib.arch import zoo
from cnnlib.arch.codegen import FORMS, list_forms, to_keras_source
from cnnlib.arch.layers import (
    Activation,
    Add,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Foreign,
    GlobalAveragePooling2D,
)
from cnnlib.arch.spec import Block, Branches, Spec
from cnnlib.arch.zoo.blocks import inception_block, residual_block
from cnnlib.errors import SpecError
from cnnlib.runs.config import RunConfig
from cnnlib.runs.export.script import make_training_script
from tests.arch.write_golden import FOLDER, make_all

GOLDEN = make_all()
END = (GlobalAveragePooling2D(), Dense(units=2, activation="softmax"))


def write(*parts, form: str = "functional") -> str:
    return to_keras_source(Spec("net", "Net", (8, 8, 3), (*parts, *END)), form)


@pytest.mark.parametrize("name", GOLDEN)
def test_the_golden_files(name: str) -> None:
    """If the change is meant: `.venv/bin/python -m tests.arch.write_golden`."""
    assert GOLDEN[name] == (FOLDER / name).read_text("utf-8")


def test_no_golden_file_is_left_over() -> None:
    assert {path.name for path in FOLDER.glob("*.py")} == set(GOLDEN)


@pytest.mark.parametrize("name", zoo.names())
def test_a_chain_has_three_forms_and_a_graph_two(name: str) -> None:
    spec = zoo.get(name)
    assert set(list_forms(spec)) == set(FORMS if spec.is_chain else FORMS[1:])
    if not spec.is_chain:
        with pytest.raises(SpecError, match="layers one after another"):
            to_keras_source(spec, "sequential")


@pytest.mark.parametrize("form", ["", "Class", "keras"])
def test_an_unknown_form(form: str) -> None:
    with pytest.raises(SpecError, match="form must be one of sequential, functional, class"):
        to_keras_source(zoo.get("lenet5"), form)


def test_a_layer_of_someone_else_has_no_source() -> None:
    spec = Spec("x", "X", (8, 8, 3), (Foreign(class_name="Lambda", name="odd"), Flatten()))
    with pytest.raises(SpecError, match=r"Layer odd.*Received: Lambda"):
        to_keras_source(spec)


def test_a_network_that_does_not_fit_is_refused_with_its_rule() -> None:
    with pytest.raises(SpecError, match="window must fit"):
        write(Conv2D(filters=1, kernel_size=9))


@pytest.mark.parametrize("name", ["resnet18", "resnet34", "resnet20", "resnet18_imagenet"])
def test_a_residual_network_has_one_block(name: str) -> None:
    """With and without projection, any filters and strides: one function, one class."""
    functional = ast.parse(to_keras_source(zoo.get(name)))
    functions = [node.name for node in functional.body if isinstance(node, ast.FunctionDef)]
    assert functions == ["residual_block", "build_model"]
    classes = [node.name for node in ast.walk(ast.parse(to_keras_source(zoo.get(name), "class")))
               if isinstance(node, ast.ClassDef)]  # fmt: skip
    assert classes[0] == "ResidualBlock"
    assert len(classes) == 2


@pytest.mark.parametrize("name", zoo.names())
def test_source_is_short(name: str) -> None:
    """A layer of a block that repeats is written once."""
    assert len(to_keras_source(zoo.get(name)).splitlines()) <= 55
    assert len(to_keras_source(zoo.get(name), "class").splitlines()) <= 145


def test_what_differs_is_a_parameter_and_what_does_not_is_not() -> None:
    text = write(inception_block(4), inception_block(8), inception_block(8, strides=2))
    assert "def inception_block(x, filters, strides=1):" in text
    assert "inception_block(x, 8, strides=2)" in text
    alike = write(inception_block(4), inception_block(4))
    assert "def inception_block(x):" in alike


def test_a_constant_share_of_the_filters_is_said_so() -> None:
    def bottleneck(filters: int) -> Block:
        main = (Conv2D(filters=filters // 4, kernel_size=1), Conv2D(filters=filters, kernel_size=1))
        return Block("bottleneck", (Branches((main, ()), Add()),))

    text = write(Conv2D(filters=8, kernel_size=1), bottleneck(8), Conv2D(filters=16, kernel_size=1),
                 bottleneck(16))  # fmt: skip
    assert "def bottleneck_block(x, filters):" in text
    assert "layers.Conv2D(filters // 4, 1)" in text


def test_blocks_of_two_structures_are_two_functions() -> None:
    other = Block("residual", (Branches(((Activation(),), (Dropout(rate=0.1),)), Add()),))
    text = write(residual_block(3), other)
    assert re.findall(r"^def (\w+)", text, re.M) == [
        "residual_block",
        "residual_block_2",
        "build_model",
    ]


def test_a_block_with_two_entries_stays_as_it_is() -> None:
    layers = (
        Conv2D(filters=3, kernel_size=1, name="a"),
        Conv2D(filters=3, kernel_size=1, name="b"),
        Conv2D(filters=3, kernel_size=1, name="c", inputs=("a",), block="odd_1"),
        Add(inputs=("c", "b"), block="odd_1"),
    )
    assert "odd" not in write(*layers)


def test_a_block_within_a_block() -> None:
    inner = residual_block(3)
    path = (Conv2D(filters=3, kernel_size=1), inner, Conv2D(filters=3, kernel_size=1))
    outer = [Block("outer", (Branches((path, ()), Add()),)) for _ in range(2)]
    text = write(*outer)
    assert text.count("= residual_block(") == 1
    assert text.count(" outer_block(x)") == 2


def test_the_same_step_three_times_is_a_loop_with_a_layer_each() -> None:
    blocks = [residual_block(3) for _ in range(5)]
    text = write(*blocks)
    assert "    for _ in range(4):\n        x = residual_block(x)" in text
    assert "[ResidualBlock() for _ in range(5)]" in write(*blocks, form="class")


def test_names_that_somebody_chose_are_kept() -> None:
    text = write(Conv2D(filters=3, kernel_size=1, name="stem"), Conv2D(filters=3, kernel_size=1))
    assert 'layers.Conv2D(3, 1, name="stem")' in text
    # Keras gives numbers by itself; an explicit one could meet its own
    assert "name=" not in write(Activation(name="dense_1")).replace('name="net"', "")


HOSTILE = [
    '"""\nimport os\nos.system("touch /tmp/pwned")\n"""',
    "\\",
    '\\"""',
    '"',
    "'); evil(); ('",
    "\n    evil()",
    "x\r\nevil()",
    "\u2028evil()",
    "# -*- coding: utf-7 -*-",
    "+AAo-evil()",
    "{evil}",
    "__import__('os')",
    "None",
    "class",
    "super",
    "self",
    "keras",
    "1",
    "",
    " ",
    "é漢字",
    "\u202eevil",
    "\ud800",
    "\x00",
    "a/b",
    "conv2d",
    "x" * 5000,
]
ALLOWED_CALLS = {"super", "range", "model", "block", "self", "layers", "keras"}


def make_hostile(text: str) -> Spec:
    """`text` wherever a user may write one: name, title, layers, blocks."""
    other = f"{text} "
    layers = (
        Conv2D(filters=3, kernel_size=1, name=text or "a", block=text),
        Activation(name=f"{text}_", block=text),
        Conv2D(filters=3, kernel_size=1, name=f"{text}-", block=other),
        Activation(name=f"{text}--", block=other),
        *END,
    )
    return Spec(text, text, (8, 8, 3), layers)


def assert_harmless(text: str, source: str) -> None:
    """It calls nothing but Keras and its own, and holds `text` in one docstring at most."""
    source.encode("utf-8")
    tree = ast.parse(source.encode("utf-8"))
    own = {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            root = node.func
            while isinstance(root, ast.Attribute | ast.Call):
                root = root.value if isinstance(root, ast.Attribute) else root.func
            assert isinstance(root, ast.Name)
            assert root.id in ALLOWED_CALLS | own, ast.unparse(node)
    assert all(name.isascii() for name in own)
    assert {n.names[0].name for n in ast.walk(tree) if isinstance(n, ast.Import)} == {"keras"}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_stay_text(text: str, form: str) -> None:
    assert_harmless(text, to_keras_source(make_hostile(text), form))


@given(st.text(max_size=40), st.sampled_from(FORMS))
def test_any_name_stays_text(text: str, form: str) -> None:
    assert_harmless(text, to_keras_source(make_hostile(text), form))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_in_a_training_script(text: str) -> None:
    """What the script does is the same whatever the network and the data set are called."""

    def dump(spec: Spec, config: RunConfig) -> str:
        tree = ast.parse(make_training_script(config, spec, "functional").encode("utf-8"))
        tree.body = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
        name = r"keyword\(arg='name', value=Constant\(value='[A-Za-z0-9_-]*'\)\)"
        return re.sub(rf"(, )?{name}", "", ast.dump(tree))

    config = RunConfig(network="lenet5", dataset=text or "x", continue_from=text)
    plain = RunConfig(network="lenet5", dataset="x")
    layers = make_hostile("a").layers
    hostile = Spec(text, text, (8, 8, 3), layers)
    assert dump(hostile, config) == dump(Spec("a", "A", (8, 8, 3), layers), plain)
