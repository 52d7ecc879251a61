"""One experiment of the activation page: an input, a weight and a bias, and what comes out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnlib.ops.activations import ACTIVATIONS, LEAKY_SLOPE, Activation
from cnnlib.ops.layer_calls import LayerCall
from cnnlib.ui.address import Address
from cnnlib.ui.anatomy import Question
from cnnlib.ui.cell_setting import CELL
from cnnlib.ui.edits import EDITS, apply_edits
from cnnlib.ui.input_choice import Input

Floats = NDArray[np.float32]
SOFTMAX = "softmax"
HALF_RANGE = 127.5  # of a pixel: 0..255 becomes -1..1
MIDDLE = 5.0  # of the numbers: 0..9 become -5..4


@dataclass(frozen=True)
class Experiment:
    """x, z, output, slope: (rows, columns, channels), z = weight · x + bias.

    cell: (row, column, channel), the one that is computed by hand.
    """

    name: str
    weight: float
    bias: float
    x: Floats
    z: Floats
    output: Floats
    slope: Floats
    sheet_names: tuple[str, ...]
    cell: tuple[int, int, int]

    @property
    def activation(self) -> Activation:
        return ACTIVATIONS[self.name]

    @property
    def calls(self) -> list[LayerCall]:
        """One layer, whose input is z."""
        if self.name == "leaky_relu":
            return [LayerCall("LeakyReLU", {"negative_slope": LEAKY_SLOPE})]
        return [LayerCall("Activation", {"activation": self.activation.keras_name})]

    @property
    def row(self) -> Floats:
        """(channels,): z at the chosen cell's place, what softmax shares among."""
        scores: Floats = self.z[self.cell[0], self.cell[1]]
        return scores


def run_experiment(address: Address, picture: Input) -> Experiment:
    """Compute it, with the learner's own numbers where there are any."""
    x = center(picture)
    x = apply_edits(address[EDITS], "input", x)
    weight, bias = address["weight"], address["bias"]
    z = (np.float32(weight) * x + np.float32(bias)).astype(np.float32)
    name = address["function"]
    activation = ACTIVATIONS[name]
    return Experiment(
        name=name,
        weight=weight,
        bias=bias,
        x=x,
        z=z,
        output=activation.function(z),
        slope=activation.derivative(z),
        sheet_names=picture.sheet_names,
        cell=_choose_cell(address, x.shape),
    )


def center(picture: Input) -> Floats:
    """The input around 0, where activations bend: pixels as -1..1, numbers 0..9 as -5..4."""
    if picture.is_picture:
        return (picture.values - np.float32(HALF_RANGE)) / np.float32(HALF_RANGE)
    return picture.values - np.float32(MIDDLE)


def _choose_cell(address: Address, shape: tuple[int, ...]) -> tuple[int, int, int]:
    cell = address[CELL]
    if cell is not None and len(cell.index) == 3:
        row, column, channel = cell.index
        if row < shape[0] and column < shape[1] and channel < shape[2]:
            return row, column, channel
    return 0, 0, 0


def make_questions(experiment: Experiment) -> list[Question]:
    """How many numbers of each sort come out, and that nothing is learnt here."""
    output = experiment.output
    return [
        Question("Outputs that are 0", int((output == 0).sum())),
        Question("Outputs below 0", int((output < 0).sum())),
        Question("Outputs above 1", int((output > 1).sum())),
        Question("Parameters", 0),
    ]
