"""Steps that come again and again become one function: what differs becomes its parameters."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from cnnlib.arch.codegen.program import Extra, Step, Template
from cnnlib.arch.codegen.signatures import Param

# For each place where the function is called the value there; None where the step is missing.
Values = tuple[str | None, ...]
Instance = Sequence[Step | None]
GetParams = Callable[[str], tuple[Param, ...]]
Slots = dict[tuple[int, str], Values]  # by step and argument


@dataclass(frozen=True)
class _Base:
    """A parameter: `stem` is the argument that it is for, `values` what it is in each place."""

    stem: str
    values: tuple[str, ...]
    name: str = ""


def make_template(
    name: str,
    body: Sequence[Step],
    instances: Sequence[Instance],
    get_params: GetParams,
    optional: Extra | None = None,
) -> tuple[Template, list[dict[str, str]]]:
    """The function that stands for all `instances`, and for each what it must be given.

    Args:
        body: the steps with their sources; the instances' steps have the same kinds.
        get_params: what a step of a kind can be given.
        optional: the steps that some instances lack; they have None there.
    """
    slots = _read_slots(body, instances)
    bases = _choose_parameters(slots)
    steps = tuple(
        replace(
            step,
            label="",
            arguments={
                argument: _write(argument, slots[i, argument], bases) for argument in step.arguments
            },
        )
        for i, step in enumerate(body)
    )
    known = [param for step in body for param in get_params(step.kind)]
    params = [_make_param(base, [p for p in known if _stem(p.name) == base.stem]) for base in bases]
    given = [
        {base.name: value for base, value in zip(bases, values, strict=True)}
        for values in zip(*(base.values for base in bases), strict=True)
    ] or [{} for _ in instances]
    if optional:
        params.append(Param(optional.flag, "False"))
        for arguments, instance in zip(given, instances, strict=True):
            arguments[optional.flag] = str(instance[optional.start] is not None)
    params.sort(key=lambda param: (param.default is not None, not param.positional))
    return Template(name, tuple(params), steps, optional), given


def get_stems(body: Sequence[Step]) -> set[str]:
    """The names that parameters of a function with this body can have, without their numbers."""
    return {_stem(argument) for step in body for argument in step.arguments}


def _read_slots(body: Sequence[Step], instances: Sequence[Instance]) -> Slots:
    slots: Slots = {}
    for i, step in enumerate(body):
        for argument in step.arguments:
            column = (instance[i] for instance in instances)
            slots[i, argument] = tuple(
                each.arguments[argument] if each else None for each in column
            )
            if argument == "name" and len(instances) > 1:
                slots[i, argument] = ("None",) * len(instances)  # a name is given once only
    return slots


def _choose_parameters(slots: Slots) -> list[_Base]:
    """In the order of first use.

    Slots that always agree share a parameter, and so do numbers of filters that are always the
    same fraction of others. A slot that some instances lack makes do with what fits it.
    """
    found: dict[str, list[tuple[str, ...]]] = {}
    partly = []
    for (_, argument), values in slots.items():
        known = tuple(value for value in values if value is not None)
        if len(set(known)) > 1:
            if len(known) == len(values):
                found.setdefault(_stem(argument), []).append(known)
            else:
                filled = tuple(known[0] if value is None else value for value in values)
                partly.append((_stem(argument), values, filled))
    for stem, values, filled in partly:
        columns = found.setdefault(stem, [])
        if not any(_divide(stem, values, column) for column in columns):
            columns.append(filled)
    bases: list[_Base] = []
    for stem, columns in found.items():
        kept: list[tuple[str, ...]] = []
        for column in sorted(columns, key=_add_up, reverse=True):
            if not any(_divide(stem, column, base) for base in kept):
                kept.append(column)
        kept.sort(key=columns.index)
        names = [stem] if len(kept) == 1 else [f"{stem}_{i + 1}" for i in range(len(kept))]
        bases += map(_Base, [stem] * len(kept), kept, names)
    return bases


def _write(argument: str, values: Values, bases: Sequence[_Base]) -> str:
    """What stands in the function for a slot: a parameter, a fraction of it, or one value."""
    known = [value for value in values if value is not None]
    for base in bases:
        divisor = _divide(base.stem, values, base.values) if base.stem == _stem(argument) else 0
        if divisor == 1:
            return base.name
        if divisor and len(set(known)) > 1:
            return f"{base.name} // {divisor}"
    return known[0]


def _divide(stem: str, values: Values, base: tuple[str, ...]) -> int:
    """The k with which all of `values` that are known are `base` // k; 0 if there is none."""
    pairs = [(v, b) for v, b in zip(values, base, strict=True) if v is not None]
    if all(v == b for v, b in pairs):
        return 1
    if stem not in ("filters", "units") or not all(
        v.isdecimal() and b.isdecimal() for v, b in pairs
    ):
        return 0
    ratios = {divmod(int(b), int(v)) for v, b in pairs}
    ratio, rest = ratios.pop()
    return ratio if not ratios and not rest else 0


def _add_up(column: tuple[str, ...]) -> int:
    return sum(int(value) for value in column if value.isdecimal())


def _make_param(base: _Base, known: Sequence[Param]) -> Param:
    """With Keras' default if that is among the values: strides=1."""
    defaults = [p.default for p in known if p.default is not None and p.default in base.values]
    if defaults:
        return Param(base.name, defaults[0])
    return Param(base.name, positional=any(param.positional for param in known))


def _stem(argument: str) -> str:
    """filters for filters_2, as a function within this one may call it."""
    return re.sub(r"_\d+$", "", argument)
