"""The quiz's score: numbers that were right, and rows of wholly right questions."""

from cnnlib.ui.quiz.score import Answer, Score

RIGHT = Answer((1,), 0, right_shape=True, right_params=True)
HALF = Answer((1,), 5, right_shape=True)
WRONG = Answer(None, None)
SKIPPED = Answer(None, None, skipped=True)


def make(*answers: Answer) -> Score:
    score = Score()
    for seed, answer in enumerate(answers):
        score.add(("easy", seed), answer)
    return score


def test_nothing_yet() -> None:
    score = make()
    assert (score.right, score.asked, score.streak, score.longest) == (0, 0, 0, 0)


def test_each_question_has_two_numbers() -> None:
    score = make(RIGHT, HALF, WRONG)
    assert (score.right, score.asked) == (3, 6)


def test_a_row_ends_with_a_wrong_number_and_not_with_a_skip() -> None:
    score = make(RIGHT, RIGHT, SKIPPED, RIGHT, HALF, RIGHT, SKIPPED)
    assert (score.streak, score.longest) == (1, 3)
    assert (score.right, score.asked) == (9, 10)


def test_the_first_answer_to_a_question_stands() -> None:
    score = make(WRONG)
    score.add(("easy", 0), RIGHT)
    assert score.right == 0
    score.add(("hard", 0), RIGHT)
    assert score.right == 2
