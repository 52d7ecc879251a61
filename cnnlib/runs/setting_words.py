"""Settings of runs and their values in a few words, for people."""

from typing import Any

import numpy as np

from cnnlib.runs.augmentation import describe_augmentations
from cnnlib.runs.config import OPTIMIZER_TITLES

LABELS = {
    "network": "network",
    "dataset": "data set",
    "limit": "images",
    "epochs": "epochs",
    "batch_size": "batch",
    "optimizer": "optimizer",
    "learning_rate": "rate",
    "seed": "seed",
    "augmentation": "augmentation",
    "schedule": "schedule",
    "warmup": "warm-up",
    "label_smoothing": "label smoothing",
    "weight_decay": "weight decay",
    "patience": "patience",
    "acceleration": "acceleration",
}
ACCELERATION_TITLES = {"off": "off", "measured": "if quicker"}
_SPEAKS_FOR_ITSELF = ("optimizer", "epochs", "network")
_NONE = "none"
TINY = 1e-9


def describe_setting(name: str, value: Any) -> str:
    """A setting of `LABELS` with its value: «batch 64», «Adam», «label smoothing none»."""
    words = describe_value(name, value)
    return words if name in _SPEAKS_FOR_ITSELF else f"{LABELS[name]} {words}"


def describe_value(name: str, value: Any) -> str:
    """A value alone: «64», «Adam», «0.0003», «2 epochs», «none»."""
    if name in ("epochs", "patience", "warmup"):
        return _NONE if not value else "1 epoch" if value == 1 else f"{format_number(value)} epochs"
    if name == "limit":
        return "all" if value is None else f"{value:,}"
    if name == "optimizer":
        return OPTIMIZER_TITLES[value]
    if name == "acceleration":
        return ACCELERATION_TITLES[value]
    if name == "augmentation":
        return describe_augmentations(value) or _NONE
    if name in ("label_smoothing", "weight_decay") and not value:
        return _NONE
    return str(value) if isinstance(value, str) else format_number(value)


def format_number(value: float) -> str:
    """As short as it may be: 0.0003; with a power of ten only where it is tiny: 1e-12."""
    if 0 < abs(value) < TINY:
        return repr(float(value))
    return str(np.format_float_positional(value, trim="-"))
