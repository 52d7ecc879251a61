"""Sweeps: one declaration that becomes a group of runs, every combination or some drawn at random.

    >>> sweep = Sweep(RunConfig(), {"learning_rate": (0.001, 0.01), "batch_size": (32, 128)})
    >>> [sweep.name_run(config) for config in sweep.list_configs()]
    ['rate 0.001, batch 32', 'rate 0.001, batch 128', 'rate 0.01, batch 32', 'rate 0.01, batch 128']

Random search tries more values of each setting with as many runs (Bergstra & Bengio, «Random Search
for Hyper-Parameter Optimization», 2012).
"""

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from cnnlib.errors import RunError
from cnnlib.runs.config import MAX_SEED, RunConfig
from cnnlib.runs.setting_words import describe_setting

NUMBERS = ("learning_rate", "batch_size", "epochs", "limit", "weight_decay", "label_smoothing",
           "warmup", "patience")  # fmt: skip
WORDS = ("network", "optimizer", "schedule", "augmentation")
SETTINGS = (*WORDS[:1], *NUMBERS[:1], *WORDS[1:], *NUMBERS[1:])
"""What a sweep may vary; seeds apart."""
WHOLE = ("batch_size", "epochs", "limit", "patience")
SCALES = ("log", "linear")
MAX_SEEDS = 10
MAX_VALUES = 50  # of one setting
MAX_TITLE = 80
DIGITS = 3  # significant ones of a drawn number
DRAWS_A_RUN = 50  # tries for a combination that is not there yet


@dataclass(frozen=True)
class Range:
    """Numbers from `low` to `high`, drawn evenly, or evenly in their logarithm."""

    low: float
    high: float
    scale: str = "linear"

    def __post_init__(self) -> None:
        numbers = all(
            isinstance(end, int | float) and not isinstance(end, bool) and math.isfinite(end)
            for end in (self.low, self.high)
        )
        if not numbers or not self.low < self.high:
            raise RunError(
                f"A range must go from a lower to a higher number. "
                f"Received: {self.low!r} to {self.high!r}."
            )
        if self.scale not in SCALES:
            raise RunError(f"scale must be one of {', '.join(SCALES)}. Received: {self.scale!r}.")
        if self.scale == "log" and self.low <= 0:
            raise RunError(
                f"A range on a log scale must begin above 0. Received: {self.low:g}. "
                f"Take a linear scale, or a higher number."
            )

    def draw(self, rng: np.random.Generator, *, whole: bool) -> float | int:
        """A number of the range, with three digits; whole if it must be."""
        if self.scale == "log":
            value = math.exp(rng.uniform(math.log(self.low), math.log(self.high)))
        else:
            value = rng.uniform(self.low, self.high)
        if whole:
            return min(max(round(value), math.ceil(self.low)), math.floor(self.high))
        return min(max(float(f"{value:.{DIGITS}g}"), self.low), self.high)


Axis = tuple[Any, ...] | Range


