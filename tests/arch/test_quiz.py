"""The quiz: tasks that follow from their seed, answers that the analysis gives, named mistakes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlib.arch.layers import (
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    MaxPooling2D,
    SeparableConv2D,
)
from cnnlib.arch.quiz import LEVELS, MAX_SEED, Task, judge, make_task, write_call
from cnnlib.arch.quiz_mistakes import list_param_mistakes, list_shape_mistakes
from cnnlib.arch.reasons import CHANNELS, HEIGHT, PARAMS, UNITS, WIDTH, explain_layer
from cnnlib.arch.rules import compute_output_shape, count_params

SEEDS = st.integers(0, MAX_SEED)
LEVEL = st.sampled_from(LEVELS)


def make(kind: str, inputs: tuple[int, ...], **arguments: object) -> Task:
    """A task about one layer behind an image."""
    from cnnlib.arch.analysis import analyze
    from cnnlib.arch.layer_data import layer_from_dict
    from cnnlib.arch.spec import Spec

    layer = layer_from_dict({"kind": kind, **arguments})
    parts = (Flatten(), layer) if kind == "Dense" else (layer,)
    spec = Spec("x", "X", inputs, parts)
    layer, row = spec.layers[-1], analyze(spec).layers[-1]
    return Task(layer, row, "", list_shape_mistakes(layer, row), list_param_mistakes(layer, row))


@given(SEEDS, LEVEL)
def test_the_answer_is_the_analysis_and_the_reasons_say_the_same(seed: int, level: str) -> None:
    task = make_task(seed, level)
    row = task.row
    assert row.output_shape == compute_output_shape(task.layer, *row.input_shapes)
    assert row.params == count_params(task.layer, row.input_shape)[0]
    results = {formula.name: formula.result for formula in explain_layer(task.layer, row)}
    said = [results[name] for name in (HEIGHT, WIDTH, CHANNELS, UNITS) if name in results]
    assert tuple(said) == row.output_shape
    assert results[PARAMS] == row.params
    assert judge(task, row.output_shape, row.params).right
    assert judge(task, row.output_shape, row.params).hints == ()


@given(SEEDS, LEVEL)
def test_every_named_mistake_is_wrong_and_is_recognised(seed: int, level: str) -> None:
    task = make_task(seed, level)
    row = task.row
    for mistake in task.shape_mistakes:
        assert mistake.value != row.output_shape
        assert min(mistake.value) > 0
        verdict = judge(task, mistake.value, row.params)
        assert (verdict.shape, verdict.params, verdict.hints) == (False, True, (mistake.hint,))
    for mistake in task.param_mistakes:
        assert mistake.value != row.params
        verdict = judge(task, row.output_shape, mistake.value)
        assert (verdict.shape, verdict.params, verdict.hints) == (True, False, (mistake.hint,))


@given(SEEDS, LEVEL)
def test_a_seed_gives_the_same_task_again(seed: int, level: str) -> None:
    assert make_task(seed, level) == make_task(seed, level)


def test_a_link_shared_long_ago_still_shows_its_task() -> None:
    """Held on purpose: a change of these breaks the links that teachers have shared."""
    tasks = [make_task(seed, level) for level in LEVELS for seed in (1, 2)]
    assert [(write_call(t.layer), t.row.input_shapes, t.row.params) for t in tasks] == GOLDEN


def test_levels_ask_for_what_they_say() -> None:
    asked = {level: [make_task(seed, level) for seed in range(300)] for level in LEVELS}
    assert {type(task.layer) for task in asked["easy"]} == {Conv2D, MaxPooling2D, Flatten, Dense}
    convs = [task.layer for task in asked["easy"] if isinstance(task.layer, Conv2D)]
    assert {conv.strides for conv in convs} == {conv.dilation_rate for conv in convs} == {(1, 1)}
    convs = [task.layer for task in asked["medium"] if isinstance(task.layer, Conv2D)]
    assert {conv.padding for conv in convs} == {"same", "valid"}
    assert any(max(conv.strides) > 1 for conv in convs)
    assert any(max(conv.dilation_rate) > 1 for conv in convs)
    kinds = {type(task.layer).__name__ for task in asked["hard"]}
    assert kinds == {"Conv2D", "DepthwiseConv2D", "SeparableConv2D", "BatchNormalization", "Add",
                     "Concatenate", "GlobalAveragePooling2D"}  # fmt: skip
    assert any(getattr(task.layer, "groups", 1) > 1 for task in asked["hard"])
    for tasks in asked.values():
        assert any(task.origin for task in tasks)
        assert any(not task.origin for task in tasks)


@pytest.mark.parametrize(
    ("task", "shape", "params", "words"),
    [
        (make("Conv2D", (28, 28, 3), filters=6, kernel_size=5), (28, 28, 6), 456, "SAME"),
        (make("Conv2D", (28, 28, 3), filters=6, kernel_size=5), (23, 23, 6), 456, "first place"),
        (make("Conv2D", (28, 28, 3), filters=6, kernel_size=5), (24, 24, 6), 450, "biases"),
        (make("Conv2D", (28, 28, 3), filters=6, kernel_size=5), (24, 24, 3), 456, "are filters"),
        (make("Conv2D", (28, 28, 3), filters=6, kernel_size=5), (24, 24, 6), 906, "filters for"),
        (make("Conv2D", (28, 28, 3), filters=6, kernel_size=5), (24, 24, 6), 156, "every input"),
        (make("Conv2D", (28, 28, 3), filters=6, kernel_size=5), (24, 24, 6), 259_200, "MACs"),
        (make("Conv2D", (15, 15, 2), filters=4, kernel_size=5, strides=2, padding="same"),
         (7, 7, 4), 204, "rounded up"),
        (make("Conv2D", (15, 15, 2), filters=4, kernel_size=3, dilation_rate=3),
         (13, 13, 4), 76, "spreads"),
        (make("Conv2D", (8, 8, 8), filters=16, kernel_size=3, groups=4, padding="same"),
         (8, 8, 16), 1_168, "C / g"),
        (make("Conv2D", (9, 7, 3), filters=2, kernel_size=3, use_bias=False),
         (5, 7, 2), 54, "Height comes first"),
        (make("Conv2D", (9, 7, 3), filters=2, kernel_size=3, use_bias=False),
         (7, 5, 2), 56, "no biases"),
        (make("DepthwiseConv2D", (8, 8, 6), kernel_size=3, padding="same"),
         (8, 8, 6), 330, "own channel alone"),
        (make("SeparableConv2D", (8, 8, 6), filters=10, kernel_size=3, padding="same"),
         (8, 8, 10), 550, "ordinary convolution"),
        (make("BatchNormalization", (8, 8, 6)), (8, 8, 6), 12, "4 · C"),
        (make("MaxPooling2D", (8, 8, 6)), (4, 4, 6), 4, "learns nothing"),
        (make("Flatten", (8, 8, 6)), (64,), 0, "channels"),
        (make("Dense", (1, 1, 784), units=128), (128,), 100_352, "biases"),
    ],
)  # fmt: skip
def test_typical_mistakes_by_hand(
    task: Task, shape: tuple[int, ...], params: int, words: str
) -> None:
    verdict = judge(task, shape, params)
    assert not verdict.right
    (hint,) = verdict.hints
    assert words in hint


def test_a_wrong_answer_without_a_name_is_just_wrong() -> None:
    task = make("BatchNormalization", (8, 8, 6))
    assert judge(task, (1, 2, 3), 999).hints == ()
    assert judge(task, None, None) == judge(task, (1, 2, 3), 999)


def test_calls_say_what_matters() -> None:
    assert write_call(Conv2D(filters=6, kernel_size=5)) == (
        'layers.Conv2D(filters=6, kernel_size=5, padding="valid")'
    )
    assert write_call(MaxPooling2D(pool_size=(2, 3), strides=2)) == (
        'layers.MaxPooling2D(pool_size=(2, 3), strides=2, padding="valid")'
    )
    assert write_call(SeparableConv2D(filters=2, kernel_size=3, use_bias=False)) == (
        'layers.SeparableConv2D(filters=2, kernel_size=3, padding="valid", use_bias=False)'
    )
    assert write_call(DepthwiseConv2D(kernel_size=3, depth_multiplier=2)).endswith("multiplier=2)")
    assert write_call(BatchNormalization()) == "layers.BatchNormalization()"


GOLDEN = [
    ("layers.Flatten()", ((5, 5, 16),), 0),
    ('layers.Conv2D(filters=6, kernel_size=5, padding="same")', ((32, 32, 3),), 456),
    (
        'layers.Conv2D(filters=32, kernel_size=3, padding="valid", dilation_rate=3)',
        ((31, 35, 24),),
        6944,
    ),
    (
        'layers.Conv2D(filters=8, kernel_size=3, padding="valid", dilation_rate=2)',
        ((28, 35, 3),),
        224,
    ),
    ("layers.BatchNormalization()", ((32, 32, 8),), 32),
    ('layers.Conv2D(filters=16, kernel_size=3, padding="same", groups=2)', ((14, 14, 16),), 1168),
]
