"""The class form of the notes: layers are made in `__init__` and called in `call`."""

from collections import Counter
from itertools import groupby

from cnnlib.arch.codegen.calls import break_call, indent, write_arguments, write_parameters
from cnnlib.arch.codegen.flow import Assignment, group_optional, plan_variables
from cnnlib.arch.codegen.names import make_class_name, make_unique
from cnnlib.arch.codegen.program import Program, Step, Template, list_users
from cnnlib.arch.layers import LAYER_KINDS

# The notes' letters; the dense layers are their F, and a function's layer is called after it.
_WORDS = {"flatten": "flatten", "add": "add", "concatenate": "concatenate", "dense": "f"}
SHORT_LIST = 72  # characters
REGISTER = "@keras.saving.register_keras_serializable()"
BUILD = [
    "def build(self, input_shape):",
    "    # Called once on a placeholder, every layer makes its weights.",
    "    self.call(keras.Input(batch_shape=input_shape))",
]


def write_class(program: Program, input_shape: tuple[int, ...], name: str, title: str) -> list[str]:
    taken: set[str] = set()
    model = make_unique(make_class_name(title), taken)
    classes = {
        template.name: make_unique(make_class_name(template.name), taken)
        for template in program.templates
    }
    writer = _Writer(program, classes)
    lines: list[str] = []
    for template in program.templates:
        lines += [*writer.write_layer(template), "", ""]
    lines += [*writer.write_model(model), "", ""]
    named = f'name="{name}"' if name else ""
    return [
        *lines,
        "def build_model():",
        f"    model = {model}({named})",
        f"    model.build({(None, *input_shape)})  # summary() and load_weights() need this",
        "    return model",
    ]


