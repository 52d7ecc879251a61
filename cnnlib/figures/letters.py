"""Letters at the ends of lines and beside points, so that none covers another."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

LETTERS = "ABCDEFGHIJKL"
_LETTER_PIXELS = 14  # one above another
_SHIFT = 9  # pixels from a point to its letter
_CROWDED = 0.06  # of the width: places nearer than this would have their letters meet


@dataclass(frozen=True)
class Spot:
    """What a letter belongs to.

    Attributes:
        letter: a place in `LETTERS`.
        color: a CSS colour. link: where the letter leads; "" for nowhere.
        x, y: as it is drawn: on a logarithmic axis, the exponent.
    """

    letter: int
    color: str
    link: str
    x: float
    y: float


@dataclass(frozen=True)
class Frame:
    """What is drawn, in its own units: from `left` to `right`, from `low` to `high`; its height."""

    left: float
    right: float
    low: float
    high: float
    pixels: float

    def find_height(self, y: float) -> float:
        """In pixels from below."""
        return (y - self.low) / (self.high - self.low) * self.pixels


def letter_ends(spots: Sequence[Spot], frame: Frame) -> list[dict[str, object]]:
    """An annotation right of each spot; those that would meet are moved apart, as little as can be.

    They stay within the frame, whose `low` and `high` must be the ends of the axis.
    """
    notes = []
    for near in _group(spots, lambda spot: spot.x, _CROWDED * (frame.right - frame.left)):
        ordered = sorted(near, key=lambda spot: (spot.y, -spot.letter))
        wanted = [frame.find_height(spot.y) for spot in ordered]
        for spot, at, free in zip(ordered, wanted, _move_apart(wanted, frame.pixels), strict=True):
            shift = {"xshift": _SHIFT, "yshift": free - at}
            notes.append(_make_note([spot], spot.x, spot.y, "left") | shift)
    return notes


def letter_points(spots: Sequence[Spot], frame: Frame) -> list[dict[str, object]]:
    """Annotations beside the spots: those that would meet stand in one row, behind the last spot.

    In the right part of the frame they stand to the left, where there is room.
    """
    notes = []
    width = frame.right - frame.left
    for near in _group(spots, lambda spot: spot.x, _CROWDED * width):
        for row in _group(near, lambda spot: frame.find_height(spot.y), _LETTER_PIXELS):
            first, last = min(spot.x for spot in row), max(spot.x for spot in row)
            is_right = last - frame.left > 0.6 * width
            side, x, shift = ("right", first, -_SHIFT) if is_right else ("left", last, _SHIFT)
            y = float(np.mean([spot.y for spot in row]))
            row.sort(key=lambda spot: spot.letter, reverse=is_right)
            notes.append(_make_note(row, x, y, side) | {"xshift": shift})
    return notes


def escape(text: str) -> str:
    """Plotly's labels know some HTML; what people wrote is none."""
    for letter, name in (("&", "amp"), ("<", "lt"), (">", "gt"), ('"', "quot")):
        text = text.replace(letter, f"&{name};")
    return text


def _group(spots: Sequence[Spot], at: Callable[[Spot], float], distance: float) -> list[list[Spot]]:
    """In their order along an axis, each group as far from the next as `distance` at least."""
    groups: list[list[Spot]] = []
    for spot in sorted(spots, key=at):
        if groups and at(spot) - at(groups[-1][-1]) < distance:
            groups[-1].append(spot)
        else:
            groups.append([spot])
    return groups


def _move_apart(wanted: Sequence[float], pixels: float) -> list[float]:
    """Heights `_LETTER_PIXELS` apart, within 0 to `pixels`, nearest to those wanted (ascending).

    With the places that the letters below take away, heights need only not descend: their least
    squares come from pooling neighbours that do (Ayer et al. 1955, «pool adjacent violators»).
    """
    pools: list[list[float]] = []
    for number, height in enumerate(wanted):
        pools.append([height - number * _LETTER_PIXELS])
        while len(pools) > 1 and np.mean(pools[-2]) > np.mean(pools[-1]):
            last = pools.pop()
            pools[-1] += last
    half, count = _LETTER_PIXELS / 2, len(wanted)
    lowest, highest = half, max(half, pixels - half - (count - 1) * _LETTER_PIXELS)
    rests = [float(np.clip(np.mean(pool), lowest, highest)) for pool in pools for _ in pool]
    return [rest + number * _LETTER_PIXELS for number, rest in enumerate(rests)]


def _make_note(spots: Sequence[Spot], x: float, y: float, side: str) -> dict[str, object]:
    text = " ".join(map(_write, spots))
    return {"text": text, "x": x, "y": y, "xanchor": side, "showarrow": False,
            "font": {"size": 14}}  # fmt: skip


def _write(spot: Spot) -> str:
    """A letter in its colour; it leads to its run's page."""
    letter, style = f"<b>{LETTERS[spot.letter]}</b>", f'style="color:{spot.color}"'
    if spot.link:
        return f'<a href="{escape(spot.link)}" {style} target="_self">{letter}</a>'
    return f"<span {style}>{letter}</span>"
