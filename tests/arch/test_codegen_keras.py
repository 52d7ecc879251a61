"""Generated source, run: it builds the network that was declared, and has none of the old faults.

The notes' scripts on Keras 3: «?» in the summary, batch normalisation and dropout that never
train, checkpoints that are refused, weights that are not loaded, models that cannot be saved.
"""

import inspect
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnnlib.arch import zoo
from cnnlib.arch.analysis import analyze
from cnnlib.arch.codegen import FORMS, list_forms, to_keras_source
from cnnlib.arch.codegen.signatures import LAYER_PARAMS
from cnnlib.arch.layers import (
    Activation,
    Add,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    GlobalAveragePooling2D,
)
from cnnlib.arch.spec import Block, Branches, Spec
from cnnlib.arch.zoo.blocks import conv_bn_relu, depthwise_block, inception_block, residual_block
from tests.arch.spec_draws import make_classifiers

pytestmark = [pytest.mark.keras, pytest.mark.timeout(900)]  # on a machine with much to do

HERE = Path(__file__).parent
CASES = [(name, form) for name in zoo.names() for form in list_forms(zoo.get(name))]
# Small enough to be trained and saved here; between them they have every block of the zoo. A
# class must do by itself what Keras does for the other forms.
TRAINED_CASES = [
    ("baseline", "functional"),
    ("lenet5", "sequential"),
    *((name, "class") for name in ("baseline", "inception10", "resnet20", "mobilenet")),
    ("inception_resnet", "class"),
]
some = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What became of each source, by «name_form», in a process with Keras and without the lab."""
    folder = tmp_path_factory.mktemp("sources")
    (folder / "counts").mkdir()
    for name, form in CASES:
        place = folder if (name, form) in TRAINED_CASES else folder / "counts"
        (place / f"{name}_{form}.py").write_text(to_keras_source(zoo.get(name), form), "utf-8")
    shapes = {f"{name}_{form}": zoo.get(name).input_shape for name, form in CASES}
    (folder / "shapes.json").write_text(json.dumps(shapes), "utf-8")
    done = subprocess.run(
        [sys.executable, "-I", str(HERE / "run_sources.py"), str(folder)],
        cwd=folder, capture_output=True, text=True, timeout=800,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return {found["name"]: found for found in map(json.loads, done.stdout.splitlines())}


@pytest.mark.parametrize(("name", "form"), CASES)
def test_it_has_the_declared_counts_and_shows_every_shape(seen, name, form) -> None:
    found, summary = seen[f"{name}_{form}"], analyze(zoo.get(name))
    assert found["params"] == summary.params
    assert found["trainable_params"] == summary.trainable_params
    assert f"Total params: {summary.params:,} " in found["summary"]
    assert "?" not in found["summary"]
    assert "unbuilt" not in found["summary"]


@pytest.mark.parametrize(("name", "form"), TRAINED_CASES)
def test_batch_normalisation_and_dropout_know_that_they_train(seen, name, form) -> None:
    assert seen[f"{name}_{form}"]["still"] == []
    assert seen[f"{name}_{form}"]["idle"] == []


@pytest.mark.parametrize(("name", "form"), TRAINED_CASES)
def test_what_a_checkpoint_keeps_comes_back(seen, name, form) -> None:
    """The whole model, and weights alone, loaded before the first call."""
    found = seen[f"{name}_{form}"]
    assert found["keras_file"] == found["weights_file"] == 0.0
    assert found["new"] > 0.0, "other weights would have done as well"


def test_the_file_run_as_a_script_prints_the_summary(tmp_path) -> None:
    path = tmp_path / "lenet5.py"
    path.write_text(to_keras_source(zoo.get("lenet5"), "class"), "utf-8")
    done = subprocess.run(
        [sys.executable, "-I", path], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert "Total params: 62,006 " in done.stdout


@pytest.mark.parametrize("kind", LAYER_PARAMS)
def test_our_defaults_are_keras_defaults(kind) -> None:
    """What the source leaves out, Keras fills in as declared; what has no name has its place."""
    import keras

    of_keras = inspect.signature(getattr(keras.layers, kind)).parameters
    ours = [param for param in LAYER_PARAMS[kind] if param.name not in ("name", "l2")]
    for param in ours:
        if param.default is not None:
            default = of_keras[param.name].default
            default = default[0] if isinstance(default, tuple) else default
            wanted = {'"valid"': "valid", "None": None}.get(param.default, param.default)
            assert str(default) == str(wanted), param
    positional = [param.name for param in ours if param.positional]
    assert list(of_keras)[: len(positional)] == positional


def run_source(spec: Spec, form: str) -> Any:
    module: dict[str, Any] = {"__name__": "generated"}
    exec(to_keras_source(spec, form), module)
    return module["build_model"]()


def find_leaves(model: Any) -> list[Any]:
    """Keras' own layers in a model of classes, in the order in which they were made."""
    leaves = []
    for layer in model._layers:
        own = type(layer).__module__ == "generated"
        leaves += find_leaves(layer) if own else [layer]
    return leaves