@dataclass(frozen=True)
class Sweep:
    """What to try.

    Attributes:
        base: the settings that all runs have; its seed is the first one's.
        axes: for each setting that varies, of `SETTINGS`, its values. A random search may have a
            `Range` of numbers in their place.
        count: how many combinations a random search draws; None for every combination.
        draw: the seed of a random search; the same draws the same combinations.
        seeds: how often each combination is trained, with seeds one after the other.
    """

    base: RunConfig
    axes: Mapping[str, Axis] = field(default_factory=dict)
    count: int | None = None
    draw: int = 0
    seeds: int = 1

    def __post_init__(self) -> None:
        _require_whole("seeds", self.seeds, 1, MAX_SEEDS)
        _require_whole("draw", self.draw, 0, MAX_SEED)
        if self.count is not None:
            _require_whole("count", self.count, 1, 10_000)
        if not self.axes and self.seeds == 1:
            raise RunError("A sweep must vary a setting at least, or train with several seeds.")
        if self.base.continue_from is not None:
            raise RunError("A sweep's runs begin anew: continue_from must be left out.")
        for name, axis in self.axes.items():
            self._check_axis(name, axis)
        object.__setattr__(
            self, "axes", {name: self.axes[name] for name in SETTINGS if name in self.axes}
        )

    def _check_axis(self, name: str, axis: Axis) -> None:
        if name not in SETTINGS:
            raise RunError(f"A sweep may vary {', '.join(SETTINGS)}. Received: {name!r}.")
        if name == "network" and self.base.spec is not None:
            raise RunError("A sweep over networks must begin with one of the zoo's.")
        if isinstance(axis, Range):
            if self.count is None or name not in NUMBERS:
                raise RunError(f"{name} must have single values here. Received a range.")
            values: tuple[Any, ...] = (axis.low, axis.high)
            values = tuple(map(round, values)) if name in WHOLE else values
        else:
            values = axis
            if not 1 <= len(values) <= MAX_VALUES or len(set(values)) != len(values):
                raise RunError(
                    f"{name} must have 1 to {MAX_VALUES} values, each once. "
                    f"Received: {len(values)} values."
                )
        for value in values:
            self._change({name: value})

    def list_configs(self) -> list[RunConfig]:
        """The runs' settings: all combinations with the first seed, then with the next one.

        Raises:
            RunError: there are not so many combinations as a random search shall draw, or two
                settings do not go together.
        """
        combinations = list(self._list_all() if self.count is None else self._draw_some())
        first = self.base.seed
        return [
            self._change({**combination, "seed": (first + number) % (MAX_SEED + 1)})
            for number in range(self.seeds)
            for combination in combinations
        ]

    @property
    def size(self) -> int:
        """How many runs it makes, counted without making them."""
        if self.count is not None:
            return self.count * self.seeds
        return self.seeds * math.prod(len(axis) for axis in self._values.values())

    @property
    def varied(self) -> list[str]:
        """The settings in which its runs differ, the seed among them where there are several."""
        return [*self.axes, *(["seed"] if self.seeds > 1 else [])]

    def name_run(self, config: RunConfig) -> str:
        """By what it differs from the others: «rate 0.01, batch 64»."""
        words = (describe_setting(name, getattr(config, name)) for name in self.varied)
        return ", ".join(words)

    @property
    def _values(self) -> dict[str, tuple[Any, ...]]:
        return {name: axis for name, axis in self.axes.items() if not isinstance(axis, Range)}

    def _list_all(self) -> Iterator[dict[str, Any]]:
        for values in itertools.product(*self._values.values()):
            yield dict(zip(self.axes, values, strict=True))

    def _draw_some(self) -> Iterator[dict[str, Any]]:
        """`count` combinations, each once."""
        assert self.count is not None
        rng = np.random.default_rng(self.draw)
        seen: set[tuple[Any, ...]] = set()
        for _ in range(self.count * DRAWS_A_RUN):
            values = tuple(_draw(rng, name, axis) for name, axis in self.axes.items())
            if values not in seen:
                seen.add(values)
                yield dict(zip(self.axes, values, strict=True))
            if len(seen) == self.count:
                return
        raise RunError(
            f"count must be no more than there are combinations. Received: {self.count}; "
            f"{len(seen)} were found. Take fewer, or more values."
        )

    def _change(self, changes: Mapping[str, Any]) -> RunConfig:
        return replace(self.base, **changes)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for `from_dict` and JSON."""
        axes = {
            name: {"low": axis.low, "high": axis.high, "scale": axis.scale}
            if isinstance(axis, Range)
            else list(axis)
            for name, axis in self.axes.items()
        }
        return {"base": self.base.to_dict(), "axes": axes, "count": self.count,
                "draw": self.draw, "seeds": self.seeds}  # fmt: skip

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Sweep":
        """Read what `to_dict` wrote.

        Raises:
            LabError: a setting breaks its rule.
        """
        axes = {
            name: Range(**axis) if isinstance(axis, Mapping) else tuple(axis)
            for name, axis in data["axes"].items()
        }
        rest = {name: data[name] for name in ("count", "draw", "seeds")}
        return cls(RunConfig.from_dict(data["base"]), axes, **rest)


def _draw(rng: np.random.Generator, name: str, axis: Axis) -> Any:
    if isinstance(axis, Range):
        return axis.draw(rng, whole=name in WHOLE)
    return axis[int(rng.integers(len(axis)))]


def _require_whole(argument: str, value: Any, low: int, high: int) -> None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or not low <= value <= high:
        raise RunError(
            f"{argument} must be a whole number from {low:,} to {high:,}. Received: {value!r}."
        )
