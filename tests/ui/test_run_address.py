"""A run's settings in an address: there and back, for any run."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlib.arch import zoo
from cnnlib.arch.layers import Dense, Flatten
from cnnlib.arch.spec import Spec
from cnnlib.errors import RunError
from cnnlib.runs.augmentation import KINDS
from cnnlib.runs.config import (
    ACCELERATIONS,
    MAX_BATCH_SIZE,
    MAX_EPOCHS,
    MAX_SEED,
    OPTIMIZERS,
    WATCHES,
    RunConfig,
)
from cnnlib.runs.schedules import SCHEDULES
from cnnlib.ui.run_address import (
    ALL,
    TYPED,
    make_config,
    make_run_query,
    make_values,
    read_number,
    run_settings,
)

OWN = Spec("mine", "My *own* net", (32, 32, 3), (Flatten(), Dense(units=10, activation="softmax")))
CONFIGS = st.builds(
    RunConfig,
    network=st.sampled_from(zoo.names()),
    dataset=st.sampled_from(["cifar10", "synthetic", "my-own_data"]),
    limit=st.none() | st.integers(1, 10**9),
    epochs=st.integers(100, MAX_EPOCHS),
    batch_size=st.integers(1, MAX_BATCH_SIZE),
    optimizer=st.sampled_from(OPTIMIZERS),
    learning_rate=st.floats(1e-300, 10),
    seed=st.integers(0, MAX_SEED),
    augmentation=st.lists(st.sampled_from(list(KINDS)), unique=True).map(",".join),
    schedule=st.sampled_from(SCHEDULES),
    warmup=st.floats(0, 100, allow_subnormal=False).map(lambda value: round(value, 9)),
    label_smoothing=st.floats(0, 0.5).map(lambda value: round(value, 9)),
    weight_decay=st.floats(0, 1).map(lambda value: round(value, 9)),
    patience=st.integers(0, MAX_EPOCHS),
    acceleration=st.sampled_from(ACCELERATIONS),
    deterministic=st.booleans(),
    watch=st.lists(st.sampled_from(WATCHES), unique=True).map(",".join),
)


def read(query: dict[str, str]) -> RunConfig:
    """As the form reads an address that it has not written itself."""
    assert query.pop("new") == "1"
    values: dict[str, Any] = {}
    for setting in run_settings():
        text = query.pop(setting.name, None)
        values[setting.name] = setting.default if text is None else setting.parse(text)
    assert not query, "the form reads all of it"
    return make_config(values)


@given(CONFIGS)
def test_a_link_to_a_runs_settings_makes_the_same_settings(config: RunConfig) -> None:
    query = make_run_query(config)
    assert read(dict(query)) == config
    assert make_run_query(read(dict(query))) == query


def test_a_network_of_ones_own_goes_with_the_link() -> None:
    config = RunConfig(spec=OWN, learning_rate=1.2345678e-5)
    assert read(make_run_query(config)) == config


def test_the_first_values_need_no_words_but_the_data_sets() -> None:
    assert make_run_query(RunConfig()) == {"new": "1", "dataset": "cifar10"}
    assert make_values(RunConfig())["limit"] == ALL


@pytest.mark.parametrize("name", TYPED)
@pytest.mark.parametrize("text", ["", " ", ".", "e", "e5", "-1", "+1", "nan", "inf", "1e400", "0x1",
                                  "1_0", "٣", "1,5", "1" * 100, "1e-", "--", "1 2"])  # fmt: skip
def test_what_is_no_number_of_the_rule_is_refused(name: str, text: str) -> None:
    with pytest.raises(RunError, match=name):
        read_number(name, text)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [("learning_rate", "1e-3", 0.001), ("learning_rate", " .5 ", 0.5), ("warmup", "2.", 2.0),
     ("batch_size", "64", 64), ("limit", "1e3", 1000), ("weight_decay", "0", 0.0)],
)  # fmt: skip
def test_numbers_as_people_type_them(name: str, text: str, value: float) -> None:
    assert read_number(name, text) == value
    assert type(read_number(name, text)) is type(value)
