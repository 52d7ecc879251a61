"""Questions that the supervisor's Keras answers for pages, each in a forked child of its own."""

import json
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from cnnlib.errors import LabError, RunError
from cnnlib.runs.arrays import encode_array
from cnnlib.runs.files import WEIGHTS, checkpoint_path, run_folder

Progress = Callable[[float, str], None]


def answer_in_child(connection: Connection, question: str, arguments: dict[str, Any]) -> None:
    """Send the messages of `cnnlib.runs.protocol` as JSON bytes; the last one is the answer."""

    def send(message: dict[str, Any]) -> None:
        connection.send_bytes(json.dumps(message).encode())

    try:
        answer = QUESTIONS[question](
            lambda share, text: send({"progress": share, "text": text}), **arguments
        )
        send({"ok": True, **answer})
    except LabError as error:
        send({"error": str(error)})
    except Exception as error:
        send({"error": f"The question failed: {type(error).__name__}: {error}"})


def export_weights(progress: Progress, *, run: str, checkpoint: str = "last") -> dict[str, Any]:
    """Write `weights.txt` into the run's folder from a checkpoint; answers its size in bytes."""
    from cnnlib.backend.exports import write_weights
    from cnnlib.backend.training import load_checkpoint

    progress(0.0, "Reading the checkpoint")
    model = load_checkpoint(run, checkpoint)
    path = run_folder(run) / WEIGHTS
    write_weights(model, path, lambda share: progress(share, "Writing the values"))
    return {"bytes": path.stat().st_size}


def compare_layers(
    progress: Progress,
    *,
    input: Any,
    calls: Any,
    output: Any,
    batched: bool = False,
    training: bool = False,
    upstream: Any = None,
) -> dict[str, Any]:
    """How far `output` is from what Keras' own layers make of `input`; see `comparison.compare`."""
    from cnnlib.backend.comparison import compare
    from cnnlib.backend.training import set_threads

    set_threads(1)  # a small question; the other cores train
    return compare(input, calls, output, batched=batched, training=training, upstream=upstream)


def draw_dropout(progress: Progress, *, input: Any, rate: Any, draws: Any) -> dict[str, Any]:
    """How `keras.layers.Dropout` falls in training; see `draws.draw_dropout`."""
    from cnnlib.backend.draws import draw_dropout
    from cnnlib.backend.training import set_threads

    set_threads(1)
    return draw_dropout(input, rate, draws)


def first_kernels(progress: Progress, *, run: str, checkpoint: str = "best") -> dict[str, Any]:
    """The kernels of a trained run's first Conv2D layer.

    Args:
        checkpoint: "best" or "last"; a run without a best one answers with its last.

    Returns:
        kernel: encoded array (kh, kw, in_channels, out_channels).
        bias: encoded array (out_channels,), or None.
        layer: the layer's name.
        checkpoint: the one that was read.

    Raises:
        RunError: the run has saved no checkpoint, or its network has no Conv2D.
    """
    import keras

    from cnnlib.backend.training import load_checkpoint

    if checkpoint not in ("best", "last"):
        raise RunError(f"checkpoint must be 'best' or 'last'. Received: {checkpoint!r}.")
    saved = [which for which in (checkpoint, "last") if checkpoint_path(run, which).is_file()]
    if not saved:
        raise RunError(f"Run {run} has saved no checkpoint yet. Let it train for an epoch first.")
    for layer in load_checkpoint(run, saved[0]).layers:
        if isinstance(layer, keras.layers.Conv2D):
            return {
                "kernel": encode_array(layer.kernel),
                "bias": None if layer.bias is None else encode_array(layer.bias),
                "layer": layer.name,
                "checkpoint": saved[0],
            }
    raise RunError(f"The network of run {run} has no Conv2D layer, so it has no kernels to show.")


def train_without_training(
    progress: Progress, *, x: Any, momentum: Any, steps: Any
) -> dict[str, Any]:
    """Moving statistics of models with and without `training` in `call`; see `bn_demo`."""
    from cnnlib.backend.bn_demo import train_three
    from cnnlib.backend.training import set_threads

    set_threads(1)
    return train_three(x, momentum, steps)


def read_model(progress: Progress, *, path: Any) -> dict[str, Any]:
    """Keras' own counts of a model's file; see `model_reading.read_with_keras`."""
    from cnnlib.backend.model_reading import limit_resources, read_with_keras
    from cnnlib.backend.training import set_threads

    set_threads(1)
    limit_resources()
    return read_with_keras(str(path))


def draw_augmentations(
    progress: Progress,
    *,
    images: Any,
    labels: Any,
    classes: Any,
    augmentations: Any,
    draws: Any,
    seed: Any = 0,
) -> dict[str, Any]:
    """What training would make of an image; see `augmentation.draw_augmentations`."""
    from cnnlib.backend.augmentation import draw_augmentations
    from cnnlib.backend.training import set_threads

    set_threads(1)
    return draw_augmentations(images, labels, classes, augmentations, draws, seed)


def predict_images(progress: Progress, *, run: str) -> dict[str, Any]:
    """Let a run look at all images of its data set; see `predictions.predict_images`."""
    from cnnlib.backend.predictions import predict_images
    from cnnlib.backend.training import set_threads

    set_threads(None)
    return {"images": predict_images(str(run), progress)}


def count_network(progress: Progress, *, spec: Any) -> dict[str, Any]:
    """What Keras counts of a network, layer by layer; see `network_questions`."""
    from cnnlib.backend.network_questions import count_network
    from cnnlib.backend.training import set_threads

    set_threads(1)
    return count_network(spec)


def time_step(
    progress: Progress,
    *,
    spec: Any,
    batch_size: Any,
    optimizer: Any,
    augmentation: Any = "",
    measurement: Any = 0,
    saving: Any = False,
) -> dict[str, Any]:
    """How long a training step takes here; see `network_questions`.

    Args:
        measurement: its number, by which one is told from another of the same.
    """
    from cnnlib.backend.network_questions import time_step

    return time_step(spec, batch_size, optimizer, augmentation, saving=saving)


QUESTIONS: dict[str, Callable[..., dict[str, Any]]] = {
    "export_weights": export_weights,
    "compare_layers": compare_layers,
    "first_kernels": first_kernels,
    "draw_augmentations": draw_augmentations,
    "draw_dropout": draw_dropout,
    "train_without_training": train_without_training,
    "count_network": count_network,
    "time_step": time_step,
    "read_model": read_model,
    "predict_images": predict_images,
}
