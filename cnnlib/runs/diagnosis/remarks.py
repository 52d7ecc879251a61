"""Remarks beside the verdict: on gradients, on dead units, on noise."""

import numpy as np

from cnnlib.runs.diagnosis.evidence import BLOCK, Numbers, measure_jitter, median
from cnnlib.runs.diagnosis.finding import Case, Finding, Rule
from cnnlib.runs.diagnosis.texts import (
    explain_better_validation,
    list_remedies,
    suggest_lower_rate,
)

NOISY_EPOCHS = 6
NOISY = 0.1  # jitter of the validation loss, a share of it
BETTER = 0.03  # by so much validation accuracy is above the training's in two epochs
GAP = 0.15  # by so much training accuracy is above validation accuracy in two epochs
VANISHING = 1e-4  # gradient norm with which hardly a weight moves
FITTED = 0.9  # training accuracy from which small gradients are no wonder
EXPLODING = 10.0  # gradient norm, and times its size in the run's first half
LOST = 10  # norms in a row that are no numbers; one alone may only have been missed
DEAD_GROWN = 0.1  # by such a share more than after the first epoch: something kills them
DEAD_MANY, DEAD_SOME = 0.5, 0.2  # shares of ReLU units that are 0 for every image looked at


def _is_exploding(case: Case) -> Finding | None:
    norms = case.seen.gradients
    known = norms[np.isfinite(norms)]
    if not known.size:
        return None
    usual, now = median(known[: max(1, known.size // 2)]), _measure_gradient(known)
    text = f"The gradient norm has grown from {usual:.3g} to {now:.3g}."
    if not np.isfinite(norms[-LOST:]).any():
        text = "The gradient is no number any more."
    elif known.size < 2 * BLOCK or now < max(EXPLODING, EXPLODING * usual):
        return None
    return Finding(
        "exploding", "warning", text,
        f"{suggest_lower_rate(case.seen.rate)} Batch normalisation helps as well.",
        "A gradient is a product over the layers. Where its factors are above 1, it grows with "
        "the depth, and one step can undo all that was learned.",
    )  # fmt: skip


def _measure_gradient(norms: Numbers) -> float:
    """The median of the last whole block of them and what has come since."""
    return median(norms[max(0, norms.size // BLOCK * BLOCK - BLOCK) :])


def _is_vanishing(case: Case) -> Finding | None:
    norms, accuracy = case.seen.gradients, case.seen.train_accuracy
    norms = norms[np.isfinite(norms)]
    if norms.size < BLOCK or (accuracy.size and accuracy[-1] >= FITTED):
        return None
    now = _measure_gradient(norms)
    if not now <= VANISHING:
        return None
    return Finding(
        "vanishing", "warning",
        f"The gradient has almost vanished (norm {now:.1e}): the weights hardly move.",
        "Try batch normalisation, ReLU in place of sigmoid or tanh, or shortcuts as in a ResNet.",
        "A gradient is a product over the layers. Where its factors are below 1, little of it "
        "reaches the first layers.",
    )  # fmt: skip


def _has_dead_units(case: Case) -> Finding | None:
    first, share = case.seen.dead.get("", (0.0, 0.0))
    if share < DEAD_SOME:
        return None
    layers = {name: now for name, (_, now) in case.seen.dead.items() if name}
    worst = max(layers, key=layers.__getitem__, default="")
    most = f", most in {worst} ({layers[worst]:.0%})" if worst else ""
    grown = share - first >= DEAD_GROWN
    advice = "No harm as long as the loss falls: they were so from the first epoch on."
    if grown:
        advice = f"At first it was {first:.0%}. {suggest_lower_rate(case.seen.rate)}"
    return Finding(
        "dead", "warning" if share >= DEAD_MANY and grown else "info",
        f"{share:.0%} of the ReLU units are dead: 0 for every image looked at{most}.",
        f"{advice} Batch normalisation or leaky ReLU keep units alive.",
        "A ReLU whose input is never above 0 puts out nothing and has no gradient, so it cannot "
        "come back by itself. One step too large can do that to many units at once.",
    )  # fmt: skip


def _is_noisy(case: Case) -> Finding | None:
    recent = case.seen.val[-NOISY_EPOCHS:]
    if len(recent) < NOISY_EPOCHS:
        return None
    turns = int(np.sum(np.diff(np.sign(np.diff(recent))) != 0))
    jitter = measure_jitter(recent) / max(abs(median(recent)), 1e-12)
    if turns < NOISY_EPOCHS // 2 or jitter < NOISY:
        return None
    return Finding(
        "noisy", "warning",
        f"Validation loss jumps by about {jitter:.0%} from epoch to epoch.",
        f"{suggest_lower_rate(case.seen.rate)} A larger batch calms it too.",
        "Each step follows the mean gradient of a few images only. A large learning rate and a "
        "small batch make the weights wander around the valley instead of down into it.",
    )  # fmt: skip


def _has_gap(case: Case) -> Finding | None:
    train, val = case.seen.train_accuracy[-2:], case.seen.val_accuracy[-2:]
    if len(train) < 2 or min(train - val) < GAP:
        return None
    return Finding(
        "gap", "info",
        f"Training accuracy ({train[-1]:.0%}) is {100 * (train[-1] - val[-1]):.0f} points above "
        f"validation accuracy ({val[-1]:.0%}).",
        f"To close the gap, try {list_remedies(case.config)}.",
        "The network does better on the images that it learns from than on new ones. While "
        "validation loss still falls, that does no harm; it is how overfitting begins.",
    )  # fmt: skip


def _is_validation_better(case: Case) -> Finding | None:
    ahead = (case.seen.val_accuracy - case.seen.train_accuracy)[-2:]
    if len(ahead) < 2 or min(ahead) < BETTER:
        return None
    return Finding(
        "validation-better", "info",
        f"Validation accuracy is {100 * ahead[-1]:.0f} points above training accuracy. "
        f"That is no mistake.",
        "Nothing to do.",
        explain_better_validation(case.config),
    )  # fmt: skip


REMARKS: tuple[Rule, ...] = (
    _is_exploding, _is_vanishing, _has_dead_units, _is_noisy, _has_gap,
    _is_validation_better,
)  # fmt: skip
