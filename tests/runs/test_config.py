import dataclasses
import json

import pytest

from cnnlib.errors import RunError
from cnnlib.runs.config import RunConfig


def test_the_defaults_are_the_notes() -> None:
    config = RunConfig()
    assert (config.optimizer, config.batch_size, config.epochs) == ("adam", 32, 5)
    assert config.learning_rate == 0.001


def test_settings_survive_json() -> None:
    config = RunConfig(network="lenet5", limit=500, learning_rate=0.01, seed=3)
    assert RunConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


@pytest.mark.parametrize(
    "setting",
    [
        {"network": "nosuchnet"},
        {"dataset": ""},
        {"epochs": 0},
        {"epochs": 2.5},
        {"epochs": True},
        {"epochs": 10**6},
        {"batch_size": 0},
        {"batch_size": 10**6},
        {"limit": 0},
        {"limit": -5},
        {"optimizer": "newton"},
        {"learning_rate": 0},
        {"learning_rate": -1.0},
        {"learning_rate": float("nan")},
        {"learning_rate": float("inf")},
        {"learning_rate": "0.1"},
        {"seed": -1},
        {"seed": 2**31},
        {"checkpoint": "middle"},
    ],
)
def test_an_impossible_setting_names_itself_and_what_was_received(setting) -> None:
    ((name, value),) = setting.items()
    with pytest.raises(RunError, match=f"{name} must be") as error:
        RunConfig(**setting)
    assert repr(value) in str(error.value)


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(RunError, match="no setting named momentum"):
        RunConfig.from_dict({"momentum": 0.9})


def test_settings_cannot_change_under_a_run() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        RunConfig().epochs = 6  # type: ignore[misc]
