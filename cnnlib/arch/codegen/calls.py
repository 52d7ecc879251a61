"""Lines of Python: a call with its arguments, broken where it is too long."""

from collections.abc import Iterable, Sequence

from cnnlib.arch.codegen.program import Program, Step
from cnnlib.arch.codegen.signatures import Param
from cnnlib.arch.layers import LAYER_KINDS

WIDTH = 100  # characters


def write_arguments(step: Step, program: Program) -> list[str]:
    """What a step is given, without what has its default."""
    written = []
    for param in program.get_params(step.kind):
        text = step.arguments[param.name]
        if text == param.default:
            continue
        if param.name == "l2" and step.kind in LAYER_KINDS:
            written.append(f"kernel_regularizer=keras.regularizers.L2({text})")
        else:
            written.append(text if param.positional else f"{param.name}={text}")
    return written


def write_parameters(params: Iterable[Param]) -> list[str]:
    """The parameters of a function: those that must be given first."""
    return [p.name if p.default is None else f"{p.name}={p.default}" for p in params]


def break_call(start: str, arguments: Sequence[str], end: str, depth: int) -> list[str]:
    """``start(a, b)end`` on one line, with all arguments on a line of their own, or each.

    Args:
        depth: by how many levels the lines will be indented.
    """
    line = f"{start}({', '.join(arguments)}){end}"
    if len(line) + 4 * depth <= WIDTH or not arguments:
        return [line]
    inside = ", ".join(arguments)
    if len(inside) + 4 * (depth + 1) <= WIDTH and "," not in end:
        return [f"{start}(", f"    {inside}", f"){end}"]
    return [f"{start}(", *(f"    {argument}," for argument in arguments), f"){end}"]


def indent(lines: Iterable[str], depth: int = 1) -> list[str]:
    return [f"{'    ' * depth}{line}" if line else "" for line in lines]
