"""`weights.txt` reads back to the very same float32 numbers."""

from pathlib import Path

import numpy as np
import pytest

from cnnlib.arch import zoo


def read_weights(path: Path) -> dict[str, np.ndarray]:
    """An independent reader of the file's form: path line, shape line, value lines, empty line."""
    weights = {}
    for block in path.read_text("ascii").split("\n\n")[:-1]:
        name, shape, *rows = block.split("\n")
        numbers = [int(n) for n in shape.strip("()").split(",") if n.strip()]
        values = np.array(" ".join(rows).split(), dtype=np.float32)
        weights[name.removesuffix("  (not trainable)")] = values.reshape(numbers)
    return weights


@pytest.mark.parametrize("name", ["baseline", "lenet5", "resnet20", "mobilenet"])
def test_every_value_reads_back_exactly(name: str, tmp_path: Path) -> None:
    from cnnlib.backend.exports import write_weights
    from cnnlib.backend.model_builder import build_model

    model = build_model(zoo.get(name))
    rng = np.random.default_rng(1)
    hard = np.array([1e-45, -0.0, 3.4028235e38, 1 / 3, 16777217, -1e-7], dtype=np.float32)
    model.set_weights([
        np.where(rng.random(w.shape) < 0.2, rng.choice(hard, w.shape), rng.normal(size=w.shape))
        for w in model.get_weights()
    ])  # fmt: skip
    shares: list[float] = []
    path = tmp_path / "weights.txt"
    write_weights(model, path, shares.append)
    found = read_weights(path)
    assert list(found) == [weight.path for weight in model.weights]
    for weight in model.weights:
        np.testing.assert_array_equal(found[weight.path], np.asarray(weight))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_moving_statistics_are_marked_as_not_trainable(tmp_path: Path) -> None:
    from cnnlib.backend.exports import write_weights
    from cnnlib.backend.model_builder import build_model

    write_weights(build_model(zoo.get("baseline")), tmp_path / "weights.txt")
    text = (tmp_path / "weights.txt").read_text("ascii")
    assert "batch_normalization_1/moving_mean  (not trainable)\n(6,)\n0 0 0 0 0 0\n" in text
    assert "conv2d_1/kernel\n(5, 5, 3, 6)\n" in text


def test_an_export_that_fails_leaves_no_file(tmp_path: Path) -> None:
    from cnnlib.backend.exports import write_weights
    from cnnlib.backend.model_builder import build_model

    def cancel(share: float) -> None:
        raise ConnectionError("the page went away")

    with pytest.raises(ConnectionError):
        write_weights(build_model(zoo.get("lenet5")), tmp_path / "weights.txt", cancel)
    assert list(tmp_path.iterdir()) == []


def test_the_summary_is_keras_own() -> None:
    from cnnlib.backend.exports import format_summary
    from cnnlib.backend.model_builder import build_model

    text = format_summary(build_model(zoo.get("baseline")))
    assert "Total params: 198,506" in text
    assert "Trainable params: 198,494" in text
