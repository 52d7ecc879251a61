"""One experiment of the batch normalisation page: a batch, its statistics, what comes out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnlib.ops.activations import as_floats
from cnnlib.ops.layer_calls import LayerCall
from cnnlib.ops.normalization import BatchNormSteps, batch_norm, batch_norm_steps
from cnnlib.ui.address import Address
from cnnlib.ui.anatomy import Question
from cnnlib.ui.cell_setting import CELL
from cnnlib.ui.edits import EDITS, apply_edits
from cnnlib.ui.normalization.batches import Batch, make_batch, measure_batches
from cnnlib.ui.normalization.settings import CHANNELS, MAX_BATCHES, NUMBERS, TRAINING

Floats = NDArray[np.float32]
WEIGHTS = 4  # a channel: gamma, beta, moving mean, moving variance


@dataclass(frozen=True)
class Moving:
    """Statistics over the batches; C channels.

    mean, variance: (batches + 1, C), as they are before the first batch and after each.
    batch_mean, batch_variance: (batches, C), each batch's own.
    """

    mean: Floats
    variance: Floats
    batch_mean: Floats
    batch_variance: Floats


@dataclass(frozen=True)
class Experiment:
    """steps: in the mode that the learner chose. outputs: of both modes, by `training`.

    image, row, column, channel: the cell that is computed by hand.
    """

    batch: Batch
    gamma: Floats
    beta: Floats
    epsilon: float
    momentum: float
    training: bool
    moving: Moving
    steps: BatchNormSteps
    outputs: dict[bool, Floats]
    cell: tuple[int, int, int, int]

    @property
    def x(self) -> Floats:
        return self.batch.values

    @property
    def calls(self) -> list[LayerCall]:
        settings = {"momentum": self.momentum, "epsilon": self.epsilon}
        weights = (self.gamma, self.beta, self.moving.mean[-1], self.moving.variance[-1])
        return [*self.batch.calls, LayerCall("BatchNormalization", settings, weights)]


def run_experiment(address: Address) -> Experiment:
    """Compute it, with the learner's own numbers where there are any.

    Raises:
        LabError: the data set is damaged.
    """
    kind, images, first = address["source"], address["images"], address["first"]
    batch = make_batch(kind, images, first)
    if kind == NUMBERS:  # edits count in the order drawn, channels first
        drawn = apply_edits(address[EDITS], "input", to_drawn(batch.values))
        values = np.ascontiguousarray(np.moveaxis(drawn, 0, -1))
        batch = Batch(values, values)
    gamma, beta = (
        as_floats(name, [address[f"{name}_{channel}"] for channel in range(CHANNELS)])
        for name in ("gamma", "beta")
    )
    epsilon, momentum = float(address["epsilon"]), float(address["momentum"])
    means, variances = measure_batches(kind, images, first, MAX_BATCHES)
    moving = follow(batch.values, means, variances, momentum, address["batches"])
    moved = {"moving_mean": moving.mean[-1], "moving_variance": moving.variance[-1]}
    both = {
        training: batch_norm(batch.values, gamma, beta, training=training, epsilon=epsilon, **moved)
        for training in (True, False)
    }
    training = address["mode"] == TRAINING
    steps = batch_norm_steps(
        batch.values, gamma, beta, training=training, momentum=momentum, epsilon=epsilon, **moved
    )
    cell = _choose_cell(address, batch.values.shape)
    return Experiment(
        batch, gamma, beta, epsilon, momentum, training, moving, steps, both, cell
    )  # fmt: skip


def follow(x: Floats, means: Floats, variances: Floats, momentum: float, count: int) -> Moving:
    """The moving statistics of a new layer over `count` batches, of which `x` is the first.

    Args:
        x: (…, channels).
        means, variances: (at least count, channels), of the batches; the first row is x's.
        momentum: 0 to 1, the share of the old value that stays.
    """
    means, variances = means[:count].copy(), variances[:count].copy()
    if count:
        rows = x.reshape(-1, x.shape[-1])
        means[0], variances[0] = rows.mean(axis=0), rows.var(axis=0)
    channels = x.shape[-1]
    mean, variance = [np.zeros(channels, np.float32)], [np.ones(channels, np.float32)]
    keep = np.float32(momentum)
    for own_mean, own_variance in zip(means, variances, strict=True):
        mean.append(keep * mean[-1] + (1 - keep) * own_mean)
        variance.append(keep * variance[-1] + (1 - keep) * own_variance)
    return Moving(np.stack(mean), np.stack(variance), means, variances)


def to_drawn(values: Floats) -> Floats:
    """(images, rows, columns, channels) as it is drawn: (channels, images, rows, columns)."""
    return np.ascontiguousarray(np.moveaxis(values, -1, 0))


def _choose_cell(address: Address, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """The place of the pinned cell, or the first one, in the channel that is chosen."""
    cell = address[CELL]
    place = (0, 0, 0)
    if cell is not None and len(cell.index) == 4:
        wanted = cell.index[1:]
        if all(at < size for at, size in zip(wanted, shape[:3], strict=True)):
            place = wanted
    return (*place, address["channel"])


def make_questions(experiment: Experiment) -> list[Question]:
    """Parameters, and in training what the normalisation does to a channel."""
    channels = experiment.x.shape[-1]
    questions = [
        Question("Parameters of the layer", WEIGHTS * channels),
        Question("Trainable parameters", 2 * channels),
    ]
    if experiment.training:
        x_hat = experiment.steps.x_hat[..., experiment.cell[-1]]
        name = f"of x̂, channel {experiment.cell[-1]}, rounded"
        questions += [
            Question(f"Mean {name}", abs(round(float(x_hat.mean())))),
            Question(f"Variance {name}", round(float(x_hat.var()))),
        ]
    return questions
