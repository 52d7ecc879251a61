"""The ways out that the builder offers lead out."""

import pytest
from hypothesis import given, settings

from cnnlib.arch import zoo
from cnnlib.arch.analysis import analyze, analyze_until_error
from cnnlib.arch.edits import change, insert, list_items, remove
from cnnlib.arch.layers import Concatenate, Conv2D, Dense, Flatten, MaxPooling2D
from cnnlib.arch.mends import find_endings, find_mends, project_shortcut
from cnnlib.arch.pieces import bring_to_shape, make_empty_network
from cnnlib.arch.rules import compute_output_shape
from cnnlib.arch.spec import Block, Branches, Spec
from cnnlib.arch.zoo.blocks import residual_block
from cnnlib.errors import SpecError
from cnnlib.runs.networks import check_network
from tests.arch.spec_draws import make_specs


def start(*parts, shape=(32, 32, 3)) -> Spec:
    return Spec("x", "X", shape, (*parts, Flatten(), Dense(units=10, activation="softmax")))


def mend(spec: Spec, title: str) -> Spec:
    (found,) = [mend for mend in find_mends(spec) if mend.title == title]
    return found.spec


@settings(max_examples=200, deadline=None)
@given(make_specs())
def test_every_way_out_leads_further(spec: Spec) -> None:
    before, error = analyze_until_error(spec)
    mends = find_mends(spec)
    assert bool(mends) <= (error is not None)
    for each in mends:
        after, left = analyze_until_error(each.spec)
        assert left is None or left.layer != error.layer
        assert len(after.layers) >= len(before.layers)
        assert Spec.from_dict(each.spec.to_dict()) == each.spec


@settings(max_examples=200, deadline=None)
@given(make_specs())
def test_every_ending_can_be_trained(spec: Spec) -> None:
    for each in find_endings(spec):
        check_network(each.spec)


@pytest.mark.parametrize("name", zoo.names())
def test_a_zoo_network_needs_no_mending(name: str) -> None:
    assert find_mends(zoo.get(name)) == find_endings(zoo.get(name)) == []


def test_a_window_that_does_not_fit() -> None:
    spec = start(Conv2D(filters=4, kernel_size=7), shape=(4, 6, 1))
    assert [mend.title for mend in find_mends(spec)] == [
        "Take padding same",
        "Take a window of 4 × 6",
        "Remove conv2d_1",
    ]
    assert analyze(mend(spec, "Take padding same")).layers[0].output_shape == (4, 6, 4)
    assert analyze(mend(spec, "Take a window of 4 × 6")).layers[0].output_shape == (1, 1, 4)


def test_a_pooling_that_does_not_fit_steps_by_its_new_window() -> None:
    spec = mend(start(MaxPooling2D(pool_size=9), shape=(4, 4, 1)), "Take a window of 4 × 4")
    assert spec.layers[0].strides == (4, 4)


def test_groups_that_do_not_divide() -> None:
    spec = start(Conv2D(filters=12, kernel_size=3, groups=4), shape=(8, 8, 6))
    assert mend(spec, "Take groups 2").layers[0].groups == 2


def test_a_convolution_behind_flatten() -> None:
    spec = insert(make_empty_network(), 1, (Conv2D(filters=4, kernel_size=3),))
    names = [layer.name for layer in mend(spec, "Move conv2d_1 before flatten_1").layers]
    assert names == ["conv2d_1", "flatten_1", "dense_1"]


@pytest.mark.parametrize(("filters", "strides"), [(16, 1), (3, 2), (16, 2), (8, 3)])
def test_a_shortcut_that_does_not_fit_is_projected_as_the_zoo_does(filters, strides) -> None:
    plain = start(residual_block(filters, strides=strides))
    zoos = start(residual_block(filters, strides=strides, project=True))
    projected = mend(plain, "Project the shortcut")
    assert analyze(projected) == analyze(zoos)


def test_a_projection_with_other_numbers_is_replaced() -> None:
    spec = start(residual_block(16, strides=2, project=True))
    spec = change(spec, "conv2d_2", filters=24)
    mended = mend(spec, "Project the shortcut")
    assert analyze(mended).layers[-3].output_shape == (16, 16, 24)
    assert len(mended.layers) == len(spec.layers)


def test_the_main_path_can_be_made_to_fit_the_shortcut() -> None:
    spec = mend(start(residual_block(16)), "Take 3 filters in conv2d_2")
    assert analyze(spec).layers[-3].output_shape == (32, 32, 3)


def test_no_projection_makes_a_map_larger() -> None:
    enlarged = (Conv2D(filters=3, kernel_size=3),)
    spec = start(Block("odd", (Branches((enlarged, ()), zoo.get("resnet18").layers[8]),)))
    with pytest.raises(SpecError, match="No 1×1 convolution"):
        project_shortcut(change(spec, "conv2d_1", kernel_size=15), "add_1")


def test_branches_of_other_sizes() -> None:
    paths = ((Conv2D(filters=4, kernel_size=3),), (Conv2D(filters=4, kernel_size=5),))
    spec = start(Block("b", (Branches(paths, Concatenate()),)))
    assert analyze(mend(spec, "Take padding same in all paths")).params > 0
    spec = change(change(spec, "conv2d_1", padding="same", strides=2), "conv2d_2", padding="same")
    titles = [mend.title for mend in find_mends(spec)]
    assert titles == ["Take padding same and strides 1 in all paths"]


DENSE = "Add Dense with softmax"
HEADS = ["Add Flatten and Dense with softmax", "Add global average pooling and Dense with softmax"]


@pytest.mark.parametrize(
    ("layers", "titles"),
    [
        ((Flatten(), Dense(units=7)), ["Take softmax in the last layer", DENSE]),
        ((Conv2D(filters=4, kernel_size=3),), HEADS),
        ((Dense(units=5, activation="softmax"),), ["Flatten before dense_1", *HEADS]),
        ((Flatten(), Dense(units=1, activation="sigmoid")), [DENSE]),
        ((MaxPooling2D(pool_size=99), Dense(units=5)), []),
    ],
)  # fmt: skip
def test_an_output_that_gives_no_probabilities(layers, titles) -> None:
    assert [mend.title for mend in find_endings(Spec("x", "X", (8, 8, 3), layers))] == titles


def test_the_smallest_stride_that_leads_there_by_trying_all() -> None:
    for size in range(1, 40):
        for wanted in range(1, 45):
            tried = [s for s in range(1, 60) if -(-size // s) == wanted]
            parts = bring_to_shape((size, size, 2), (wanted, wanted, 5))
            assert bool(parts) == bool(tried)
            if parts:
                assert parts[0].strides == (tried[0], tried[0])
                assert compute_output_shape(parts[0], (size, size, 2)) == (wanted, wanted, 5)


def test_a_network_without_an_item_is_no_network() -> None:
    spec = make_empty_network()
    while len(list_items(spec)) > 1:
        spec = remove(spec, 0)
    with pytest.raises(SpecError, match="at least one layer"):
        remove(spec, 0)
