"""What a recipe adds to a training script, as text: optimizer, schedule, smoothing, early stop."""

from cnnlib.runs.config import RunConfig
from cnnlib.runs.schedules import (
    ONE_CYCLE_END,
    ONE_CYCLE_RISE,
    ONE_CYCLE_START,
    STEP_AT,
    STEP_FACTOR,
)

# {name: (class of keras.optimizers, what it is called with)}
OPTIMIZERS = {
    "adam": ("Adam", ""),
    "adamw": ("AdamW", ""),
    "sgd": ("SGD", ""),
    "momentum": ("SGD", ", momentum=0.9"),
    "nesterov": ("SGD", ", momentum=0.9, nesterov=True"),
    "rmsprop": ("RMSprop", ""),
}
_FACTORS = {
    "constant": "    return 1.0\n",
    "step": f"    return {STEP_FACTOR} ** sum(share >= at for at in {STEP_AT})\n",
    "cosine": "    return fall(1.0, 0.0, share)\n",
    "one-cycle": f"""\
    if share < {ONE_CYCLE_RISE}:
        return fall({ONE_CYCLE_START}, 1.0, share / {ONE_CYCLE_RISE})
    return fall(1.0, {ONE_CYCLE_END}, (share - {ONE_CYCLE_RISE}) / (1 - {ONE_CYCLE_RISE}))
""",
}
_FALL = '''

def fall(start, end, share):
    """From start to end along half a cosine."""
    return end + (start - end) * (1 + math.cos(math.pi * share)) / 2
'''
_WARMUP = """\
    if epoch < WARMUP:
        return max(epoch / WARMUP, 1e-3)
    share = min(1.0, (epoch - WARMUP) / max(EPOCHS - WARMUP, 1e-9))
"""
_SCHEDULE = '''
class Schedule(keras.callbacks.Callback):
    """The learning rate of each step: LEARNING_RATE times a factor."""

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_begin(self, batch, logs=None):
        done = self.epoch + batch / self.params["steps"]
        self.model.optimizer.learning_rate = LEARNING_RATE * factor(done)


def factor(epoch):
    """For so many epochs done; fractions count."""
'''
_SMOOTHING = """
    # Each training label gives a part to all classes; the test labels stay as they are.
    y_train = keras.utils.to_categorical(y_train, CLASSES)
    y_train = y_train * (1 - LABEL_SMOOTHING) + LABEL_SMOOTHING / CLASSES
    y_test = keras.utils.to_categorical(y_test, CLASSES)"""
_WEIGHT_DECAY = """
    # Weight decay is for kernels: biases and batch normalisation's numbers have one axis.
    exempt = [variable for variable in model.trainable_variables if len(variable.shape) < 2]
    optimizer.exclude_from_weight_decay(var_list=exempt)"""
_EARLY_STOP = """
    stop_early = keras.callbacks.EarlyStopping(monitor="val_loss", patience=PATIENCE)"""
_LEFT_OUT = {
    "acceleration": "The run was free to take XLA or bfloat16 where that was measured to be "
    "faster; this\ntrains in float32 as Keras compiles it.",
    "deterministic": "The run kept TensorFlow to one order of additions, so that its history "
    "repeats itself;\nthis does not.",
}


def write_constants(config: RunConfig) -> str:
    """The settings that differ from the notes', a line each."""
    values = {
        "WARMUP": config.warmup if has_schedule(config) else 0,
        "LABEL_SMOOTHING": config.label_smoothing,
        "WEIGHT_DECAY": config.weight_decay,
        "PATIENCE": config.patience,
    }
    return "".join(f"{name} = {value!r}\n" for name, value in values.items() if value)


def has_schedule(config: RunConfig) -> bool:
    return config.schedule != "constant" or bool(config.warmup)


def needs_math(config: RunConfig) -> bool:
    return config.schedule in ("cosine", "one-cycle")


def write_schedule(config: RunConfig) -> str:
    """The callback that sets the learning rate, and what it needs; "" for a constant rate.

    The numbers are those of `cnnlib.runs.schedules`.
    """
    if not has_schedule(config):
        return ""
    share = "" if config.schedule == "constant" else "    share = min(1.0, epoch / EPOCHS)\n"
    if config.warmup:
        share = _WARMUP
    if config.schedule == "constant":
        share = "".join(_WARMUP.splitlines(keepends=True)[:2])
    text = _SCHEDULE + share + _FACTORS[config.schedule]
    return text + _FALL if needs_math(config) else text


def write_labels(config: RunConfig) -> str:
    return _SMOOTHING if config.label_smoothing else ""


def write_loss(config: RunConfig) -> str:
    if config.label_smoothing:
        return 'loss="categorical_crossentropy",  # labels are shares, outputs probabilities'
    return 'loss="sparse_categorical_crossentropy",  # labels are numbers, outputs probabilities'


def write_optimizer(config: RunConfig) -> tuple[str, str]:
    """(lines before `compile`, what `compile` gets as optimizer)."""
    kind, options = OPTIMIZERS[config.optimizer]
    if config.weight_decay:
        options += ", weight_decay=WEIGHT_DECAY"
    elif config.optimizer == "adamw":
        options += ", weight_decay=0.0"
    call = f"keras.optimizers.{kind}(learning_rate=LEARNING_RATE{options})"
    if not config.weight_decay:
        return "", call
    if len(call) > 80:
        call = call.replace("(", "(\n        ", 1)[:-1] + "\n    )"
    return f"\n    optimizer = {call}{_WEIGHT_DECAY}", "optimizer"


def write_early_stop(config: RunConfig) -> str:
    return _EARLY_STOP if config.patience else ""


def list_callbacks(config: RunConfig) -> str:
    names = ["Schedule()"] if has_schedule(config) else []
    names.append("keep_best")
    return ", ".join([*names, "stop_early"] if config.patience else names)


def list_left_out(config: RunConfig) -> list[str]:
    """What the run had and the script has not, a paragraph each."""
    found = {"acceleration": config.acceleration != "off", "deterministic": config.deterministic}
    return [_LEFT_OUT[name] for name, is_set in found.items() if is_set]
