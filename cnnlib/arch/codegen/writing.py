"""From a declaration to the text of a Python file."""

from cnnlib.arch.analysis import analyze
from cnnlib.arch.codegen.blocks import fold_blocks
from cnnlib.arch.codegen.classes import write_class
from cnnlib.arch.codegen.functional import write_functional
from cnnlib.arch.codegen.motifs import fold_motifs
from cnnlib.arch.codegen.names import clean_title, keep_model_name
from cnnlib.arch.codegen.program import Program, read_steps
from cnnlib.arch.codegen.sequential import write_sequential
from cnnlib.arch.spec import Spec
from cnnlib.errors import SpecError

FORMS = ("sequential", "functional", "class")


def list_forms(spec: Spec) -> list[str]:
    """Those in which this network can be written."""
    return [form for form in FORMS if form != "sequential" or spec.is_chain]


def to_keras_source(spec: Spec, form: str = "functional") -> str:
    """The text of a Python file that builds this network and, run as a script, prints its summary.

    Args:
        form: one of `FORMS`.

    Raises:
        SpecError: the form is unknown or not for this network, or a layer does not fit.
    """
    summary = analyze(spec)
    learning = summary.trainable_params
    trainable = "all" if learning == summary.params else f"{learning:,} of them"
    lines = write_definitions(spec, form)
    return "\n".join(
        [
            f'"""{clean_title(spec.title) or "A network"}',
            "",
            f"{summary.params:,} parameters, {trainable} trainable.",
            "Runs alone: it needs nothing but Keras.",
            '"""',
            "",
            "import keras",
            "from keras import layers",
            "",
            "",
            *lines,
            "",
            "",
            'if __name__ == "__main__":',
            "    build_model().summary()",
            "",
        ]
    )


def write_definitions(spec: Spec, form: str) -> list[str]:
    """The lines between the imports and the end: functions or classes, and `build_model()`."""
    if form not in FORMS:
        raise SpecError(f"form must be one of {', '.join(FORMS)}. Received: {form!r}.")
    if form not in list_forms(spec):
        raise SpecError(
            f"form 'sequential' is for layers one after another; {clean_title(spec.title)} "
            f"branches. Take 'functional' or 'class'."
        )
    analyze(spec)
    body, templates = fold_motifs(*fold_blocks(read_steps(spec)))
    program = Program(tuple(templates), body)
    name = keep_model_name(spec.name)
    if form == "sequential":
        return write_sequential(program, spec.input_shape, name)
    if form == "functional":
        return write_functional(program, spec.input_shape, name)
    return write_class(program, spec.input_shape, name, spec.title)
