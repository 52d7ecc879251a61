"""Max, average and median pooling: each window of an image becomes one cell, channel by channel."""

from numpy.typing import ArrayLike

from cnnlib.ops.convolution.arguments import Floats, Sizes
from cnnlib.ops.linkage import Linkage
from cnnlib.ops.pooling import rules
from cnnlib.ops.pooling.switches import Switched
from cnnlib.ops.pooling.windows import link, look, look_at_one


def max_pool2d(
    x: ArrayLike, pool_size: Sizes = 2, *, strides: Sizes | None = None, padding: str = "valid"
) -> Floats:
    """The largest cell of each window, as `keras.layers.MaxPooling2D`; padding never wins.

    Args:
        x: (images, rows, columns, channels).
        pool_size: the window, one whole number from 1 up or (rows, columns).
        strides: from window to window, likewise. Default: `pool_size`, side by side.
        padding: 'valid', or 'same' for ceil(size / stride) windows.

    Returns:
        (images, out rows, out columns, channels), float32.

    Raises:
        OperatorError: a shape or a setting breaks a rule.
    """
    return rules.take_max(look(x, pool_size, strides=strides, padding=padding))


def max_pool2d_with_switches(
    x: ArrayLike, pool_size: Sizes = 2, *, strides: Sizes | None = None, padding: str = "valid"
) -> Switched:
    """`max_pool2d`, and where each winner was (Zeiler & Fergus, 2014, section 2.1).

    Raises:
        OperatorError: a shape or a setting breaks a rule.
    """
    windows = look(x, pool_size, strides=strides, padding=padding)
    return Switched(rules.take_max(windows), windows.locate(rules.find_winners(windows)))


def max_pool2d_gradient(
    x: ArrayLike,
    upstream: ArrayLike,
    pool_size: Sizes = 2,
    *,
    strides: Sizes | None = None,
    padding: str = "valid",
) -> Floats:
    """The gradient by x: each window's goes to its winner alone; of equals to the first.

    Args:
        x: (images, rows, columns, channels), what was pooled.
        upstream: (images, out rows, out columns, channels), the gradient by the output.

    Returns:
        x's shape; a cell that won in several windows has their sum.

    Raises:
        OperatorError: a shape or a setting breaks a rule.
    """
    windows = look(x, pool_size, strides=strides, padding=padding)
    return windows.send_back(rules.weigh_max(windows) * windows.as_upstream(upstream))


def link_max_pool2d(
    image: ArrayLike, pool_size: Sizes = 2, *, strides: Sizes | None = None, padding: str = "valid"
) -> Linkage:
    """What `max_pool2d` of one image (rows, columns, channels) reads; weight 1 for the winner."""
    windows = look_at_one(image, pool_size, strides=strides, padding=padding)
    return link(windows, rules.weigh_max(windows))


def avg_pool2d(
    x: ArrayLike, pool_size: Sizes = 2, *, strides: Sizes | None = None, padding: str = "valid"
) -> Floats:
    """The mean of each window, as `keras.layers.AveragePooling2D`; padding is not counted.

    Arguments, result and errors are those of `max_pool2d`.
    """
    return rules.take_average(look(x, pool_size, strides=strides, padding=padding))


def avg_pool2d_gradient(
    x: ArrayLike,
    upstream: ArrayLike,
    pool_size: Sizes = 2,
    *,
    strides: Sizes | None = None,
    padding: str = "valid",
) -> Floats:
    """The gradient by x: each window's is shared equally. See `max_pool2d_gradient`."""
    windows = look(x, pool_size, strides=strides, padding=padding)
    return windows.send_back(rules.weigh_average(windows) * windows.as_upstream(upstream))


def link_avg_pool2d(
    image: ArrayLike, pool_size: Sizes = 2, *, strides: Sizes | None = None, padding: str = "valid"
) -> Linkage:
    """What `avg_pool2d` of one image reads; weight 1/n for each of a window's n cells."""
    windows = look_at_one(image, pool_size, strides=strides, padding=padding)
    return link(windows, rules.weigh_average(windows))


def median_pool2d(
    x: ArrayLike, pool_size: Sizes = 2, *, strides: Sizes | None = None, padding: str = "valid"
) -> Floats:
    """The middle cell of each window by size; of an even count the mean of the two middle ones.

    Padding is not counted. Keras has no such layer. Arguments, result and errors are those of
    `max_pool2d`.
    """
    return rules.take_median(look(x, pool_size, strides=strides, padding=padding))


def median_pool2d_gradient(
    x: ArrayLike,
    upstream: ArrayLike,
    pool_size: Sizes = 2,
    *,
    strides: Sizes | None = None,
    padding: str = "valid",
) -> Floats:
    """The gradient by x: to the middle cell, or half to each of the two.

    See `max_pool2d_gradient`. Of equal cells the first counts as the smaller.
    """
    windows = look(x, pool_size, strides=strides, padding=padding)
    return windows.send_back(rules.weigh_median(windows) * windows.as_upstream(upstream))


def link_median_pool2d(
    image: ArrayLike, pool_size: Sizes = 2, *, strides: Sizes | None = None, padding: str = "valid"
) -> Linkage:
    """What `median_pool2d` of one image reads; weight 1 for the middle cell, or ½ and ½."""
    windows = look_at_one(image, pool_size, strides=strides, padding=padding)
    return link(windows, rules.weigh_median(windows))
