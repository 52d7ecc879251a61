"""How long a training step takes on this machine: measured once, kept in the run store for all."""

import hashlib
import json
import math
import os
import platform
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from cnnlib.arch.spec import Spec
from cnnlib.errors import RunError
from cnnlib.runs.store import open_store

QUIET = 0.3  # share of the processors that others may use without doing much harm


@dataclass(frozen=True)
class Calibration:
    """A measured training step.

    Attributes:
        seconds: a step's, the median, with its augmentation.
        first_seconds: the first one's, which compiles.
        validation_seconds: of validating as many images.
        first_validation_seconds: of the first step of validation, which compiles.
        saving_seconds: of writing both checkpoints, the last and the best.
        batch_size: images in each of them.
        others: share of the processors that other programs used just before, 0 to 1.
        measured: when, in seconds since 1970.
    """

    seconds: float
    first_seconds: float
    validation_seconds: float
    first_validation_seconds: float
    saving_seconds: float
    batch_size: int
    others: float
    measured: float

    @property
    def disturbed(self) -> bool:
        """Whether a quieter machine may well be quicker."""
        return self.others > QUIET


_KEPT = frozenset(Calibration.__dataclass_fields__) - {"measured"}
_MEASURED = sorted(name for name in _KEPT if name.endswith("seconds"))


@dataclass(frozen=True)
class Step:
    """What is measured: a training step of a network."""

    spec: Spec
    batch_size: int
    optimizer: str
    augmentation: str = ""

    @property
    def key(self) -> str:
        """Names the network's layers for its input, the step's settings, and this machine."""
        layers = json.dumps(self.spec.to_dict(), sort_keys=True)
        network = hashlib.sha256(layers.encode()).hexdigest()[:24]
        settings = f"{self.batch_size} {self.optimizer} {self.augmentation or '-'}"
        return f"step {network} {settings} {platform.node()} {os.cpu_count()}"


def read_calibration(step: Step) -> Calibration | None:
    """What was measured on this machine of just this step."""
    row = open_store().database.connect().execute(
        "SELECT data, measured FROM calibrations WHERE key = ?",
        (step.key,),
    ).fetchone()  # fmt: skip
    data = {} if row is None else json.loads(row["data"])
    if set(data) != _KEPT:  # by an older lab, which measured less
        return None
    return Calibration(**data, measured=row["measured"])


def keep_calibration(step: Step, answer: Mapping[str, Any], others: float = 0.0) -> Calibration:
    """Keep what the supervisor answered to "time_step"; an older measurement gives way.

    Args:
        others: see `Calibration`.

    Raises:
        RunError: the answer has no seconds above 0.
    """
    numbers = {name: float(answer.get(name) or math.nan) for name in _MEASURED}
    if not all(0 < number < math.inf for number in numbers.values()):
        raise RunError(f"A measured step must have seconds above 0. Received: {dict(answer)}.")
    found = Calibration(**numbers, batch_size=step.batch_size, others=others, measured=time.time())
    data = {name: value for name, value in asdict(found).items() if name in _KEPT}
    with open_store().database.transaction() as db:
        db.execute(
            "INSERT OR REPLACE INTO calibrations (key, data, measured) VALUES (?, ?, ?)",
            (step.key, json.dumps(data), found.measured),
        )
    return found
