"""The definitions in TensorFlow: equal to the lab's operators, forward and back, and guarded."""

import inspect
import json
import math
from typing import Any

import numpy as np
import pytest

from cnnlib.backend.comparison import compare
from cnnlib.backend.definitions import DEFINITIONS
from cnnlib.errors import RunError
from cnnlib.ops.layer_calls import DefinitionCall
from cnnlib.ops.pools import POOLS, Options
from cnnlib.runs.arrays import encode_array
from cnnlib.ui.comparisons import encode_call

SETTINGS = {
    "side by side": Options(),
    "overlapping": Options(pool_size=3, strides=2, padding="same", alpha=0.2, levels=(1, 3),
                           mode="avg", clusters=3, sharpness=0.02, training=False),
    "stride 1": Options(strides=1, seed=5),
}  # fmt: skip
CASES = [(kind, setting) for kind in POOLS for setting in SETTINGS]


def distinct(*shape: int) -> np.ndarray:
    numbers = np.random.default_rng(0).permutation(math.prod(shape)) + 1
    return numbers.reshape(shape).astype(np.float32) / 8


@pytest.mark.parametrize(("kind", "setting"), CASES)
def test_every_pooling_equals_what_its_page_shows_both_ways(kind: str, setting: str) -> None:
    pool, options, x = POOLS[kind], SETTINGS[setting], distinct(7, 6, 2)
    run = pool.run(x, pool.make_weights(x, options), options)
    calls = json.loads(json.dumps([encode_call(call) for call in run.calls]))  # as it travels
    given = encode_array(run.given)
    answer = compare(given, calls, encode_array(run.output))
    assert answer["max_difference"] <= 1e-5 * max(answer["scale"], 1)
    wrong = run.output.copy()
    wrong.flat[-1] += 1
    assert compare(given, calls, encode_array(wrong))["max_difference"] > 0.9

    rng = np.random.default_rng(1)
    upstreams = {
        name: rng.normal(size=ones.shape).astype(np.float32)
        for name, ones in pool.make_upstreams(run).items()
    }
    back = pool.turn_back(run, upstreams)
    answer = compare(
        given, calls, encode_array(back.gradient), upstream=encode_array(back.upstream)
    )
    assert answer["max_difference"] <= 1e-5 * max(answer["scale"], 1)
    assert answer["scale"] > 0


def test_every_definition_is_a_file_of_its_own_and_is_asked_for() -> None:
    x = distinct(4, 4, 2)
    asked = set()
    for pool in POOLS.values():
        calls = pool.run(x, pool.make_weights(x, Options()), Options()).calls
        asked |= {call.name for call in calls if isinstance(call, DefinitionCall)}
    assert asked <= set(DEFINITIONS)
    for name, function in DEFINITIONS.items():
        assert inspect.getsourcefile(function).endswith(f"definitions/{name}.py")
        source = inspect.getsource(inspect.getmodule(function))
        assert "cnnlib" not in source


X = encode_array(distinct(4, 4, 1))
HOSTILE: dict[str, dict[str, Any]] = {
    "no definition": {"definition": "eval"},
    "no name": {"definition": ["median_pool2d"]},
    "a private name": {"definition": "__init__"},
    "no arguments": {"definition": "median_pool2d"},
    "unknown argument": {"definition": "bilinear_pool", "arguments": {"surprise": 1}},
    "a path": {"definition": "spatial_pyramid_pool", "arguments": {"levels": "os.system"}},
    "a dict": {"definition": "netvlad", "arguments": {"alpha": {"a": 1}}},
    "arrays of no form": {"definition": "netvlad", "arguments": {"alpha": 1}, "arrays": [1]},
    "an array of no form": {"definition": "netvlad", "arguments": {"alpha": 1},
                            "arrays": {"centers": {"shape": [1], "data": "?"}}},
    "an array that does not fit": {"definition": "gated_pool2d", "arguments": {"strides": 1},
                                   "arrays": {"omega": encode_array(np.ones(3))}},
    "x given twice": {"definition": "bilinear_pool", "arrays": {"x": X}},
    "huge": {"definition": "max_unpool2d", "arguments": {"rows": 10**9, "columns": 1},
             "arrays": {"switches": X}},
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_what_no_definition_takes_is_one_sentence(name: str) -> None:
    with pytest.raises(RunError) as caught:
        compare(X, [HOSTILE[name]], X)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_a_definition_stands_alone() -> None:
    with pytest.raises(RunError):
        compare(X, [{"definition": "bilinear_pool"}, {"layer": "Flatten"}], X)
