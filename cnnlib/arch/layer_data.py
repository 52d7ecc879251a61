"""Layers as plain data: what a declaration says of each in JSON."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from cnnlib.arch.layers import LAYER_KINDS, Layer
from cnnlib.errors import SpecError


def layer_to_dict(layer: Layer) -> dict[str, Any]:
    """Plain data: the kind, and each argument that differs from its default."""
    data: dict[str, Any] = {"kind": layer.kind}
    for field in fields(layer):
        value = _to_plain(getattr(layer, field.name))
        if value != _to_plain(field.default):
            data[field.name] = value
    return data


def _to_plain(value: Any) -> Any:
    """A list for a tuple, and one number for two equal ones: 3 for (3, 3)."""
    if not isinstance(value, tuple):
        return value
    square = len(value) == 2 and value[0] == value[1] and isinstance(value[0], int)
    return value[0] if square else list(value)


def layer_from_dict(data: Any) -> Layer:
    """Read what `layer_to_dict` wrote.

    Raises:
        SpecError: an unknown kind, an unknown or missing argument, or a value against its rule.
    """
    if not isinstance(data, Mapping) or not all(isinstance(key, str) for key in data):
        raise SpecError("A layer must be declared by its kind and its arguments, each by name.")
    arguments = dict(data)
    kind = arguments.pop("kind", None)
    if not isinstance(kind, str) or kind not in LAYER_KINDS:
        raise SpecError(f"kind must be one of {', '.join(LAYER_KINDS)}. Received: {kind!r}.")
    known = [field.name for field in fields(LAYER_KINDS[kind])]
    unknown = sorted(set(arguments) - set(known))
    if unknown:
        raise SpecError(f"{kind} takes {', '.join(known)}. Received: {', '.join(unknown)}.")
    needed = [field.name for field in fields(LAYER_KINDS[kind]) if field.default is MISSING]
    missing = [name for name in needed if name not in arguments]
    if missing:
        raise SpecError(f"{kind} needs {', '.join(needed)}. Missing: {', '.join(missing)}.")
    return LAYER_KINDS[kind](**arguments)
