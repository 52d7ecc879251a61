"""Editing by rows of items: laws that hold for any network, and edits told by hand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnlib.arch import zoo
from cnnlib.arch.analysis import analyze, analyze_until_error
from cnnlib.arch.edits import (
    change,
    copy,
    insert,
    list_items,
    list_names,
    move,
    remove,
    rename,
    reshape_input,
    take_apart,
)
from cnnlib.arch.history import MOST_STEPS, History
from cnnlib.arch.layers import Add, Conv2D, Dense, Flatten, MaxPooling2D
from cnnlib.arch.pieces import cbapd_block, head, make_empty_network
from cnnlib.arch.spec import INPUT, Spec
from cnnlib.arch.zoo.blocks import depthwise_block, inception_block, residual_block
from cnnlib.errors import SpecError
from tests.arch.spec_draws import make_specs

PIECES = [
    (Conv2D(filters=3, kernel_size=3),),
    cbapd_block(4),
    (residual_block(4, project=True),),
    (residual_block(4),),
    (inception_block(2),),
    (depthwise_block(4),),
    (MaxPooling2D(),),
    head(4),
]
NETWORKS = st.one_of(make_specs(), st.sampled_from(zoo.names()).map(zoo.get))


def names(spec: Spec) -> list[str]:
    return [item.block or item.exit for item in list_items(spec)]


def layers(spec: Spec) -> list[str]:
    return [layer.name for layer in spec.layers]


def is_constructible(spec: Spec) -> bool:
    """Spec's own checks, from plain data, as a link or a file would be read."""
    return Spec.from_dict(spec.to_dict()) == spec


@settings(deadline=None)
@given(NETWORKS, st.data())
def test_moved_there_and_back_is_the_same(spec: Spec, data) -> None:
    places = st.integers(0, len(list_items(spec)) - 1)
    place, to = data.draw(places), data.draw(places)
    moved = move(spec, place, to)
    assert is_constructible(moved)
    assert sorted(layers(moved)) == sorted(layers(spec))
    expected = names(spec)
    expected.insert(to, expected.pop(place))
    assert names(moved) == expected
    assert move(moved, to, place) == spec


@settings(deadline=None)
@given(NETWORKS, st.data())
def test_a_copy_removed_leaves_the_network(spec: Spec, data) -> None:
    place = data.draw(st.integers(0, len(list_items(spec)) - 1))
    copied = copy(spec, place)
    assert list_names(spec) < list_names(copied)
    assert is_constructible(copied)
    assert remove(copied, place + 1) == spec


@settings(deadline=None)
@given(NETWORKS, st.data())
def test_a_copy_that_sees_the_same_shape_costs_the_same(spec: Spec, data) -> None:
    place = data.draw(st.integers(0, len(list_items(spec)) - 1))
    copied = copy(spec, place)
    first, second = list_items(copied)[place : place + 2]
    rows = {row.name: row for row in analyze_until_error(copied)[0].layers}
    for old, new in zip(first.layers, second.layers, strict=True):
        if new.name in rows and rows[old.name].input_shapes == rows[new.name].input_shapes:
            assert rows[old.name].params == rows[new.name].params
            assert rows[old.name].macs == rows[new.name].macs


@settings(deadline=None)
@given(NETWORKS, st.sampled_from(PIECES), st.data())
def test_a_piece_put_in_and_taken_out_leaves_the_network(spec: Spec, piece, data) -> None:
    place = data.draw(st.integers(0, len(list_items(spec))))
    count = len(list_items(spec))
    edited = insert(spec, place, piece)
    assert is_constructible(edited)
    for _ in range(len(list_items(edited)) - count):
        edited = remove(edited, place)
    assert edited == spec


