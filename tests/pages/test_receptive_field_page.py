"""The receptive field page's script: the editor, presets, the table, prediction, rules."""

import pytest

from cnnlib.arch import zoo
from cnnlib.arch.analysis import analyze
from cnnlib.ops.receptive_field import compute_fields
from cnnlib.ui.receptive_field.stack import (
    MAX_LAYERS,
    Choice,
    format_stack,
    make_layers,
    make_presets,
    parse_stack,
    read_spec,
)
from tests.pages.topic_page import address, errors, open_topic, press, run, text

pytestmark = pytest.mark.usefixtures("with_synthetic")
PAGE = "receptive_field.py"


def sees(page) -> list[str]:
    return page.dataframe[0].value["sees"].tolist()


def test_begins_with_two_3x3_that_see_5x5() -> None:
    page = open_topic(PAGE)
    assert sees(page) == ["3 × 3", "5 × 5"]
    assert r"r_{2} = 3 + (3-1)\cdot 1\cdot 1 = \mathbf{5}" in text(page)
    assert address(page) == {}
    assert not errors(page)


@pytest.mark.parametrize(
    ("title", "last"),
    [("one 5×5", "5 × 5"), ("dilated", "15 × 15"), ("LeNet-5", "16 × 16"),
     ("AlexNet (ImageNet)", "195 × 195"), ("VGG16 (ImageNet)", "212 × 212")],
)  # fmt: skip
def test_a_preset_shows_its_field_and_its_link_shows_the_same(title: str, last: str) -> None:
    page = open_topic(PAGE, image=3)
    press(page, title)
    assert sees(page)[-1] == last
    assert address(page)["image"] == "3"
    assert sees(open_topic(PAGE, **address(page))) == sees(page)
    assert not errors(page)


@pytest.mark.parametrize("name", zoo.names())
def test_the_labs_networks_are_read_from_their_declarations(name: str) -> None:
    spec = zoo.get(name)
    if stack := read_spec(spec):
        rows = compute_fields(make_layers(stack), spec.input_shape[0])
        assert rows[-1].field == analyze(spec).receptive_field[0]
        assert name in make_presets() or len(stack) > MAX_LAYERS


def test_every_preset_can_be_said_in_an_address() -> None:
    for preset in make_presets().values():
        assert parse_stack(format_stack(preset.stack)) == preset.stack


def test_layers_are_added_changed_moved_and_removed() -> None:
    page = open_topic(PAGE)
    press(page, "Add a layer")
    assert address(page) == {"layers": "c3-c3-c3", "chosen": "2"}
    page.selectbox(key="receptive_field_kind").select("pool").run()
    page.number_input(key="receptive_field_kernel_size").set_value(2).run()
    page.number_input(key="receptive_field_strides").set_value(2).run()
    assert address(page)["layers"] == "c3-p2s2-c3"
    assert sees(page) == ["3 × 3", "4 × 4", "8 × 8"]
    press(page, "Earlier")
    assert address(page) == {"layers": "p2s2-c3-c3"}
    press(page, "Remove")
    press(page, "Remove")
    press(page, "Remove")
    assert address(page) == {"layers": ""}
    assert "There is no layer yet" in text(page)
    press(page, "Add a layer")
    assert sees(page) == ["3 × 3"]


def test_a_number_stays_with_its_layer_though_another_is_chosen_at_once() -> None:
    page = open_topic(PAGE, layers="c3-c5")
    page.button_group(key="receptive_field_chosen").set_value(2)
    page.number_input(key="receptive_field_kernel_size").set_value(7)
    run(page)
    assert address(page) == {"layers": "c7-c5", "chosen": "2"}


@pytest.mark.parametrize(
    ("label", "drawn", "layers", "chosen"),
    [("Later", "c3-c5", "c3-c5", 2), ("Earlier", "c3-c5", "c3-c5", 1), ("Remove", "c3", "", 1),
     ("Add a layer", "c3", "-".join(["c3"] * MAX_LAYERS), 1)],
)  # fmt: skip
def test_a_second_click_before_the_button_is_grey(label, drawn, layers, chosen) -> None:
    page = open_topic(PAGE, layers=drawn, chosen=2 if label == "Earlier" else 1)
    page.session_state["receptive_field_layers"] = parse_stack(layers)
    page.session_state["receptive_field_chosen"] = chosen
    press(page, label)
    assert page.session_state["receptive_field_layers"] == parse_stack(layers)


