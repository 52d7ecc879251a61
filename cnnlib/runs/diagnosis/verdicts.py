"""The verdicts on a run as a whole; the first that holds is given.

Rules of thumb with named thresholds (after the usual reading of learning curves: Goodfellow et
al., «Deep Learning», 2016, chapters 7 and 11).
"""

import numpy as np

from cnnlib.runs.diagnosis.evidence import measure_jitter, median
from cnnlib.runs.diagnosis.finding import Case, Finding, Rule
from cnnlib.runs.diagnosis.texts import (
    describe_change,
    describe_epochs,
    suggest_against_overfitting,
    suggest_against_plateau,
    suggest_for_no_learning,
    suggest_lower_rate,
)

FEW_EPOCHS = 2  # with fewer, hardly anything can be said
RISE_EPOCHS = 3  # epochs above the lowest validation loss before it counts as risen …
RISE = 0.02  # … by this share of it …
RISE_JITTERS = 2.5  # … and this many times its noise: one bad epoch is none
TRAIN_FALL = 0.02  # how much training loss falls meanwhile, where it is overfitting
GAIN_EPOCHS = 3  # over so many epochs …
GAIN = 0.01  # … a share of validation loss that is worth training on for
PLATEAU_EPOCHS = 5  # epochs without such a gain
GUESSING = 0.97  # of ln(classes), the loss of one who guesses: above it, nothing is learned
GUESSING_FALL = 0.005  # an epoch's fall that shows that it does learn, slowly
APART = 1.5  # times the loss of guessing, or times the lowest loss so far: falling apart
SETTLING_STEPS = 100  # a network has hardly left its random start before


def _is_diverging(case: Case) -> Finding | None:
    seen = case.seen
    if seen.broken:
        text = "The training loss is no number any more: the training has come apart."
    elif seen.steps >= SETTLING_STEPS and seen.loss > APART * case.guessing:
        text = (
            f"The training loss is {seen.loss:.3g}; guessing alone gives {case.guessing:.3g}. "
            f"The training is coming apart."
        )
    elif seen.train.size > 2 and min(seen.train[-2:]) > APART * min(seen.train[:-2]):
        lowest = int(np.argmin(seen.train))
        text = (
            f"The training loss has grown from {seen.train[lowest]:.3g} in epoch "
            f"{seen.epochs[lowest]:g} to {seen.train[-1]:.3g}: the training is coming apart."
        )
    else:
        return None
    return Finding(
        "diverging", "warning", text, suggest_lower_rate(seen.rate),
        "A step goes against the slope, times the learning rate. With too large a rate it jumps "
        "over the valley and lands higher than it began, every time a little more.",
    )  # fmt: skip


def _is_not_learning(case: Case) -> Finding | None:
    seen = case.seen
    done = seen.epochs[-1] if seen.epochs.size else 0.0
    warming = seen.steps < SETTLING_STEPS or done < case.config.warmup
    # NaN, where the classes are not known, is below nothing
    if warming or not seen.loss >= GUESSING * case.guessing:
        return None
    if seen.train.size > 1 and 1 - seen.train[-1] / seen.train[-2] >= GUESSING_FALL:
        return None
    return Finding(
        "not-learning", "warning",
        f"Not learning: the training loss stays at {seen.loss:.3g}. Guessing gives "
        f"{case.guessing:.3g}, the logarithm of the number of classes.",
        suggest_for_no_learning(case.config, seen.rate, seen.dead.get("", (0.0, 0.0))[1]),
        "A network that gives every class the same probability has just this loss. The steps are "
        "too small to leave it, or so large that they keep throwing the weights back to it, or "
        "no gradient reaches the weights: dead ReLUs give none.",
    )  # fmt: skip


