"""What the supervisor answers to "time_step", as the tests have it."""

from typing import Any

ANSWER: dict[str, Any] = {
    "seconds": 0.004, "first_seconds": 1.5, "validation_seconds": 0.001,
    "first_validation_seconds": 0.5, "saving_seconds": 0.25, "steps": 20, "peak_bytes": None,
    "keras": "3",
}  # fmt: skip
START = 2.0  # seconds of its first steps, which compile
SAVING = 0.25
