"""Learning-rate schedules, as functions of how far the training is: plain numbers, no Keras."""

import math
from dataclasses import dataclass

SCHEDULES = ("constant", "step", "cosine", "one-cycle")
STEP_AT = (0.5, 0.75)  # shares of the training after which the rate is divided
STEP_FACTOR = 0.1
ONE_CYCLE_RISE = 0.3  # share of the training that the rate climbs
ONE_CYCLE_START = 1 / 25  # of the highest rate
ONE_CYCLE_END = 1 / 10_000


@dataclass(frozen=True)
class Schedule:
    """How the learning rate goes with the training.

    Attributes:
        kind: one of `SCHEDULES`. "step" divides the rate by ten after 50 % and 75 % of the
            training (He et al., 2016, section 4.2, whose ResNets drop at 50 % and 75 % of their
            CIFAR-10 steps). "cosine" falls to 0 along half a cosine (Loshchilov & Hutter, «SGDR»,
            2017, equation 5, without restarts). "one-cycle" climbs from 1/25 of the rate to the
            rate in the first 30 %, and falls to 1/10,000 of it, both along half a cosine (after
            Smith & Topin, «Super-Convergence», 2018).
        warmup: epochs in which the rate climbs evenly from almost 0 to where the schedule begins.
            The schedule has the epochs after them. One-cycle warms up by itself.
    """

    kind: str = "constant"
    warmup: float = 0.0

    def factor(self, epoch: float, epochs: float) -> float:
        """By what the base learning rate is multiplied, 0..1.

        Args:
            epoch: how many epochs are done, 0..epochs; fractions count.
            epochs: how many there are in all.
        """
        warmup = min(self.warmup, epochs)
        if epoch < warmup:
            return max(epoch / warmup, 1e-3)
        share = min(1.0, (epoch - warmup) / max(epochs - warmup, 1e-9))
        if self.kind == "step":
            return STEP_FACTOR ** sum(share >= at for at in STEP_AT)
        if self.kind == "cosine":
            return _fall(1.0, 0.0, share)
        if self.kind == "one-cycle":
            if share < ONE_CYCLE_RISE:
                return _fall(ONE_CYCLE_START, 1.0, share / ONE_CYCLE_RISE)
            return _fall(1.0, ONE_CYCLE_END, (share - ONE_CYCLE_RISE) / (1 - ONE_CYCLE_RISE))
        return 1.0


def _fall(start: float, end: float, share: float) -> float:
    """From `start` to `end` along half a cosine."""
    return end + (start - end) * (1 + math.cos(math.pi * share)) / 2
