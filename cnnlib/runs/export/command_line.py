"""A run's settings as the command that trains with them."""

import shlex

from cnnlib.arch.links import pack_spec
from cnnlib.errors import SpecError
from cnnlib.runs.config import RunConfig

SPEC_FILE = "network.json"  # stands for the file of a network that is too long for one line


def write_command(config: RunConfig) -> str:
    """The line `python -m cnnlib train …` with all that `config` says, for a POSIX shell.

    A network of one's own is in the line itself, packed as in a link; where it is too long for
    that, the line names a file `network.json`, which a reader has to write.
    """
    data = config.to_dict()
    words = ["python", "-m", "cnnlib", "train"]
    if data.pop("spec", None) is None:
        words.append(data.pop("network"))
    else:
        del data["network"]
        words += _write_network(config)
    if config.continue_from is None:
        del data["checkpoint"]
    for name, value in data.items():
        flag = "--" + name.replace("_", "-")
        if value is True:
            words.append(flag)
        elif value is not None:
            words.append(f"{flag}={value}")  # with "=", a value may be empty or begin with "-"
    return shlex.join(words)


def _write_network(config: RunConfig) -> list[str]:
    assert config.spec is not None
    try:
        return [f"--packed-spec={pack_spec(config.spec)}"]
    except SpecError:
        return [f"--spec={SPEC_FILE}"]
