"""One experiment of the pooling page: an input, a kind, what comes out, and the way back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnlib.arch.amounts import format_shape
from cnnlib.ops.pools import Back, Explanation, Node, Options, Pool, Run
from cnnlib.ops.pools.base import INPUT, OUTPUT
from cnnlib.ops.pools.unpooling import POOLED
from cnnlib.ui.address import Address
from cnnlib.ui.anatomy import Question, check_with_keras
from cnnlib.ui.cell_setting import CELL
from cnnlib.ui.edits import EDITS, apply_edits, forget_edits, remember_edit
from cnnlib.ui.input_choice import Input
from cnnlib.ui.linked_grids import Edit, Grid, Link, linked_grids
from cnnlib.ui.pooling import texts

Floats = NDArray[np.float32]
Paint = Literal["signed", "gray"]


@dataclass(frozen=True)
class Experiment:
    """back: None where the page shows the way forward only."""

    pool: Pool
    picture: Input
    run: Run
    explanation: Explanation
    back: Back | None

    @property
    def setting(self) -> tuple[object, ...]:
        """What a prediction belongs to."""
        options = self.run.options
        return (self.pool.name, self.run.x.shape, options.pool_size, options.strides,
                options.padding, options.levels, options.clusters)  # fmt: skip


def run_experiment(address: Address, pool: Pool, picture: Input, options: Options) -> Experiment:
    """Compute it, with the learner's own numbers where there are any.

    Raises:
        OperatorError: the setting breaks a rule.
    """
    edits = address[EDITS]
    values = picture.values
    if pool.unit and picture.is_picture:
        values = values / np.float32(255)
    weights = {
        name: apply_edits(edits, name, array)
        for name, array in pool.make_weights(values, options).items()
    }
    run = pool.run(apply_edits(edits, INPUT, values), weights, options)
    back = None
    if address["view"] == texts.BACKWARD:
        ones = pool.make_upstreams(run)
        above = {name: apply_edits(edits, name, array) for name, array in ones.items()}
        back = pool.turn_back(run, above)
    return Experiment(pool, picture, run, pool.explain(run), back)


def make_questions(experiment: Experiment) -> list[Question]:
    """The output's sizes, or the vector's length, and the number of parameters."""
    told = experiment.explanation
    sizes = [
        Question(formula.name, formula.result)
        for formula in told.sizes
        if not formula.name.startswith("Pooled")
    ]
    return [*sizes, Question("Parameters", told.params.result if told.params else 0)]


def show_grids(address: Address, experiment: Experiment, *, covered: bool) -> None:
    """The linked grids, forward or back; covered: the input alone."""
    grids, links = make_grids(experiment)
    if covered:
        hidden = {node.id for node in _list_nodes(experiment)}
        grids, links = [grid for grid in grids if grid.id not in hidden], []
        st.caption(texts.COVERED)
    shapes = {grid.id: grid.shape for grid in grids}

    def remember(edit: Edit) -> None:
        remember_edit(address, edit, shapes)

    key = address.key(f"grids_{address['view']}")
    drawn = linked_grids(grids, links, key=key, cell=address[CELL], on_edit=remember)
    if not covered:
        address[CELL] = drawn.cell
    if address[EDITS]:
        st.button(texts.FORGET, icon=":material/undo:", type="tertiary",
                  on_click=forget_edits, args=(address,))  # fmt: skip


def make_grids(experiment: Experiment) -> tuple[list[Grid], list[Link]]:
    """The input and the weights, then the nodes of the way forward or back."""
    nodes = _list_nodes(experiment)
    x, picture = experiment.run.x, experiment.picture
    axes = nodes[-1].axis_names
    if len(axes) > x.ndim:
        x = x[..., np.newaxis]
    painted: Paint = "signed" if experiment.pool.unit else picture.paint
    grids = [
        Grid(INPUT, texts.INPUT, x, sheet_names=picture.sheet_names, axis_names=axes,
             editable=True, paint=painted, caption=format_shape(experiment.run.x.shape))
    ]  # fmt: skip
    for name, array in experiment.run.weights.items():
        label = texts.LABELS[name]
        flat = array.ndim == 2
        grids.append(
            Grid(name, label, array, rows=0 if flat else 3, cols=1 if flat else 2,
                 axis_names=("row", "column") if flat else axes, editable=experiment.back is None)
        )  # fmt: skip
    if experiment.back is not None:
        grids += [
            Grid(
                f"by_{name}",
                f"Gradient by the {texts.LABELS[name][0].lower()}{texts.LABELS[name][1:]}",
                array,
            )
            for name, array in experiment.back.by_weights.items()
            if name in texts.LABELS
        ]
    pixels = (OUTPUT, POOLED, *(f"level_{level}" for level in experiment.run.options.levels))
    for node in nodes:
        same = node.id in pixels and node.values.ndim == 3  # of the range that the picture has
        grids.append(make_grid(node, picture.sheet_names, painted if same else "signed"))
    links = [
        Link(read.source, node.id, read.linkage, reading=read.reading, function=read.function)
        for node in nodes
        for read in node.reads
    ]
    return grids, links


def _list_nodes(experiment: Experiment) -> Sequence[Node]:
    return experiment.run.nodes if experiment.back is None else experiment.back.nodes


def make_grid(node: Node, channels: tuple[str, ...], paint: Paint = "signed") -> Grid:
    """A node as it is drawn; a grid of an image's channels has their names."""
    plain = node.values.ndim == 3 and node.values.shape[-1] == len(channels)
    shape = [size for size in node.values.shape if size > 1 or node.values.ndim == 3]
    return Grid(
        node.id,
        node.label,
        node.values,
        rows=node.rows,
        cols=node.cols,
        sheet_names=channels if plain and node.values.shape[-1] > 1 else (),
        axis_names=node.axis_names,
        editable=node.editable,
        paint=paint,
        caption=format_shape(shape or [1]),
    )


def check(experiment: Experiment) -> None:
    """Two badges at most: what comes out, and in the gradient's view the gradient."""
    run, back = experiment.run, experiment.back
    check_with_keras(run.given, run.calls, run.output, key="equals_keras",
                     label=texts.BADGE_OUTPUT if back else None)  # fmt: skip
    if back is None:
        return
    if has_ties(experiment):
        st.caption(texts.TIES)
        return
    check_with_keras(run.given, run.calls, back.gradient, key="equals_gradient",
                     upstream=back.upstream, label=texts.BADGE_GRADIENT)  # fmt: skip


def has_ties(experiment: Experiment) -> bool:
    """Whether global max pooling has several winners, whom TensorFlow treats alike."""
    x = experiment.run.x
    return experiment.pool.name == "global_max" and bool(
        ((x == x.max(axis=(0, 1))).sum(axis=(0, 1)) > 1).any()
    )
