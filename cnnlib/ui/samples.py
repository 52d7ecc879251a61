"""Some images of each class, as a first look at a data set."""

import html

import numpy as np
import streamlit as st

from cnnlib.data import Dataset
from cnnlib.ui.page import ASSETS
from cnnlib.ui.thumbnails import make_sprite_url

SAMPLES_PER_CLASS = 8
MAX_STRIPS = 12
SEED = 10
SAMPLES = "{title}: {classes} classes, some images of each, as the network sees them."


def draw_samples(dataset: Dataset) -> None:
    """A strip of images for each class, under its name."""
    rng = np.random.default_rng(SEED)
    split, strips = dataset.test, []
    for label, name in enumerate(dataset.class_names[:MAX_STRIPS]):
        places = np.flatnonzero(split.labels == label)
        if not len(places):  # a class of one's own data may have no test images
            continue
        chosen = rng.choice(places, SAMPLES_PER_CLASS)
        url = make_sprite_url(split.images[chosen], SAMPLES_PER_CLASS)
        name = html.escape(name)
        strips.append(f'<figure><img src="{url}" alt=""><figcaption>{name}</figcaption></figure>')
    st.html(ASSETS / "home.css")
    st.html(f'<div class="lab-strips">{"".join(strips)}</div>')
    st.caption(SAMPLES.format(title=dataset.title, classes=len(dataset.class_names)))
