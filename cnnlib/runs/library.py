"""Networks that people saved on this server, one JSON file each; everybody sees all of them."""

import json
import os
from pathlib import Path

from cnnlib import settings
from cnnlib.arch import zoo
from cnnlib.arch.spec import NAME, Spec
from cnnlib.errors import RunError, SpecError
from cnnlib.runs.files import replacing
from cnnlib.runs.networks import check_network, read_network

MAX_SAVED = 1_000
MAX_BYTES = 200_000


def list_networks() -> list[str]:
    """The names that `load_network` knows, in alphabetical order."""
    stems = (path.stem for path in settings.networks_dir().glob("*.json"))
    return sorted(stem for stem in stems if NAME.fullmatch(stem))


def load_network(name: str) -> Spec:
    """
    Raises:
        RunError: there is no network of that name.
        SpecError: its file is damaged.
    """
    try:
        content = _path(name).read_bytes()[: MAX_BYTES + 1]
        return read_network(json.loads(content))
    except OSError as error:
        raise RunError(f"No network named {name!r} is saved here. Choose another.") from error
    except (ValueError, RecursionError) as error:
        raise SpecError(f"The file of the network {name!r} is damaged. Save it again.") from error


def save_network(spec: Spec, *, replace: bool = False) -> Spec:
    """Keep `spec` under its name; `spec` itself.

    Args:
        replace: whether a network that already has this name may go.

    Raises:
        SpecError: a run could not train it; see `check_network`.
        RunError: the name is taken, there are too many networks, or the disk is full.
    """
    check_network(spec)
    if spec.name in zoo.names():
        raise RunError(f"name must not be that of a classic network. Received: {spec.name!r}.")
    if len(list_networks()) >= MAX_SAVED:
        raise RunError(f"At most {MAX_SAVED:,} networks can be saved here. Delete some first.")
    path = _path(spec.name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary:
            temporary.write_text(json.dumps(spec.to_dict(), indent=1), "utf-8")
            if not replace:
                os.link(temporary, path)  # of two at once, one gets the name
    except FileExistsError as error:
        raise RunError(
            f"The name {spec.name!r} is taken. Choose another, or say that it may be replaced."
        ) from error
    except OSError as error:
        raise RunError(f"The network could not be saved ({error.strerror}).") from error
    return spec


def delete_network(name: str) -> None:
    """Forget a network; one that is not there is no error. Runs keep the networks they train."""
    _path(name).unlink(missing_ok=True)


def _path(name: str) -> Path:
    if not NAME.fullmatch(name):
        raise RunError(f"No network named {name!r} is saved here. Choose another.")
    return settings.networks_dir() / f"{name}.json"
