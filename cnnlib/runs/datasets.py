"""Which runs need a data set, and its removal when none does."""

from cnnlib.data import storage, synthetic
from cnnlib.errors import RunError
from cnnlib.runs.records import Run
from cnnlib.runs.store import open_store


def find_users() -> dict[str, Run]:
    """For each data set that a run trains on, or waits to, the newest such run."""
    return {run.config.dataset: run for run in open_store().list_unended()}


def remove_dataset(name: str) -> None:
    """Remove an installed data set from the disk. Ended runs keep all that they have learned.

    Raises:
        RunError: a run trains on it, or waits to.
        DatasetError: there is no such data set, or it is the synthetic one, which is always there.
    """
    storage.folder(name)
    if name == synthetic.NAME:
        raise RunError("The synthetic set is always there: the lab would draw it again.")
    if user := find_users().get(name):
        raise RunError(
            f"The run {user.id} uses the data set {name!r}. Stop it first, or wait for its end."
        )
    storage.remove(name)
