"""The CBAPD laboratory: one image, one block, its stages, and the Keras layers that do the same."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnlib.data import available
from cnnlib.ops.block_layers import count_step_params
from cnnlib.ops.blocks import Block, run_block, stage_block, with_moving
from cnnlib.ops.formulas import Formula, explain_output_size, explain_product, explain_sum
from cnnlib.ops.kernels import make_kernel
from cnnlib.ops.stages import Stage
from cnnlib.ui.address import Address
from cnnlib.ui.anatomy import Question
from cnnlib.ui.cbapd import texts
from cnnlib.ui.cbapd.settings import read_steps
from cnnlib.ui.datasets import open_dataset
from cnnlib.ui.edits import EDITS, apply_edits
from cnnlib.ui.input_choice import Input, picture_to_channels
from cnnlib.ui.stage_grids import INPUT

REFERENCE = 16  # images over which the moving statistics are measured
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class BlockLab:
    """x: (rows, columns, channels). others: (images, …), what moving statistics come from."""

    picture: Input
    x: Floats
    others: Floats
    block: Block
    training: bool
    stages: list[Stage]

    @property
    def output(self) -> Floats:
        return self.stages[-1].output if self.stages else self.x

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """What goes into each step, and what comes out of the last."""
        return [self.x.shape, *(stage.output.shape for stage in self.stages)]

    @property
    def params(self) -> list[int]:
        """Of each step."""
        return [
            count_step_params(stage.name, self.block, stage.output.shape) for stage in self.stages
        ]


def compute_lab(address: Address, picture: Input) -> BlockLab:
    """Everything that the page shows for one setting.

    Raises:
        OperatorError: the setting breaks a rule.
    """
    edits = address[EDITS]
    x = apply_edits(edits, INPUT, picture.values)
    channels, filters = x.shape[-1], address["filters"]
    kernel, _ = make_kernel(address["kernel"], address["kernel_size"], channels, filters)
    block = Block(
        read_steps(address["order"]),
        apply_edits(edits, "kernel", kernel),
        apply_edits(edits, "bias", np.zeros(filters, np.float32)),
        padding=address["padding"],
        activation=address["activation"],
        pooling=address["pooling"],
        pool_size=address["pool_size"],
        rate=address["rate"] / 100,
    )
    others = make_reference(picture.is_picture, len(x), channels)
    block, training = with_moving(block, others), address["phase"] == "training"
    stages = stage_block(x, block, training=training, seed=address["draw"])
    return BlockLab(picture, x, others, block, training, stages)


@st.cache_data(max_entries=24, show_spinner=False)
def make_reference(is_picture: bool, size: int, channels: int) -> Floats:
    """(REFERENCE, size, size, channels): the first training images, or grids of random numbers."""
    if not is_picture:
        numbers = np.random.default_rng(0).integers(0, 10, (REFERENCE, size, size, channels))
        return numbers.astype(np.float32)
    images = open_dataset(available()[0].name).train.images[:REFERENCE]
    return np.stack([picture_to_channels(image, size, channels)[0] for image in images])


def describe_norm(address: Address) -> str:
    """Where BatchNorm's mean and variance come from."""
    if address["phase"] == "training":
        return texts.NORM_TRAINING
    what = texts.GRIDS if address["source"] == "numbers" else texts.PICTURES
    return texts.NORM_INFERENCE.format(count=REFERENCE, what=what)


def run_without_dropout(lab: BlockLab) -> Floats:
    """The block's output in training, but for dropout: what Keras can be asked about."""
    output: Floats = run_block(lab.x[None], lab.block, training=True)[0]
    return output


def make_questions(lab: BlockLab) -> list[Question]:
    rows, _, channels = lab.output.shape
    return [
        Question("Rows that come out", rows),
        Question("Channels that come out", channels),
        Question("Parameters in all", sum(lab.params)),
    ]


def explain(lab: BlockLab) -> list[list[Formula]]:
    """The sizes along the way, and the parameters with their sum."""
    sizes, params = [], []
    for stage, shape in zip(lab.stages, lab.shapes, strict=False):
        name, channels = texts.STEP_NAMES[stage.name], shape[-1]
        if stage.name == "C":
            k, _, _, filters = lab.block.kernel.shape
            sizes.append(explain_output_size(f"{name}: rows", shape[0], k, 1, lab.block.padding))
            factors = [("k", k), ("k", k), ("C", channels), ("F", filters)]
            params.append(explain_product(f"{name}: parameters", factors, ("F", filters)))
        elif stage.name == "P":
            window = lab.block.pool_size
            sizes.append(explain_output_size(f"{name}: rows", shape[0], window, window, "same"))
        elif stage.name == "B":
            factors = [(r"\underbrace{4}_{\gamma,\,\beta,\,\mu,\,\sigma^2}", 4), ("C", channels)]
            params.append(explain_product(f"{name}: parameters", factors))
    if len(params) > 1:
        params.append(explain_sum("Parameters in all", params))
    return [row for row in (sizes, params) if row]
