"""What people do with runs. Each asks anew whether they may: a page's buttons may be old.

Nothing breaks when a run ends or goes between the drawing of a button and its click: a wish for an
ended run is no wish, and a run that is gone is one friendly line.
"""

import time
from collections.abc import Sequence

from cnnlib.errors import RunNotFoundError
from cnnlib.runs import client
from cnnlib.runs.records import Run
from cnnlib.runs.store import open_store
from cnnlib.runs.store.resting import check_room_to_rest
from cnnlib.ui.people import current_person, is_host, may_control, require_control
from cnnlib.ui.run_control.wishes import count_epochs

DOUBLE_CLICK_SECONDS = 2.0


def _get_own(run_id: str) -> Run:
    """
    Raises:
        RunError: there is no such run, or it is somebody else's.
    """
    run = open_store().get(run_id)
    require_control(run)
    return run


def set_paused(run_id: str, paused: bool) -> None:
    """
    Raises:
        RunError: it is not one's own, or too many runs rest already.
    """
    run = _get_own(run_id)
    if paused and not run.has_ended:
        check_room_to_rest(open_store(), [run.id])
    open_store().wish(run.id, pause=paused)


def stop(run_id: str) -> None:
    open_store().request_stop(_get_own(run_id).id)


def set_learning_rate(run_id: str, rate: float) -> None:
    open_store().wish(_get_own(run_id).id, learning_rate=rate)


def set_epochs(run_id: str, epochs: int) -> None:
    open_store().wish(_get_own(run_id).id, epochs=epochs)


def add_epoch(run_id: str) -> None:
    run = _get_own(run_id)
    open_store().wish(run.id, epochs=count_epochs(run) + 1)


def annotate(run_id: str, *, name: str, note: str, tags: Sequence[str]) -> None:
    open_store().annotate(_get_own(run_id).id, name=name, note=note, tags=tags)


def continue_run(run: Run, *, epochs: int, checkpoint: str) -> Run:
    """Start a run of one's own that goes on from anybody's; a double click starts one."""
    config = run.continued(epochs=epochs, checkpoint=checkpoint)
    owner = current_person()
    for newest in open_store().list_runs(limit=1, owner=owner):
        passed = abs(time.time() - newest.created)  # somebody may have set the clock back
        if newest.config == config and passed < DOUBLE_CLICK_SECONDS:
            return newest
    return client.submit(config, owner=owner, name=run.name)


def list_own(run_ids: Sequence[str]) -> list[Run]:
    """Those that are there and may be controlled."""
    found = []
    for run_id in run_ids:
        try:
            run = open_store().get(run_id)
        except RunNotFoundError:
            continue
        if may_control(run):
            found.append(run)
    return found


def stop_all(run_ids: Sequence[str]) -> None:
    for run in list_own(run_ids):
        if not run.has_ended:
            open_store().request_stop(run.id)


def delete_all(run_ids: Sequence[str]) -> None:
    open_store().delete([run.id for run in list_own(run_ids)])


def tag_all(run_ids: Sequence[str], *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> None:
    for run in list_own(run_ids):
        kept = [tag for tag in run.tags if tag not in remove]
        open_store().annotate(run.id, tags=[*kept, *(tag for tag in add if tag not in kept)])


def move(run_id: str, places: int) -> None:
    """Move a waiting run among one's own, `places` > 0 later and < 0 earlier; the host: among all.

    Nobody else's run moves.
    """
    _get_own(run_id)
    queue, host = open_store().queue, is_host()
    waiting = {run.id: run for run in open_store().list_unended() if run.status == "queued"}
    own = [
        other
        for other in queue.list_waiting()
        if other in waiting and (host or may_control(waiting[other]))
    ]
    if run_id not in own:  # it trains meanwhile, or was cancelled
        return
    place = min(max(0, own.index(run_id) + places), len(own) - 1)
    own.remove(run_id)
    own.insert(place, run_id)
    queue.rearrange(own)
