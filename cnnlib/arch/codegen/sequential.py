"""The Sequential form: a list of layers, for networks in which nothing branches."""

from cnnlib.arch.codegen.calls import break_call, indent, write_arguments, write_parameters
from cnnlib.arch.codegen.program import Extra, Program, Step, Template
from cnnlib.arch.layers import LAYER_KINDS


def write_sequential(program: Program, input_shape: tuple[int, ...], name: str) -> list[str]:
    """Each function of the program returns a list of layers."""
    lines: list[str] = []
    for template in program.templates:
        lines += [*_write_function(template, program), "", ""]
    layers = [f"keras.Input({input_shape}),", *_write_steps(program.body, program, depth=3)]
    lines += ["def build_model():"]
    if not name:
        return [*lines, "    return keras.Sequential([", *indent(layers, 2), "    ])"]
    return [
        *lines,
        "    return keras.Sequential(",
        "        [",
        *indent(layers, 3),
        "        ],",
        f'        name="{name}",',
        "    )",
    ]


def _write_function(template: Template, program: Program) -> list[str]:
    head = break_call(f"def {template.name}", write_parameters(template.params), ":", 0)
    steps = _write_steps(template.body, program, depth=2, extra=template.optional)
    return [*head, "    return [", *indent(steps, 2), "    ]"]


def _write_steps(
    steps: tuple[Step, ...], program: Program, depth: int, extra: Extra | None = None
) -> list[str]:
    lines: list[str] = []
    for i, step in enumerate(steps):
        inside = extra is not None and extra.start <= i < extra.stop
        if extra and i == extra.start:
            lines.append("*(")
            lines.append("    [")
        start = f"layers.{step.kind}" if step.kind in LAYER_KINDS else f"*{step.kind}"
        call = break_call(start, write_arguments(step, program), ",", depth + 2 * inside)
        lines += indent(call, 2 * inside)
        if extra and i == extra.stop - 1:
            lines += ["    ]", f"    if {extra.flag}", "    else []", "),"]
    return lines
