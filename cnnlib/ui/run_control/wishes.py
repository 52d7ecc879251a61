"""What has been asked of a run and is not done yet, in words."""

import math

from cnnlib import settings
from cnnlib.arch.amounts import format_seconds
from cnnlib.runs.records import Run
from cnnlib.ui.run_control import texts


def count_epochs(run: Run) -> int:
    """How many epochs it trains in all, as wished; those begun are trained to their end."""
    progress, begun = run.progress or {}, 0
    if "epoch_number" in progress:
        begun = progress["epoch_number"] - math.floor(progress["first_epoch"])
    return max(run.wishes.epochs or run.config.epochs, begun)


def describe_wishes(run: Run) -> list[str]:
    """A sentence each; none for an ended run. Of a pause the live view itself speaks."""
    wishes, config = run.wishes, run.config
    if run.has_ended:
        return []
    if wishes.stop:
        grace = format_seconds(settings.grace_seconds())
        return [texts.STOPPING.format(grace=grace), *([texts.DELETING] if wishes.delete else [])]
    words = []
    if wishes.learning_rate not in (None, config.learning_rate):
        words.append(
            texts.NEW_RATE.format(new=f"{wishes.learning_rate:g}", old=f"{config.learning_rate:g}")
        )
    if (epochs := count_epochs(run)) != config.epochs:
        words.append(texts.NEW_EPOCHS.format(new=epochs, old=config.epochs))
    return words
