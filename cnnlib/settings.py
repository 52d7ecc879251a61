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


def runs_per_person() -> int:
    """How many runs of one person may train at once (``CNNLIB_RUNS_PER_PERSON``); 0: no limit."""
    return _whole_number("CNNLIB_RUNS_PER_PERSON", default=0, minimum=0)


def waiting_per_person() -> int:
    """How many runs of one person may wait in the queue (``CNNLIB_WAITING_PER_PERSON``)."""
    return _whole_number("CNNLIB_WAITING_PER_PERSON", default=100, minimum=1)


def grace_seconds() -> int:
    """How long a run may take to stop before its process is ended (``CNNLIB_GRACE_SECONDS``)."""
    return _whole_number("CNNLIB_GRACE_SECONDS", default=120, minimum=1)


def silence_seconds() -> int:
    """How long a worker may be silent before it is ended (``CNNLIB_SILENCE_SECONDS``)."""
    return _whole_number("CNNLIB_SILENCE_SECONDS", default=300, minimum=5)


def host_controls() -> bool:
    """Whether browsers on the server's machine control all runs (``CNNLIB_HOST_CONTROLS``)."""
    return _whole_number("CNNLIB_HOST_CONTROLS", default=1, minimum=0) != 0


def preload() -> bool:
    """Whether the supervisor keeps TensorFlow loaded, about 0.9 GB (``CNNLIB_PRELOAD``, 1 or 0)."""
    return _whole_number("CNNLIB_PRELOAD", default=1, minimum=0) != 0


def idle_seconds() -> int:
    """How long a supervisor that nobody needs stays (``CNNLIB_IDLE_SECONDS``)."""
    return _whole_number("CNNLIB_IDLE_SECONDS", default=60, minimum=0)


def max_model_bytes() -> int:
    """The largest model file that a page reads (``CNNLIB_MODEL_MB``, in MB)."""
    return _whole_number("CNNLIB_MODEL_MB", default=200, minimum=1) * 1_000_000


def max_model_config_bytes() -> int:
    """The longest description of a model, unpacked (``CNNLIB_MODEL_CONFIG_MB``, in MB)."""
    return _whole_number("CNNLIB_MODEL_CONFIG_MB", default=20, minimum=1) * 1_000_000


def max_model_layers() -> int:
    """How many layers a model may have to be read (``CNNLIB_MODEL_LAYERS``)."""
    return _whole_number("CNNLIB_MODEL_LAYERS", default=3000, minimum=1)


def max_model_depth() -> int:
    """How deep models may lie in one another to be read (``CNNLIB_MODEL_DEPTH``)."""
    return _whole_number("CNNLIB_MODEL_DEPTH", default=8, minimum=1)


def max_import_files() -> int:
    """How many files a folder or archive of pictures may hold (``CNNLIB_IMPORT_FILES``)."""
    return _whole_number("CNNLIB_IMPORT_FILES", default=200_000, minimum=1)


def max_import_file_bytes() -> int:
    """The largest picture file that an import reads (``CNNLIB_IMPORT_FILE_MB``, in MB)."""
    return _whole_number("CNNLIB_IMPORT_FILE_MB", default=20, minimum=1) * 1_000_000


def max_import_pixels() -> int:
    """The largest picture that an import decodes (``CNNLIB_IMPORT_MEGAPIXELS``, in millions)."""
    return _whole_number("CNNLIB_IMPORT_MEGAPIXELS", default=50, minimum=1) * 1_000_000


def max_import_classes() -> int:
    """How many classes an imported data set may have (``CNNLIB_IMPORT_CLASSES``)."""
    return _whole_number("CNNLIB_IMPORT_CLASSES", default=500, minimum=2)


def max_unpacked_bytes() -> int:
    """How much an archive of pictures may unpack to (``CNNLIB_IMPORT_UNPACKED_MB``, in MB)."""
    return _whole_number("CNNLIB_IMPORT_UNPACKED_MB", default=4000, minimum=1) * 1_000_000


def max_upload_megabytes() -> int:
    """The largest archive that a browser may upload (``CNNLIB_UPLOAD_MB``, in MB)."""
    return _whole_number("CNNLIB_UPLOAD_MB", default=200, minimum=1)


def keras_datasets_url() -> str:
    """Where MNIST and Fashion-MNIST come from: ``CNNLIB_KERAS_DATASETS_URL`` (a mirror's folder).

    The default is the place that Keras itself uses; the files' hashes are checked.
    """
    official = "https://storage.googleapis.com/tensorflow/tf-keras-datasets"
    return os.environ.get("CNNLIB_KERAS_DATASETS_URL", "").strip().rstrip("/") or official


def cifar100_url() -> str:
    """Where CIFAR-100 is downloaded from: ``CNNLIB_CIFAR100_URL``, else its makers' site."""
    official = "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz"
    return os.environ.get("CNNLIB_CIFAR100_URL", "").strip() or official


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
