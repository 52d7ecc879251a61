"""From a run's settings to a compiled model."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from cnnlib.arch.analysis import analyze
from cnnlib.arch.costs import estimate_memory
from cnnlib.arch.spec import Spec
from cnnlib.backend.model_builder import build_model
from cnnlib.errors import RunError
from cnnlib.runs.augmentation import MIXUP, parse_augmentations
from cnnlib.runs.config import RunConfig
from cnnlib.runs.files import checkpoint_path
from cnnlib.runs.records import Run

MAX_STEPS_PER_EXECUTION = 8  # a stop waits for at most so many batches,
MACS_PER_EXECUTION = 4e9  # and for so many multiplications of forward passes
VALIDATION_BATCH = 256  # images at most,
VALIDATION_BYTES = 500_000_000  # and with what a layer reads and writes at most
MOMENTUM = 0.9  # Keras' and most papers' value

OPTIMIZERS: dict[str, Callable[..., keras.optimizers.Optimizer]] = {
    "adam": keras.optimizers.Adam,
    "adamw": partial(keras.optimizers.AdamW, weight_decay=0.0),  # as much as a run asks for
    "sgd": keras.optimizers.SGD,
    "momentum": partial(keras.optimizers.SGD, momentum=MOMENTUM),
    "nesterov": partial(keras.optimizers.SGD, momentum=MOMENTUM, nesterov=True),
    "rmsprop": keras.optimizers.RMSprop,
}


@dataclass(frozen=True)
class Acceleration:
    """How the arithmetic of a training step is done.

    Attributes:
        precision: "float32", or "mixed_bfloat16": weights in float32, layers reckon in bfloat16.
        jit_compile: whether XLA compiles the step.
        measured: seconds a step by choice, on this machine; None where nothing was measured.
    """

    precision: str = "float32"
    jit_compile: bool = False
    measured: dict[str, float] | None = None

    def to_facts(self) -> dict[str, Any]:
        return asdict(self)


PLAIN = Acceleration()


def set_threads(count: int | None) -> None:
    """How many threads one operation may use, None for all cores; memory of GPUs as it is needed.

    A process that has run an operation keeps the threads it has.
    """
    with suppress(RuntimeError):
        tf.config.threading.set_intra_op_parallelism_threads(count or 0)
    with suppress(RuntimeError):  # else the first of several runs on a GPU takes all its memory
        for gpu in tf.config.list_physical_devices("GPU"):
            tf.config.experimental.set_memory_growth(gpu, True)


def make_deterministic() -> None:
    """Same settings, same machine: the very same history. Call it before any operation.

    TensorFlow leaves out what is quicker but may add in another order, and `tf.data` keeps to one
    order. It holds for the whole process.
    """
    tf.config.experimental.enable_op_determinism()


def start_seed(config: RunConfig, first_epoch: float) -> int:
    """The seed of shuffling, augmentation and dropout: the run's own, and another one for what
    continues a run, which would otherwise see the same order and the same changes again."""
    if not first_epoch:
        return config.seed
    mixed = np.random.SeedSequence([config.seed, round(1000 * first_epoch)]).generate_state(1)
    return int(mixed[0]) % 2**30


def needs_shares(config: RunConfig) -> bool:
    """Whether labels come as shares of the classes, (N, classes), instead of as numbers."""
    kinds = [augmentation.kind for augmentation in parse_augmentations(config.augmentation)]
    return config.label_smoothing > 0 or MIXUP in kinds


def prepare_model(
    spec: Spec,
    run: Run,
    stride: int,
    *,
    one_hot: bool = False,
    acceleration: Acceleration = PLAIN,
    first_epoch: float = 0.0,
) -> keras.Model:
    """The compiled model of a run: new weights, or a checkpoint's with its optimizer's state.

    Args:
        stride: steps between two reported points; more steps an execution would gain nothing.
        one_hot: whether labels come as shares of the classes instead of as numbers.
        first_epoch: where on the epoch axis the run starts.

    Raises:
        RunError: the checkpoint cannot be read, or was trained on images of another shape.
    """
    config = run.config
    keras.utils.set_random_seed(start_seed(config, first_epoch))
    strategy = _make_strategy(config.batch_size)
    # Keras 3.15 cannot take several steps an execution from a batch that is shared out.
    shared = strategy.num_replicas_in_sync > 1
    steps = 1 if shared else choose_steps(spec, config.batch_size, stride)
    with strategy.scope():
        model = build_model(spec, acceleration.precision)
        optimizer = make_optimizer(config, model.trainable_variables)
        if config.continue_from is not None:
            _continue(load_checkpoint(run.id, "start"), model, optimizer, config.dataset)
        model.compile(
            optimizer=optimizer,
            loss=_make_loss(one_hot),
            metrics=["accuracy"],
            steps_per_execution=steps,
            jit_compile=acceleration.jit_compile,
        )
    return model


def choose_steps(spec: Spec, batch_size: int, stride: int) -> int:
    """Steps an execution. Several save milliseconds each, but what people want of the run is seen
    between executions only: where steps are long, on processors without a GPU, there is one."""
    most = min(stride, MAX_STEPS_PER_EXECUTION)
    if find_devices():
        return most
    macs = max(1, analyze(spec).macs * batch_size)
    return max(1, min(most, int(MACS_PER_EXECUTION // macs)))


def choose_validation_batch(spec: Spec, batch_size: int) -> int:
    """Images a step of validation: fewer than usual where they are large, but never fewer than in
    training, which needs more memory for each."""
    one, two = (estimate_memory(spec, images).inference for images in (1, 2))
    fitting = VALIDATION_BYTES // (two - one)
    return max(min(VALIDATION_BATCH, fitting), min(VALIDATION_BATCH, batch_size))


def count_replicas(model: keras.Model) -> int:
    """On how many devices a model trains, each with its part of a batch."""
    return int(model.distribute_strategy.num_replicas_in_sync)


def make_optimizer(
    config: RunConfig, variables: Sequence[keras.Variable]
) -> keras.optimizers.Optimizer:
    """The optimizer of a run, built for the variables that it trains.

    Weight decay takes `learning_rate · weight_decay` of each kernel a step, beside the gradient
    (Loshchilov & Hutter, 2019), with any optimizer; biases and batch normalisation's variables,
    which have one axis, keep all. So AdamW without weight decay is Adam.
    """
    options: dict[str, Any] = {"learning_rate": config.learning_rate}
    if config.weight_decay:
        options["weight_decay"] = config.weight_decay
    optimizer = OPTIMIZERS[config.optimizer](**options)
    if config.weight_decay:
        exempt = [variable for variable in variables if len(variable.shape) < 2]
        optimizer.exclude_from_weight_decay(var_list=exempt)
    optimizer.build(variables)
    return optimizer


def load_checkpoint(run_id: str, which: str) -> keras.Model:
    path = checkpoint_path(run_id, which)
    try:
        return keras.saving.load_model(path)
    except Exception as error:  # zip, HDF5, JSON and Keras each have their own kind
        raise RunError(
            f"The checkpoint {path.name} of run {run_id} is damaged and cannot be read "
            f"({type(error).__name__}). Continue from another checkpoint, or start anew."
        ) from error


def find_devices() -> list[str]:
    """The devices that may share a batch: "GPU:0" …; [] where there is no GPU."""
    return [f"GPU:{number}" for number, _ in enumerate(tf.config.list_physical_devices("GPU"))]


def _make_strategy(batch_size: int) -> tf.distribute.Strategy:
    """As many of the devices as share a batch in equal parts: then the mean of the parts'
    gradients is the batch's."""
    devices = find_devices()
    count = max((n for n in range(1, len(devices) + 1) if batch_size % n == 0), default=1)
    return (
        tf.distribute.MirroredStrategy(devices[:count])
        if count > 1
        else tf.distribute.get_strategy()
    )


