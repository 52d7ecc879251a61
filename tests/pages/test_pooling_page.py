"""The pooling page without a browser: every kind both ways, every example, every broken rule."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnlib.ops.pools import POOLS
from cnnlib.ui.pooling.patch import FIRST, make_table, pool_patch, write
from cnnlib.ui.pooling.settings import DEFAULTS, EXAMPLES, make_settings

ROOT = Path(__file__).parents[2]
LAYERS = {
    "average": "AveragePooling2D",
    "max": "MaxPooling2D",
    "global_average": "GlobalAveragePooling2D",
    "global_max": "GlobalMaxPooling2D",
}


@pytest.fixture(autouse=True)
def home(with_synthetic: Path) -> None:
    """Every test has the synthetic data set."""


def open_page(**query: object) -> AppTest:
    page = AppTest.from_file(str(ROOT / "pages" / "pooling.py"), default_timeout=60)
    for key, value in query.items():
        page.query_params[key] = str(value)
    page.run()
    assert not page.exception
    return page


@pytest.mark.parametrize("kind", POOLS)
def test_every_kind_opens_by_its_link_and_shows_all_parts(kind) -> None:
    page = open_page(kind=kind)
    assert not page.error
    headers = [header.value for header in page.subheader]
    assert {"By hand", "One patch, every pooling"} <= set(headers)
    code = page.code[0].value
    if kind in LAYERS:
        assert f"layers.{LAYERS[kind]}" in code
    else:
        assert "import tensorflow as tf" in code
        assert "\ndef " in code
    for example in EXAMPLES[kind]:
        (button,) = [button for button in page.button if button.label == example.title]
        button.click().run()
        assert not page.exception
        assert not page.error, example.title


def test_the_code_that_is_shown_runs_the_file_that_is_checked() -> None:
    code = open_page(kind="median").code[0].value
    file = ROOT / "cnnlib/backend/definitions/median_pool2d.py"
    assert code.startswith(file.read_text())
    assert code.endswith("median_pool2d(\n    x,\n    pool_size=2,\n    strides=2,\n"
                         "    padding='valid',\n)")  # fmt: skip


def test_another_kind_begins_with_what_suits_it() -> None:
    page = open_page(kind="mixed", alpha=0.25, view="gradient")
    page.button_group[0].set_value("average")
    page.run()
    assert not page.error
    assert page.query_params == {}
    page.button_group[0].set_value("netvlad")
    page.run()
    assert page.query_params == {"kind": "netvlad"}


BROKEN = {
    "a window larger than a VALID input": ({"size": 1}, "pool_size must fit into the image"),
    "likewise, the gradient": ({"size": 1, "view": "gradient", "kind": "mixed"}, "must fit"),
    "likewise, unpooling": ({"size": 1, "kind": "max_unpooling"}, "must fit"),
    "an upload that is gone": ({"source": "upload", "upload": "0" * 16}, "Upload it again"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_rule_is_one_line_and_the_controls_stay(what) -> None:
    query, rule = BROKEN[what]
    page = open_page(**query)
    (error,) = page.error
    assert rule in error.value.replace("\\", "")
    assert page.slider or page.number_input


def test_no_level_at_all_is_said() -> None:
    page = open_page(kind="spatial_pyramid")
    (levels,) = [group for group in page.button_group if group.label == "Levels"]
    levels.set_value([]).run()
    (error,) = page.error
    assert "levels must be" in error.value


IMPOSSIBLE = [
    {"kind": "nope"},
    {"strides": "0", "pool_size": "99", "padding": "full", "alpha": "2"},
    {"alpha": "nan", "sharpness": "1e9", "kind": "mixed"},
    {"kind": "netvlad", "clusters": "0", "sharpness": "-1"},
    {"kind": "spatial_pyramid", "levels": "4-1", "mode": "median"},
    {"kind": "spatial_pyramid", "levels": "", "size": "1"},
    {"size": "1000000", "channels": "77", "image": "-5"},
    {"source": "evil", "pattern": "../../etc/passwd", "upload": "x"},
    {"edits": "upstream.0=1e999~input.0=x", "cell": "output.-1", "view": "sideways"},
    {"edits": "input.999999=5~patch.999=3", "cell": "nowhere.1.2.3"},
    {"kind": "stochastic", "seed": "abc", "training": "maybe"},
]


@pytest.mark.parametrize("query", IMPOSSIBLE)
def test_an_impossible_address_leads_to_a_page_that_works(query) -> None:
    page = open_page(**query)
    assert not page.error
    assert page.code


@pytest.mark.parametrize("kind", POOLS)
@pytest.mark.parametrize("view", ["forward", "gradient"])
@pytest.mark.parametrize("end", ["low", "high"])
def test_every_control_dragged_to_its_end_answers(kind, view, end) -> None:
    """With a result or with the rule that is broken, never with a neutral line."""
    page = open_page(kind=kind, view=view)
    for slider in page.slider:
        slider.set_value(slider.min if end == "low" else slider.max)
    for number in page.number_input:
        number.set_value(number.min if end == "low" else number.max)
    page.run()
    assert not page.exception
    assert all("went wrong" not in error.value for error in page.error)


def test_predicting_covers_the_output_until_the_answer() -> None:
    page = open_page(kind="gated", predict=1)
    assert not page.code
    guesses = {number.label: number for number in page.number_input}
    assert {"Output height", "Output width", "Parameters"} <= set(guesses)
    guesses["Output height"].set_value(2)
    guesses["Output width"].set_value(3)
    (reveal,) = [button for button in page.button if button.label == "Reveal"]
    reveal.click().run()
    assert page.code
    told = page.info[0].value
    assert "✓ Output height: **2**" in told
    assert "✗ Output width: you said 3; it is **2**" in told
    assert "Parameters: **4**" in told


def test_the_alpha_of_the_mixture_has_a_gradient() -> None:
    """Of the notes' grid max - average: 2.75, 2.75, 1, 2 by windows."""
    page = open_page(kind="mixed", view="gradient")
    assert any("**8.5**" in text.value for text in page.markdown)
    page = open_page(kind="mixed", view="gradient", edits="upstream.0=3")
    assert any("**14**" in text.value for text in page.markdown)


