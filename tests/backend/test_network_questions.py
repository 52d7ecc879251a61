"""What Keras counts of whole networks, and the measured step."""

import resource
from dataclasses import replace
from pathlib import Path

import pytest

from cnnlib.arch import zoo
from cnnlib.arch.analysis import analyze
from cnnlib.arch.layers import Conv2D, Dense, Flatten
from cnnlib.arch.spec import Spec
from cnnlib.backend import network_questions
from cnnlib.backend.network_questions import count_network, time_step
from cnnlib.errors import RunError, SpecError

SMALL = Spec("x", "X", (8, 8, 1), (Conv2D(filters=2, kernel_size=3), Flatten(), Dense(units=3)))


@pytest.mark.parametrize("name", zoo.names())
def test_keras_counts_what_the_analysis_counts(name: str) -> None:
    spec = zoo.get(name)
    rows = count_network(spec.to_dict())["rows"]
    assert [(name, tuple(shape), params, learned) for name, shape, params, learned in rows] == [
        (row.name, row.output_shape, row.params, row.trainable_params)
        for row in analyze(spec).layers
    ]


def test_counting_takes_no_memory_for_weights() -> None:
    """VGG16 for ImageNet has 553 MB of them."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    count_network(zoo.get("vgg16_imagenet").to_dict())
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 100_000  # KB


def test_a_network_of_other_images_and_classes() -> None:
    spec = zoo.get("resnet18", input_shape=(40, 24, 1), classes=7)
    assert count_network(spec.to_dict())["rows"][-1][1] == [7]


@pytest.mark.parametrize("question", [count_network, lambda spec: time_step(spec, 4)])
@pytest.mark.parametrize(
    "spec",
    [None, 3, {}, {"layers": []}, SMALL.to_dict() | {"layers": [{"kind": "Lambda"}]},
     SMALL.to_dict() | {"input_shape": [2, 2, 1]}, SMALL.to_dict() | {"evil": 1}],
)  # fmt: skip
def test_what_is_no_network_is_refused(question, spec) -> None:
    with pytest.raises(SpecError):
        question(spec)


@pytest.mark.parametrize("optimizer", ["adam", "sgd", "rmsprop"])
def test_a_step_is_measured(optimizer: str) -> None:
    answer = time_step(SMALL.to_dict(), 16, optimizer)
    assert answer["steps"] == network_questions.MEASURED_STEPS
    assert 0 < answer["seconds"] < answer["first_seconds"]
    assert answer["images_per_second"] == pytest.approx(16 / answer["seconds"])
    assert 0 < answer["validation_seconds"] < answer["first_validation_seconds"]
    assert answer["saving_seconds"] is None
    assert answer["peak_bytes"] >= 0


def test_saving_is_measured_where_runs_are_kept(lab_home: Path) -> None:
    assert time_step(SMALL.to_dict(), 4, saving=True)["saving_seconds"] > 0
    assert not list(lab_home.glob("*saving*")), "nothing of it stays"


def test_a_step_is_measured_with_its_augmentation(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = []

    class Spy(network_questions.Augmenter):
        def __call__(self, images, labels):
            shown.append(images.shape)
            return super().__call__(images, labels)

    monkeypatch.setattr(network_questions, "Augmenter", Spy)
    time_step(SMALL.to_dict(), 4)
    assert not shown
    answer = time_step(SMALL.to_dict(), 4, "adam", "flip,shift-0.5,mixup")
    assert shown == [(4, 8, 8, 1)], "the pipeline does it, as a graph that is made once"
    assert answer["steps"] == network_questions.MEASURED_STEPS
    with pytest.raises(RunError, match="whirl"):
        time_step(SMALL.to_dict(), 4, "adam", "whirl")


def test_a_slow_step_is_measured_once_at_least(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_questions, "MEASURE_SECONDS", 0.0)
    assert time_step(SMALL.to_dict(), 4)["steps"] == 1


@pytest.mark.parametrize(
    ("spec", "batch_size", "rule"),
    [
        (SMALL, 0, "batch_size must be from 1"),
        (SMALL, 5000, "Received: 5,000"),
        (SMALL, True, "whole number"),
        (SMALL, "8", "whole number"),
        (zoo.get("vgg16_imagenet"), 16, "would need about .* GB"),
        (Spec("x", "X", (64, 64, 64), (Conv2D(filters=512, kernel_size=7),)), 64, "GMACs"),
    ],
)
def test_what_is_too_large_is_not_tried(spec, batch_size, rule: str) -> None:
    with pytest.raises(RunError, match=rule):
        time_step(spec.to_dict(), batch_size)


def test_an_unknown_optimizer() -> None:
    with pytest.raises(RunError, match="optimizer must be one of"):
        time_step(replace(SMALL, title="Y").to_dict(), 4, "exec")
