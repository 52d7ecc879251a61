"""Networks of a learner's own: what a run may train besides the zoo's, checked before it starts.

A declaration may come from anyone (a link, a file, a row of the store), so its size is bounded:
what it asks of memory and of time is counted from the declaration, before Keras sees it.
"""

from functools import lru_cache
from math import prod
from typing import Any

from cnnlib.arch.amounts import format_shape
from cnnlib.arch.analysis import analyze
from cnnlib.arch.layers import Activation, Dense
from cnnlib.arch.spec import Spec, check_texts, require_few_layers
from cnnlib.errors import SpecError

MAX_PARAMS = 50_000_000  # 200 MB of weights; Adam keeps two more numbers of each
MAX_VALUES = 12_000_000  # that the layers put out for one image: 48 MB, kept for the gradients
MAX_MACS = 5_000_000_000  # an image


def read_network(data: Any) -> Spec:
    """The network that `Spec.to_dict` wrote, or that someone says it did.

    Raises:
        SpecError: it is no declaration, or none that a run may train; see `check_network`.
    """
    return check_network(Spec.from_dict(data))


@lru_cache(maxsize=1024)  # the list of runs reads the same declarations again and again
def check_network(spec: Spec) -> Spec:
    """`spec` itself, if a run may train it: named plainly, bounded, and a classifier.

    Raises:
        SpecError: the first rule that it breaks.
    """
    require_few_layers(len(spec.layers))
    check_texts(spec)
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
            f"{spec.title} takes images of {format_shape(spec.input_shape)}; this data set has "
            f"{format_shape(input_shape)}. Choose another data set, or change input_shape."
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