def _is_overfitting(case: Case) -> Finding | None:
    seen = case.seen
    if not seen.val.size or seen.since_best < RISE_EPOCHS:
        return None
    lowest, after = seen.val[seen.best], seen.val[seen.best + 1 :]
    # The lowest of many noisy values is low by chance, so neighbours have a say in the bottom.
    bottom = min(np.convolve(seen.val, np.ones(3) / 3, "valid"))
    risen = median(after[-RISE_EPOCHS:]) - bottom
    if risen <= max(RISE * abs(lowest), RISE_JITTERS * measure_jitter(seen.val)):
        return None
    if median(seen.train[-RISE_EPOCHS:]) >= (1 - TRAIN_FALL) * seen.train[seen.best]:
        return None
    best = seen.epochs[seen.best]
    epochs = describe_epochs(seen.since_best)
    steady = bool(np.all(np.diff(seen.val[seen.best :]) > 0))
    what = f"has risen for {epochs}" if steady else f"has been above its lowest for {epochs}"
    return Finding(
        "overfitting", "warning",
        f"Overfitting: validation loss {what} ({describe_change(lowest, after[-1])}) while "
        f"training loss fell ({describe_change(seen.train[seen.best], seen.train[-1])}). "
        f"Epoch {best:g} was best.",
        suggest_against_overfitting(case.config, best, ended=case.ended),
        "The network learns the training images by heart: what it still gains on them no longer "
        "holds for images that it has not seen. Accuracy may stay level for a while, because "
        "wrong answers first become more certain.",
        float(best),
    )  # fmt: skip


def _is_early(case: Case) -> Finding | None:
    if (count := len(case.seen.val)) >= FEW_EPOCHS:
        return None
    advice = "Train for at least two epochs." if case.ended else "Wait for the end of epoch 2."
    text = "no epoch is finished." if count == 0 else "one finished epoch shows no direction."
    return Finding(
        "early", "info", f"Too early to say: {text}", advice,
        "Validation loss is measured at the end of an epoch, and one value has no direction.",
    )  # fmt: skip


def _is_improving(case: Case) -> Finding | None:
    val, epochs = case.seen.val, case.seen.epochs
    span = min(GAIN_EPOCHS, len(val) - 1)
    before, now = min(val[:-span]), min(val[-span:])
    if case.seen.since_best > 1 or before - now < GAIN * abs(before) or val[-1] > before:
        return None  # val[-1] > before: the last epoch, or a part of one, has lost it all again
    advice = "Let it go on."
    if case.ended:
        advice = "Continue it: more epochs would very likely make it better."
    return Finding(
        "improving", "good",
        f"Still improving: the lowest validation loss went {describe_change(before, now)} in the "
        f"last {'epoch' if span == 1 else describe_epochs(span)}.",
        advice,
        "As long as validation loss falls, the network gets better at images that it has not "
        "seen. That is the time to train on.",
        float(epochs[case.seen.best]),
    )  # fmt: skip


def _is_plateau(case: Case) -> Finding | None:
    seen = case.seen
    if len(seen.val) <= PLATEAU_EPOCHS:
        return None
    before, now = min(seen.val[:-PLATEAU_EPOCHS]), min(seen.val[-PLATEAU_EPOCHS:])
    train_before, train_now = min(seen.train[:-PLATEAU_EPOCHS]), min(seen.train[-PLATEAU_EPOCHS:])
    if before - now >= GAIN * abs(before):
        return None
    fitting = train_before - train_now >= GAIN * abs(train_before)
    also = "training loss still falls" if fitting else "training loss hardly moves either"
    return Finding(
        "plateau", "info",
        f"Standing still: the lowest validation loss, {min(before, now):.3g}, has hardly changed "
        f"in {PLATEAU_EPOCHS} epochs; {also}.",
        suggest_against_plateau(case.config, seen.rate, fitting=fitting, ended=case.ended),
        "Near the bottom of a valley, steps of one size jump to and fro over it; smaller ones "
        "get further down. If training loss stands still as well, a larger network may help.",
        float(seen.epochs[seen.best]),
    )  # fmt: skip


def _has_no_direction(case: Case) -> Finding:
    seen = case.seen
    return Finding(
        "unclear", "info",
        f"No clear direction yet: the lowest validation loss was {seen.val[seen.best]:.3g}, after "
        f"epoch {seen.epochs[seen.best]:g}.",
        "Train for some more epochs." if case.ended else "Wait for some more epochs.",
        "Validation loss goes up and down by chance. It takes some epochs to see where it goes.",
        float(seen.epochs[seen.best]),
    )  # fmt: skip


VERDICTS: tuple[Rule, ...] = (
    _is_diverging, _is_not_learning, _is_overfitting, _is_early, _is_improving, _is_plateau,
    _has_no_direction,
)  # fmt: skip
