"""Editing inside blocks: laws for any network with branches, and edits told by hand."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnnlib.arch import zoo
from cnnlib.arch.analysis import analyze, analyze_until_error
from cnnlib.arch.branch_edits import (
    add_branch,
    find_fork,
    insert_after,
    insert_before,
    list_paths,
    remove_branch,
    remove_layer,
)
from cnnlib.arch.edits import find_sources, insert, list_items
from cnnlib.arch.layers import Activation, BatchNormalization, Concatenate, Conv2D, Dropout, Flatten
from cnnlib.arch.pieces import make_empty_network
from cnnlib.arch.spec import INPUT, Spec
from cnnlib.arch.zoo.blocks import inception_block, residual_block
from cnnlib.errors import SpecError
from tests.arch.spec_draws import make_specs

DROPOUT = (Dropout(rate=0.5),)
NETWORKS = st.one_of(
    make_specs(), st.sampled_from(["resnet18", "inception10", "inception_resnet"]).map(zoo.get)
)


def with_block(part) -> Spec:
    return insert(make_empty_network(), 0, (part,))


def find_merges(spec: Spec) -> list[str]:
    return [layer.name for layer in spec.layers if layer.merges]


@settings(deadline=None)
@given(NETWORKS, st.data())
def test_a_layer_put_after_another_and_taken_out_leaves_the_network(spec: Spec, data) -> None:
    name = data.draw(st.sampled_from([layer.name for layer in spec.layers]))
    edited = insert_after(spec, name, DROPOUT)
    (new,) = {layer.name for layer in edited.layers} - {layer.name for layer in spec.layers}
    assert find_sources(edited, new) == (name,)
    assert Spec.from_dict(edited.to_dict()) == edited
    assert remove_layer(edited, new) == spec


@settings(deadline=None)
@given(NETWORKS, st.data())
def test_a_layer_put_before_another_and_taken_out_leaves_the_network(spec: Spec, data) -> None:
    name = data.draw(st.sampled_from([layer.name for layer in spec.layers]))
    path = data.draw(st.integers(0, len(find_sources(spec, name)) - 1))
    edited = insert_before(spec, name, DROPOUT, path=path)
    (new,) = {layer.name for layer in edited.layers} - {layer.name for layer in spec.layers}
    assert find_sources(edited, name)[path] == new
    assert find_sources(edited, new) == (find_sources(spec, name)[path],)
    assert remove_layer(edited, new) == spec


@settings(deadline=None)
@given(NETWORKS, st.data())
def test_a_branch_added_and_removed_leaves_the_network(spec: Spec, data) -> None:
    assume(find_merges(spec))
    merge = data.draw(st.sampled_from(find_merges(spec)))
    paths = list_paths(spec, merge)
    edited = add_branch(spec, merge, (Conv2D(filters=2, kernel_size=1), BatchNormalization()))
    assert [len(path) for path in list_paths(edited, merge)] == [*map(len, paths), 2]
    assert find_fork(edited, merge) == find_fork(spec, merge)
    assert len(list_items(edited)) == len(list_items(spec))
    assert remove_branch(edited, merge, len(paths)) == spec


@settings(deadline=None)
@given(NETWORKS, st.data())
def test_branches_can_be_removed_until_none_meet(spec: Spec, data) -> None:
    assume(find_merges(spec))
    merge = data.draw(st.sampled_from(find_merges(spec)))
    while any(layer.name == merge for layer in spec.layers):
        before = len(find_sources(spec, merge))
        path = data.draw(st.integers(0, before - 1))
        spec = remove_branch(spec, merge, path)
        assert Spec.from_dict(spec.to_dict()) == spec
        left = [layer.name for layer in spec.layers if layer.name == merge]
        assert bool(left) == (before > 2)


@settings(deadline=None)
@given(NETWORKS, st.data())
def test_any_layer_but_a_merge_can_be_removed(spec: Spec, data) -> None:
    assume(len(spec.layers) > 1)
    layer = data.draw(st.sampled_from(spec.layers))
    if layer.merges:
        with pytest.raises(SpecError, match="where paths meet"):
            remove_layer(spec, layer.name)
    else:
        edited = remove_layer(spec, layer.name)
        assert len(edited.layers) == len(spec.layers) - 1
        assert Spec.from_dict(edited.to_dict()) == edited


def test_the_paths_of_the_zoos_blocks() -> None:
    spec = with_block(inception_block(4))
    assert [len(path) for path in list_paths(spec, "concatenate_1")] == [3, 6, 6, 4]
    assert find_fork(spec, "concatenate_1") == INPUT
    resnet = zoo.get("resnet18")
    assert [len(path) for path in list_paths(resnet, "add_1")] == [5, 0]
    assert find_fork(resnet, "add_3") == "activation_5"
    mixed = zoo.get("inception_resnet")
    assert [len(path) for path in list_paths(mixed, "add_1")] == [0, 20]


def test_new_layers_belong_to_the_block_they_stand_in() -> None:
    spec = with_block(residual_block(3))
    for edited in (
        insert_after(spec, "conv2d_1", DROPOUT),
        insert_before(spec, "add_1", DROPOUT, path=1),
        insert_after(spec, "activation_2", DROPOUT),
        add_branch(spec, "add_1", DROPOUT),
    ):
        assert [layer.block for layer in edited.layers if layer.kind == "Dropout"] == ["residual_1"]
        assert len(list_items(edited)) == len(list_items(spec))


def test_a_layer_on_the_shortcut() -> None:
    spec = insert_before(with_block(residual_block(3)), "add_1", DROPOUT, path=1)
    assert find_sources(spec, "add_1") == ("batch_normalization_2", "dropout_1")
    assert find_sources(spec, "dropout_1") == (INPUT,)


def test_a_layer_that_two_paths_begin_at() -> None:
    spec = insert(with_block(residual_block(3)), 0, (Activation(name="fork_1"),))
    spec = insert_after(spec, "fork_1", DROPOUT)
    assert find_sources(spec, "add_1") == ("batch_normalization_2", "dropout_1")
    assert find_sources(spec, "conv2d_1") == ("dropout_1",)


def test_with_one_path_left_nothing_meets() -> None:
    spec = with_block(residual_block(3))
    plain = remove_branch(spec, "add_1", 1)
    assert plain.is_chain
    assert analyze(plain).params == analyze(spec).params
    straight = remove_branch(spec, "add_1", 0)
    assert [layer.kind for layer in straight.layers] == ["Activation", "Flatten", "Dense"]


def test_layers_that_another_path_needs_stay() -> None:
    layers = (
        Conv2D(name="a", filters=2, kernel_size=1),
        Conv2D(name="b", filters=2, kernel_size=1),
        Conv2D(name="c", filters=2, kernel_size=1, inputs=("b",)),
    )
    merge = Concatenate(name="m", inputs=("a", "b", "c"))
    spec = Spec("x", "X", (4, 4, 1), (*layers, merge, Flatten()))
    without = remove_branch(spec, "m", 1)
    assert [layer.name for layer in without.layers] == ["a", "b", "c", "m", "flatten_1"]
    assert find_sources(without, "m") == ("a", "c")
    assert [layer.name for layer in remove_branch(without, "m", 1).layers] == ["a", "flatten_1"]


@pytest.mark.parametrize(
    ("edit", "rule"),
    [
        (lambda spec: add_branch(spec, "conv2d_1"), "joins no paths"),
        (lambda spec: remove_branch(spec, "conv2d_1", 0), "joins no paths"),
        (lambda spec: remove_branch(spec, "add_1", 2), "path must be from 0 to 1"),
        (lambda spec: insert_before(spec, "add_1", DROPOUT, path=-1), "path must be"),
        (lambda spec: insert_before(spec, "nobody", DROPOUT), "no layer"),
        (lambda spec: insert_after(spec, "nobody", DROPOUT), "no layer"),
        (lambda spec: remove_layer(spec, "nobody"), "no layer"),
        (lambda spec: remove_branch(spec, "nobody", 0), "no layer"),
    ],
)
def test_an_edit_that_cannot_be_is_refused_in_one_sentence(edit, rule) -> None:
    with pytest.raises(SpecError, match=rule):
        edit(with_block(residual_block(3)))


def test_a_shape_that_does_not_fit_is_no_reason_to_refuse() -> None:
    spec = insert_after(with_block(residual_block(3)), "conv2d_2", (Flatten(),))
    assert analyze_until_error(spec)[1] is not None
