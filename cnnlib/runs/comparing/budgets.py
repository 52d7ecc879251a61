"""The best that runs reached within a budget: of seconds, epochs, parameters or MACs."""

from dataclasses import dataclass

import numpy as np

from cnnlib.runs.store.curves import Curve


@dataclass(frozen=True)
class Budget:
    """What a run may have cost; None for no limit.

    seconds: of training. epochs: done. params, macs: of the network, MACs for one image.
    """

    seconds: float | None = None
    epochs: float | None = None
    params: int | None = None
    macs: int | None = None

    def affords(self, params: int | None, macs: int | None) -> bool:
        """Whether such a network is within the budget; one whose costs are unknown is not."""
        limits = ((self.params, params), (self.macs, macs))
        return all(most is None or (cost is not None and cost <= most) for most, cost in limits)


@dataclass(frozen=True)
class Reached:
    """The highest validation accuracy, 0 to 1, and when: epochs done, seconds of training.

    seconds is None where it was not noted.
    """

    accuracy: float
    epoch: float
    seconds: float | None


def find_best(budget: Budget, curve: Curve) -> Reached | None:
    """The highest point of a curve "epoch/val_accuracy" within the budget; None if none is.

    A point counts when it was reached within the budget, whatever the run did afterwards. One
    whose seconds are unknown (0) is not within any limit of seconds.
    """
    within = np.isfinite(curve.values)
    if budget.epochs is not None:
        within &= curve.epochs <= budget.epochs + 1e-9
    if budget.seconds is not None:
        within &= (curve.seconds > 0) & (curve.seconds <= budget.seconds)
    if not within.any():
        return None
    place = int(np.argmax(np.where(within, curve.values, -np.inf)))  # the first of equal ones
    seconds = float(curve.seconds[place])
    return Reached(float(curve.values[place]), float(curve.epochs[place]), seconds or None)
