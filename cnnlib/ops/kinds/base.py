"""What every kind of convolution tells about itself: weights, stages, Keras layers, formulas."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from cnnlib.errors import OperatorError
from cnnlib.ops.formulas import Formula, explain_sum
from cnnlib.ops.kernels import make_kernel
from cnnlib.ops.layer_calls import LayerCall
from cnnlib.ops.linkage import Index
from cnnlib.ops.stages import Stage
from cnnlib.ops.windows import Padding, check_keras_takes

Floats = NDArray[np.float32]
Weights = dict[str, Floats]
"""Name -> array, in the order in which Keras' layers hold them."""


@dataclass(frozen=True)
class Options:
    """What the learner sets; a kind reads those that its `controls` name.

    learned: the first kernel of a trained network, (rows, columns, in_channels, filters); it takes
        the place of the library's `kernel`, its channels and filters repeated as often as needed.
    """

    kernel: str = "sobel_x"
    kernel_size: int = 3
    kernel_depth: int = 2
    filters: int = 1
    depth_multiplier: int = 1
    strides: int = 1
    padding: Padding = "valid"
    dilation_rate: int = 1
    groups: int = 1
    use_bias: bool = False
    in_two_steps: bool = False
    seed: int = 0
    learned: Floats | None = None


@dataclass(frozen=True)
class Explanation:
    """The numbers of a setting, each with its formula.

    sizes: output height and width, and what is needed for them.
    params, macs: one formula per stage that has any.
    standard: parameters and MACs of the one standard convolution that maps the same input to an
        output of the same shape, for kinds that exist to be cheaper; else None.
    """

    sizes: tuple[Formula, ...]
    params: tuple[Formula, ...]
    macs: tuple[Formula, ...]
    standard: tuple[Formula, Formula] | None = None

    @property
    def total_params(self) -> Formula:
        return _total("Parameters", self.params)

    @property
    def total_macs(self) -> Formula:
        return _total("MACs", self.macs)


def _total(name: str, parts: Sequence[Formula]) -> Formula:
    return parts[0] if len(parts) == 1 else explain_sum(name, parts)


class Kind(ABC):
    """A kind of convolution, on one image (rows, columns, channels) without the batch axis.

    controls: the fields of `Options` that it reads.
    editable: the weights that a learner may edit; the others are derived from them.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    controls: ClassVar[tuple[str, ...]]
    max_channels: ClassVar[int] = 3

    def check(self, options: Options, input_shape: Index) -> None:
        """Raises OperatorError for a setting that Keras has no layer for."""
        check_keras_takes(options.strides, options.dilation_rate)

    def prepare(self, image: Floats) -> Floats:
        """The operator's input from an image (rows, columns, channels)."""
        return image

    @abstractmethod
    def make_weights(self, options: Options, input_shape: Index) -> Weights:
        """The first weights; a learner may then edit them."""

    @abstractmethod
    def compute(self, x: Floats, weights: Weights, options: Options) -> list[Stage]:
        """From the input to the output, step by step."""

    @abstractmethod
    def run(self, images: Floats, weights: Weights, options: Options) -> Floats:
        """The outputs of a batch of inputs, without linkages: what `compute` ends with."""

    @abstractmethod
    def make_layer_calls(
        self, weights: Weights, options: Options, input_shape: Index
    ) -> list[LayerCall]:
        """The Keras layers that compute the same."""

    @abstractmethod
    def explain(self, options: Options, input_shape: Index, output_shape: Index) -> Explanation:
        """The numbers of this setting and where they come from."""


def choose_kernel(
    options: Options, kernel_size: tuple[int, int], in_channels: int, filters: int
) -> Floats:
    """A kernel (rows, columns, in_channels, filters) from the library or from a trained network."""
    if options.learned is None or kernel_size == (1, 1):
        kernel, _ = make_kernel(
            options.kernel, kernel_size, in_channels, filters, seed=options.seed
        )
        return kernel
    if options.learned.shape[:2] != kernel_size:
        rows, columns = options.learned.shape[:2]
        raise OperatorError(
            f"The learned kernels are {rows} × {columns}. Received: kernel_size "
            f"{kernel_size[0]} × {kernel_size[1]}. Set kernel_size to {rows}."
        )
    learned_channels, learned_filters = options.learned.shape[2:]
    channels = np.arange(in_channels) % learned_channels
    chosen = np.arange(filters) % learned_filters
    return np.ascontiguousarray(options.learned[:, :, channels][..., chosen])


def make_bias(options: Options, filters: int) -> Weights:
    """{"bias": zeros (filters,)}, or nothing."""
    return {"bias": np.zeros(filters, np.float32)} if options.use_bias else {}


def collect(weights: Weights, *names: str) -> tuple[Floats, ...]:
    """The named weights that are there, in this order."""
    return tuple(weights[name] for name in names if name in weights)


def drop_defaults(**arguments: object) -> dict[str, object]:
    """Keras arguments without those that are Keras' own defaults, so that the lines stay short."""
    defaults: dict[str, object] = {
        "strides": 1,
        "padding": "valid",
        "dilation_rate": 1,
        "groups": 1,
        "depth_multiplier": 1,
        "use_bias": True,
    }
    return {name: value for name, value in arguments.items() if defaults.get(name) != value}