def test_a_preset_leaves_alone_what_was_just_set() -> None:
    page = open_topic(PAGE)
    page.toggle(key="receptive_field_predict").set_value(True)
    press(page, "LeNet-5")
    assert address(page)["predict"] == "1"


def test_a_field_larger_than_the_image_is_said() -> None:
    page = open_topic(PAGE, size=8, layers="c5same-c5same-c5same")
    assert "sees 13 × 13 pixels, more than the image's 8 × 8" in text(page)


def test_a_large_image_is_drawn_as_nested_fields() -> None:
    page = open_topic(PAGE, size=227, layers="c11s4-p3s2", place="first")
    assert "The red frame is 19 × 19 pixels: rows and columns 0 to 18." in text(page)
    padded = open_topic(PAGE, size=64, layers="c5same", place="first")
    assert "2 rows and 2 columns of it lie outside the image" in text(padded)


def test_a_pinned_cell_says_its_pixels() -> None:
    page = open_topic(PAGE, size=32, layers="c5same-p2s2", cell="layer2.0.15.0")
    assert "row 0, column 15 of pool1 sees 6 × 6 pixels" in text(page)
    assert "rows −2 to 3 and columns 28 to 33 of the image" in text(page)
    nowhere = open_topic(PAGE, size=32, layers="c5same-p2s2", cell="layer9.0.15.0")
    assert "Pinned" not in text(nowhere)
    assert not errors(nowhere)


def test_predict_hides_the_field_until_it_is_said() -> None:
    page = open_topic(PAGE, predict=1)
    assert not page.dataframe
    (guess,) = [number for number in page.number_input if "sees" in number.label]
    guess.set_value(6)
    press(page, "Reveal")
    assert "you said 6; it is **5**" in text(page)
    assert sees(page) == ["3 × 3", "5 × 5"]


@pytest.mark.parametrize(
    ("query", "rule"),
    [
        ({"size": 4}, "Layer conv2: With padding 'valid' the kernel must fit"),
        ({"layers": "p2d2"}, "dilation_rate must be 1 for pooling"),
        ({"layers": "c3s2d2"}, "not both"),
    ],
)
def test_an_impossible_stack_says_its_rule_and_can_be_left(query, rule) -> None:
    page = open_topic(PAGE, **query)
    (error,) = errors(page)
    assert rule.replace("_", "") in error.replace("\\", "").replace("_", "")
    page.number_input(key="receptive_field_size").set_value(20).run()
    page.number_input(key="receptive_field_dilation_rate").set_value(1).run()
    assert not errors(page)


BAD = [
    "c0",
    "c12",
    "d3",
    "c3-",
    "-",
    "c3s5",
    "c3d5",
    "c3xame",
    "c٣",
    "x" * 5000,
    "-".join(["c1"] * 25),
]


@pytest.mark.parametrize("layers", BAD)
def test_what_the_address_says_wrongly_is_passed_over(layers: str) -> None:
    page = open_topic(PAGE, layers=layers, size=513, chosen=99, image=-1, back="x", place="left",
                      x=4, cell="image.1.2.3.4.5.6")  # fmt: skip
    assert sees(page) == ["3 × 3", "5 × 5"]
    assert not errors(page)
    assert address(page) == {}


def test_a_chosen_layer_that_is_not_there_is_the_last_one() -> None:
    page = open_topic(PAGE, chosen=7, layers="c3-p2s2")
    assert page.selectbox(key="receptive_field_kind").value == "pool"
    assert not errors(run(page))


def test_two_small_kernels_against_a_large_one() -> None:
    assert "At 10 × 10 both need **900** multiplications." in text(open_topic(PAGE, x=10))
    assert "At 9 × 9, **one 5×5** needs fewer" in text(open_topic(PAGE, x=9))
    assert "At 11 × 11, **two 3×3** needs fewer" in text(open_topic(PAGE, x=11))


def test_stacks_as_text() -> None:
    stack = (Choice("conv", 11, 4), Choice("pool", 3, 2), Choice("conv", 5, 1, 2, "same"))
    assert format_stack(stack) == "c11s4-p3s2-c5d2same"
    assert parse_stack("") == ()