def assert_equal_networks(spec: Spec) -> None:
    """All forms have the counts of the analysis and, with one model's weights, its outputs."""
    import keras

    from cnnlib.backend.model_builder import build_model

    keras.utils.clear_session()
    expected, summary = build_model(spec), analyze(spec)
    images = np.random.default_rng(0).random((2, *spec.input_shape), dtype=np.float32)
    for form in list_forms(spec):
        model = run_source(spec, form)
        assert model.count_params() == summary.params
        trainable = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
        assert trainable == summary.trainable_params
        if form == "class":
            for layer, leaf in zip(spec.layers, find_leaves(model), strict=True):
                assert layer.kind == type(leaf).__name__
                leaf.set_weights(expected.get_layer(layer.name).get_weights())
        else:
            model.set_weights(expected.get_weights())
        np.testing.assert_allclose(model(images), expected(images), rtol=1e-4, atol=1e-6)
        if form == "functional":
            kinds = [type(layer).__name__ for layer in expected.layers]
            assert [type(layer).__name__ for layer in model.layers] == kinds


@settings(some, max_examples=15)
@given(make_classifiers())
def test_any_network_that_can_be_trained(spec: Spec) -> None:
    assert_equal_networks(spec)


STRIDES = st.integers(1, 2)
WIDTH = st.sampled_from([4, 8])


@st.composite
def make_stages(draw: st.DrawFn) -> Spec:
    """Networks of alike blocks, where what differs, and what is left out, becomes a parameter."""
    layers = list(conv_bn_relu(4, 3))
    width = 4
    for _ in range(draw(st.integers(2, 4))):
        kind = draw(st.sampled_from(["residual", "residual", "inception", "depthwise", "plain"]))
        if kind == "residual":
            filters, strides = draw(WIDTH), draw(STRIDES)
            project = (filters, strides) != (width, 1) or draw(st.booleans())
            layers.append(residual_block(filters, strides=strides, project=project))
            width = filters
        elif kind == "inception":
            filters = draw(WIDTH)
            layers.append(inception_block(filters, strides=draw(STRIDES)))
            width = 4 * filters
        elif kind == "depthwise":
            width = draw(WIDTH)
            layers.append(depthwise_block(width, strides=draw(STRIDES)))
        else:
            width = draw(WIDTH)
            layers += [*conv_bn_relu(width, draw(st.sampled_from([1, 3]))), Dropout(rate=0.5)]
    end = (GlobalAveragePooling2D(), Dense(units=3, activation="softmax", l2=0.01))
    return Spec("stages", "Stages", (8, 8, 2), (*layers, *end))


@settings(some, max_examples=8)
@given(make_stages())
def test_any_network_of_alike_blocks(spec: Spec) -> None:
    assert_equal_networks(spec)


def make_block(filters: int, *, dropout: bool, normalise: bool) -> Block:
    """Three paths of which one may have no layer; what it is given is needed after it, too."""
    same = (Conv2D(filters=4, kernel_size=3, padding="same"),)
    paths = (same, (BatchNormalization(),) if normalise else (), ())
    parts = (Branches(paths, Add()), *([Dropout(rate=0.1)] if dropout else []), Activation())
    return Block(
        "odd", (Conv2D(filters=4, kernel_size=1), *parts, Conv2D(filters=filters, kernel_size=1))
    )


@pytest.mark.parametrize("what", ["dropout", "normalise"])
def test_steps_that_some_blocks_lack(what: str) -> None:
    lacks: dict[str, bool] = {"dropout": False, "normalise": False}
    blocks = [
        make_block(f, **{**lacks, what: has}) for f, has in ((4, True), (5, False), (6, True))
    ]
    end = (GlobalAveragePooling2D(), Dense(units=3, activation="softmax"))
    spec = Spec("odd", "Odd", (8, 8, 2), (*blocks, *end))
    flag = {"dropout": "with_dropout", "normalise": "with_batch_normalization"}[what]
    assert f"def odd_block(x, filters, {flag}=False):" in to_keras_source(spec)
    assert_equal_networks(spec)


def test_l2_and_chosen_names_are_in_the_source() -> None:
    layers = (
        Conv2D(filters=2, kernel_size=3, l2=0.125, name="stem"),
        GlobalAveragePooling2D(),
        Dense(units=2, activation="softmax"),
    )
    for form in FORMS:
        model = run_source(Spec("named", "Named", (8, 8, 3), layers), form)
        stem = model.get_layer("stem")
        assert model.name == "named"
        assert float(model.losses[0]) == pytest.approx(
            0.125 * float(np.sum(np.asarray(stem.kernel) ** 2)), rel=1e-5
        )
