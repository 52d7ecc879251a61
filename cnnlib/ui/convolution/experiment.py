"""One experiment of the convolution page: an input, a kind, its weights, and what comes out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnlib.ops.formulas import Formula
from cnnlib.ops.kinds import Explanation, Kind, Options, Weights
from cnnlib.ops.layer_calls import LayerCall
from cnnlib.ops.stages import Stage
from cnnlib.ui.address import Address
from cnnlib.ui.anatomy import Question
from cnnlib.ui.cell_setting import CELL
from cnnlib.ui.convolution import texts
from cnnlib.ui.edits import EDITS, apply_edits, forget_edits, remember_edit
from cnnlib.ui.input_choice import Input
from cnnlib.ui.linked_grids import Edit, Grid, Link, linked_grids
from cnnlib.ui.stage_grids import INPUT, make_stage_grids

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Experiment:
    """x: the operator's input, without the batch axis. setting: what it depends on, but values."""

    kind: Kind
    picture: Input
    options: Options
    x: Floats
    weights: Weights
    stages: Sequence[Stage]
    calls: Sequence[LayerCall]
    explanation: Explanation

    @property
    def output(self) -> Floats:
        return self.stages[-1].output

    @property
    def formulas(self) -> list[list[Formula]]:
        """Sizes, parameters and MACs, each with the sum of its parts."""
        told = self.explanation
        return [
            list(told.sizes),
            _with_total(told.params, told.total_params),
            _with_total(told.macs, told.total_macs),
        ]

    @property
    def setting(self) -> tuple[object, ...]:
        """What a prediction belongs to."""
        shapes = tuple((name, array.shape) for name, array in self.weights.items())
        options = self.options
        return (self.kind.name, self.x.shape, shapes, options.strides, options.padding,
                options.dilation_rate, options.groups)  # fmt: skip


def _with_total(parts: Sequence[Formula], total: Formula) -> list[Formula]:
    if len(parts) == 1:
        return [total]
    named = [replace(part, name=f"{total.name}, {part.name}") for part in parts]
    return [*named, replace(total, name=f"{total.name} in all")]


def run_experiment(address: Address, kind: Kind, picture: Input, options: Options) -> Experiment:
    """Compute it, with the learner's own numbers where there are any.

    Raises:
        OperatorError: the setting breaks a rule.
    """
    x = kind.prepare(picture.values)
    kind.check(options, x.shape)
    edits = address[EDITS]
    weights = {
        name: apply_edits(edits, name, array)
        for name, array in kind.make_weights(options, x.shape).items()
    }
    x = apply_edits(edits, INPUT, x)
    stages = kind.compute(x, weights, options)
    return Experiment(
        kind=kind,
        picture=picture,
        options=options,
        x=x,
        weights=weights,
        stages=stages,
        calls=kind.make_layer_calls(weights, options, x.shape),
        explanation=kind.explain(options, x.shape, stages[-1].output.shape),
    )


def make_questions(experiment: Experiment) -> list[Question]:
    """The output's sizes, its channels and the number of parameters."""
    sizes = [
        Question(formula.name, formula.result)
        for formula in experiment.explanation.sizes
        if formula.name.startswith("Output")
    ]
    channels = Question("Output channels", experiment.output.shape[-1])
    return [*sizes, channels, Question("Parameters", experiment.explanation.total_params.result)]


def show_grids(address: Address, experiment: Experiment, *, covered: bool) -> None:
    """The linked grids; covered: without what comes out."""
    grids, links = make_stage_grids(
        experiment.picture,
        experiment.x,
        experiment.stages,
        experiment.weights,
        labels=texts.LABELS,
    )
    if covered:
        grids, links = _cover(grids, links)
        st.caption(texts.COVERED)
    shapes = {grid.id: grid.shape for grid in grids}

    def remember(edit: Edit) -> None:
        remember_edit(address, edit, shapes)

    drawn = linked_grids(
        grids, links, key=address.key("grids"), cell=address[CELL], on_edit=remember
    )
    if not covered:
        address[CELL] = drawn.cell
    if address[EDITS]:
        st.button(texts.FORGET, icon=":material/undo:", type="tertiary",
                  on_click=forget_edits, args=(address,))  # fmt: skip


def _cover(grids: Sequence[Grid], links: Sequence[Link]) -> tuple[list[Grid], list[Link]]:
    hidden = {link.target for link in links}
    return [grid for grid in grids if grid.id not in hidden], []
