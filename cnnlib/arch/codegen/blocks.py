"""The declaration's blocks become functions: residual_1, residual_2 … one residual_block."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from cnnlib.arch.codegen.names import make_function_name, make_unique
from cnnlib.arch.codegen.program import (
    ENTRY,
    Extra,
    Step,
    Template,
    fold,
    get_params,
    list_users,
)
from cnnlib.arch.codegen.templates import Instance, get_stems, make_template
from cnnlib.arch.spec import to_snake_case

SMALLEST_BLOCK = 2  # steps
Span = tuple[int, int]
Structure = tuple[tuple[str, tuple[int, ...]], ...]  # kinds and sources


@dataclass(frozen=True)
class _Group:
    """Blocks that one function can stand for; with `optional` steps some of them lack those."""

    body: tuple[Step, ...]
    spans: tuple[Span, ...]
    optional: Extra | None = None


def fold_blocks(steps: tuple[Step, ...]) -> tuple[tuple[Step, ...], list[Template]]:
    """Put a call of a function in place of each block that has one way in and one way out.

    A block within a block goes first. The steps of any other block stay as they are.
    """
    templates: list[Template] = []
    taken: set[str] = set()
    while found := _find_blocks(steps):
        calls: dict[Span, Step] = {}
        for name, spans in found.items():
            for group in _group(steps, spans):
                template, given = make_template(
                    make_unique(name, taken),
                    group.body,
                    [_read_instance(steps, span, group) for span in group.spans],
                    lambda kind: get_params(kind, templates),
                    group.optional,
                )
                templates.append(template)
                for (start, stop), arguments in zip(group.spans, given, strict=True):
                    entry = _find_entry(steps, (start, stop))
                    around = _find_label_around(steps, (start, stop))
                    calls[start, stop] = Step(template.name, arguments, (entry,), around)
        steps = fold(steps, calls)
    return steps, templates


def _find_blocks(steps: Sequence[Step]) -> dict[str, list[Span]]:
    """{the function's name: the blocks}, of those that can be one function."""
    users = list_users(steps)
    places: dict[str, list[int]] = {}
    for i, step in enumerate(steps):
        if step.label:
            places.setdefault(step.label, []).append(i)
    found: dict[str, list[Span]] = {}
    for label, indices in places.items():
        start, stop = indices[0], indices[-1] + 1
        if len(indices) < SMALLEST_BLOCK or stop - start != len(indices):
            continue
        inside = range(start, stop)
        entries = {s for i in inside for s in steps[i].sources if s not in inside}
        leaks = any(user >= stop for i in inside[:-1] for user in users[i])
        if len(entries) == 1 and not leaks:
            found.setdefault(make_function_name(label), []).append((start, stop))
    return found


def _find_entry(steps: Sequence[Step], span: Span) -> int:
    inside = range(*span)
    return next(s for i in inside for s in steps[i].sources if s not in inside)


def _find_label_around(steps: Sequence[Step], span: Span) -> str:
    """The block that begins before and ends after, if there is one; the narrowest of several."""
    before = {step.label: i for i, step in enumerate(steps[: span[0]]) if step.label}
    after = {step.label for step in steps[span[1] :]}
    around = [label for label in before if label in after]
    return max(around, key=lambda label: before[label], default="")


def _relative(steps: Sequence[Step], span: Span) -> tuple[Step, ...]:
    """The block's steps with sources counted from its start; `ENTRY` for what it is given."""
    start, stop = span
    return tuple(
        replace(step, sources=tuple(s - start if s >= start else ENTRY for s in step.sources))
        for step in steps[start:stop]
    )


def _read_structure(body: Sequence[Step]) -> Structure:
    return tuple((step.kind, step.sources) for step in body)


def _group(steps: Sequence[Step], spans: Sequence[Span]) -> Iterator[_Group]:
    """Blocks of one structure, or of two of which one has some steps more."""
    groups: dict[Structure, list[Span]] = {}
    bodies: dict[Structure, tuple[Step, ...]] = {}
    for span in spans:
        body = _relative(steps, span)
        structure = _read_structure(body)
        groups.setdefault(structure, []).append(span)
        bodies.setdefault(structure, body)
    while groups:
        longer = max(groups, key=len)
        members = groups.pop(longer)
        for shorter, optional in _list_shorter(bodies[longer]):
            if shorter in groups:
                both = sorted((*members, *groups.pop(shorter)))
                yield _Group(bodies[longer], tuple(both), optional)
                break
        else:
            yield _Group(bodies[longer], tuple(members))


def _list_shorter(body: tuple[Step, ...]) -> Iterator[tuple[Structure, Extra]]:
    """What `body` is without one run of steps that follow one another on one path."""
    users = list_users(body)
    for start in range(len(body) - 1):
        if body[start].merges:
            continue
        (source,) = body[start].sources
        for stop in range(start + 1, len(body)):
            last = stop - 1
            if last > start and (body[last].merges or body[last].sources != (last - 1,)):
                break
            if all(user >= stop for user in users[last]):
                rest = [*body[:start], *body[stop:]]
                places = {
                    i: i if i < start else i - (stop - start) for i in range(ENTRY, len(body))
                }
                places[last] = source
                shorter = tuple(
                    (step.kind, tuple(places[s] for s in step.sources)) for step in rest
                )
                yield shorter, Extra(start, stop, _name_flag(body, start, users[last]))
            if users[last] != [last + 1]:
                break


def _name_flag(body: Sequence[Step], start: int, users: Sequence[int]) -> str:
    """`project` for a convolution on the way to a sum, else after the first of the steps."""
    if body[start].kind == "Conv2D" and any(body[user].kind == "Add" for user in users):
        flag = "project"
    else:
        flag = f"with_{to_snake_case(body[start].kind)}"
    return f"{flag}_too" if flag in get_stems(body) else flag


def _read_instance(steps: Sequence[Step], span: Span, group: _Group) -> Instance:
    body: list[Step | None] = list(_relative(steps, span))
    if group.optional and len(body) < len(group.body):
        start, stop = group.optional.start, group.optional.stop
        body[start:start] = [None] * (stop - start)
    return body