def edit_somehow(spec: Spec, number: int) -> Spec:
    """One of all edits, at one of all places."""
    count = len(list_items(spec))
    place, to = number % count, number // 7 % count
    edits = [
        lambda: move(spec, place, to),
        lambda: copy(spec, place),
        lambda: remove(spec, place),
        lambda: insert(spec, place, PIECES[number % len(PIECES)]),
        lambda: take_apart(spec, place),
        lambda: rename(spec, spec.layers[0].name, f"layer-{number}"),
    ]
    return edits[number // 3 % len(edits)]()


@settings(max_examples=50, deadline=None)
@given(make_specs(), st.lists(st.integers(0, 10**6), min_size=1, max_size=15, unique=True))
def test_any_series_of_edits_gives_a_network(spec: Spec, choices: list[int]) -> None:
    for number in choices:
        try:
            edited = edit_somehow(spec, number)
        except SpecError:  # only the last item cannot go; a name is not given twice here
            assert len(list_items(spec)) == 1
            continue
        spec = edited
        assert is_constructible(spec)
        assert analyze_until_error(spec)


@pytest.mark.parametrize("name", zoo.names())
def test_a_zoo_networks_blocks_are_its_items(name: str) -> None:
    spec = zoo.get(name)
    expected: list[str] = []
    for layer in spec.layers:
        if layer.block not in expected or not layer.block:
            expected.append(layer.block or layer.name)
    assert names(spec) == expected


def test_a_moved_block_takes_its_input_from_what_now_stands_before_it() -> None:
    spec = zoo.get("resnet18")
    moved = move(spec, names(spec).index("residual_2"), 3)
    (add,) = [layer for layer in moved.layers if layer.name == "add_2"]
    assert add.inputs == ("batch_normalization_5", "activation_1")
    after = [layer for layer in moved.layers if layer.block == "residual_1"]
    assert after[0].inputs == ()
    assert after[-2].inputs == ("batch_normalization_3", "activation_5")
    assert analyze(moved).params == analyze(spec).params


def test_a_block_may_begin_at_the_image() -> None:
    spec = insert(make_empty_network(), 0, (residual_block(3),))
    (add,) = [layer for layer in spec.layers if isinstance(layer, Add)]
    assert add.inputs == ("batch_normalization_2", INPUT)
    assert names(spec) == ["residual_1", "flatten_1", "dense_1"]


def test_a_block_within_a_block_and_a_bare_skip_are_one_item() -> None:
    skip = (
        Conv2D(name="a", filters=3, kernel_size=1),
        Conv2D(name="b", filters=3, kernel_size=1, inputs=("a",)),
        Add(name="c", inputs=("b", "a")),
    )
    spec = Spec("x", "X", (8, 8, 3), (*skip, Flatten()))
    assert [len(item.layers) for item in list_items(spec)] == [1, 2, 1]
    assert [item.is_block for item in list_items(spec)] == [False, True, False]
    nested = list_items(zoo.get("inception_resnet"))[3]
    assert len(nested.layers) == (3 + 6 + 9) + 1 + 1 + 2  # branches, concatenate, 1×1, add and relu


def test_new_layers_take_the_first_free_numbers() -> None:
    spec = remove(zoo.get("lenet5"), 0)
    assert "conv2d_1" not in layers(spec)
    spec = insert(spec, 0, (Conv2D(filters=2, kernel_size=3),))
    assert layers(spec)[0] == "conv2d_1"
    spec = copy(rename(spec, "conv2d_1", "stem"), 0)
    assert layers(spec)[:2] == ["stem", "stem_1"]


def test_what_is_inside_a_renamed_block_goes_on_to_find_its_inputs() -> None:
    spec = zoo.get("resnet18")
    renamed = rename(rename(spec, "activation_1", "stem"), "residual_1", "first")
    (add,) = [layer for layer in renamed.layers if layer.name == "add_1"]
    assert (add.inputs, add.block) == (("batch_normalization_3", "stem"), "first")
    assert rename(rename(renamed, "first", "residual_1"), "stem", "activation_1") == spec


def test_taken_apart_a_chain_becomes_items() -> None:
    spec = insert(make_empty_network(), 0, cbapd_block(4))
    assert names(spec)[0] == "cbapd_1"
    assert len(list_items(take_apart(spec, 0))) == 5 + 2
    residual = take_apart(insert(spec, 0, (residual_block(3),)), 0)
    assert [len(item.layers) for item in list_items(residual)][:2] == [6, 1]


def test_a_pooling_that_steps_by_its_window_goes_on_to_do_so() -> None:
    spec = Spec("x", "X", (8, 8, 3), (MaxPooling2D(name="p"), MaxPooling2D(name="q", strides=1)))
    spec = change(change(spec, "p", pool_size=3), "q", pool_size=3)
    assert [layer.strides for layer in spec.layers] == [(3, 3), (1, 1)]
    assert change(spec, "p", pool_size=2, strides=1).layers[0].strides == (1, 1)


@pytest.mark.parametrize(
    ("edit", "rule"),
    [
        (lambda spec: change(spec, "dense_1", units=0), "units must be a whole number"),
        (lambda spec: change(spec, "dense_1", name="x"), "no name to change"),
        (lambda spec: change(spec, "dense_1", __class__=Flatten), "no __class__ to change"),
        (lambda spec: change(spec, "nobody", units=1), "no layer 'nobody'"),
        (lambda spec: rename(spec, "dense_1", "flatten_1"), "must be unique"),
        (lambda spec: rename(spec, "dense_1", INPUT), "must be unique"),
        (lambda spec: rename(spec, "dense_1", ""), "name must not be empty"),
        (lambda spec: rename(spec, "dense_1", "<b>"), "A layer's name must be"),
        (lambda spec: rename(spec, "", "x"), "no layer ''"),
        (lambda spec: remove(remove(spec, 0), 0), "at least one layer"),
        (lambda spec: move(spec, 0, 2), "place must be from 0 to 1"),
        (lambda spec: copy(spec, -1), "place must be"),
        (lambda spec: insert(spec, 3, (Flatten(),)), "place must be from 0 to 2"),
        (lambda spec: reshape_input(spec, (0, 1, 1)), "input_shape must be"),
    ],
)
def test_an_edit_that_cannot_be_is_refused_in_one_sentence(edit, rule) -> None:
    with pytest.raises(SpecError, match=rule):
        edit(make_empty_network())


def test_shapes_that_do_not_fit_are_no_reason_to_refuse() -> None:
    spec = insert(make_empty_network(), 1, (Conv2D(filters=3, kernel_size=3),))
    _, error = analyze_until_error(spec)
    assert error.layer == "conv2d_1"
    assert analyze_until_error(reshape_input(make_empty_network(), (8, 8, 1)))[1] is None


@settings(deadline=None)
@given(st.lists(st.sampled_from(["undo", "redo", 2, 3, 5]), max_size=40))
def test_undo_and_redo_against_a_plain_list(steps: list) -> None:
    """The oracle: every network in one list, and a finger on the present one."""
    networks, finger = [make_empty_network()], 0
    history = History(networks[0])
    for step in steps:
        if step == "undo":
            history, finger = history.undo(), max(0, finger - 1)
        elif step == "redo":
            history, finger = history.redo(), min(len(networks) - 1, finger + 1)
        else:
            spec = change(make_empty_network(), "dense_1", units=step)
            history = history.add(spec)
            if spec != networks[finger]:
                networks, finger = [*networks[: finger + 1], spec], finger + 1
        assert history.present == networks[finger]
        assert len(history.past) == finger
        assert len(history.future) == len(networks) - 1 - finger


def test_the_history_is_bounded() -> None:
    history = History(make_empty_network())
    for units in range(2, 2 * MOST_STEPS):
        history = history.add(change(make_empty_network(), "dense_1", units=units))
    assert len(history.past) == MOST_STEPS
    assert isinstance(history.past[0].layers[-1], Dense)