def _make_loss(one_hot: bool) -> keras.losses.Loss:
    if one_hot:
        return keras.losses.CategoricalCrossentropy()
    return keras.losses.SparseCategoricalCrossentropy()


def _continue(
    loaded: keras.Model, model: keras.Model, optimizer: keras.optimizers.Optimizer, dataset: str
) -> None:
    """Give a new model a checkpoint's weights, and its optimizer's state where the kind is one.

    The layers are new ones, so the precision and what weight decay spares are this run's.
    """
    if (loaded.input_shape, loaded.output_shape) != (model.input_shape, model.output_shape):
        raise RunError(
            f"The run to continue takes images of {loaded.input_shape[1:]} and "
            f"{loaded.output_shape[-1]} classes; {dataset} has {model.input_shape[1:]} "
            f"and {model.output_shape[-1]}. Continue on the data set it was trained on."
        )
    weights = {weight.path: weight for weight in loaded.weights}
    if {path: weight.shape for path, weight in weights.items()} != {
        weight.path: weight.shape for weight in model.weights
    }:
        raise RunError(
            "The checkpoint has other layers than this network: another version of the lab "
            "trained it. Start anew."
        )
    for weight in model.weights:
        weight.assign(weights[weight.path])
    state = {variable.name: variable for variable in loaded.optimizer.variables}
    names = [variable.name for variable in optimizer.variables]
    if type(loaded.optimizer) is type(optimizer) and list(state) == names:
        for variable in optimizer.variables:
            if variable.name != "learning_rate":
                variable.assign(state[variable.name])