class _Writer:
    def __init__(self, program: Program, classes: dict[str, str]) -> None:
        self._program, self._classes = program, classes

    def write_layer(self, template: Template) -> list[str]:
        """A class for a function of the program."""
        names = [param.name for param in template.params]
        attributes = self._name_attributes(template.body)
        extra = template.optional
        made: list[str] = [f"self.{name} = {name}" for name in names]
        for i, step in enumerate(template.body):
            inside = extra is not None and extra.start <= i < extra.stop
            if extra and i == extra.start:
                made.append(f"if {extra.flag}:")
            made += indent(self._make(f"self.{attributes[i]} = ", step, 2 + inside), int(inside))
        flow = plan_variables(template.body, "x", extra)

        def write(each: Assignment, deeper: int) -> list[str]:
            layer = f"self.{attributes[each.step]}"
            return self._call(each, template.body[each.step], layer, 2 + deeper)

        called = group_optional(flow, extra, write, f"self.{extra.flag}" if extra else "")
        parameters = ["self", *write_parameters(template.params), "**kwargs"]
        config = [f'"{name}": self.{name},' for name in names]
        return [
            REGISTER,
            f"class {self._classes[template.name]}(keras.Layer):",
            *indent(break_call("def __init__", parameters, ":", 1)),
            *indent(["super().__init__(**kwargs)", *made], 2),
            "",
            *self._write_methods(called),
            "",
            "    def get_config(self):",
            *indent(["return {", "    **super().get_config(),", *indent(config), "}"], 2),
        ]

    def write_model(self, name: str) -> list[str]:
        body = self._program.body
        attributes = self._name_attributes(body, lists=True)
        flow = plan_variables(body, "x")
        made: list[str] = []
        called: list[str] = []
        # Steps with one attribute are a list of layers.
        for attribute, group in groupby(flow.assignments, lambda each: attributes[each.step]):
            members = list(group)
            steps = [body[each.step] for each in members]
            if len(members) == 1:
                made += self._make(f"self.{attribute} = ", steps[0], 2)
                called += self._call(members[0], steps[0], f"self.{attribute}")
            else:
                made += self._make_list(f"self.{attribute} = ", steps)
                called += self._call_all(attribute, members, steps)
        return [
            REGISTER,
            f"class {name}(keras.Model):",
            "    def __init__(self, **kwargs):",
            *indent(["super().__init__(**kwargs)", *made], 2),
            "",
            *self._write_methods(called),
        ]

    def _call_all(self, attribute: str, members: list[Assignment], steps: list[Step]) -> list[str]:
        """Call the layers of a list one after another."""
        item = attribute.rstrip("0123456789").removesuffix("s")
        given = members[0].given[0]
        along = members[0].target
        # Layers of one list may differ in whether they ask; all of the program's own can be told.
        asking = [step for step in steps if self._program.wants_training(step.kind)]
        loop = self._call(Assignment(0, (along,), along), [*asking, steps[0]][0], item, 3)
        lines = [f"for {item} in self.{attribute}:", *indent(loop)]
        if along != given:
            lines.insert(0, f"{along} = {given}")
        return lines if members[-1].target else [*lines, f"return {along}"]

    def _write_methods(self, called: list[str]) -> list[str]:
        lines = [*BUILD, "", "def call(self, x, training=None):", *indent(called)]
        return indent(lines)

    def _make(self, start: str, step: Step, depth: int, end: str = "") -> list[str]:
        made = self._classes.get(step.kind, f"layers.{step.kind}")
        return break_call(f"{start}{made}", write_arguments(step, self._program), end, depth)

    def _call(self, each: Assignment, step: Step, layer: str, depth: int = 2) -> list[str]:
        start = f"{each.target} = " if each.target else "return "
        given = f"[{', '.join(each.given)}]" if step.merges else each.given[0]
        training = ["training=training"] if self._program.wants_training(step.kind) else []
        return break_call(f"{start}{layer}", [given, *training], "", depth)

    def _make_list(self, start: str, steps: list[Step]) -> list[str]:
        """A list of layers; alike ones are made in a loop, each a layer of its own."""
        lines: list[str] = []
        for item, group in groupby(self._make("", step, 3, ",") for step in steps):
            count = len(list(group))
            if count > 2 and len(item) == 1:
                loop = f"[{item[0].removesuffix(',')} for _ in range({count})]"
                if count == len(steps):
                    return [f"{start}{loop}"]
                lines.append(f"*{loop},")
            else:
                lines += item * count
        short = f"{start}[{' '.join(lines).removesuffix(',')}]"
        return [short] if len(short) <= SHORT_LIST else [f"{start}[", *indent(lines), "]"]

    def _name_attributes(self, body: tuple[Step, ...], *, lists: bool = False) -> list[str]:
        """c1, b1, a1, p1, d1, f1 as in the notes; several alike blocks in a row are `blocks`."""
        stems = [self._find_stem(step.kind) for step in body]
        groups = _find_runs(body, stems) if lists else [[i] for i in range(len(body))]
        counts: Counter[str] = Counter()
        named = [(f"{stems[g[0]]}s" if len(g) > 1 else stems[g[0]], g) for g in groups]
        totals = Counter(stem for stem, _ in named)
        attributes = [""] * len(body)
        for stem, group in named:
            counts[stem] += 1
            alone = totals[stem] == 1 and len(stem) > 1
            for i in group:
                attributes[i] = stem if alone else f"{stem}{counts[stem]}"
        return attributes

    def _find_stem(self, kind: str) -> str:
        if kind not in LAYER_KINDS:
            return "block" if kind.rstrip("_0123456789").endswith("block") else "conv"
        role = LAYER_KINDS[kind].role
        return _WORDS.get(role, role.lower())


def _find_runs(body: tuple[Step, ...], stems: list[str]) -> list[list[int]]:
    """Steps in groups: blocks of one sort that follow one another on one path, others alone."""
    users = list_users(body)
    groups: list[list[int]] = []
    for i, step in enumerate(body):
        goes_on = (
            i > 0
            and stems[i] == stems[i - 1]
            and step.kind not in LAYER_KINDS
            and step.sources == (i - 1,)
            and users[i - 1] == [i]
        )
        if goes_on:
            groups[-1].append(i)
        else:
            groups.append([i])
    return groups
