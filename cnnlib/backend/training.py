"""From a run's settings to a compiled model."""

from contextlib import suppress

import keras
import tensorflow as tf

from cnnlib.arch.spec import Spec
from cnnlib.backend.model_builder import build_model
from cnnlib.errors import RunError
from cnnlib.runs.files import checkpoint_path
from cnnlib.runs.records import Run

MAX_STEPS_PER_EXECUTION = 8  # a stop waits for at most so many batches

OPTIMIZERS: dict[str, type[keras.optimizers.Optimizer]] = {
    "adam": keras.optimizers.Adam,
    "adamw": keras.optimizers.AdamW,
    "sgd": keras.optimizers.SGD,
    "momentum": keras.optimizers.SGD,
    "nesterov": keras.optimizers.SGD,
    "rmsprop": keras.optimizers.RMSprop,
}


def set_threads(count: int | None) -> None:
    """How many threads one operation may use, None for all cores.

    A process that has run an operation keeps the threads it has.
    """
    with suppress(RuntimeError):
        tf.config.threading.set_intra_op_parallelism_threads(count or 0)


def prepare_model(spec: Spec, run: Run, stride: int, *, one_hot: bool = False) -> keras.Model:
    """The compiled model of a run: new weights, or a checkpoint's with its optimizer's state.

    Args:
        stride: steps between two reported points; more steps an execution would gain nothing.
        one_hot: whether labels come as shares of the classes instead of as numbers.

    Raises:
        RunError: the checkpoint cannot be read, or was trained on images of another shape.
    """
    config = run.config
    keras.utils.set_random_seed(config.seed)
    optimizer = OPTIMIZERS[config.optimizer](learning_rate=config.learning_rate)
    model = build_model(spec)
    if config.continue_from is not None:
        loaded = load_checkpoint(run.id, "start")
        if (loaded.input_shape, loaded.output_shape) != (model.input_shape, model.output_shape):
            raise RunError(
                f"The run to continue takes images of {loaded.input_shape[1:]} and "
                f"{loaded.output_shape[-1]} classes; {config.dataset} has {model.input_shape[1:]} "
                f"and {model.output_shape[-1]}. Continue on the data set it was trained on."
            )
        model = loaded
        if type(model.optimizer) is type(optimizer):
            optimizer = model.optimizer
            optimizer.learning_rate = config.learning_rate
    model.compile(
        optimizer=optimizer,
        loss=_make_loss(one_hot),
        metrics=["accuracy"],
        steps_per_execution=min(stride, MAX_STEPS_PER_EXECUTION),
        jit_compile=False,  # slower on CPU for these networks
    )
    return model


def _make_loss(one_hot: bool) -> keras.losses.Loss:
    if one_hot:
        return keras.losses.CategoricalCrossentropy()
    return keras.losses.SparseCategoricalCrossentropy()


def load_checkpoint(run_id: str, which: str) -> keras.Model:
    path = checkpoint_path(run_id, which)
    try:
        return keras.saving.load_model(path)
    except Exception as error:  # zip, HDF5, JSON and Keras each have their own kind
        raise RunError(
            f"The checkpoint {path.name} of run {run_id} is damaged and cannot be read "
            f"({type(error).__name__}). Continue from another checkpoint, or start anew."
        ) from error
