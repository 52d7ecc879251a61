"""Small multiples: each class's mean image, how it differs from all, and how much it varies."""

import html
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnlib.data.statistics import SplitStatistics
from cnnlib.ui.thumbnails import make_png_url
from cnnlib.ui.whole_set import texts

GREY, WHITE = 127.5, 255.0
MANY = 30  # classes; more of them get small cards that scroll in a box of their own


@dataclass(frozen=True)
class ClassPictures:
    """Pictures (K, H, W, C) uint8; of a class without images they mean nothing.

    mean: the mean images. against: grey plus `gain` times what they differ from the mean of all.
    spread: `stretch` times the standard deviations.
    """

    mean: NDArray[np.uint8]
    against: NDArray[np.uint8]
    spread: NDArray[np.uint8]
    gain: float
    stretch: float
    present: NDArray[np.bool_]


def make_class_pictures(statistics: SplitStatistics) -> ClassPictures:
    """One gain and one stretch for all classes, so that they can be compared."""
    present = statistics.counts > 0
    means = np.nan_to_num(statistics.mean_images)
    stds = np.nan_to_num(statistics.std_images)
    overall = np.tensordot(statistics.counts, means, 1) / max(1, statistics.counts.sum())
    differences = np.where(present[:, None, None, None], means - overall, 0)
    gain = GREY / max(1.0, float(np.abs(differences).max()))
    stretch = WHITE / max(1.0, float(stds.max()))
    return ClassPictures(
        _to_bytes(means),
        _to_bytes(GREY + gain * differences),
        _to_bytes(stretch * stds),
        gain,
        stretch,
        present,
    )


def make_cards(pictures: ClassPictures, class_names: Sequence[str]) -> str:
    """HTML: a card for each class with its three pictures."""
    cards = "".join(_cards(pictures, class_names))
    if len(class_names) > MANY:  # a box that scrolls is reached by the Tab key
        return f'<div class="lab-classes lab-classes-many" tabindex="0">{cards}</div>'
    return f'<div class="lab-classes">{cards}</div>'


def _cards(pictures: ClassPictures, class_names: Sequence[str]) -> list[str]:
    cards = []
    for label, name in enumerate(class_names):
        title = html.escape(name)
        if pictures.present[label]:
            shown = (pictures.mean, pictures.against, pictures.spread)
            figures = "".join(
                f'<span><img src="{make_png_url(images[label])}" alt="{kind}: {title}">'
                f"<small>{kind}</small></span>"
                for images, kind in zip(shown, texts.CLASS_KINDS, strict=True)
            )
        else:
            figures = f"<small>{texts.NO_IMAGES}</small>"
        cards.append(f"<figure><figcaption>{title}</figcaption><div>{figures}</div></figure>")
    return cards


def _to_bytes(values: NDArray[np.floating]) -> NDArray[np.uint8]:
    return np.asarray(np.clip(np.rint(values), 0, WHITE), np.uint8)
