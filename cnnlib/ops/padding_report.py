"""What a kind of padding does to one axis: the output, the zeros, and the cells nobody reads."""

from dataclasses import dataclass

from cnnlib.ops.windows import (
    Padding,
    check_keras_takes,
    compute_output_size,
    compute_padding,
    slide,
)


@dataclass(frozen=True)
class PaddingReport:
    """One axis under one padding.

    output_size: places of the window.
    before, after: zeros put before the first cell and after the last one.
    unread: the input's places that no window reads: left over at the end, or in the gaps of a
        stride that is larger than the kernel.
    """

    padding: Padding
    output_size: int
    before: int
    after: int
    unread: tuple[int, ...]

    @property
    def total(self) -> int:
        return self.before + self.after


def report_padding(
    size: int,
    kernel_size: int,
    *,
    stride: int = 1,
    padding: Padding = "valid",
    dilation_rate: int = 1,
) -> PaddingReport:
    """Raises OperatorError: the setting breaks a rule, Keras' own included."""
    check_keras_takes(stride, dilation_rate)
    out = compute_output_size(
        size, kernel_size, stride=stride, padding=padding, dilation_rate=dilation_rate
    )
    before, after = compute_padding(
        size, kernel_size, stride=stride, padding=padding, dilation_rate=dilation_rate
    )
    taps = slide(size, kernel_size, stride=stride, padding=padding, dilation_rate=dilation_rate)
    read = {tap.source for place in taps for tap in place}
    unread = tuple(place for place in range(size) if place not in read)
    return PaddingReport(padding, out, before, after, unread)
