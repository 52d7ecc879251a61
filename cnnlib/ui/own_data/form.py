"""The form that pictures must have, drawn as two small trees of folders with real thumbnails."""

import html

import numpy as np
import streamlit as st

from cnnlib.data import Dataset, Split, available
from cnnlib.ui.datasets import open_dataset
from cnnlib.ui.own_data import texts
from cnnlib.ui.page import ASSETS
from cnnlib.ui.prose import show_text
from cnnlib.ui.thumbnails import make_sprite_url

CLASSES, PICTURES = 4, 3


def draw_form() -> None:
    """The two trees, with pictures of the first installed set, and the rules in words."""
    st.html(ASSETS / "own_data.css")
    st.html(make_form_html(open_dataset(available()[0].name)))
    show_text("own_data/form")


def make_form_html(dataset: Dataset) -> str:
    """Both trees side by side, with the first classes of `dataset` as an example."""
    train, test = (
        [_folder(html.escape(name), f'<img src="{url}" alt="some pictures">')
         for name, url in _draw_examples(dataset, split)]
        for split in (dataset.train, dataset.test)
    )  # fmt: skip
    root = f"{texts.ROOT}/"
    plain = _tree(root, [*train, _more()])
    split = _tree(root, [_branch("train/", [*train[:1], _more()]),
                         _branch("test/", [*test[:1], _more()])])  # fmt: skip
    return (
        '<div class="lab-form">'
        f"<figure><figcaption>{texts.EITHER}</figcaption>{plain}</figure>"
        f"<figure><figcaption>{texts.OR}</figcaption>{split}</figure></div>"
    )


def _draw_examples(dataset: Dataset, split: Split) -> list[tuple[str, str]]:
    labels = np.asarray(split.labels)
    found: list[tuple[str, str]] = []
    for label, name in enumerate(dataset.class_names):
        places = np.flatnonzero(labels == label)[:PICTURES]
        if len(places) and len(found) < CLASSES:
            found.append((name, make_sprite_url(split.images[places], PICTURES)))
    return found


def _tree(root: str, items: list[str]) -> str:
    return f'<div class="lab-tree"><code>{root}</code><ul>{"".join(items)}</ul></div>'


def _branch(name: str, items: list[str]) -> str:
    return f"<li><code>{name}</code><ul>{''.join(items)}</ul></li>"


def _folder(name: str, content: str) -> str:
    return f"<li><code>{name}/</code>{content}</li>"


def _more() -> str:
    return "<li>…</li>"
