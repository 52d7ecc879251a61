"""Whether a run that is said to be active really is: silence, locks, and what to say when not."""

import time

from cnnlib.runs import liveness
from cnnlib.runs.files import read_checkpoint
from cnnlib.runs.records import Run

SILENCE_SECONDS = 5.0  # a worker writes twice a second; after this, its lock is asked
SPAWN_SECONDS = 120.0  # how long a living supervisor may take to bring up a worker


def describe_lost_worker(run_id: str, cause: str = "killed, or out of memory") -> str:
    """One sentence or two about a worker that ended without a word, and about what is kept."""
    checkpoint = read_checkpoint(run_id, "last")
    kept = (
        f"Its last checkpoint, epoch {checkpoint.epoch:g}, is kept: continue from there."
        if checkpoint
        else "It had saved no checkpoint yet: start it again."
    )
    return f"The training process ended without a word ({cause}). {kept}"


def seems_dead(run: Run) -> bool:
    """Whether the run is silent, its lock free, and nobody about to start its worker."""
    now = time.time()
    if now - (run.heartbeat or 0.0) < SILENCE_SECONDS or liveness.is_run_alive(run.id):
        return False
    if run.heartbeat is None:
        waited = now - (run.started or run.created)
        if waited < SILENCE_SECONDS:
            return False
        return waited > SPAWN_SECONDS or not liveness.is_supervisor_alive()
    return True
