"""What a run says of every image: the files against Keras' own `predict` on the same images."""

import dataclasses
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from cnnlib.arch.layers import Activation, Conv2D, GlobalAveragePooling2D
from cnnlib.arch.spec import Spec
from cnnlib.data import load
from cnnlib.errors import DatasetError, RunError
from cnnlib.runs.config import RunConfig
from cnnlib.runs.files import checkpoint_path, run_folder
from cnnlib.runs.predictions import (
    FOLDER,
    Predictions,
    delete_predictions,
    read_predictions,
    writing,
)
from cnnlib.runs.records import Run
from cnnlib.runs.store import RunStore


@pytest.fixture(scope="module")
def trained(
    drawn_once: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, Run]]:
    """A home with a tiny run on a part of the synthetic set."""
    from cnnlib.backend.worker import run_to_end

    home = tmp_path_factory.mktemp("predicting")
    shutil.copytree(drawn_once, home / "datasets" / "synthetic")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CNNLIB_HOME", str(home))
        config = RunConfig(network="lenet5", dataset="synthetic", limit=300, epochs=1)
        run = RunStore().create(config, status="starting")
        yield home, run_to_end(run.id)


@pytest.fixture
def run(trained: tuple[Path, Run], monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    home, run = trained
    monkeypatch.setenv("CNNLIB_HOME", str(home))
    yield run
    delete_predictions(run.id)


def predict(run: Run, shares: list[float] | None = None) -> Predictions:
    from cnnlib.backend.inference import predict_images

    note = (lambda share, text: None) if shares is None else (lambda s, text: shares.append(s))
    assert predict_images(note, run=run.id) == {"images": 3000}
    found = read_predictions(run.id, load("synthetic"))
    assert found is not None
    return found


def test_it_says_what_keras_predicts_for_every_image_of_both_splits(run: Run) -> None:
    import keras

    shares: list[float] = []
    found = predict(run, shares)
    model = keras.saving.load_model(checkpoint_path(run.id, "best"))
    hidden = keras.Model(model.inputs, model.layers[-1].input)
    for said, split in (
        (found.train, load("synthetic").train),
        (found.test, load("synthetic").test),
    ):
        images = split.images.astype(np.float32) / 255
        expected = model.predict(images, verbose=0)
        np.testing.assert_allclose(said.probabilities, expected, atol=1e-3)
        np.testing.assert_allclose(
            said.features, hidden.predict(images, verbose=0), rtol=2e-3, atol=2e-3
        )
        np.testing.assert_array_equal(said.predicted, expected.argmax(axis=1))
        np.testing.assert_array_equal(said.right, expected.argmax(axis=1) == split.labels)
        np.testing.assert_allclose(said.confidence, expected.max(axis=1), atol=1e-3)
        of_label = np.take_along_axis(expected, split.labels[:, None].astype(int), 1)[:, 0]
        np.testing.assert_allclose(said.self_confidence, of_label, atol=1e-3)
        assert said.probabilities.dtype == said.features.dtype == np.float16
        assert said.accuracy == pytest.approx(said.right.mean())
    assert (found.checkpoint, found.run_id) == ("best", run.id)
    assert "last Dense" in found.features_of
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_the_files_are_mapped_and_may_be_deleted(run: Run) -> None:
    found = predict(run)
    assert isinstance(found.train.probabilities, np.memmap)
    delete_predictions(run.id)
    assert read_predictions(run.id, load("synthetic")) is None
    delete_predictions(run.id)  # nothing there: nothing happens


def test_another_checkpoint_or_other_images_make_them_stale(run: Run) -> None:
    predict(run)
    dataset = load("synthetic")
    assert read_predictions(run.id, dataclasses.replace(dataset, fingerprint="other")) is None
    path = checkpoint_path(run.id, "best")
    kept = path.read_bytes()
    path.write_bytes(kept)  # the same bytes, written later
    assert read_predictions(run.id, dataset) is None


@pytest.mark.parametrize("name", ["note.json", "train-features.npy", "test-predicted.npy"])
def test_damaged_files_count_as_none(run: Run, name: str) -> None:
    predict(run)
    path = run_folder(run.id) / FOLDER / name
    for damage in (b"", path.read_bytes()[:-40]):
        path.write_bytes(damage)
        assert read_predictions(run.id, load("synthetic")) is None


def test_what_fails_leaves_the_older_files_and_nothing_else(run: Run) -> None:
    from cnnlib.backend.inference import predict_images

    before = predict(run).train.probabilities.copy()

    def stop(share: float, text: str) -> None:
        if share > 0.5:
            raise ConnectionError("the page went away")

    with pytest.raises((ConnectionError, RunError)):
        predict_images(stop, run=run.id)
    again = read_predictions(run.id, load("synthetic"))
    assert again is not None
    np.testing.assert_array_equal(again.train.probabilities, before)
    assert not list(run_folder(run.id).glob(f".{FOLDER}-*"))


def test_what_a_killed_writer_left_is_cleared_away(run: Run) -> None:
    left = run_folder(run.id) / f".{FOLDER}-left"
    left.mkdir()
    predict(run)
    assert not left.exists()


def test_only_one_writes_at_a_time(run: Run) -> None:
    with pytest.raises(RunError, match="already"), writing(run.id), writing(run.id):
        pass


def test_a_run_without_a_checkpoint_is_one_line(run: Run) -> None:
    from cnnlib.backend.inference import predict_images

    waiting = RunStore().create(RunConfig(dataset="synthetic"))
    with pytest.raises(RunError, match="no checkpoint"):
        predict_images(lambda share, text: None, run=waiting.id)
    with pytest.raises(RunError, match="no run"):
        predict_images(lambda share, text: None, run="nothing")


def test_images_that_do_not_fit_and_data_that_is_gone_are_one_line(run: Run) -> None:
    from cnnlib.backend.inference import predict_images

    place = run_folder(run.id).parents[1] / "datasets"
    dataset = load("synthetic")
    for split in ("train", "test"):
        grey = getattr(dataset, split).images[..., :1]
        np.save(place / f"{split}.npy", grey)
    shutil.copytree(place / "synthetic", place / "kept")
    try:
        for split in ("train", "test"):
            (place / f"{split}.npy").replace(place / "synthetic" / f"{split}-images.npy")
        meta = place / "synthetic" / "meta.json"
        text = meta.read_text("utf-8")
        assert '"image_shape": [' in text
        meta.write_text(json.dumps({**json.loads(text), "image_shape": [32, 32, 1]}), "utf-8")
        with pytest.raises(RunError, match=r"\(32, 32, 3\).*\(32, 32, 1\)"):
            predict_images(lambda share, text: None, run=run.id)
    finally:
        shutil.rmtree(place / "synthetic")
        (place / "kept").rename(place / "synthetic")
    store = RunStore()
    gone = store.create(RunConfig(network="lenet5", dataset="gone"))
    shutil.copy(checkpoint_path(run.id, "last"), checkpoint_path(gone.id, "last"))
    with pytest.raises(DatasetError, match="gone"):
        predict_images(lambda share, text: None, run=gone.id)


def test_a_net_that_ends_with_a_convolution_has_features_too() -> None:
    import keras

    from cnnlib.backend.model_builder import build_model
    from cnnlib.backend.predictions import make_looker

    spec = Spec(
        "all_conv",
        "All convolution",
        (8, 8, 3),
        [
            Conv2D(filters=5, kernel_size=3, activation="relu"),
            Conv2D(filters=4, kernel_size=1),
            GlobalAveragePooling2D(),
            Activation(activation="softmax"),
        ],
    )
    model = build_model(spec)
    looker, text = make_looker(model)
    images = np.random.default_rng(3).random((6, 8, 8, 3)).astype(np.float32)
    probabilities, features = looker.predict(images, verbose=0)
    inner = keras.Model(model.inputs, model.layers[1].output).predict(images, verbose=0)
    np.testing.assert_allclose(probabilities, model.predict(images, verbose=0), atol=1e-6)
    np.testing.assert_allclose(features, inner.mean(axis=(1, 2)), atol=1e-6)
    assert "averaged" in text


def test_a_full_disk_is_one_line_and_leaves_nothing(run: Run) -> None:
    code = (
        "import resource, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "from cnnlib.runs.predictions import writing\n"
        "from cnnlib.errors import RunError\n"
        "import numpy as np\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))\n"
        "try:\n"
        f"    with writing({run.id!r}) as writer:\n"
        "        with writer.writing_split('train', 1000, 10, 500) as append:\n"
        "            append({'probabilities': np.zeros((1000, 10)),\n"
        "                    'features': np.zeros((1000, 500)), 'predicted': np.zeros(1000)})\n"
        "except RunError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert "could not be written" in done.stdout, done.stderr
    names = {path.name for path in run_folder(run.id).iterdir()}
    assert not [name for name in names if FOLDER in name and not name.endswith(".lock")]
