"""What is quickest is measured once, chosen only by a clear gain, and leaves nothing behind."""

import json
from pathlib import Path

import pytest

from cnnlib.arch.layers import BatchNormalization, Conv2D, Dense, Flatten
from cnnlib.arch.spec import Spec
from cnnlib.runs.config import RunConfig
from cnnlib.runs.store import RunStore

SMALL = Spec(
    "small", "Small", (8, 8, 3),
    (
        Conv2D(filters=4, kernel_size=3, activation="relu"),
        BatchNormalization(),
        Flatten(),
        Dense(units=5, activation="softmax"),
    ),
)  # fmt: skip
CONFIG = RunConfig(spec=SMALL, acceleration="measured", batch_size=8)


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def choose(lab_home: Path, told: list[str]):
    from cnnlib.backend.acceleration import choose_acceleration

    store = RunStore()
    return lambda config=CONFIG: choose_acceleration(
        config, SMALL, store, lambda kind, text: told.append(text)
    )


@pytest.mark.parametrize(
    ("seconds", "taken"),
    [
        ({"float32": 1.0}, "float32"),
        ({"float32": 1.0, "bfloat16": 0.96}, "float32"),  # within what a measurement errs
        ({"float32": 1.0, "bfloat16": 0.95, "float32 + XLA": 0.9}, "float32 + XLA"),
        ({"float32": 1.0, "bfloat16": 1.4, "bfloat16 + XLA": 0.5}, "bfloat16 + XLA"),
        ({"float32": 1.0, "bfloat16": 0.9}, "bfloat16"),
    ],
)
def test_a_choice_needs_a_clear_gain(seconds: dict[str, float], taken: str) -> None:
    from cnnlib.backend.acceleration import choose

    assert choose(seconds) == taken


def test_it_is_measured_once_and_kept(choose, told, monkeypatch: pytest.MonkeyPatch) -> None:
    import keras

    from cnnlib.backend import acceleration

    first = choose()
    assert set(first.measured) == set(acceleration.CHOICES)
    assert all(seconds > 0 for seconds in first.measured.values())
    assert keras.config.dtype_policy().name == "float32"
    monkeypatch.setattr(acceleration, "measure_choices", None)  # it would fail if it was called
    assert choose() == first
    assert "just now" in told[0]
    assert "before" in told[1]
    json.dumps(first.to_facts())
    other = RunConfig(**{**CONFIG.to_dict(), "batch_size": 16})
    with pytest.raises(TypeError):  # another batch size is another question
        choose(other)


def test_what_gains_is_taken_and_told(choose, told, monkeypatch) -> None:
    from cnnlib.backend import acceleration

    monkeypatch.setattr(
        acceleration, "measure_choices", lambda *_: {"float32": 0.02, "bfloat16": 0.005}
    )
    chosen = choose()
    assert (chosen.precision, chosen.jit_compile) == ("mixed_bfloat16", False)
    assert told == [
        "bfloat16 is used, 4.00 times as quick as float32. A step, measured just now: "
        "float32 20 ms, bfloat16 5 ms."
    ]


def test_off_asks_nothing(choose, told, monkeypatch) -> None:
    from cnnlib.backend import acceleration
    from cnnlib.backend.training import PLAIN

    monkeypatch.setattr(acceleration, "measure_choices", None)
    assert choose(RunConfig(spec=SMALL)) is PLAIN
    assert not told


def test_a_step_too_large_to_be_tried_is_not(choose, told, monkeypatch) -> None:
    from cnnlib.backend import acceleration, network_questions
    from cnnlib.backend.training import PLAIN

    monkeypatch.setattr(acceleration, "measure_choices", None)
    monkeypatch.setattr(network_questions, "MAX_STEP_MACS", 1000)
    assert choose() is PLAIN
    assert "too large" in told[0]


def test_without_time_only_float32_is_measured(monkeypatch) -> None:
    """A network that takes long to compile is not compiled four times."""
    from cnnlib.backend import acceleration

    monkeypatch.setattr(acceleration, "BUDGET_SECONDS", 0.0)
    assert list(acceleration.measure_choices(CONFIG, SMALL)) == ["float32"]


def test_a_choice_that_this_machine_cannot_do_is_left_out(monkeypatch) -> None:
    import tensorflow as tf

    from cnnlib.backend import acceleration

    plain = acceleration.measure_steps

    def refuse(model, *arguments, **options):
        if model.jit_compile:
            raise tf.errors.UnimplementedError(None, None, "no XLA here")
        return plain(model, *arguments, **options)

    monkeypatch.setattr(acceleration, "measure_steps", refuse)
    assert list(acceleration.measure_choices(CONFIG, SMALL)) == ["float32", "bfloat16"]
