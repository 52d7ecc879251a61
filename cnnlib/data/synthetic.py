"""The synthetic data set: the ten classes as small drawings, so that the lab works at once.

Colour, size, turn, flip, place, background, light and noise vary at random with a fixed seed:
the images are the same on every machine. Never mixed up with real ones: `synthetic` is True and
the title says so.
"""

import colorsys
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from cnnlib import settings
from cnnlib.data import storage
from cnnlib.data.dataset import Dataset, DatasetInfo, Progress
from cnnlib.data.silhouettes import POSES
from cnnlib.data.writer import SplitWriter, finish
from cnnlib.errors import DatasetError

NAME = "synthetic"
TITLE = "Synthetic (drawn by the lab)"
VERSION = 1  # raise it with every change to the drawings: stored copies are then drawn anew
SOURCE = f"drawn by CNN Lab, version {VERSION}"
SEED = 10
COUNTS = {"train": 2500, "test": 500}
SIZE = 32
ZOOM = 3  # drawn this much larger, then averaged down: smooth edges

Color = tuple[int, int, int]
FIXED: dict[str, Color] = {
    "black": (28, 28, 34), "white": (246, 246, 242), "metal": (176, 182, 190),
    "glass": (150, 205, 235), "yellow": (255, 220, 90), "orange": (246, 150, 40),
    "pink": (240, 150, 160), "red": (214, 52, 60), "lime": (190, 220, 80), "grey": (190, 192, 196),
    "horn": (208, 176, 130), "hair": (62, 44, 36), "earth": (120, 84, 56), "foam": (226, 240, 246),
}  # fmt: skip
VEHICLES = ("airplane", "automobile", "ship", "truck")
# Hue range 0..1, saturation range, lightness range of an animal's coat.
COATS: dict[str, tuple[tuple[float, float, float, float, float, float], ...]] = {
    "bird": ((0.0, 1.0, 0.5, 0.85, 0.4, 0.6),),
    "cat": ((0.05, 0.1, 0.6, 0.9, 0.5, 0.62), (0.0, 1.0, 0.0, 0.08, 0.3, 0.72)),
    "deer": ((0.05, 0.09, 0.4, 0.6, 0.36, 0.52),),
    "dog": ((0.06, 0.11, 0.35, 0.7, 0.36, 0.7), (0.0, 1.0, 0.0, 0.06, 0.35, 0.8)),
    "frog": ((0.2, 0.4, 0.5, 0.8, 0.36, 0.5), (0.2, 0.4, 0.5, 0.8, 0.36, 0.5),
             (0.0, 1.0, 0.6, 0.8, 0.4, 0.5)),
    "horse": ((0.03, 0.09, 0.35, 0.65, 0.28, 0.5), (0.0, 1.0, 0.0, 0.08, 0.35, 0.85)),
}  # fmt: skip
# Top of the sky, sky at the horizon, ground at the horizon, ground at the bottom; horizon 0..1.
SCENES: dict[str, tuple[tuple[Color, Color, Color, Color], tuple[float, float]]] = {
    "sky": (((70, 140, 220), (190, 220, 245), (200, 225, 245), (225, 235, 245)), (0.7, 1.0)),
    "dusk": (((70, 60, 120), (240, 160, 120), (110, 80, 90), (70, 55, 70)), (0.5, 0.9)),
    "sea": (((140, 190, 235), (215, 232, 245), (50, 120, 175), (25, 80, 140)), (0.35, 0.65)),
    "meadow": (((130, 185, 235), (210, 230, 240), (120, 175, 80), (70, 130, 50)), (0.25, 0.6)),
    "forest": (((40, 75, 50), (80, 115, 70), (95, 100, 55), (60, 70, 40)), (0.4, 0.7)),
    "sand": (((150, 195, 230), (235, 230, 215), (225, 200, 150), (200, 170, 120)), (0.3, 0.6)),
    "street": (((165, 175, 190), (205, 205, 205), (120, 120, 125), (85, 85, 92)), (0.4, 0.65)),
    "room": (((200, 185, 165), (222, 208, 190), (165, 120, 85), (130, 90, 62)), (0.5, 0.75)),
    "snow": (((175, 195, 215), (225, 232, 240), (240, 243, 248), (215, 225, 238)), (0.3, 0.6)),
}
USUAL = {
    "airplane": ("sky", "dusk"), "automobile": ("street", "sand"), "bird": ("sky", "forest"),
    "cat": ("room", "meadow"), "deer": ("forest", "meadow"), "dog": ("meadow", "room"),
    "frog": ("forest", "meadow"), "horse": ("meadow", "sand"), "ship": ("sea", "dusk"),
    "truck": ("street", "snow"),
}  # fmt: skip


