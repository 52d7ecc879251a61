"""Which variable holds which step's output: x goes along, y and branch_1 … leave it and return."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cnnlib.arch.codegen.calls import indent
from cnnlib.arch.codegen.program import ENTRY, Extra, Step, list_users


@dataclass(frozen=True)
class Assignment:
    """Step `step` takes the variables `given`; its output goes to `target`, "" for the last."""

    step: int
    given: tuple[str, ...]
    target: str


@dataclass(frozen=True)
class Flow:
    """The assignments, and what the optional steps need: `before` them, «y = x» or nothing."""

    assignments: tuple[Assignment, ...]
    before: str = ""


def plan_variables(
    body: Sequence[Step], entry: str, optional: Extra | None = None, *, keep: bool = False
) -> Flow:
    """Give each step's output a variable.

    Args:
        entry: the variable that holds what the body is given.
        keep: whether `entry` must hold it to the end.
    """
    return _Planner(body, entry, optional, keep).plan()


class _Planner:
    def __init__(
        self, body: Sequence[Step], entry: str, optional: Extra | None, keep: bool
    ) -> None:
        self._body, self._optional = body, optional
        self._kept = entry if keep else ""
        self._users = list_users(body)
        self._names = {ENTRY: entry}
        self._last_use = {i: max(users, default=-1) for i, users in self._users.items()}
        if keep:
            self._last_use[ENTRY] = len(body)
        if optional:
            # Without the optional steps, who takes their output takes what they are given. They
            # may change it in place if nobody else needs it any more.
            (source,) = body[optional.start].sources
            self._in_place = self._last_use[source] == optional.start

    def plan(self) -> Flow:
        assignments, before = [], ""
        for i, step in enumerate(self._body):
            given = tuple(self._names[source] for source in step.sources)
            if self._optional and self._optional.start <= i < self._optional.stop:
                if i == self._optional.start and not self._in_place:
                    before = f"{(fresh := self._fresh(i))} = {given[0]}"
                    given = (fresh,)
                self._names[i] = given[0]
            elif i == len(self._body) - 1:
                self._names[i] = ""
            else:
                self._names[i] = self._merge(i) if step.merges else self._go_on(i)
            assignments.append(Assignment(i, given, self._names[i]))
        return Flow(tuple(assignments), before)

    def _live(self, i: int) -> set[str]:
        """The variables that a step after `i` still needs."""
        return {name for j, name in self._names.items() if self._last_use[j] > i}

    def _go_on(self, i: int) -> str:
        """A step with one input: it goes on with its variable, or leaves a fork under a new one."""
        source = self._body[i].sources[0]
        name = self._names[source]
        if len(self._users[source]) == 1:
            return "x" if name == self._kept else name
        if self._find_merge(i) != "Concatenate" and name not in self._live(i):
            return name
        return self._fresh(i)

    def _merge(self, i: int) -> str:
        live = self._live(i)
        if "x" not in live:
            return "x"
        free = [name for s in self._body[i].sources if (name := self._names[s]) not in live]
        return free[0] if free and self._find_merge(i) == "Concatenate" else self._fresh(i)

    def _fresh(self, i: int) -> str:
        """y on the way to a sum, branch_1 … on the way to a concatenation."""
        live = self._live(i)
        if self._find_merge(i) == "Concatenate":
            names = (f"branch_{number}" for number in range(1, len(self._body) + 2))
        else:
            names = (
                "y" if number == 1 else f"y_{number}" for number in range(1, len(self._body) + 2)
            )
        return next(name for name in names if name not in live)

    def _find_merge(self, i: int) -> str:
        """The kind of layer in which the path that `i` is on meets another; "" for none."""
        while users := self._users[i]:
            i = users[0]
            if self._body[i].merges:
                return self._body[i].kind
        return ""


def group_optional(
    flow: Flow, optional: Extra | None, write: Callable[[Assignment, int], list[str]], flag: str
) -> list[str]:
    """The lines of all assignments, the optional ones under «if flag:».

    Args:
        write: the lines of an assignment, which will stand so many levels deeper.
    """
    lines: list[str] = []
    for assignment in flow.assignments:
        inside = optional is not None and optional.start <= assignment.step < optional.stop
        if inside and optional and assignment.step == optional.start:
            lines += [flow.before] if flow.before else []
            lines.append(f"if {flag}:")
        lines += indent(write(assignment, int(inside)), int(inside))
    return lines