def test_the_pyramid_gives_one_length_for_every_size() -> None:
    page = open_page(kind="spatial_pyramid", channels=3)
    table = page.dataframe[0].value
    assert set(table.loc["pyramid"]) == {"63"}
    assert table.shape[1] == 6


def test_drawing_again_changes_the_seed() -> None:
    page = open_page(kind="stochastic", seed=9999)
    (button,) = [button for button in page.button if button.label == "Draw again"]
    button.click().run()
    assert not page.error
    assert page.query_params.get("seed") is None  # after 9999 comes 0, the default


def test_global_max_with_several_winners_does_not_claim_to_be_compared() -> None:
    page = open_page(kind="global_max", view="gradient", pattern="checkers")
    assert any("share the maximum" in caption.value for caption in page.caption)


def test_every_setting_is_read_back_from_what_it_writes() -> None:
    assert set(DEFAULTS) <= set(POOLS) == set(EXAMPLES)
    for kind in POOLS:
        for setting in make_settings(kind):
            if setting.default not in ("", None, {}):
                assert setting.parse(setting.format(setting.default)) == setting.default


def test_one_patch_by_hand() -> None:
    """0 … 9 without 8 but with 7 once: mean 37/9, middle 4, and 9 the largest."""
    lines = {line.title: line for line in pool_patch(FIRST, alpha=0.5, seed=0)}
    assert lines["Average"].output == pytest.approx(37 / 9)
    np.testing.assert_allclose(lines["Average"].gradient, 1 / 9, rtol=1e-6)
    assert (lines["Median"].output, lines["Max"].output) == (4, 9)
    assert lines["Median"].gradient[2, 1, 0] == lines["Max"].gradient[1, 2, 0] == 1
    assert lines["Mixed"].output == pytest.approx((9 + 37 / 9) / 2)
    assert lines["Stochastic, expected"].output == pytest.approx((FIRST**2).sum() / 37)
    assert lines["Stochastic, drawn"].gradient.sum() == 1
    assert "| Max | 9 | 0 0 0 / 0 0 1 / 0 0 0 |" in make_table([*lines.values()])


@pytest.mark.parametrize(
    ("value", "text"), [(-0.00001, "0"), (1 / 3, "0.333"), (-2.5, "−2.5"), (120.0, "120")]
)
def test_numbers_are_short(value, text) -> None:
    assert write(value) == text


def test_an_edited_patch_travels_by_link() -> None:
    page = open_page(edits="patch.0=100")
    tables = [text.value for text in page.markdown if text.value.startswith("| Pooling")]
    assert "| Max | 100 | 1 0 0 / 0 0 0 / 0 0 0 |" in tables[0]
