"""What can be set on the activation page, and its examples."""

from collections.abc import Mapping
from typing import Any

from cnnlib.ops.activations import ACTIVATIONS
from cnnlib.ui.address import Address, Setting, choice, flag, real, whole
from cnnlib.ui.cell_setting import cell_setting
from cnnlib.ui.edits import edits_setting
from cnnlib.ui.input_choice import IMAGE, input_settings

PAGE = "activation"
NAMES = [name for name in ACTIVATIONS if name != "gelu_tanh"]
WEIGHT, BIAS = (-10.0, 10.0), (-10.0, 10.0)
MAX_LAYERS = 30
UNITS = 64

EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "ReLU on numbers": {},
    "Sigmoid saturates": {"function": "sigmoid", "weight": 5.0},
    "Softmax over the channels": {"function": "softmax", "size": 3, "channels": 4},
    "ReLU on an image": {"source": IMAGE, "size": 32, "channels": 3},
    "A bias that kills ReLUs": {"source": IMAGE, "size": 16, "channels": 3, "bias": -3.0},
    "GELU beside ReLU": {"function": "gelu", "beside": ["relu", "silu"]},
    "Ten sigmoid layers": {"function": "sigmoid", "layers": 10},
}


def make_settings() -> list[Setting]:
    return [
        choice("function", NAMES),
        *input_settings(size=5),
        real("weight", 1.0, *WEIGHT),
        real("bias", 0.0, *BIAS),
        Setting("beside", ["sigmoid", "tanh"], _parse_names, ".".join),
        whole("layers", 10, 1, MAX_LAYERS),
        flag("predict"),
        cell_setting(),
        edits_setting(),
    ]


def open_address() -> Address:
    return Address(PAGE, make_settings())


def _parse_names(text: str) -> list[str]:
    names = text.split(".") if text else []
    if len(set(names)) != len(names) or not set(names) <= set(NAMES):
        raise ValueError(text[:40])
    return names
