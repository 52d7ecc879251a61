"""The geometry of a window that slides along one axis: sizes, padding, and what each place reads.

One axis is enough: rows and columns never mix. The formulas are Keras' own (Dumoulin & Visin,
«A guide to convolution arithmetic for deep learning», 2016, gives them with pictures).
"""

from typing import Literal

from cnnlib.errors import OperatorError
from cnnlib.ops.linkage import AxisTaps, Tap

Padding = Literal["valid", "same"]


def compute_effective_size(kernel_size: int, dilation_rate: int = 1) -> int:
    """(k - 1)·d + 1: the cells from a dilated kernel's first tap to its last, gaps included."""
    return (kernel_size - 1) * dilation_rate + 1


def compute_output_size(
    size: int,
    kernel_size: int,
    *,
    stride: int = 1,
    padding: Padding = "valid",
    dilation_rate: int = 1,
) -> int:
    """Places of the window: VALID ceil((in - k + 1) / s), SAME ceil(in / s); k the effective size.

    Raises:
        OperatorError: a number is below 1, the padding is unknown, or VALID leaves no place.
    """
    check_positive(size=size, kernel_size=kernel_size, stride=stride, dilation_rate=dilation_rate)
    if padding == "same":
        return -(-size // stride)
    if padding != "valid":
        raise OperatorError(f"padding must be 'valid' or 'same'. Received: {padding!r}.")
    effective = compute_effective_size(kernel_size, dilation_rate)
    if effective > size:
        gaps = f" ({kernel_size} taps, dilation_rate {dilation_rate})" if dilation_rate > 1 else ""
        raise OperatorError(
            f"With padding 'valid' the kernel must fit into the input: it spans {effective} "
            f"cells{gaps}, the input has {size}. Take a smaller kernel or padding 'same'."
        )
    return -(-(size - effective + 1) // stride)


def compute_padding(
    size: int,
    kernel_size: int,
    *,
    stride: int = 1,
    padding: Padding = "valid",
    dilation_rate: int = 1,
) -> tuple[int, int]:
    """Zeros (before, after) the input; of an odd number Keras puts the odd one after."""
    out = compute_output_size(
        size, kernel_size, stride=stride, padding=padding, dilation_rate=dilation_rate
    )
    if padding == "valid":
        return 0, 0
    total = max((out - 1) * stride + compute_effective_size(kernel_size, dilation_rate) - size, 0)
    return total // 2, total - total // 2


def compute_transposed_size(
    size: int, kernel_size: int, *, stride: int = 1, padding: Padding = "valid"
) -> int:
    """The output of a transposed convolution: SAME in·s, VALID in·s + max(k - s, 0), as Keras.

    Raises:
        OperatorError: a number is below 1, or the padding is unknown.
    """
    check_positive(size=size, kernel_size=kernel_size, stride=stride)
    if padding not in ("valid", "same"):
        raise OperatorError(f"padding must be 'valid' or 'same'. Received: {padding!r}.")
    return size * stride + (max(kernel_size - stride, 0) if padding == "valid" else 0)


def slide(
    size: int,
    kernel_size: int,
    *,
    stride: int = 1,
    padding: Padding = "valid",
    dilation_rate: int = 1,
    weight_step: int = 1,
) -> AxisTaps:
    """What each place of a sliding window reads.

    Args:
        weight_step: how far two neighbouring taps' weights lie apart in the flat kernel.

    Returns:
        For each output place its taps; a source below 0 or from `size` on is a zero of padding.
    """
    options = {"stride": stride, "padding": padding, "dilation_rate": dilation_rate}
    before, _ = compute_padding(size, kernel_size, **options)  # type: ignore[arg-type]
    places = compute_output_size(size, kernel_size, **options)  # type: ignore[arg-type]
    return tuple(
        tuple(
            Tap(place * stride - before + tap * dilation_rate, tap * weight_step)
            for tap in range(kernel_size)
        )
        for place in range(places)
    )


def slide_transposed(
    size: int,
    kernel_size: int,
    *,
    stride: int = 1,
    padding: Padding = "valid",
    weight_step: int = 1,
) -> AxisTaps:
    """What each output place of a transposed convolution reads: `slide` read the other way round.

    Input place i reaches the outputs i·s - before … i·s - before + k - 1; SAME cuts `before` as
    the forward convolution would have padded.
    """
    places = compute_transposed_size(size, kernel_size, stride=stride, padding=padding)
    before, _ = compute_padding(places, kernel_size, stride=stride, padding=padding)
    taps: list[list[Tap]] = [[] for _ in range(places)]
    for source in range(size):
        for tap in range(kernel_size):
            place = source * stride - before + tap
            if 0 <= place < places:
                taps[place].append(Tap(source, tap * weight_step))
    return tuple(tuple(each) for each in taps)


def check_keras_takes(strides: int, dilation_rate: int) -> None:
    """Raises OperatorError where both are above 1: the operators can do it, Keras has no layer."""
    if strides > 1 and dilation_rate > 1:
        raise OperatorError(
            f"Keras takes strides above 1 or a dilation_rate above 1, not both. "
            f"Received: strides={strides}, dilation_rate={dilation_rate}. Set one of them to 1."
        )


def check_positive(**numbers: int) -> None:
    """Raises OperatorError for the first of the named numbers that is no whole number above 0."""
    for name, number in numbers.items():
        if isinstance(number, bool) or not isinstance(number, int) or number < 1:
            raise OperatorError(f"{name} must be a whole number from 1 up. Received: {number!r}.")
