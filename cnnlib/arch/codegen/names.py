"""Names in generated source: what a user has typed never becomes code.

Identifiers are made of ASCII letters and digits; a title only ever stands in a docstring, without
the characters that could end it; Keras names are kept only where they are plain.
"""

import keyword
import re

from cnnlib.arch.layers import LAYER_KINDS
from cnnlib.arch.spec import to_snake_case

_LAYER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_MODEL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


# Names that the declaration or Keras gives by itself: conv2d, conv2d_1 … Kept as explicit names,
# they could meet those that Keras numbers.
_NUMBERED = re.compile(rf"(input_layer|{'|'.join(map(to_snake_case, LAYER_KINDS))})(_\d+)?")


def keep_layer_name(name: str) -> str:
    """A name that somebody chose for a layer; "" for a number or what Keras would not take."""
    return name if _LAYER_NAME.fullmatch(name) and not _NUMBERED.fullmatch(name) else ""


def keep_model_name(name: str) -> str:
    return name if _MODEL_NAME.fullmatch(name) else ""


def make_function_name(block: str) -> str:
    """residual_block for residual_1."""
    words = re.sub(r"[^a-z0-9]+", "_", re.sub(r"_\d+$", "", block).lower()).strip("_0123456789")
    words = words[:40].strip("_")
    return words if words == "block" or words.endswith("_block") else f"{words}_block".strip("_")


def make_class_name(text: str) -> str:
    """LeNet5 for LeNet-5, ResidualBlock for residual_block; Network before a digit or for none."""
    words = ["BN" if word == "bn" else word for word in re.findall(r"[A-Za-z0-9]+", text)]
    name = "".join(word[0].upper() + word[1:] for word in words)[:48]
    if keyword.iskeyword(name):
        return "Network"
    return name if name and not name[0].isdigit() else f"Network{name}"


def make_unique(name: str, taken: set[str]) -> str:
    """`name`, or with the first number from 2 that makes it new; it is then taken."""
    number, unique = 1, name
    while unique in taken:
        number += 1
        unique = f"{name}_{number}" if name.islower() else f"{name}{number}"
    taken.add(unique)
    return unique


def clean_title(title: str) -> str:
    """One line that can stand within a docstring."""
    kept = "".join(c if c.isprintable() and c not in '\\"' else " " for c in title)
    return " ".join(kept.split())[:120]
