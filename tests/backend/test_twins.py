"""What the twins' page says about their first weights is what Keras draws."""

import numpy as np
import pytest

from cnnlib.arch.layers import BatchNormalization
from cnnlib.arch.spec import Spec
from cnnlib.arch.twins import find_equal_starts, list_differences, make_twins
from cnnlib.runs.config import RunConfig
from cnnlib.runs.records import Run

CASES = [(steps, name) for steps in ("CBAPD", "CPA", "CDBA") for name in list_differences(steps)]


def draw_weights(spec: Spec, seed: int) -> dict[str, list[np.ndarray]]:
    """As a run does it: the first weights of its convolution and dense layers."""
    from cnnlib.backend.training import prepare_model

    model = prepare_model(spec, Run("none", RunConfig(spec=spec, seed=seed), "starting"), 1)
    return {x.name: x.get_weights() for x in model.layers if x.name.startswith(("conv", "dense"))}


@pytest.mark.parametrize(("steps", "difference"), CASES)
def test_the_layers_said_to_start_alike_do_and_the_others_do_not(steps, difference) -> None:
    specs = make_twins(steps, difference, (8, 8, 3), 10)
    first, second = (draw_weights(spec, 3) for spec in specs)
    said = find_equal_starts(*specs)
    assert set(said) == set(first) == set(second)
    for name, same in said.items():
        a, b = first[name][0], second[name][0]
        assert (a.shape == b.shape and np.array_equal(a, b)) == same, name
        assert np.abs(a).max() > 0


def test_keras_usual_momentum_is_what_the_page_says() -> None:
    import keras

    assert keras.layers.BatchNormalization().momentum == BatchNormalization().momentum == 0.99
