"""What a run that goes on takes over from the run before it."""

from cnnlib.errors import RunError
from cnnlib.runs.config import RunConfig
from cnnlib.runs.files import Checkpoint, link_checkpoint, read_checkpoint, settled
from cnnlib.runs.records import Run


def take_over(parent: Run, config: RunConfig, run_id: str) -> Checkpoint:
    """Give a run the checkpoint that it starts from, and the best one up to there; the first.

    The older run may be training: what it saves waits until both are linked. On other images its
    lowest loss says nothing: there the best is still to come.

    Raises:
        RunError: the checkpoint is of another network, or is not there, or was deleted just now.
    """
    try:
        with settled(parent.id):
            start = _find_start(parent, config)
            best = read_checkpoint(parent.id, "best")
            link_checkpoint(parent.id, config.checkpoint, run_id, "start")
            alike = (parent.config.dataset, parent.config.limit) == (config.dataset, config.limit)
            if alike and best is not None and best.epoch <= start.epoch:
                link_checkpoint(parent.id, "best", run_id, "best")
    except FileNotFoundError as error:
        raise RunError(f"The checkpoints of run {parent.id} have just been deleted.") from error
    return start


def _find_start(parent: Run, config: RunConfig) -> Checkpoint:
    if (parent.config.network, parent.config.spec) != (config.network, config.spec):
        raise RunError(
            f"network must be {parent.config.network}, layer by layer as in the run to "
            f"continue. Received: {config.network!r}."
        )
    checkpoint = read_checkpoint(parent.id, config.checkpoint)
    if checkpoint is None:
        raise RunError(
            f"Run {parent.id} has no {config.checkpoint} checkpoint to continue from. "
            f"Choose another run, or start anew."
        )
    return checkpoint
