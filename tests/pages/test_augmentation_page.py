"""The augmentation page without a browser; in place of Keras, draws that can be told apart."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnlib.errors import RunError
from cnnlib.runs import client
from cnnlib.runs.arrays import decode_array, encode_array
from cnnlib.runs.augmentation import KINDS
from cnnlib.ui.augmentation.preview import (
    GAP,
    ZOOM,
    Strip,
    describe_shares,
    draw_strips,
    make_strip_picture,
)

ROOT = Path(__file__).parents[2]
ALL = ",".join(KINDS)


class FakeKeras:
    """Answers like the supervisor: each draw is the image itself, half of it the next class."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def ask(self, question: str, **arguments: Any) -> dict[str, Any]:
        assert question == "draw_augmentations"
        self.asked.append(arguments)
        images = np.repeat(decode_array(arguments["images"])[:1], arguments["draws"], axis=0)
        shares = np.zeros((arguments["draws"], arguments["classes"]), np.float32)
        shares[:, 0] = shares[:, 1] = 0.5
        row = {"images": encode_array(images), "labels": encode_array(shares)}
        return {"rows": [row] * len(arguments["augmentations"])}


@pytest.fixture(autouse=True)
def keras(with_synthetic: Path, monkeypatch: pytest.MonkeyPatch) -> FakeKeras:
    fake = FakeKeras()
    monkeypatch.setattr(client, "ask", fake.ask)
    draw_strips.clear()
    return fake


def open_page(**query: str) -> AppTest:
    page = AppTest.from_file(str(ROOT / "pages/augmentation.py"), default_timeout=60)
    for key, value in query.items():
        page.query_params[key] = value
    page.run()
    assert not page.exception
    return page


def rows(page: AppTest) -> list[str]:
    titles = [kind.title for kind in KINDS.values()]
    bold = [each.value.strip("*") for each in page.markdown if each.value.startswith("**")]
    return [text for text in bold if text in titles or "together" in text]


def test_each_alone_then_all_together(keras: FakeKeras) -> None:
    page = open_page()
    assert rows(page) == ["Flip left and right", "Shift", "Cutout", "All together, as in training"]
    (asked,) = keras.asked
    assert asked["augmentations"] == ["flip", "shift", "cutout", "flip,shift,cutout"]
    assert dict(page.query_params) == {"dataset": "synthetic"}
    assert "training?new=1&augmentation=flip%2Cshift%2Ccutout" in page.markdown[-1].value


def test_one_alone_is_shown_once_and_none_says_so(keras: FakeKeras) -> None:
    page = open_page(augmentation="flip")
    assert rows(page) == ["Flip left and right"]
    page.pills(key="augmentation_kinds").set_value([]).run()
    assert not rows(page)
    assert page.info
    assert not page.code
    assert page.query_params["augmentation"] == ""
    assert not open_page(augmentation="").code


def test_strengths_are_in_the_link(keras: FakeKeras) -> None:
    page = open_page(augmentation=ALL)
    for name, kind in KINDS.items():
        if not kind.strength:
            continue
        for strength in (kind.low, kind.high):
            page.slider(key=f"augmentation_strength_{name}").set_value(strength).run()
            assert f"{name}-{strength:g}" in page.query_params["augmentation"].split(",")
            assert not page.exception
            assert not page.error
    again = open_page(**dict(page.query_params))
    assert again.slider(key="augmentation_strength_cutout").value == KINDS["cutout"].high
    assert again.code[0].value == page.code[0].value


def test_another_image_and_another_draw_are_asked_anew(keras: FakeKeras) -> None:
    page = open_page(augmentation="flip", index="7")
    page.run()
    assert len(keras.asked) == 1, "the same question is not asked twice"
    next(button for button in page.button if button.label == "Draw again").click().run()
    assert keras.asked[-1]["seed"] == 1
    page.number_input(key="augmentation_index").set_value(2499).run()
    assert dict(page.query_params) == {
        "augmentation": "flip", "dataset": "synthetic", "index": "2499", "seed": "1"
    }  # fmt: skip
    assert len(keras.asked) == 3


@pytest.mark.parametrize(
    "query",
    [{"augmentation": "Lambda"}, {"augmentation": "flip,flip"}, {"augmentation": "shift-99"},
     {"index": "-1"}, {"index": "99999999"}, {"seed": "x"}, {"dataset": "../etc"}],
)  # fmt: skip
def test_nonsense_in_the_address_is_passed_over(query: dict[str, str]) -> None:
    page = open_page(**query)
    assert len(rows(page)) == 4
    assert not page.error


def test_the_last_image_stands_for_one_beyond(keras: FakeKeras) -> None:
    page = open_page(index="9999999")
    assert page.number_input(key="augmentation_index").value == 2499


def test_no_answer_is_one_line_and_the_controls_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(question: str, **arguments: Any) -> dict[str, Any]:
        raise RunError("The background process did not answer.")

    monkeypatch.setattr(client, "ask", fail)
    page = open_page()
    assert [error.value for error in page.error] == ["The background process did not answer."]
    assert page.pills(key="augmentation_kinds").value == ["flip", "shift", "cutout"]
    assert page.code


def test_a_strip_holds_the_image_and_each_draw_in_its_place() -> None:
    original = np.arange(2 * 3, dtype=np.uint8).reshape(2, 3, 1)
    drawn = np.stack([np.full((2, 3, 1), v, np.float32) for v in (0.0, 1.0, 2.0)])
    picture = make_strip_picture(original, Strip(drawn, np.ones((3, 1), np.float32)))
    assert picture.shape[0] == 2 * ZOOM
    first = picture[::ZOOM, : 3 * ZOOM : ZOOM]
    assert np.array_equal(first[..., :3], np.repeat(original, 3, axis=2))
    opaque = picture[0, :, 3] == 255
    assert opaque.sum() == 4 * 3 * ZOOM
    step = 3 * ZOOM + GAP
    for number, value in enumerate((0, 255, 255), start=1):
        assert picture[0, number * step + 2 * GAP, 0] == value


def test_a_mixed_label_is_told_with_its_shares() -> None:
    names = ("cat", "dog", "frog")
    assert describe_shares(np.array([0.17, 0.83, 0.0], np.float32), names) == "0.83 dog + 0.17 cat"
    assert describe_shares(np.array([0.0, 0.0, 1.0], np.float32), names) == "frog"
