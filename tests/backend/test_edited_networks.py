"""Networks that were edited are what Keras builds of them, as those of the zoo are."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnnlib.arch import zoo
from cnnlib.arch.analysis import analyze_until_error
from cnnlib.arch.branch_edits import add_branch, insert_after, insert_before, remove_branch
from cnnlib.arch.edits import change, copy, insert, list_items, move, remove
from cnnlib.arch.layers import BatchNormalization, Conv2D, Dropout
from cnnlib.arch.mends import find_mends
from cnnlib.arch.pieces import cbapd_block, make_empty_network
from cnnlib.arch.spec import Spec
from cnnlib.arch.zoo.blocks import depthwise_block, inception_block, residual_block
from tests.arch.spec_draws import make_specs
from tests.backend.test_model_builder import assert_equal_readings

pytestmark = pytest.mark.keras
WITH_BLOCKS = ["resnet18", "inception10", "inception_resnet", "mobilenet"]


def mend(spec: Spec) -> Spec:
    """The first way out, until all layers fit."""
    while analyze_until_error(spec)[1]:
        spec = find_mends(spec)[0].spec
    return spec


def test_a_network_of_every_block_in_and_out_of_order() -> None:
    spec = make_empty_network()
    for parts in (cbapd_block(8), (residual_block(8),), (inception_block(4),),
                  (depthwise_block(12),), (residual_block(16, strides=2),)):  # fmt: skip
        spec = insert(spec, 0, parts)
    spec = mend(move(copy(spec, 1), 0, 3))
    assert len(list_items(spec)) == 8
    assert_equal_readings(spec)


def test_edits_inside_blocks() -> None:
    spec = zoo.get("resnet18")
    spec = insert_after(spec, "conv2d_2", (Dropout(rate=0.1),))
    spec = insert_before(spec, "add_1", (BatchNormalization(),), path=1)
    spec = add_branch(spec, "add_2", (Conv2D(filters=64, kernel_size=1),))
    spec = remove_branch(spec, "add_4", 1)
    spec = mend(change(spec, "conv2d_7", filters=48))
    assert_equal_readings(spec)


@pytest.mark.parametrize("name", WITH_BLOCKS)
def test_a_zoo_network_with_a_block_copied_and_another_removed(name: str) -> None:
    spec = copy(zoo.get(name, input_shape=(32, 32, 1), classes=4), 4)
    assert_equal_readings(mend(remove(spec, 3)))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(make_specs(), st.data())
def test_any_network_after_a_few_edits(spec: Spec, data) -> None:
    for _ in range(3):
        places = st.integers(0, len(list_items(spec)) - 1)
        place, to = data.draw(places), data.draw(places)
        spec = data.draw(st.sampled_from([copy, lambda s, p: move(s, p, to)]))(spec, place)  # noqa: B023
    if analyze_until_error(spec)[1] is None:
        assert_equal_readings(spec)
