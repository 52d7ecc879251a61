"""Augmentation by Keras: each kind does to an image what its name says, and training takes it."""

import numpy as np
import pytest

from cnnlib.data import load
from cnnlib.errors import RunError
from cnnlib.runs.arrays import decode_array, encode_array
from cnnlib.runs.augmentation import KINDS, parse_augmentations
from cnnlib.runs.config import RunConfig
from cnnlib.runs.store import RunStore

IMAGE = np.random.default_rng(3).uniform(0.1, 0.9, (32, 32, 3)).astype(np.float32)
PARTNER = 1 - IMAGE
CLASSES = 4


def draw(text: str, draws: int = 12, seed: int = 5, image=IMAGE) -> tuple[np.ndarray, np.ndarray]:
    from cnnlib.backend.augmentation import draw_augmentations

    images = encode_array(np.stack([image, *[PARTNER] * 7]))
    labels = [0, *[2] * 7]
    (row,) = draw_augmentations(images, labels, CLASSES, [text], draws, seed)["rows"]
    return decode_array(row["images"]), decode_array(row["labels"])


def test_flip_turns_some_round_and_leaves_the_others() -> None:
    drawn, _ = draw("flip", draws=30)
    same = [np.array_equal(each, IMAGE) for each in drawn]
    turned = [np.array_equal(each, IMAGE[:, ::-1]) for each in drawn]
    assert all(np.logical_xor(same, turned))
    assert 5 < sum(turned) < 25


def test_shift_moves_a_dot_by_at_most_the_share() -> None:
    dot = np.zeros((32, 32, 1), np.float32)
    dot[16, 16] = 1
    from cnnlib.backend.augmentation import draw_augmentations

    (row,) = draw_augmentations(encode_array(dot[None]), [0], 2, ["shift-0.25"], 40, 1)["rows"]
    moved = np.asarray([
        np.subtract(np.unravel_index(each.argmax(), each.shape)[:2], 16)
        for each in decode_array(row["images"])
    ])  # fmt: skip
    assert np.abs(moved).max() <= 9
    assert np.abs(moved).max() >= 4, "it does move"


def test_cutout_covers_a_square_of_its_side() -> None:
    drawn, _ = draw("cutout-0.5")
    for each in drawn:
        covered = np.all(each == 0.5, axis=-1)
        rows, columns = np.flatnonzero(covered.any(1)), np.flatnonzero(covered.any(0))
        assert covered.sum() == len(rows) * len(columns)
        assert 15 <= len(rows) <= 17
        assert 15 <= len(columns) <= 17
        assert np.array_equal(each[~covered], IMAGE[~covered])


def test_brightness_adds_one_number_to_all() -> None:
    grey = np.full((32, 32, 3), 0.5, np.float32)
    drawn, _ = draw("brightness-0.2", image=grey)
    assert np.allclose(drawn.std(axis=(1, 2, 3)), 0, atol=1e-6)
    added = drawn.mean(axis=(1, 2, 3)) - 0.5
    assert np.abs(added).max() <= 0.2 + 1e-6
    assert np.abs(added).max() > 0.05


def test_contrast_keeps_the_mean() -> None:
    drawn, _ = draw("contrast-0.3", image=0.4 + 0.2 * IMAGE)
    before = (0.4 + 0.2 * IMAGE).mean(axis=(0, 1))
    assert np.allclose(drawn.mean(axis=(1, 2)), before, atol=1e-3)
    assert np.ptp(drawn.std(axis=(1, 2, 3))) > 1e-3


def test_mixup_mixes_image_and_label_by_one_share() -> None:
    drawn, labels = draw("mixup-1")
    assert np.allclose(labels.sum(axis=1), 1, atol=1e-5)
    for each, share in zip(drawn, labels, strict=True):
        assert np.allclose(each, share[0] * IMAGE + share[2] * PARTNER, atol=1e-3)
    assert np.ptp(labels[:, 0]) > 0.1


@pytest.mark.parametrize("name", KINDS)
def test_a_seed_gives_the_same_draws_and_another_one_others(name: str) -> None:
    first, again, other = draw(name)[0], draw(name)[0], draw(name, seed=77)[0]
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert np.isfinite(first).all()
    assert 0 <= first.min() <= first.max() <= 1 + 1e-6


@pytest.mark.parametrize(
    "changes",
    [{"draws": 0}, {"draws": 65}, {"seed": -1}, {"classes": 1}, {"augmentations": []},
     {"augmentations": ["flip"] * 17}, {"augmentations": ["Lambda"]}, {"labels": [0]},
     {"labels": [9] * 8}, {"labels": None}],
)  # fmt: skip
def test_a_question_out_of_bounds_is_refused(changes) -> None:
    from cnnlib.backend.augmentation import draw_augmentations

    arguments = {"images": encode_array(np.stack([IMAGE] * 8)), "labels": [0] * 8, "classes": 4,
                 "augmentations": ["flip"], "draws": 2, "seed": 0}  # fmt: skip
    with pytest.raises(RunError):
        draw_augmentations(**{**arguments, **changes})


def test_batches_are_changed_and_labels_stay_with_their_images(lab_home) -> None:
    from cnnlib.backend import pipeline
    from cnnlib.backend.augmentation import Augmenter

    split = load("synthetic").take(64).train
    augmenter = Augmenter(parse_augmentations("flip"), 10, 0)
    batches = list(pipeline.make_training_batches(split, 16, 0, augmenter))
    plain = list(pipeline.make_training_batches(split, 16, 0))
    for (images, labels), (before, told) in zip(batches, plain, strict=True):
        assert np.array_equal(labels, told)
        for image, old in zip(np.asarray(images), np.asarray(before), strict=True):
            assert np.array_equal(image, old) or np.array_equal(image, old[:, ::-1])
    assert not all(np.array_equal(a[0], b[0]) for a, b in zip(batches, plain, strict=True))


@pytest.mark.parametrize("augmentation", ["flip,shift,cutout", "mixup", ",".join(KINDS)])
def test_a_run_trains_with_it(lab_home, augmentation: str) -> None:
    from cnnlib.backend import worker

    config = RunConfig(network="lenet5", dataset="synthetic", limit=96, epochs=2,
                       augmentation=augmentation)  # fmt: skip
    run = worker.run_to_end(RunStore().create(config, status="starting").id)
    assert run.status == "finished", run.message
    keys = {point.key for point in RunStore().points(run.id)[1]}
    assert {"epoch/loss", "epoch/val_loss", "epoch/val_accuracy"} <= keys


def test_the_shown_lines_run_and_do_the_same() -> None:
    import keras

    from cnnlib.ui.augmentation.code import make_augmentation_code

    for text in ("flip,rotate,cutout", "flip,mixup"):
        names: dict[str, object] = {}
        exec(make_augmentation_code(parse_augmentations(text), CLASSES), names)
        labels = keras.ops.convert_to_tensor([0, 1])
        images, told = names["augment"](keras.ops.convert_to_tensor(np.stack([IMAGE] * 2)), labels)
        assert images.shape == (2, 32, 32, 3)
        assert told.shape == ((2, CLASSES) if "mixup" in text else (2,))
