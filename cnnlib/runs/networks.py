"""Networks of a learner's own: what a run may train besides the zoo's, checked before it starts.

A declaration may come from anyone (a link, a file, a row of the store), so its size is bounded:
what it asks of memory and of time is counted from the declaration, before Keras sees it.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from math import prod
from typing import Any

from cnnlib.arch.analysis import analyze
from cnnlib.arch.layers import Activation, Dense
from cnnlib.arch.spec import Spec
from cnnlib.errors import SpecError

MAX_LAYERS = 256
MAX_PARAMS = 50_000_000  # 200 MB of weights; Adam keeps two more numbers of each
MAX_VALUES = 12_000_000  # that the layers put out for one image: 48 MB, kept for the gradients
MAX_MACS = 5_000_000_000  # an image
MAX_TITLE = 80

# A network's name becomes part of a run's id and folder.
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_LAYER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")


def read_network(data: Any) -> Spec:
    """The network that `Spec.to_dict` wrote, or that someone says it did.

    Raises:
        SpecError: it is no declaration, or none that a run may train; see `check_network`.
    """
    if not isinstance(data, Mapping):
        raise SpecError(f"spec must be a network declaration. Received: {_short(data)}.")
    unknown = sorted(map(str, set(data) - {"name", "title", "input_shape", "layers"}))
    if unknown:
        raise SpecError(f"A network has no {_short(', '.join(unknown))}. Remove it.")
    layers = data.get("layers")
    if not isinstance(layers, list | tuple):
        raise SpecError(f"layers must be a list. Received: {_short(layers)}.")
    _require_few_layers(len(layers))
    for argument in ("name", "title"):
        if not isinstance(data.get(argument), str):
            raise SpecError(f"{argument} must be a text. Received: {_short(data.get(argument))}.")
    return check_network(Spec.from_dict(dict(data)))


@lru_cache(maxsize=1024)  # the list of runs reads the same declarations again and again
def check_network(spec: Spec) -> Spec:
    """`spec` itself, if a run may train it: named plainly, bounded, and a classifier.

    Raises:
        SpecError: the first rule that it breaks.
    """
    if not _NAME.fullmatch(spec.name):
        raise SpecError(
            f"name must be 1 to 32 small letters, digits, - or _, and begin with a letter or "
            f"digit. Received: {_short(spec.name)}."
        )
    if not 1 <= len(spec.title) <= MAX_TITLE or not spec.title.isprintable():
        raise SpecError(
            f"title must be one line of 1 to {MAX_TITLE} characters. "
            f"Received: {_short(spec.title)}."
        )
    _require_few_layers(len(spec.layers))
    for layer in spec.layers:
        for what, text in (("layer", layer.name), ("block", layer.block)):
            if not _LAYER_NAME.fullmatch(text) and (what, text) != ("block", ""):
                raise SpecError(
                    f"A {what}'s name must be up to 64 letters, digits, - or _, and begin with a "
                    f"letter. Received: {_short(text)}."
                )
    _require_small(spec)
    _require_classifier(spec)
    return spec


def check_fit(spec: Spec, input_shape: tuple[int, int, int], classes: int) -> Spec:
    """`spec` itself, if it takes such images and tells so many classes apart.

    Raises:
        SpecError: it does not.
    """
    if spec.input_shape != tuple(input_shape):
        raise SpecError(
            f"{spec.title} takes images of {_times(spec.input_shape)}; this data set has "
            f"{_times(input_shape)}. Choose another data set, or change input_shape."
        )
    units = count_classes(spec)
    if units != classes:
        raise SpecError(
            f"{spec.title} tells {units} classes apart; this data set has {classes}. Choose "
            f"another data set, or give the last Dense layer units={classes}."
        )
    return spec


def count_classes(spec: Spec) -> int:
    """How many outputs the last layer has."""
    return analyze(spec).layers[-1].output_shape[-1]


def _require_few_layers(count: int) -> None:
    if count > MAX_LAYERS:
        raise SpecError(f"layers must be at most {MAX_LAYERS}. Received: {count:,} layers.")


def _require_small(spec: Spec) -> None:
    summary = analyze(spec)
    values = prod(spec.input_shape) + sum(prod(layer.output_shape) for layer in summary.layers)
    for what, count, most in (
        ("parameters", summary.params, MAX_PARAMS),
        ("values in all its layers' outputs", values, MAX_VALUES),
        ("MACs an image", summary.macs, MAX_MACS),
    ):
        if count > most:
            raise SpecError(
                f"A network must have at most {most:,} {what}. Received: {count:,}. "
                f"Take fewer filters or units, or pool more."
            )


def _require_classifier(spec: Spec) -> None:
    """The loss wants probabilities of at least two classes."""
    last = spec.layers[-1]
    ends_in_softmax = isinstance(last, Dense | Activation) and last.activation == "softmax"
    shape = analyze(spec).layers[-1].output_shape
    if not ends_in_softmax or len(shape) != 1 or shape[0] < 2:
        raise SpecError(
            f"The last layer must give the probabilities of at least 2 classes: Flatten, then "
            f"Dense with activation='softmax'. Received: {last.kind} with an output of {shape}."
        )


def _times(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]} …"
