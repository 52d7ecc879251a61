"""The functional form: what each layer is called with says how the network branches."""

from itertools import groupby

from cnnlib.arch.codegen.calls import break_call, indent, write_arguments, write_parameters
from cnnlib.arch.codegen.flow import Assignment, group_optional, plan_variables
from cnnlib.arch.codegen.program import Program, Step, Template
from cnnlib.arch.layers import LAYER_KINDS

FEWEST_REPEATS = 3


def write_functional(program: Program, input_shape: tuple[int, ...], name: str) -> list[str]:
    lines: list[str] = []
    for template in program.templates:
        lines += [*_write_function(template, program), "", ""]
    lines += ["def build_model():", f"    inputs = keras.Input({input_shape})"]
    flow = plan_variables(program.body, "inputs", keep=True)
    body = [_write_step(each, program.body[each.step], program, "outputs", depth=1)
            for each in flow.assignments]  # fmt: skip
    lines += indent(_roll_up(body))
    named = [f'name="{name}"'] if name else []
    return [*lines, f"    return keras.Model({', '.join(['inputs', 'outputs', *named])})"]


def _write_function(template: Template, program: Program) -> list[str]:
    parameters = ["x", *write_parameters(template.params)]
    flow = plan_variables(template.body, "x", template.optional)

    def write(each: Assignment, deeper: int) -> list[str]:
        return _write_step(each, template.body[each.step], program, "", 1 + deeper)

    flag = template.optional.flag if template.optional else ""
    lines = group_optional(flow, template.optional, write, flag)
    return [*break_call(f"def {template.name}", parameters, ":", 0), *indent(lines)]


def _write_step(
    assignment: Assignment, step: Step, program: Program, output: str, depth: int
) -> list[str]:
    """``x = layers.Conv2D(6, 5)(x)``; the last step returns, or goes to the variable `output`."""
    target = assignment.target or output
    start = f"{target} = " if target else "return "
    arguments = write_arguments(step, program)
    if step.kind not in LAYER_KINDS:
        return break_call(f"{start}{step.kind}", [*assignment.given, *arguments], "", depth)
    if step.merges:
        made = f"layers.{step.kind}({', '.join(arguments)})"
        return break_call(f"{start}{made}", [f"[{', '.join(assignment.given)}]"], "", depth)
    return break_call(f"{start}layers.{step.kind}", arguments, f"({assignment.given[0]})", depth)


def _roll_up(statements: list[list[str]]) -> list[str]:
    """The same statement again and again becomes a loop."""
    lines: list[str] = []
    for statement, group in groupby(statements):
        count = len(list(group))
        if count >= FEWEST_REPEATS and statement[0].startswith("x = "):
            lines += [f"for _ in range({count}):", *indent(statement)]
        else:
            lines += statement * count
    return lines
