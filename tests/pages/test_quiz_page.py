"""The quiz page's script: answers, hints, score, links."""

import pytest

from cnnlib.arch.quiz import LEVELS, MAX_SEED, make_task
from cnnlib.ui.quiz import texts
from tests.pages.topic_page import address, errors, open_topic, press, run, text

pytestmark = pytest.mark.usefixtures("with_synthetic")
PAGE = "quiz.py"


def fill(page, shape: tuple[int, ...], params: int) -> None:
    labels = (texts.UNITS,) if len(shape) == 1 else (texts.HEIGHT, texts.WIDTH, texts.CHANNELS)
    fields = {number.label: number for number in page.number_input}
    for label, value in zip((*labels, texts.PARAMS), (*shape, params), strict=True):
        fields[label].set_value(value)
    press(page, texts.REVEAL)


def score(page) -> list[str]:
    return [metric.value for metric in page.metric]


def test_a_right_answer_is_shown_with_its_formulas_and_counts() -> None:
    task = make_task(2, "hard")
    page = open_topic(PAGE, level="hard", seed=2)
    assert not page.latex
    assert str(task.row.params) not in text(page)
    fill(page, task.row.output_shape, task.row.params)
    assert text(page).count(texts.RIGHT) == 2
    assert r"3 \cdot 3 \cdot 8 \cdot 16 + 16" in text(page)
    assert score(page) == ["2 of 2", "1", "1"]
    press(page, texts.NEXT)
    assert address(page) == {"level": "hard", "seed": "3"}
    assert not page.latex
    assert not errors(page)


def test_a_typical_mistake_is_named_and_the_row_ends() -> None:
    task = make_task(2, "hard")
    page = open_topic(PAGE, level="hard", seed=2)
    fill(page, task.row.output_shape, 3 * 3 * 16 * 16 + 16)
    assert [warning.value for warning in page.warning] == [
        "In groups each filter sees only C / g of the channels."
    ]
    assert "you said 2,320; it is **1,168**" in text(page)
    assert score(page) == ["1 of 2", "0", "0"]


def test_a_question_cannot_be_answered_twice_nor_after_skipping() -> None:
    page = open_topic(PAGE, level="easy", seed=1)
    press(page, texts.SKIP)
    assert texts.SKIPPED in text(page)
    assert page.latex
    assert score(page) == ["0 of 0", "0", "0"]
    press(page, texts.NEXT)
    page.number_input(key="quiz_seed").set_value(1)
    run(page)
    assert texts.REVEAL not in [button.label for button in page.button]
    press(page, texts.ANEW)
    assert texts.REVEAL in [button.label for button in page.button]


def test_nothing_said_is_wrong_in_one_line() -> None:
    page = open_topic(PAGE, level="easy", seed=1)
    press(page, texts.REVEAL)
    assert text(page).count(texts.NO_ANSWER) == 2
    assert score(page) == ["0 of 2", "0", "0"]
    assert not errors(page)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("seed", [0, MAX_SEED])
def test_both_ends_of_every_level(level: str, seed: int) -> None:
    page = open_topic(PAGE, level=level, seed=seed)
    task = make_task(seed, level)
    fill(page, task.row.output_shape, task.row.params)
    assert score(page)[0] == "2 of 2"
    press(page, texts.NEXT)
    assert not errors(page)


def test_a_wrong_address_is_passed_over() -> None:
    page = open_topic(PAGE, level="godlike", seed="1e9")
    assert address(page) == {}
    assert not errors(page)


def test_any_question_is_in_the_address() -> None:
    page = open_topic(PAGE)
    press(page, texts.SHUFFLE)
    seed = int(address(page).get("seed", 1))
    assert 0 <= seed <= MAX_SEED
    assert page.number_input(key="quiz_seed").value == seed
