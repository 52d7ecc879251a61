"""Augmentation as plain data: there and back as text, bounded, described for people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlib.errors import RunError
from cnnlib.runs.augmentation import (
    KINDS,
    Augmentation,
    describe_augmentations,
    format_augmentations,
    parse_augmentations,
)
from cnnlib.runs.config import RunConfig

ONE = st.sampled_from(list(KINDS.values())).flatmap(
    lambda kind: st.builds(
        Augmentation,
        st.just(kind.name),
        st.floats(kind.low, kind.high).map(
            lambda s: max(kind.low, min(kind.high, float(f"{s:.3f}")))
        ),
    )
)


@given(st.lists(ONE, unique_by=lambda each: each.kind))
def test_there_and_back(augmentations: list[Augmentation]) -> None:
    text = format_augmentations(augmentations)
    assert set(parse_augmentations(text)) == set(augmentations)
    assert format_augmentations(parse_augmentations(text)) == text


def test_the_usual_strength_is_not_said_and_mixup_comes_last() -> None:
    assert format_augmentations(parse_augmentations("mixup,shift-0.125,flip")) == "flip,shift,mixup"
    assert [each.kind for each in parse_augmentations("mixup,flip")] == ["flip", "mixup"]
    assert describe_augmentations("shift-0.25,flip") == "flip left and right, shift 0.25"


@pytest.mark.parametrize(
    "text",
    ["x", "flip,flip", "shift-9", "shift-0.0001", "shift-nan", "shift--1", "flip,", "Flip", 5, None,
     "flip;import os", "shift-1e-1", "a" * 10_000],
)  # fmt: skip
def test_what_is_none_is_refused_in_one_sentence(text) -> None:
    with pytest.raises(RunError) as error:
        parse_augmentations(text)
    assert len(str(error.value)) < 250
    with pytest.raises(RunError):
        RunConfig(augmentation=text)


def test_a_run_carries_it_and_older_rows_are_as_they_were() -> None:
    config = RunConfig(augmentation="cutout,flip")
    assert config.augmentation == "flip,cutout"
    assert RunConfig.from_dict(config.to_dict()) == config
    assert "augmentation" not in RunConfig().to_dict()
