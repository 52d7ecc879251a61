"""What a diagnosis is made of: findings, and the case that they are found in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from cnnlib.runs.config import RunConfig
from cnnlib.runs.diagnosis.evidence import Evidence

Severity = Literal["good", "info", "warning"]


@dataclass(frozen=True)
class Finding:
    """One thing that the curves say.

    Attributes:
        kind: stays the same while the numbers in the text change.
        text: what is seen, with its numbers. advice: what to try. why: what it means.
        epoch: the epoch that it is about, or None.
    """

    kind: str
    severity: Severity
    text: str
    advice: str
    why: str
    epoch: float | None = None


@dataclass(frozen=True)
class Case:
    """A run's evidence and settings, for one rule after the other."""

    seen: Evidence
    config: RunConfig
    ended: bool
    guessing: float  # the loss of guessing, ln(classes); NaN where the classes are not known


Rule = Callable[[Case], Finding | None]
