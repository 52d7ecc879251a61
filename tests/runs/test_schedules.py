"""Schedules against points computed by hand, against Keras' own, and their properties."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlib.runs.schedules import SCHEDULES, Schedule

kinds = st.sampled_from(SCHEDULES)
lengths = st.floats(0.5, 1000)
shares = st.floats(0, 1)


@pytest.mark.parametrize(
    ("schedule", "epoch", "epochs", "factor"),
    [
        (Schedule(), 3.7, 5, 1.0),
        (Schedule("step"), 4.99, 10, 1.0),
        (Schedule("step"), 5.0, 10, 0.1),
        (Schedule("step"), 7.5, 10, 0.01),
        (Schedule("cosine"), 0, 8, 1.0),
        (Schedule("cosine"), 2, 8, (1 + math.sqrt(0.5)) / 2),  # cos 45°
        (Schedule("cosine"), 4, 8, 0.5),
        (Schedule("cosine"), 8, 8, 0.0),
        (Schedule("one-cycle"), 0, 10, 0.04),
        (Schedule("one-cycle"), 1.5, 10, 0.52),  # half way up: (0.04 + 1) / 2
        (Schedule("one-cycle"), 3, 10, 1.0),
        (Schedule("one-cycle"), 6.5, 10, 0.50005),  # half way down: (1 + 0.0001) / 2
        (Schedule("one-cycle"), 10, 10, 0.0001),
        (Schedule("constant", warmup=2), 0, 5, 0.001),
        (Schedule("constant", warmup=2), 0.5, 5, 0.25),
        (Schedule("constant", warmup=2), 2, 5, 1.0),
        (Schedule("cosine", warmup=2), 1, 10, 0.5),
        (Schedule("cosine", warmup=2), 6, 10, 0.5),  # half of the eight epochs after the warm-up
        (Schedule("step", warmup=2), 6, 10, 0.1),
        (Schedule("cosine", warmup=5), 2.5, 5, 0.5),  # nothing but warm-up
    ],
)
def test_points_by_hand(schedule: Schedule, epoch: float, epochs: float, factor: float) -> None:
    assert schedule.factor(epoch, epochs) == pytest.approx(factor, abs=1e-9)


@pytest.mark.keras
def test_cosine_is_keras_cosine_decay() -> None:
    """With a warm-up from nothing: Keras counts its steps from the start, as we do our epochs."""
    import keras

    plain = keras.optimizers.schedules.CosineDecay(0.2, decay_steps=1000)
    warm = keras.optimizers.schedules.CosineDecay(
        0.0, decay_steps=900, warmup_target=0.2, warmup_steps=100
    )
    for step in (10, 99, 100, 101, 333, 500, 999, 1000):
        ours = 0.2 * Schedule("cosine").factor(step / 100, 10)
        assert ours == pytest.approx(float(plain(step)), abs=1e-6)
        ours = 0.2 * Schedule("cosine", warmup=1).factor(step / 100, 10)
        assert ours == pytest.approx(float(warm(step)), abs=1e-6)


@pytest.mark.keras
def test_step_is_keras_piecewise_constant_decay() -> None:
    import keras

    oracle = keras.optimizers.schedules.PiecewiseConstantDecay([500, 750], [1.0, 0.1, 0.01])
    for step in (0, 499, 501, 749, 751, 1000):  # on a boundary Keras still has the older value
        assert Schedule("step").factor(step, 1000) == pytest.approx(float(oracle(step)))


@given(kinds, st.floats(0, 10), lengths, st.floats(0, 1.2))
def test_a_factor_is_a_share(kind: str, warmup: float, epochs: float, share: float) -> None:
    assert 0 <= Schedule(kind, warmup).factor(share * epochs, epochs) <= 1


@given(kinds, lengths, shares, st.floats(0, 1), st.floats(0.1, 10))
def test_only_the_share_of_the_training_counts(kind, epochs, share, warmup, scale) -> None:
    """Twice the epochs with twice the warm-up have the same factor at the same share."""
    at = share * epochs
    if any(abs(share - edge) < 1e-6 for edge in _edges(warmup)):
        return  # rounding decides there on which side of a step it is
    ours = Schedule(kind, warmup * epochs).factor(at, epochs)
    scaled = Schedule(kind, warmup * epochs * scale).factor(at * scale, epochs * scale)
    assert ours == pytest.approx(scaled, abs=1e-6)


def _edges(warmup: float) -> list[float]:
    return [warmup] + [warmup + (1 - warmup) * at for at in (0.5, 0.75)]


@given(st.sampled_from(["constant", "step", "cosine"]), shares, shares)
def test_they_only_fall_without_a_warm_up(kind: str, first: float, second: float) -> None:
    earlier, later = sorted((first, second))
    schedule = Schedule(kind)
    assert schedule.factor(earlier, 1) >= schedule.factor(later, 1)


@given(st.sampled_from(["cosine", "one-cycle"]), shares, st.floats(0, 0.01))
def test_half_cosines_have_no_jumps(kind: str, share: float, ahead: float) -> None:
    """Half a cosine over 30 % of the training climbs by at most π/2 / 0.3 a unit."""
    schedule = Schedule(kind)
    jump = abs(schedule.factor(share, 1) - schedule.factor(min(1, share + ahead), 1))
    assert jump <= math.pi / 2 / 0.3 * ahead + 1e-9


@given(kinds, st.floats(0.1, 5), shares, shares)
def test_a_warm_up_climbs(kind: str, warmup: float, first: float, second: float) -> None:
    earlier, later = sorted((first * warmup, second * warmup))
    schedule = Schedule(kind, warmup)
    if later < warmup:
        assert 0 < schedule.factor(earlier, 10) <= schedule.factor(later, 10)
