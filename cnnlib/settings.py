"""Paths and limits: every one has a default and an environment variable that changes it.

The environment is read at each call, so a test or a child process sees its own values.
"""

import os
from pathlib import Path

from cnnlib.errors import LabError

CIFAR10_CLASSES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)


def home() -> Path:
    """The folder where data sets and runs live: ``CNNLIB_HOME``, else ``~/.cnnlib``."""
    return Path(os.environ.get("CNNLIB_HOME") or "~/.cnnlib").expanduser().absolute()


def datasets_dir() -> Path:
    return home() / "datasets"


def runs_dir() -> Path:
    return home() / "runs"


def networks_dir() -> Path:
    return home() / "networks"


def database_path() -> Path:
    return home() / "runs.sqlite"


def cifar10_url() -> str:
    """Where CIFAR-10 is downloaded from: ``CNNLIB_CIFAR10_URL`` (a mirror), else its makers' site.

    Whatever the address, only the official archive is accepted: its SHA-256 is checked.
    """
    official = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
    return os.environ.get("CNNLIB_CIFAR10_URL", "").strip() or official


def slots() -> int:
    """How many runs may train at once on this machine (``CNNLIB_SLOTS``)."""
    return _whole_number("CNNLIB_SLOTS", default=max(1, (os.cpu_count() or 1) // 2), minimum=1)


def preload() -> bool:
    """Whether the supervisor keeps TensorFlow loaded, about 0.9 GB (``CNNLIB_PRELOAD``, 1 or 0)."""
    return _whole_number("CNNLIB_PRELOAD", default=1, minimum=0) != 0


def idle_seconds() -> int:
    """How long a supervisor that nobody needs stays (``CNNLIB_IDLE_SECONDS``)."""
    return _whole_number("CNNLIB_IDLE_SECONDS", default=60, minimum=0)


def _whole_number(name: str, *, default: int, minimum: int) -> int:
    text = os.environ.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal() or int(text) < minimum:
        raise LabError(
            f"{name} must be a whole number of at least {minimum}. Received: {text!r}. "
            f"Correct or unset this environment variable."
        )
    return int(text)