def open_or_make(progress: Progress) -> Dataset:
    """The stored copy, drawn first where there is none, an older version or a damaged one."""
    try:
        if is_current(storage.read_info(NAME)):
            return storage.open_stored(NAME)
    except DatasetError:
        pass
    with storage.replacing(NAME) as place:
        for seed, (split, count) in enumerate(COUNTS.items(), start=SEED):
            progress(0.1 if split == "train" else 0.8, f"Drawing the synthetic {split} images")
            images, labels = draw(count, seed)
            writer = SplitWriter(place, split, count, images.shape[1:])
            writer.write(0, images, labels)
            writer.close()
        finish(
            place,
            title=TITLE,
            class_names=settings.CIFAR10_CLASSES,
            synthetic=True,
            source=SOURCE,
        )
    progress(1.0, "Done")
    return storage.open_stored(NAME)


def is_current(info: DatasetInfo) -> bool:
    return info.name == NAME and info.source == SOURCE


def info() -> DatasetInfo:
    """What the set will be, before it is drawn: its fingerprint is still empty."""
    return DatasetInfo(
        name=NAME,
        title=TITLE,
        class_names=settings.CIFAR10_CLASSES,
        image_shape=(SIZE, SIZE, 3),
        train_count=COUNTS["train"],
        test_count=COUNTS["test"],
        synthetic=True,
        source=SOURCE,
        fingerprint="",
    )


