"""Undo and redo: the networks before this one, and those that were taken back."""

from dataclasses import dataclass, field

from cnnlib.arch.spec import Spec

MOST_STEPS = 100


@dataclass(frozen=True)
class History:
    """The network as it is, at most `MOST_STEPS` before it, and those after it, nearest first."""

    present: Spec
    past: tuple[Spec, ...] = field(default=())
    future: tuple[Spec, ...] = field(default=())

    def add(self, spec: Spec) -> "History":
        """Go on to another network; the same one changes nothing."""
        if spec == self.present:
            return self
        return History(spec, (*self.past, self.present)[-MOST_STEPS:])

    def undo(self) -> "History":
        if not self.past:
            return self
        return History(self.past[-1], self.past[:-1], (self.present, *self.future))

    def redo(self) -> "History":
        if not self.future:
            return self
        past = (*self.past, self.present)[-MOST_STEPS:]
        return History(self.future[0], past, self.future[1:])
