"""Whether a run that is said to be active really is: silence, locks, and what to say when not."""

import time

from cnnlib.runs import liveness
from cnnlib.runs.files import read_checkpoint
from cnnlib.runs.records import Run, format_epoch

SILENCE_SECONDS = 5.0  # a worker writes twice a second; after this, its lock is asked
ORPHAN_SECONDS = 30.0  # after which a run that nobody has begun is given up
NEVER_BEGUN = "Stopped before it began; nothing was trained."


def describe_lost_worker(run_id: str, cause: str = "killed, or out of memory") -> str:
    """One sentence or two about a worker that ended without a word, and about what is kept."""
    return f"The training process ended without a word ({cause}). {describe_kept(run_id)}"


def describe_kept(run_id: str) -> str:
    """What is left of a run that ended before it meant to."""
    checkpoint = read_checkpoint(run_id, "last")
    if checkpoint is None:
        return "It had saved no checkpoint yet: start it again."
    epoch = format_epoch(checkpoint.epoch)
    return f"Its last checkpoint, epoch {epoch}, is kept: continue from there."


def seems_dead(run: Run) -> bool:
    """Whether the run is silent, its lock free, and nobody about to start its worker.

    The clock may be set meanwhile: it only says when to ask the lock, which tells the truth. A run
    whose worker has not come up yet is its supervisor's affair, as long as there is one.
    """
    now = time.time()
    last_word = run.heartbeat or run.started or run.created
    if abs(now - last_word) < SILENCE_SECONDS or liveness.is_run_alive(run.id):
        return False
    if run.heartbeat is not None:
        return True
    # A supervisor that comes up puts such a run back into the queue; it gets the time to.
    return abs(now - last_word) > ORPHAN_SECONDS and not liveness.is_supervisor_alive()
