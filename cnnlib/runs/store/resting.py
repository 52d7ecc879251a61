"""How many runs may rest at once: a paused run gives up its slot, but keeps its memory."""

from collections.abc import Collection

from cnnlib import settings
from cnnlib.errors import RunError
from cnnlib.runs.store.run_store import RunStore

RESTING_PER_SLOT = 2


def check_room_to_rest(store: RunStore, run_ids: Collection[str]) -> None:
    """
    Raises:
        RunError: if these runs were paused too, more would rest on this machine than may.
    """
    most = RESTING_PER_SLOT * settings.slots()
    others = sum(
        run.status == "paused" or run.wishes.pause
        for run in store.list_unended()
        if run.id not in run_ids
    )
    if others + len(run_ids) > most:
        raise RunError(
            f"At most {most} runs may rest on this machine, for each keeps its memory. {others} do "
            f"already. Stop the run instead, and go on from its last checkpoint later."
        )
