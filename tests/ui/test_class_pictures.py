"""Each class's pictures: one gain for all, and names of any kind."""

import numpy as np

from cnnlib.data import Dataset, Split
from cnnlib.data.statistics import compute_statistics
from cnnlib.ui.whole_set.class_pictures import make_cards, make_class_pictures
from cnnlib.ui.whole_set.views import make_normalization_code


def make_statistics(lab_home):
    rng = np.random.default_rng(5)
    images = rng.integers(0, 256, (40, 6, 5, 3), dtype=np.uint8)
    split = Split(images, np.repeat([0, 1], 20))
    dataset = Dataset("x", "X", ("a", "b", "none"), split, split, False, "drawn", "cards")
    return images, compute_statistics(dataset)


def test_pictures_are_means_differences_and_spreads(lab_home) -> None:
    images, statistics = make_statistics(lab_home)
    pictures = make_class_pictures(statistics.train)
    first, overall = images[:20].mean(axis=0), images.mean(axis=0)
    np.testing.assert_allclose(pictures.mean[0], first, atol=0.51)
    np.testing.assert_allclose(
        pictures.against[0], 127.5 + pictures.gain * (first - overall), atol=0.6
    )
    np.testing.assert_allclose(
        pictures.spread[0], pictures.stretch * images[:20].std(axis=0), atol=0.6
    )
    reach = [pictures.against[:2].min(), pictures.against[:2].max()]
    assert min(reach[0], 255 - reach[1]) <= 1  # the strongest difference uses the whole range
    assert pictures.spread[:2].max() == 255
    assert pictures.present.tolist() == [True, True, False]


def test_cards_escape_names_and_say_what_is_missing(lab_home) -> None:
    _, statistics = make_statistics(lab_home)
    html = make_cards(make_class_pictures(statistics.train), ("<b>&", "\"'", "none"))
    assert html.count("<img") == 6
    assert "&lt;b&gt;&amp;" in html
    assert "<b>" not in html
    assert html.count("no images") == 1


def test_the_keras_lines_have_the_computed_numbers(lab_home) -> None:
    images, statistics = make_statistics(lab_home)
    code = make_normalization_code(statistics.train)
    for value in (images / 255).mean(axis=(0, 1, 2)):
        assert f"{value:.4f}" in code
    for value in (images / 255).var(axis=(0, 1, 2)):
        assert f"{value:.5f}" in code
    compile(code, "lines", "exec")
