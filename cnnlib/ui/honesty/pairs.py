"""Pairs of images side by side, as HTML: one card a pair."""

import html
from urllib.parse import urlencode

import numpy as np

from cnnlib.data import Dataset
from cnnlib.data.duplicates import SPLITS, Duplicates
from cnnlib.ui.honesty import texts
from cnnlib.ui.navigation import DATASET
from cnnlib.ui.thumbnails import make_png_url


def make_pair_cards(dataset: Dataset, duplicates: Duplicates, chosen: np.ndarray) -> str:
    """Cards of the pairs with the numbers `chosen`; such with different labels are marked."""
    cards = "".join(_make_card(dataset, duplicates, int(number)) for number in chosen)
    return f'<div class="lab-pairs">{cards}</div>'


def _make_card(dataset: Dataset, duplicates: Duplicates, number: int) -> str:
    sides = [
        (SPLITS[int(duplicates.split_a[number])], int(duplicates.index_a[number])),
        (SPLITS[int(duplicates.split_b[number])], int(duplicates.index_b[number])),
    ]
    labels = [int(getattr(dataset, split).labels[index]) for split, index in sides]
    pictures = "".join(
        _make_side(dataset, split, index, label)
        for (split, index), label in zip(sides, labels, strict=True)
    )
    notes = [f"distance {duplicates.distance[number]:.3f}"]
    if duplicates.mirrored[number]:
        notes.append("mirrored")
    differ = labels[0] != labels[1]
    if differ:
        notes.append("<b>different labels</b>")
    kind = "lab-pair lab-pair-differs" if differ else "lab-pair"
    return (
        f'<figure class="{kind}"><div>{pictures}</div>'
        f"<figcaption>{' · '.join(notes)}</figcaption></figure>"
    )


def _make_side(dataset: Dataset, split: str, index: int, label: int) -> str:
    name = html.escape(dataset.class_names[label])
    query = urlencode({"dataset": dataset.name, "split": split, "index": index})
    image = np.asarray(getattr(dataset, split).images[index])
    return (
        f'<a href="{html.escape(f"{DATASET.address}?{query}", quote=True)}" target="_self">'
        f'<img src="{make_png_url(image)}" alt="{name}, {texts.SPLITS[split]} image {index}">'
        f"<span>{name}</span><small>{texts.SPLITS[split]} {index:,}</small></a>"
    )
