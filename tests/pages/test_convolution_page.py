"""The convolution pages without a browser: every kind, every example, every broken rule."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnnlib.ops.kinds import KINDS
from cnnlib.ui.convolution.settings import EXAMPLES, make_settings

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def home(with_synthetic: Path) -> None:
    """Every test has the synthetic data set."""


def open_page(file: str = "convolution.py", **query: object) -> AppTest:
    page = AppTest.from_file(str(ROOT / "pages" / file), default_timeout=60)
    for key, value in query.items():
        page.query_params[key] = str(value)
    page.run()
    assert not page.exception
    return page


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_opens_by_its_link_and_shows_all_parts(kind) -> None:
    page = open_page(kind=kind)
    assert not page.error
    assert "By hand" in [header.value for header in page.subheader]
    assert "keras.Sequential" in page.code[0].value
    for example in EXAMPLES[kind][1:]:
        (button,) = [button for button in page.button if button.label == example.title]
        button.click().run()
        assert not page.exception
        assert not page.error, example.title


def test_another_kind_begins_with_what_suits_it() -> None:
    page = open_page(kind="grouped", groups=2)
    page.button_group[0].set_value("single")
    page.run()
    assert not page.error
    assert page.query_params == {}
    page.button_group[0].set_value("depthwise_separable")
    page.run()
    assert page.query_params == {"kind": "depthwise_separable"}


BROKEN = {
    "kernel larger than a VALID input": ({"size": 2}, "kernel must fit into the input"),
    "groups that do not divide": ({"kind": "grouped", "groups": 4}, "groups must divide"),
    "stride with dilation": ({"kind": "dilated", "strides": 2}, "not both"),
    "filters that do not divide": (
        {"kind": "shuffled_grouped", "filters": 10}, "groups must divide",
    ),
    "a kernel that does not come so small": ({"kernel_size": 1, "kernel": "sobel_y"}, ""),
    "an upload that is gone": ({"source": "upload", "upload": "0" * 16}, "Upload it again"),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_rule_is_one_line_and_the_controls_stay(what) -> None:
    query, rule = BROKEN[what]
    page = open_page(**query)
    if rule:
        (error,) = page.error
        assert rule in error.value.replace("\\", "")
    assert page.slider or page.number_input
    assert all("went wrong" not in error.value for error in page.error)


IMPOSSIBLE = [
    {"kind": "nope"},
    {"strides": "0", "kernel_size": "99", "padding": "full", "filters": "-1"},
    {"size": "1000000", "channels": "77", "image": "-5"},
    {"source": "evil", "pattern": "../../etc/passwd", "upload": "x"},
    {"edits": "kernel.0=1e999~input.0=x", "cell": "output.-1"},
    {"edits": "input.999999=5", "cell": "nowhere.1.2.3"},
    {"seed": "abc", "run": "../..", "kernel": "learned"},
]


@pytest.mark.parametrize("query", IMPOSSIBLE)
def test_an_impossible_address_leads_to_a_page_that_works(query) -> None:
    page = open_page(**query)
    assert not page.error
    assert page.code


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("end", ["low", "high"])
def test_every_control_dragged_to_its_end_answers(kind, end) -> None:
    """With a result or with the rule that is broken, never with a neutral line."""
    page = open_page(kind=kind)
    for slider in page.slider:
        slider.set_value(slider.min if end == "low" else slider.max)
    for number in page.number_input:
        if not number.disabled:
            number.set_value(number.min if end == "low" else number.max)
    page.run()
    assert not page.exception
    assert all("went wrong" not in error.value for error in page.error)


def test_predicting_covers_the_output_until_the_answer() -> None:
    page = open_page(predict=1)
    assert not page.code
    guesses = {number.label: number for number in page.number_input}
    assert {"Output height", "Output width", "Output channels", "Parameters"} <= set(guesses)
    guesses["Output height"].set_value(4)
    guesses["Output width"].set_value(5)
    (reveal,) = [button for button in page.button if button.label == "Reveal"]
    reveal.click().run()
    assert page.code
    told = page.info[0].value
    assert "✓ Output height: **4**" in told
    assert "✗ Output width: you said 5; it is **4**" in told
    assert "Parameters: **9**" in told
    (size,) = [slider for slider in page.slider if slider.label == "Size"]
    size.set_value(8).run()
    assert not page.code  # another setting, another question


def test_edits_in_the_address_are_computed_with() -> None:
    """One cell of the kernel set to 1 picks the input's cell; nothing else is left of Sobel."""
    places = dict.fromkeys(range(9), 0) | {4: 1}
    edits = "~".join(f"kernel.{place}={value}" for place, value in places.items())
    page = open_page(edits=edits, pattern="ramp")
    assert not page.error
    assert [button for button in page.button if button.label == "Undo my numbers"]


def test_every_setting_is_read_back_from_what_it_writes() -> None:
    for kind in KINDS:
        for setting in make_settings(kind):
            if setting.default not in ("", None, {}):
                assert setting.parse(setting.format(setting.default)) == setting.default


def test_every_convolution_lists_all_kinds_with_their_counts() -> None:
    page = open_page("every_convolution.py")
    assert not page.error
    table = page.dataframe[0].value
    assert list(table["kind"]) == [kind.title for kind in KINDS.values()]
    multi = table.set_index("kind").loc["Multi-channel"]
    assert (multi["output shape"], multi["parameters"]) == ("32 × 32 × 3", 3 * 3 * 3 * 3)
    assert multi["MACs"] == 32 * 32 * 81
    assert all(picture.startswith("data:image/png;base64,") for picture in table["output"])


ENDS = [
    {"size": 1},
    {"size": 1, "padding": "valid"},
    {"channels": 1},
    {"multiple": 4, "kernel_size": 7},
    {"kernel": "random"},
]


@pytest.mark.parametrize("query", ENDS)
def test_every_convolution_answers_at_its_ends(query) -> None:
    page = open_page("every_convolution.py", **query)
    assert all("went wrong" not in error.value for error in page.error)
    assert page.dataframe or page.error
