"""Whether XLA or bfloat16 make a training step quicker here: measured, not believed.

On a processor both usually cost time, on a GPU they often save it. What was measured is kept in
the run store, by network, batch size, optimizer and machine, so that it is measured once.
"""

import gc
import json
import time
from collections.abc import Callable

import keras
import tensorflow as tf

from cnnlib.arch.spec import Spec
from cnnlib.backend.model_builder import build_model
from cnnlib.backend.network_questions import measure_steps, require_small
from cnnlib.backend.training import PLAIN, Acceleration, make_optimizer
from cnnlib.errors import RunError
from cnnlib.runs.config import RunConfig
from cnnlib.runs.estimating.calibrations import Step
from cnnlib.runs.store import RunStore

CHOICES = {
    "float32": PLAIN,
    "bfloat16": Acceleration("mixed_bfloat16", False),
    "float32 + XLA": Acceleration("float32", True),
    "bfloat16 + XLA": Acceleration("mixed_bfloat16", True),
}
GAIN = 1.05  # as many times as quick a choice must be to be taken
STEPS, STEP_SECONDS = 8, 1.5  # measured of each choice, at most
BUDGET_SECONDS = 60.0  # for all choices; what would go beyond it is not tried
XLA_COMPILES = 2.5  # times as long as the first step without it, as measured on a processor

Tell = Callable[[str, str], None]


def choose_acceleration(config: RunConfig, spec: Spec, store: RunStore, tell: Tell) -> Acceleration:
    """The quickest way to do a step on this machine, if it is so by at least 5 %; else float32.

    Args:
        tell: called with a kind of event and a sentence for people.
    """
    if config.acceleration == "off":
        return PLAIN
    key = _name_calibration(config, spec)
    seconds = _read(store, key)
    kept = seconds is not None
    if seconds is None:
        try:
            require_small(spec, config.batch_size, config.optimizer)
        except RunError:
            tell("acceleration", "A step is too large to be tried out: plain float32 is used.")
            return PLAIN
        seconds = measure_choices(config, spec)
        _keep(store, key, seconds)
    choice = choose(seconds)
    tell("acceleration", describe(choice, seconds, kept))
    chosen = CHOICES[choice]
    return Acceleration(chosen.precision, chosen.jit_compile, seconds)


def choose(seconds: dict[str, float]) -> str:
    """The choice to take, by seconds a step: float32 unless another one gains clearly."""
    quickest = min(seconds, key=lambda name: seconds[name])
    return quickest if seconds[quickest] * GAIN <= seconds["float32"] else "float32"


def describe(choice: str, seconds: dict[str, float], kept: bool) -> str:
    told = ", ".join(f"{name} {1000 * value:.3g} ms" for name, value in seconds.items())
    when = "measured here before" if kept else "measured just now"
    if choice != "float32":
        gain = seconds["float32"] / seconds[choice]
        return f"{choice} is used, {gain:.2f} times as quick as float32. A step, {when}: {told}."
    return f"Plain float32 is used: nothing else is 5 % quicker. A step, {when}: {told}."


def measure_choices(config: RunConfig, spec: Spec) -> dict[str, float]:
    """The median seconds of a step by choice, float32 always among them.

    Nothing is left behind: the models go, and no global setting of Keras is touched.
    """
    began = time.perf_counter()
    seconds: dict[str, float] = {}
    first = 0.0
    for name, choice in CHOICES.items():
        expected = first * (XLA_COMPILES if choice.jit_compile else 1)
        if seconds and time.perf_counter() - began + expected > BUDGET_SECONDS:
            continue
        model = _make_model(config, spec, choice)
        try:
            measured = measure_steps(
                model, config.batch_size, most_steps=STEPS, most_seconds=STEP_SECONDS
            )
        except tf.errors.OpError:
            if name == "float32":  # a step of the run itself would fail like this
                raise
            continue  # this machine cannot do it
        seconds[name] = measured.seconds
        first = first or measured.first_seconds
        del model
        gc.collect()
    return seconds


def _make_model(config: RunConfig, spec: Spec, choice: Acceleration) -> keras.Model:
    model = build_model(spec, choice.precision)
    model.compile(
        optimizer=make_optimizer(config, model.trainable_variables),
        loss="mse",
        jit_compile=choice.jit_compile,
    )
    return model


def _name_calibration(config: RunConfig, spec: Spec) -> str:
    """The key of `calibrations`: what may change which choice is the quickest."""
    step = Step(spec, config.batch_size, config.optimizer).key
    gpus = len(tf.config.list_physical_devices("GPU"))
    threads = tf.config.threading.get_intra_op_parallelism_threads()
    return f"acceleration {step} {gpus} {threads} {tf.__version__}"


def _read(store: RunStore, key: str) -> dict[str, float] | None:
    row = store.database.connect().execute(
        "SELECT data FROM calibrations WHERE key = ?", (key,)
    ).fetchone()  # fmt: skip
    return None if row is None else json.loads(row["data"])


def _keep(store: RunStore, key: str, seconds: dict[str, float]) -> None:
    with store.database.transaction() as db:
        db.execute(
            "INSERT OR REPLACE INTO calibrations (key, data, measured) VALUES (?, ?, ?)",
            (key, json.dumps(seconds), time.time()),
        )
