"""Polygons to draw with: corners in a square of -1 … 1, x to the right, y downwards."""

import math
from collections.abc import Sequence

Point = tuple[float, float]
Part = tuple[str, list[Point]]
Pose = list[Part]


def ellipse(cx: float, cy: float, rx: float, ry: float, degrees: float = 0.0) -> list[Point]:
    turn = math.radians(degrees)
    cos, sin = math.cos(turn), math.sin(turn)
    corners = 12 if max(rx, ry) < 0.2 else 20
    ring = [(rx * math.cos(t), ry * math.sin(t)) for t in _angles(corners)]
    return [(cx + x * cos - y * sin, cy + x * sin + y * cos) for x, y in ring]


def _angles(corners: int) -> list[float]:
    return [2 * math.pi * corner / corners for corner in range(corners)]


def smooth(*points: Point) -> list[Point]:
    """A closed Catmull-Rom curve through the points, four corners for each."""
    curve: list[Point] = []
    for i in range(len(points)):
        a, b, c, d = (points[(i + k) % len(points)] for k in (-1, 0, 1, 2))
        curve += [
            (_spline(a[0], b[0], c[0], d[0], t), _spline(a[1], b[1], c[1], d[1], t))
            for t in (0.0, 0.25, 0.5, 0.75)
        ]
    return curve


def _spline(a: float, b: float, c: float, d: float, t: float) -> float:
    linear, square, cube = c - a, 2 * a - 5 * b + 4 * c - d, 3 * b - a - 3 * c + d
    return 0.5 * (2 * b + linear * t + square * t**2 + cube * t**3)


def box(left: float, top: float, right: float, bottom: float) -> list[Point]:
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def limb(x0: float, y0: float, x1: float, y1: float, wide: float, narrow: float) -> list[Point]:
    """A tapering bar from (x0, y0) to (x1, y1)."""
    length = math.hypot(x1 - x0, y1 - y0)
    nx, ny = (y0 - y1) / length / 2, (x1 - x0) / length / 2
    return [
        (x0 + nx * wide, y0 + ny * wide),
        (x1 + nx * narrow, y1 + ny * narrow),
        (x1 - nx * narrow, y1 - ny * narrow),
        (x0 - nx * wide, y0 - ny * wide),
    ]


def mirror(points: Sequence[Point], *, upright: bool = False) -> list[Point]:
    """The points mirrored at x = 0, or, for what is seen from above, at y = 0."""
    return [(x, -y) if upright else (-x, y) for x, y in points]


def both(role: str, points: list[Point], *, upright: bool = False) -> Pose:
    return [(role, points), (role, mirror(points, upright=upright))]


def shadow(y: float, half: float) -> Part:
    return "shadow", ellipse(0.0, y, half, 0.09)


def wheel(x: float, y: float, radius: float) -> Pose:
    return [
        ("black", ellipse(x, y, radius, radius)),
        ("metal", ellipse(x, y, radius / 2, radius / 2)),
    ]


def eye(x: float, y: float, radius: float) -> Pose:
    return [
        ("white", ellipse(x, y, radius, radius)),
        ("black", ellipse(x + radius / 4, y, radius * 0.6, radius * 0.6)),
    ]