def draw(count: int, seed: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """`count` images (count, 32, 32, 3) uint8 with labels (count,), as many of each class."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(count) % len(settings.CIFAR10_CLASSES)).astype(np.int64)
    figures = np.empty((count, SIZE, SIZE, 4), np.uint8)
    for index, label in enumerate(labels):
        figures[index] = _draw_figure(settings.CIFAR10_CLASSES[label], rng)
    alpha = figures[..., 3:].astype(np.float32) / 255
    pixels = _draw_backgrounds(labels, rng)
    pixels += alpha * (figures[..., :3] - pixels)
    light = rng.normal(1.0, 0.12, (count, 1, 1, 1)).astype(np.float32)
    tint = rng.normal(1.0, 0.05, (count, 1, 1, 3)).astype(np.float32)
    pixels = (pixels - 128) * light * tint + 128 + 90 * (light - 1)
    grain = rng.uniform(3, 12, (count, 1, 1, 1)).astype(np.float32)
    pixels += grain * rng.standard_normal(pixels.shape, np.float32)
    return np.clip(pixels, 0, 255).astype(np.uint8), labels


def _draw_figure(name: str, rng: np.random.Generator) -> NDArray[np.uint8]:
    """One figure on a transparent ground (32, 32, 4)."""
    poses = _corners(name)
    roles, starts, corners = poses[rng.integers(len(poses))]
    scale, lean, squeeze, dx, dy = rng.uniform((9.5, -1, 0.88, -1, -1), (14.5, 1, 1.12, 1, 1))
    turn = lean * (0.45 if name in ("airplane", "bird") else 0.2)
    flip = -1 if rng.random() < 0.5 else 1
    cos, sin = np.cos(turn) * scale * ZOOM, np.sin(turn) * scale * ZOOM
    matrix = np.array([[cos * flip * squeeze, sin * flip * squeeze], [-sin, cos]])
    room = (SIZE / 2 - scale * 0.8) * ZOOM
    placed = corners @ matrix + (SIZE * ZOOM / 2 + room * dx, SIZE * ZOOM / 2 + room * dy)
    flat = placed.ravel().tolist()
    colors = _colors(name, rng)
    image = Image.new("RGBA", (SIZE * ZOOM, SIZE * ZOOM))
    pencil = ImageDraw.Draw(image)
    for role, start, stop in zip(roles, starts[:-1], starts[1:], strict=True):
        pencil.polygon(flat[2 * start : 2 * stop], fill=colors[role])
    return np.asarray(image.reduce(ZOOM))


@cache
def _corners(name: str) -> list[tuple[list[str], list[int], NDArray[np.float64]]]:
    """A class's poses as roles, where each polygon starts, and all corners (P, 2) in one array."""
    packed = []
    for pose in POSES[name]:
        starts = np.cumsum([0, *(len(points) for _, points in pose)]).tolist()
        corners = np.array([point for _, points in pose for point in points])
        packed.append(([role for role, _ in pose], starts, corners))
    return packed


def _colors(name: str, rng: np.random.Generator) -> dict[str, tuple[int, ...]]:
    """What each role looks like in one image."""
    if name in VEHICLES:
        hue, saturation, lightness = rng.uniform((0, 0.45, 0.38), (1, 0.9, 0.6))
        second = (hue + rng.uniform(0.3, 0.7), saturation * rng.random(), rng.uniform(0.55, 0.9))
    else:
        choice = COATS[name][rng.integers(len(COATS[name]))]
        hue, saturation, lightness = rng.uniform(choice[::2], choice[1::2])
        second = (hue, saturation * 0.8, lightness * 0.6)
    return FIXED | {
        "shadow": (20, 24, 30, 90),
        "body": _rgb(hue, saturation, lightness),
        "dark": _rgb(hue, saturation, lightness * 0.7),
        "light": _rgb(hue, saturation * 0.6, lightness + 0.6 * (1 - lightness)),
        "second": _rgb(*second),
        "stripe": _rgb(second[0], second[1], second[2] * 0.75),
    }


def _rgb(hue: float, saturation: float, lightness: float) -> Color:
    red, green, blue = colorsys.hls_to_rgb(hue % 1, min(lightness, 1.0), saturation)
    return round(255 * red), round(255 * green), round(255 * blue)


def _draw_backgrounds(labels: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.float32]:
    """Scenes (count, 32, 32, 3), 0..255: half the time one that is usual for the class."""
    count, names = len(labels), list(SCENES)
    palette = np.array([SCENES[name][0] for name in names], np.float32)
    ranges = np.array([SCENES[name][1] for name in names], np.float32)
    usual = np.array(
        [[names.index(scene) for scene in USUAL[name]] for name in settings.CIFAR10_CLASSES]
    )
    any_scene = rng.integers(len(names), size=count)
    own_scene = usual[labels, rng.integers(usual.shape[1], size=count)]
    scene = np.where(rng.random(count) < 0.5, own_scene, any_scene)

    horizon = rng.uniform(ranges[scene, 0], ranges[scene, 1])[:, None].astype(np.float32)
    rows = np.linspace(0, 1, SIZE, dtype=np.float32)[None]
    above = np.clip(rows / horizon, 0, 1)[..., None]
    below = np.clip((rows - horizon) / (1.001 - horizon), 0, 1)[..., None]
    top, far, near, bottom = (palette[scene, k][:, None] for k in range(4))
    is_ground = np.clip((rows - horizon) * SIZE + 0.5, 0, 1)[..., None]
    columns = (1 - is_ground) * (top + above * (far - top)) + is_ground * (
        near + below * (bottom - near)
    )
    pixels = np.repeat(columns[:, :, None], SIZE, axis=2)
    pixels += rng.normal(0, 8, (count, 1, 1, 3)).astype(np.float32)
    for cells in (4, 8):  # clouds, bushes and waves: soft patches of light and dark
        patch = rng.normal(0, 7, (count, cells, cells, 1)).astype(np.float32)
        pixels += _enlarge(patch, SIZE // cells)
    return pixels


def _enlarge(patch: NDArray[np.float32], factor: int) -> NDArray[np.float32]:
    """Bilinear enlargement of (count, n, n, 1) to (count, n·factor, n·factor, 1)."""
    n = patch.shape[1]
    places = np.clip((np.arange(n * factor) + 0.5) / factor - 0.5, 0, n - 1)
    weights = np.maximum(0, 1 - np.abs(places[:, None] - np.arange(n))).astype(np.float32)
    enlarged: NDArray[np.float32] = np.einsum(
        "ai,cij,bj->cab", weights, patch[..., 0], weights, optimize=True
    )
    return enlarged[..., None]
