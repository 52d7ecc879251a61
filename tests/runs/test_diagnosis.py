"""What is said of curves: hand-made ones whose meaning is known, and any at all."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlib.runs.config import RunConfig
from cnnlib.runs.diagnosis import diagnose
from cnnlib.runs.store.curves import Curve

STEPS = 500  # an epoch
PLAIN = RunConfig(network="lenet5")


def make_curve(values, per_epoch: float = 1.0) -> Curve:
    values = np.asarray(values, np.float64)
    epochs = np.arange(1, len(values) + 1) / per_epoch
    return Curve(epochs * STEPS, epochs, epochs * 10.0, values)


def tell(config=PLAIN, status="running", classes=10, points=None, **epochs):
    """What is said of a run with these means of epochs, and `points` step points."""
    curves = {f"epoch/{key}": make_curve(values) for key, values in epochs.items()}
    curves |= {key: make_curve(values, 100) for key, values in (points or {}).items()}
    return diagnose(curves, config, status, classes=classes)


def kinds(found) -> list[str]:
    return [finding.kind for finding in found]


FALLING = [1.8, 1.4, 1.1, 0.9, 0.7, 0.5, 0.35]


def test_the_issues_own_example() -> None:
    found = tell(loss=FALLING, val_loss=[1.7, 1.4, 1.2, 1.1, 1.2, 1.35, 1.5])
    assert kinds(found) == ["overfitting"]
    (finding,) = found
    assert finding.severity == "warning"
    assert finding.epoch == 4
    assert "validation loss has risen for 3 epochs (1.1 → 1.5)" in finding.text
    assert "training loss fell (0.9 → 0.35)" in finding.text
    assert "Epoch 4 was best" in finding.text
    assert "augmentation, dropout or weight decay, or stop here" in finding.advice
    assert "the weights of epoch 4 are kept" in finding.advice


def test_advice_against_overfitting_leaves_out_what_is_done_already() -> None:
    curves = {"loss": FALLING, "val_loss": [1.7, 1.4, 1.2, 1.1, 1.2, 1.3, 1.5]}
    config = RunConfig(network="baseline", augmentation="flip", weight_decay=1e-3, limit=500)
    (finding,) = tell(config, "finished", **curves)
    assert finding.advice.startswith("Try more dropout or more images; the weights of epoch 4")


@pytest.mark.parametrize(
    "val",
    [
        [1.7, 1.4, 1.2, 1.6, 1.0, 0.95, 0.9],  # one bad epoch
        [1.7, 1.4, 1.2, 1.1, 1.0, 0.95, 1.6],  # a bad last epoch
        [1.7, 1.4, 1.2, 1.1, 1.105, 1.108, 1.11],  # up by less than matters
        [1.2, 1.6, 1.1, 1.5, 1.0, 1.4, 1.2],  # noise
    ],
)
def test_what_is_no_overfitting(val) -> None:
    assert "overfitting" not in kinds(tell(loss=FALLING, val_loss=val))


def test_a_validation_loss_that_rises_with_the_training_loss_is_not_overfitting() -> None:
    rising = [1.2, 1.0, 0.9, 1.0, 1.1, 1.2, 1.25]
    assert "overfitting" not in kinds(tell(loss=rising, val_loss=rising))


def test_noise_around_a_plateau_is_hardly_ever_taken_for_overfitting() -> None:
    """4 % noise, a hundred times; training loss keeps falling."""
    rng = np.random.default_rng(0)
    wrong = 0
    for _ in range(100):
        val = 1.0 * (1 + 0.04 * rng.standard_normal(15))
        wrong += "overfitting" in kinds(tell(loss=np.linspace(1.2, 0.4, 15), val_loss=val))
    assert wrong <= 8


def test_overfitting_is_seen_through_noise() -> None:
    rng = np.random.default_rng(1)
    bowl = 1 + 0.01 * (np.arange(16) - 5.0) ** 2  # lowest at epoch 6, twice as high at 16
    for _ in range(50):
        val = bowl * (1 + 0.03 * rng.standard_normal(16))
        found = tell(loss=np.linspace(1.5, 0.1, 16), val_loss=val)
        assert found[0].kind == "overfitting"
        assert 3 <= found[0].epoch <= 9


def test_still_improving() -> None:
    found = tell(loss=FALLING, val_loss=[1.8, 1.5, 1.3, 1.2, 1.1, 1.0, 0.95])
    assert kinds(found) == ["improving"]
    assert found[0].severity == "good"
    assert "1.2 → 0.95 in the last 3 epochs" in found[0].text
    ended = tell(status="finished", loss=[1.8, 1.4], val_loss=[1.7, 1.5])
    assert "1.7 → 1.5 in the last epoch" in ended[0].text
    assert ended[0].advice.startswith("Continue it")


def test_a_last_epoch_that_lost_all_the_gain_is_no_improving() -> None:
    """It was stopped in the middle of an epoch, just after its learning rate was raised."""
    losses = {"loss": [1.9, 1.5, 1.4, 1.6], "val_loss": [1.7, 1.38, 1.28, 1.75]}
    assert kinds(tell(status="stopped", **losses)) == ["unclear"]
    assert kinds(tell(status="stopped", **losses | {"val_loss": [1.7, 1.38, 1.28, 1.3]})) == [
        "improving"
    ]


def test_a_plateau() -> None:
    flat = [1.5, 1.2, 1.0, 1.001, 0.999, 1.0, 1.002, 0.998, 1.0]
    still = tell(loss=[*flat[:3], *[0.95] * 6], val_loss=flat)
    assert kinds(still) == ["plateau"]
    assert "training loss hardly moves either" in still[0].text
    assert "from 0.001 to 0.0003" in still[0].advice
    scheduled = tell(RunConfig(schedule="cosine"), loss=[*flat[:3], *[0.95] * 6], val_loss=flat)
    assert "cosine schedule lowers the learning rate by itself" in scheduled[0].advice
    fitting = tell(loss=np.linspace(1.2, 0.6, 9), val_loss=flat)
    assert "training loss still falls" in fitting[0].text
    assert "Stop here" in fitting[0].advice


def test_a_network_that_only_guesses() -> None:
    stuck = {"loss": [2.3031, 2.3028, 2.3029], "val_loss": [2.303, 2.3027, 2.3027]}
    found = tell(**stuck)
    assert kinds(found) == ["not-learning"]
    assert "Guessing gives 2.3," in found[0].text
    assert "0.0003, then 0.003" in found[0].advice
    large = tell(RunConfig(learning_rate=0.1), **stuck)
    assert "large for adam: start anew with 0.001" in large[0].advice
    small = tell(RunConfig(optimizer="sgd", learning_rate=1e-4), **stuck)
    assert "small for sgd: try 0.01" in small[0].advice
    dead = tell(**stuck, dead=[0.9, 0.9, 0.9])
    assert set(kinds(dead)) == {"not-learning", "dead"}
    assert "90% of the ReLUs are dead" in dead[0].advice
    # Of a hundred classes, the same loss is far from guessing.
    assert "not-learning" not in kinds(tell(classes=100, **stuck))
    assert "not-learning" not in kinds(tell(classes=None, **stuck))


def test_a_rate_far_too_large_in_a_short_run() -> None:
    """As Adam did with 0.2 on 2,000 images: 63 steps an epoch."""
    losses = {
        "epoch/loss": [4.572, 2.687, 2.913],
        "epoch/val_loss": [2.49, 2.842, 2.865],
        "epoch/accuracy": [0.1, 0.1, 0.1],
        "epoch/val_accuracy": [0.1, 0.14, 0.14],
    }
    curves = {key: make_curve(values) for key, values in losses.items()}
    curves = {key: curve._replace(steps=curve.epochs * 63) for key, curve in curves.items()}
    (finding,) = diagnose(curves, RunConfig(learning_rate=0.2), "finished", classes=10)
    assert finding.kind == "not-learning"
    assert "large for adam: start anew with 0.001" in finding.advice


def test_slow_learning_and_a_long_warm_up_are_no_failure_to_learn() -> None:
    slow = {"loss": [2.30, 2.285, 2.27], "val_loss": [2.29, 2.28, 2.26]}
    assert "not-learning" not in kinds(tell(**slow))
    stuck = {"loss": [2.303, 2.303], "val_loss": [2.303, 2.303]}
    assert "not-learning" not in kinds(tell(RunConfig(warmup=3), **stuck))
    assert "not-learning" in kinds(tell(RunConfig(warmup=1), **stuck))


def test_within_the_first_epoch() -> None:
    assert kinds(tell(points={"loss": np.linspace(2.3, 1.9, 60)})) == ["early"]
    assert kinds(tell(points={"loss": [2.303] * 99})) == ["not-learning"]
    assert kinds(tell(points={"loss": [9.0] * 99})) == ["diverging"]
    assert kinds(tell(points={"loss": [9.0] * 10})) == ["early"], "it has not settled yet"
    assert kinds(tell(loss=[1.8], val_loss=[1.6])) == ["early"]
    assert tell() == []


def test_a_training_that_comes_apart() -> None:
    found = tell(loss=[1.5, 1.1, 1.9, 2.9], val_loss=[1.4, 1.2, 2.0, 3.0], classes=100)
    assert kinds(found) == ["diverging"]
    assert "from 1.1 in epoch 2 to 2.9" in found[0].text
    assert "from 0.001 to 0.0003" in found[0].advice
    lost = tell(status="failed", loss=[1.5], val_loss=[1.4], points={"loss": [1.5, math.nan]})
    assert kinds(lost) == ["diverging"]
    one_bad_epoch = tell(loss=[1.5, 1.1, 1.9, 1.0], val_loss=[1.4, 1.2, 1.9, 1.1])
    assert "diverging" not in kinds(one_bad_epoch)


def test_the_rate_that_is_advised_is_taken_from_the_one_in_use() -> None:
    rates = {"learning_rate": [0.001] * 50 + [0.0006] * 50, "loss": [1.0] * 100}
    (found,) = tell(points=rates, loss=[1.5, 1.1, 3.0, 3.5], val_loss=[1.4, 1.2, 3.0, 3.6])
    assert "from 0.0006 to 0.0002" in found.advice
    curves = {"loss": [1.5, 1.1, 3.0, 3.5], "val_loss": [1.4, 1.2, 3.0, 3.6]}
    (found,) = tell(RunConfig(schedule="cosine"), points=rates, **curves)
    assert "from 0.001 to 0.0003" in found.advice, "the base, which stays the same"


def test_a_jumpy_validation_loss() -> None:
    val = [1.5, 1.0, 1.6, 1.0, 1.5, 0.9, 1.5, 0.95]
    found = {finding.kind: finding for finding in tell(loss=np.linspace(1.5, 1.0, 8), val_loss=val)}
    assert found["noisy"].severity == "warning"
    halving = [8 / 2**i for i in range(8)]  # a steep fall is not noise
    assert kinds(tell(loss=halving, val_loss=halving, classes=None)) == ["improving"]


def test_validation_above_training_is_explained_by_what_is_switched_on() -> None:
    curves = {
        "loss": [2.0, 1.8, 1.6],
        "val_loss": [1.7, 1.5, 1.3],
        "accuracy": [0.25, 0.35, 0.4],
        "val_accuracy": [0.4, 0.45, 0.5],
    }
    config = RunConfig(network="baseline", augmentation="flip")
    finding = tell(config, **curves)[-1]
    assert finding.kind == "validation-better"
    assert "10 points above" in finding.text
    assert "dropout switches units off and augmentation" in finding.why
    assert "dropout" not in tell(PLAIN, **curves)[-1].why


def test_gradients_that_vanish_or_explode() -> None:
    losses = {"loss": FALLING, "val_loss": [1.8, 1.5, 1.3, 1.2, 1.1, 1.0, 0.95]}
    tiny = tell(points={"gradient_norm": [1e-6] * 100}, **losses)
    assert set(kinds(tiny)) == {"vanishing", "improving"}
    fitted = {"accuracy": [0.99], "val_accuracy": [0.7]}
    assert kinds(tell(points={"gradient_norm": [1e-6] * 100}, **losses, **fitted)) == ["improving"]
    grown = tell(points={"gradient_norm": [2.0] * 150 + [80.0] * 100}, **losses)
    assert set(kinds(grown)) == {"exploding", "improving"}
    assert "from 2 to 80" in grown[0].text
    usual = tell(points={"gradient_norm": [2.0] * 100 + [900.0] + [3.0] * 99}, **losses)
    assert kinds(usual) == ["improving"], "one spike is nothing"
    lost = tell(points={"gradient_norm": [2.0] * 5 + [math.inf] * 10}, **losses)
    assert set(kinds(lost)) == {"exploding", "improving"}
    missed = tell(points={"gradient_norm": [math.nan, 2.0] * 100 + [math.nan]}, **losses)
    assert kinds(missed) == ["improving"]


def test_dead_units_and_where_most_of_them_are() -> None:
    curves = {
        "epoch/dead": make_curve([0.1, 0.6]),
        "epoch/dead/conv2d_1": make_curve([0.1, 0.2]),
        "epoch/dead/dense_1": make_curve([0.1, 0.8]),
    }
    finding = diagnose(curves, PLAIN, "running")[0]
    assert (finding.kind, finding.severity) == ("dead", "warning")
    assert "60% of the ReLU units" in finding.text
    assert "most in dense_1 (80%)" in finding.text
    assert "At first it was 10%. Lower the learning rate" in finding.advice
    from_the_start = diagnose({"epoch/dead": make_curve([0.55, 0.6])}, PLAIN, "running")[-1]
    assert (from_the_start.kind, from_the_start.severity) == ("dead", "info")
    assert "No harm as long as the loss falls" in from_the_start.advice


def test_a_gap_between_training_and_validation() -> None:
    apart = {"accuracy": [0.4, 0.6, 0.7], "val_accuracy": [0.35, 0.42, 0.44]}
    falling = {"loss": [1.7, 1.2, 0.9], "val_loss": [1.8, 1.65, 1.6]}
    found = {finding.kind: finding for finding in tell(**falling, **apart)}
    assert set(found) == {"improving", "gap"}
    assert "(70%) is 26 points above" in found["gap"].text
    assert "augmentation, dropout or weight decay" in found["gap"].advice
    rising = {"loss": FALLING, "val_loss": [1.7, 1.4, 1.2, 1.1, 1.2, 1.35, 1.5]}
    assert kinds(tell(**rising, **apart)) == ["overfitting"], "which says it better"


values = st.one_of(st.floats(0, 10), st.floats(allow_nan=True, allow_infinity=True))
series = st.lists(values, max_size=14)
KEYS = ("epoch/loss", "epoch/val_loss", "epoch/accuracy", "epoch/val_accuracy", "epoch/dead",
        "epoch/dead/a", "loss", "gradient_norm", "learning_rate")  # fmt: skip


@given(
    st.dictionaries(st.sampled_from(KEYS), series),
    st.sampled_from(["running", "paused", "finished", "failed"]),
    st.sampled_from([None, 0, 1, 2, 10]),
    st.integers(1, 60),
)
def test_any_curves_at_all_get_one_verdict(found, status, classes, times) -> None:
    curves = {key: make_curve(np.repeat(v, times if "/" not in key else 1))
              for key, v in found.items()}  # fmt: skip
    said = diagnose(curves, PLAIN, status, classes=classes)
    verdicts = {"overfitting", "not-learning", "diverging", "improving", "plateau", "unclear"}
    assert len(verdicts & set(kinds(said))) <= 1
    assert len(kinds(said)) == len(set(kinds(said)))
    severities = [finding.severity == "warning" for finding in said]
    assert severities == sorted(severities, reverse=True)
    for finding in said:
        assert finding.text.endswith(".")
        assert finding.advice.endswith(".")
        assert finding.why.endswith(".")


@given(
    st.lists(st.floats(0.5, 0.985), min_size=1, max_size=30),
    st.lists(st.floats(0.5, 0.985), min_size=30, max_size=30),
    st.sampled_from(["running", "finished"]),
)
def test_steady_improvement_is_never_warned_of(train_falls, val_falls, status) -> None:
    train = 2.2 * np.cumprod(train_falls)
    val = 2.2 * np.cumprod(val_falls[: len(train)])
    said = tell(status=status, loss=train, val_loss=val)
    assert kinds(said) == (["improving"] if len(train) > 1 else ["early"])
