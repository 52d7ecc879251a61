"""What Keras is asked about a whole network in the background, and its answers in words."""

from functools import partial
from typing import Any

from cnnlib.arch.amounts import format_bytes, format_seconds, format_shape
from cnnlib.arch.analysis import Summary
from cnnlib.arch.costs import EPOCH_IMAGES
from cnnlib.arch.spec import Spec
from cnnlib.ui.checks import register_question

CountedRow = tuple[str, tuple[int, ...], int, int]
"""A layer's name, output shape, parameters and trainable ones."""


def register_count(spec: Spec, summary: Summary) -> str:
    """Ask whether Keras counts what the analysis counts; the token for `keras_badge`."""
    ours = [
        (row.name, row.output_shape, row.params, row.trainable_params) for row in summary.layers
    ]
    return register_question(
        "count_network", {"spec": spec.to_dict()}, partial(describe_count, ours)
    )


def describe_count(ours: list[CountedRow], answer: dict[str, Any]) -> dict[str, Any]:
    """Whether Keras' rows equal ours, layer by layer."""
    theirs = [
        (name, tuple(shape), params, trainable) for name, shape, params, trainable in answer["rows"]
    ]
    params, trainable = sum(row[2] for row in theirs), sum(row[3] for row in theirs)
    details = [
        ["Keras’ layers", f"{len(theirs):,}"],
        ["Parameters", f"{params:,}"],
        ["of them trainable", f"{trainable:,}"],
        ["Built in", format_seconds(answer["seconds"])],
        ["Keras", answer["keras"]],
        ["TensorFlow", answer["tensorflow"]],
    ]
    verdict, text = _judge(ours, theirs, params)
    return {"state": "done", "verdict": verdict, "text": text, "details": details}


def _judge(ours: list[CountedRow], theirs: list[CountedRow], params: int) -> tuple[str, str]:
    layers = "1 layer" if len(theirs) == 1 else f"{len(theirs)} layers"
    if ours == theirs:
        return "equal", f"equals Keras, layer by layer: {layers}, {params:,} parameters"
    if len(ours) != len(theirs):
        return "differs", f"differs from Keras, which has {layers}, not {len(ours)}"
    unlike = [(one, other) for one, other in zip(ours, theirs, strict=True) if one != other]
    name, shape, count, trainable = unlike[0][1]
    return "differs", (
        f"differs from Keras in {len(unlike)} of {len(ours)} layers. The first: Keras has {name} "
        f"with the output {format_shape(shape)}, {count:,} parameters, {trainable:,} trainable"
    )


def register_step(spec: Spec, batch_size: int, optimizer: str, measurement: int) -> str:
    """Measure a training step; the token for `keras_badge`.

    Args:
        measurement: its number: another one measures anew.
    """
    arguments = {
        "spec": spec.to_dict(),
        "batch_size": batch_size,
        "optimizer": optimizer,
        "measurement": measurement,
    }
    return register_question("time_step", arguments, partial(describe_step, batch_size))


def describe_step(batch_size: int, answer: dict[str, Any]) -> dict[str, Any]:
    """Seconds a step, and what follows for an epoch."""
    rate = answer["images_per_second"]
    step, epoch = format_seconds(answer["seconds"]), format_seconds(EPOCH_IMAGES / rate)
    text = (
        f"{step} a step of {batch_size:,} images, {rate:,.0f} images/s: "
        f"{epoch} an epoch of {EPOCH_IMAGES:,} images"
    )
    details = [
        ["Measured steps", f"{answer['steps']}, the median counts"],
        ["First step, with compiling", format_seconds(answer["first_seconds"])],
    ]
    if answer["peak_bytes"] is not None:
        details.append(["Memory grew by", format_bytes(answer["peak_bytes"])])
    details += [["Keras", answer["keras"]], ["TensorFlow", answer["tensorflow"]]]
    return {"state": "done", "verdict": "equal", "text": text, "details": details}
