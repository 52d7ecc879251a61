"""Convolution, batch normalisation, activation: written often enough, they become one function."""

from collections.abc import Sequence
from dataclasses import replace

from cnnlib.arch.codegen.program import Step, Template, fold, get_params, list_users
from cnnlib.arch.codegen.templates import make_template

MOTIF = ("Conv2D", "BatchNormalization", "Activation")
FEWEST_PLACES = 3
Body = tuple[Step, ...]


def fold_motifs(body: Body, templates: Sequence[Template]) -> tuple[Body, list[Template]]:
    """The same program with calls of `conv_bn_relu`, if that saves enough writing."""
    places = [(body, start) for start in _find(body)]
    for template in templates:
        places += [(template.body, start) for start in _find(template.body, template)]
    if len(places) < FEWEST_PLACES:
        return body, list(templates)
    instances = [within[start : start + len(MOTIF)] for within, start in places]
    pattern = tuple(replace(step, sources=(i - 1,)) for i, step in enumerate(instances[0]))
    activations = {steps[-1].arguments["activation"] for steps in instances}
    name = "conv_bn_relu" if activations == {'"relu"'} else "conv_bn_activation"
    motif, given = make_template(name, pattern, instances, lambda kind: get_params(kind, templates))
    calls: dict[int, dict[int, dict[str, str]]] = {}
    for (within, start), arguments in zip(places, given, strict=True):
        calls.setdefault(id(within), {})[start] = arguments
    folded = [_fold_template(each, motif, calls.get(id(each.body), {})) for each in templates]
    return _fold_body(body, motif, calls.get(id(body), {})), [motif, *folded]


def _find(body: Body, template: Template | None = None) -> list[int]:
    """Where the motif begins, all its steps on one path and none with a name of its own."""
    users = list_users(body)
    optional = template.optional if template else None
    borders = {optional.start, optional.stop} if optional else set()
    found = []
    for start in range(len(body) - len(MOTIF) + 1):
        inside = range(start, start + len(MOTIF))
        if (
            tuple(body[i].kind for i in inside) == MOTIF
            and all(body[i].sources == (i - 1,) and users[i - 1] == [i] for i in inside[1:])
            and all(body[i].arguments["name"] == "None" for i in inside)
            and not borders & set(inside[1:])
        ):
            found.append(start)
    return found


def _fold_body(body: Body, motif: Template, calls: dict[int, dict[str, str]]) -> Body:
    spans = {
        (start, start + len(MOTIF)): Step(motif.name, arguments, body[start].sources)
        for start, arguments in calls.items()
    }
    return fold(body, spans)


def _fold_template(
    template: Template, motif: Template, calls: dict[int, dict[str, str]]
) -> Template:
    optional = template.optional
    if optional:
        shift = len(MOTIF) - 1
        before = sum(start < optional.start for start in calls) * shift
        within = sum(start < optional.stop for start in calls) * shift
        optional = replace(optional, start=optional.start - before, stop=optional.stop - within)
    return replace(template, body=_fold_body(template.body, motif, calls), optional=optional)
