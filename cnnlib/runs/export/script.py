"""A run as a Python file that trains without the lab: the notes' script, made for Keras 3."""

from typing import Any

from cnnlib.arch import zoo
from cnnlib.arch.amounts import format_shape
from cnnlib.arch.codegen.calls import break_call
from cnnlib.arch.codegen.names import clean_title, keep_model_name
from cnnlib.arch.codegen.writing import write_definitions
from cnnlib.arch.spec import Spec
from cnnlib.data import available
from cnnlib.data.dataset import SUBSET_SEED
from cnnlib.runs.augmentation import MIXUP, parse_augmentations
from cnnlib.runs.config import RunConfig
from cnnlib.runs.export import script_parts, script_recipe
from cnnlib.runs.networks import count_classes

_CIFAR10 = ("cifar10", (32, 32, 3), 10)
_OWN_DATA = """\
    import numpy
    numpy.savez("FILE.npz", x_train=a, y_train=b, x_test=c, y_test=d)

where a and c are images of {shape}, whole numbers 0..255, and b and d the
numbers of their classes, 0 to {last}."""


def make_training_script(config: RunConfig, spec: Spec, form: str = "functional") -> str:
    """The text of a Python file that trains `spec` with the settings of `config`.

    It needs Keras alone. Data other than CIFAR-10 it reads from an `.npz` file.

    Args:
        form: one of `cnnlib.arch.codegen.FORMS`.

    Raises:
        SpecError: the form is not for this network.
    """
    name = keep_model_name(spec.name) or "network"
    with_cifar10 = (config.dataset, spec.input_shape, count_classes(spec)) == _CIFAR10
    head = (
        _write_docstring(config, spec, name, with_cifar10),
        _write_imports(config),
        _write_settings(config, spec, name),
    )
    parts = [
        "\n\n".join(part.strip("\n") for part in head),
        "\n".join(write_definitions(spec, form)),
        (script_parts.LOAD_CIFAR10 if with_cifar10 else script_parts.LOAD_FILE).rstrip("\n")
        + script_parts.PREPARE,
        *filter(None, [script_recipe.write_schedule(config)]),
        _write_training(config),
        script_parts.KEEP,
        script_parts.MAIN_CIFAR10 if with_cifar10 else script_parts.MAIN_FILE,
    ]
    return "\n\n\n".join(part.strip("\n") for part in parts) + "\n"


def make_run_script(config: RunConfig) -> str:
    """The script of a run, for the images that its data set has, if that is still there."""
    shapes = {info.name: (info.image_shape, len(info.class_names)) for info in available()}
    if config.spec is not None:
        spec = config.spec
    elif config.dataset in shapes:
        spec = config.make_spec(*shapes[config.dataset])
    else:
        spec = zoo.get(config.network)
    return make_training_script(config, spec)


def get_script_name(spec: Spec) -> str:
    """What the file is to be called: train_lenet5.py."""
    return f"train_{keep_model_name(spec.name) or 'network'}.py"


def _write_docstring(config: RunConfig, spec: Spec, name: str, with_cifar10: bool) -> str:
    script = get_script_name(spec)
    shape = format_shape(spec.input_shape)
    own_data = _OWN_DATA.format(shape=shape, last=count_classes(spec) - 1)
    title = clean_title(spec.title) or "A network"
    if with_cifar10:
        data = (
            f"    python {script}\n\nKeras fetches CIFAR-10 once (170 MB). With images in a file "
            f"of your own instead:\n\n    python {script} --data FILE.npz\n\n{own_data}"
        )
    else:
        data = f"    python {script} --data FILE.npz\n\nThe file is made with\n\n{own_data}"
        if config.dataset != "cifar10":
            data += f"\nThe run had: {clean_title(config.dataset)}."
    lines = [
        f"Trains {title} with the settings of a run in CNN Lab.",
        data,
        f"The best weights are kept in {name}.weights.h5; run again, it goes on from them. Beside\n"
        f"them come {name}_weights.txt, {name}_history.csv and, if matplotlib is installed,\n"
        f"{name}_curves.png.",
    ]
    if config.continue_from:
        lines.append(
            f"The run went on from run {clean_title(config.continue_from)}; this begins anew."
        )
    lines += script_recipe.list_left_out(config)
    return '"""{}\n"""'.format("\n\n".join(lines))


def _write_settings(config: RunConfig, spec: Spec, name: str) -> str:
    return f"""
NAME = "{name}"
INPUT_SHAPE = {spec.input_shape}
CLASSES = {count_classes(spec)}
EPOCHS = {config.epochs}
BATCH_SIZE = {config.batch_size}
LEARNING_RATE = {config.learning_rate!r}
{script_recipe.write_constants(config)}SEED = {config.seed}
LIMIT = {config.limit}  # training images used; None for all
SUBSET_SEED = {SUBSET_SEED}  # which ones
CHECKPOINT = Path(f"{{NAME}}.weights.h5")  # Keras takes no other ending for weights alone
"""


def _write_imports(config: RunConfig) -> str:
    if script_recipe.needs_math(config):
        return script_parts.IMPORTS.replace("import csv\n", "import csv\nimport math\n")
    return script_parts.IMPORTS


def _write_training(config: RunConfig) -> str:
    before, optimizer = script_recipe.write_optimizer(config)
    text = script_parts.TRAIN
    for name, written in {
        "\n    # LABELS": script_recipe.write_labels(config),
        "\n    # WEIGHT DECAY": before,
        "# OPTIMIZER": optimizer,
        "# LOSS": script_recipe.write_loss(config),
        "\n    # EARLY STOP": script_recipe.write_early_stop(config),
        "# CALLBACKS": script_recipe.list_callbacks(config),
        "\n    # AUGMENTATION": _write_augmentation(config),
    }.items():
        text = text.replace(name, written)
    return text


def _write_augmentation(config: RunConfig) -> str:
    layers = [a.make_call() for a in parse_augmentations(config.augmentation) if a.kind != MIXUP]
    lines = [
        "",
        "    # These layers change the training images anew in every epoch, not the test images.",
    ]
    if MIXUP in config.augmentation:
        lines.append("    # Mixup is left out here: it would have to mix the labels, too.")
    if not config.augmentation:
        lines = []
    elif layers:
        made = [
            f"    {line}" for call in layers for line in _write_layer(call.layer, call.arguments)
        ]
        lines += [
            "    model = keras.Sequential(",
            "        [",
            "            keras.Input(INPUT_SHAPE),",
            *(f"        {line}" for line in made),
            "            model,",
            "        ]",
            "    )",
        ]
    return "\n".join(lines)


def _write_layer(layer: str, arguments: dict[str, Any]) -> list[str]:
    written = [f"{name}={_write_plain(value)}" for name, value in arguments.items()]
    return break_call(f"layers.{layer}", written, ",", 3)


def _write_plain(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)
