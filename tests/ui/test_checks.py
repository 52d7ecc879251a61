"""The checks of all sessions: asked once, by whoever looks first, and kept within bounds."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from cnnlib.errors import RunError
from cnnlib.ops.layer_calls import DefinitionCall, LayerCall
from cnnlib.runs import client
from cnnlib.runs.arrays import encode_array
from cnnlib.ui import checks
from cnnlib.ui.checks import Checks

RELU = [LayerCall("ReLU")]
ANSWER = {
    "ok": True,
    "output_shape": [2, 2, 1],
    "params": 0,
    "seconds": 0.0012,
    "keras": "3.0",
    "tensorflow": "2.0",
    "shape_differs": False,
    "max_difference": 3.8e-6,
    "scale": 412.0,
    "values": 4,
    "not_finite": 0,
    "disagree": 0,
}


class Keras:
    """In the supervisor's place: counts the questions, and answers when it may."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.questions: list[dict[str, Any]] = []
        self.warm = True
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.at_once = self.most_at_once = 0
        self.error: Exception | None = None

    def is_warm(self) -> bool:
        return self.warm

    def ask(self, question: str, **arguments: Any) -> dict[str, Any]:
        self.names.append(question)
        self.questions.append(arguments)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        assert self.may_answer.wait(20)
        self.at_once -= 1
        if self.error is not None:
            raise self.error
        return ANSWER


@pytest.fixture
def keras(monkeypatch: pytest.MonkeyPatch) -> Iterator[Keras]:
    keras = Keras()
    monkeypatch.setattr(client, "ask", keras.ask)
    monkeypatch.setattr(client, "is_warm", keras.is_warm)
    yield keras
    keras.may_answer.set()


def register(board: Checks, value: float = 1.0, size: int = 4) -> str:
    return board.register(np.full(size, value), RELU, np.full(size, value))


def wait_for(what: Callable[[], object], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)


def wait_for_end(board: Checks, token: str) -> dict[str, Any]:
    wait_for(lambda: board.look_up(token)["state"] in ("done", "failed"))
    return board.look_up(token)


def test_nothing_is_asked_until_somebody_looks(keras: Keras) -> None:
    board = Checks()
    token = register(board)
    time.sleep(0.05)
    assert not keras.questions
    assert board.look_up(token)["state"] == "waiting"
    answer = wait_for_end(board, token)
    assert (answer["state"], answer["verdict"]) == ("done", "equal")
    assert answer["text"] == "equals Keras · max |Δ| = 3.8e-6 (largest value 412)"
    assert ["Keras output", "2 × 2 × 1"] in answer["details"]
    assert len(keras.questions) == 1


def test_the_token_is_the_contents(keras: Keras) -> None:
    board = Checks()
    x = np.ones((2, 2), np.float32)
    conv = LayerCall("Conv2D", {"filters": np.int64(2), "kernel_size": (3, 3)}, (x,))
    same = LayerCall("Conv2D", {"kernel_size": [3, 3], "filters": 2}, (x.copy(),))
    other = LayerCall("Conv2D", {"filters": 2, "kernel_size": (3, 3)}, (2 * x,))
    token = board.register(x, [conv], x)
    assert board.register(x.astype(np.float64).tolist(), [same], x) == token
    assert board.register(x, [other], x) != token
    assert board.register(x.ravel(), [conv], x) != token
    assert board.register(x, [conv], 2 * x) != token


def test_the_token_tells_modes_and_definitions_apart(keras: Keras) -> None:
    board, x = Checks(), np.ones((2, 2), np.float32)
    ways: list[tuple[Any, dict[str, Any]]] = [
        (RELU, {}),
        (RELU, {"batched": True}),
        (RELU, {"training": True}),
        (RELU, {"upstream": x}),
        (RELU, {"upstream": 2 * x}),
        ([DefinitionCall("netvlad")], {}),
        ([DefinitionCall("netvlad", {"alpha": 2})], {}),
        ([DefinitionCall("netvlad", {}, {"centers": x})], {}),
    ]
    tokens = [board.register(x, calls, x, **mode) for calls, mode in ways]
    assert len(set(tokens)) == len(ways)
    wait_for_end(board, tokens[-1])
    [call] = keras.questions[0]["calls"]
    assert call["definition"] == "netvlad"
    assert call["arrays"]["centers"] == encode_array(x)


def test_other_questions_are_asked_and_described_in_their_own_way(keras: Keras) -> None:
    board = Checks()

    def describe(answer: dict[str, Any]) -> dict[str, Any]:
        return {"state": "done", "text": f"{len(answer)} entries"}

    token = board.register_question("count_network", {"spec": {"a": (1, 2)}}, describe)
    assert board.register_question("count_network", {"spec": {"a": [1, 2]}}, describe) == token
    assert board.register_question("time_step", {"spec": {"a": [1, 2]}}, describe) != token
    assert wait_for_end(board, token)["text"] == f"{len(ANSWER)} entries"
    assert (keras.names, keras.questions) == (["count_network"], [{"spec": {"a": [1, 2]}}])
    wait_for_end(board, register(board))
    assert keras.names[1:] == ["compare_layers"]


def test_what_was_registered_does_not_change_with_the_pages_array(keras: Keras) -> None:
    board, x = Checks(), np.ones(3, np.float32)
    token = board.register(x, RELU, x)
    x[:] = 7
    wait_for_end(board, token)
    assert keras.questions[0] == keras.questions[0] | {"output": encode_array(np.ones(3))}


def test_one_question_however_many_look(keras: Keras) -> None:
    board = Checks()
    keras.may_answer.clear()

    def visit(_: int) -> str:
        token = register(board)
        for _ in range(50):
            board.look_up(token)
        return wait_for_end(board, token)["state"]

    with ThreadPoolExecutor(20) as pool:
        states = pool.map(visit, range(20))
        wait_for(lambda: keras.questions)
        keras.may_answer.set()
        assert set(states) == {"done"}
    assert len(keras.questions) == 1


def test_no_more_at_once_than_there_are_workers(keras: Keras) -> None:
    board = Checks()
    keras.may_answer.clear()
    tokens = [register(board, value) for value in range(10)]
    for token in tokens:
        board.look_up(token)
    wait_for(lambda: keras.at_once == checks.WORKERS)
    keras.may_answer.set()
    assert {wait_for_end(board, token)["state"] for token in tokens} == {"done"}
    assert keras.most_at_once == checks.WORKERS
    assert len(keras.questions) == 10


def test_tensorflow_that_is_loading_is_said_and_does_not_hold_a_look_up(keras: Keras) -> None:
    board = Checks()
    keras.warm = False
    keras.may_answer.clear()
    token = register(board)
    wait_for(lambda: board.look_up(token)["state"] == "warming")
    assert board.look_up(register(board, 2.0))["state"] == "warming"
    keras.warm = True
    keras.may_answer.set()
    assert wait_for_end(board, token)["state"] == "done"


@pytest.mark.parametrize("error", [RunError("It ended. Try again."), KeyError("params")])
def test_a_failure_is_kept_until_somebody_wants_it_again(keras: Keras, error) -> None:
    board = Checks()
    keras.error = error
    token = register(board)
    answer = wait_for_end(board, token)
    assert (answer["state"], answer["can_retry"]) == ("failed", True)
    assert answer["text"].startswith("Keras cannot be asked: ")
    for _ in range(20):
        assert board.look_up(register(board))["state"] == "failed"
    assert len(keras.questions) == 1
    keras.error = None
    assert board.look_up(token, retry=True)["state"] == "waiting"
    assert wait_for_end(board, token)["state"] == "done"
    board.look_up(token, retry=True)
    assert len(keras.questions) == 2


def test_an_old_failure_is_asked_again_by_itself(keras: Keras, monkeypatch) -> None:
    board = Checks()
    keras.error = RunError("It ended.")
    token = register(board)
    wait_for_end(board, token)
    keras.error = None
    monkeypatch.setattr(checks, "FAILURE_SECONDS", 0.0)
    assert wait_for_end(board, token)["state"] == "done"


def test_what_nobody_looks_at_any_more_is_not_asked(keras: Keras, monkeypatch) -> None:
    monkeypatch.setattr(checks, "UNWATCHED_SECONDS", 0.1)
    board = Checks()
    keras.may_answer.clear()
    first = [register(board, value) for value in (1, 2)]
    left = register(board, 3)
    wait_for(lambda: all(map(board.look_up, first)) and keras.at_once == 2)
    board.look_up(left)
    time.sleep(0.2)
    keras.may_answer.set()
    wait_for(lambda: board._checks[left].state == "new")
    assert len(keras.questions) == 2
    assert wait_for_end(board, left)["state"] == "done"


def test_the_oldest_are_forgotten(keras: Keras) -> None:
    board = Checks(kept=3)
    tokens = [register(board, value) for value in range(3)]
    board.look_up(tokens[0])
    register(board, 3)
    assert board.look_up(tokens[1]) is None
    assert board.look_up(tokens[0]) is not None
    assert board.look_up("never registered") is None


def test_questions_are_bounded_in_bytes_and_answers_need_none(keras: Keras) -> None:
    board = Checks(kept_bytes=100_000)
    tokens = [register(board, value, size=2500) for value in range(10)]  # 27 kB each
    assert board._bytes <= 100_000
    kept = [token for token in tokens if board.look_up(token) is not None]
    assert kept == tokens[-3:]
    for token in kept:
        wait_for_end(board, token)
    assert board._bytes == 0


def test_a_check_forgotten_while_it_is_asked_does_no_harm(keras: Keras) -> None:
    board = Checks(kept=1)
    keras.may_answer.clear()
    token = register(board)
    board.look_up(token)
    wait_for(lambda: keras.at_once == 1)
    other = register(board, 2.0)
    keras.may_answer.set()
    assert wait_for_end(board, other)["state"] == "done"
    wait_for(lambda: keras.at_once == 0)
    assert board._bytes == 0


def test_a_question_too_large_is_never_asked(keras: Keras) -> None:
    board = Checks()
    answer = board.look_up(register(board, size=3_000_000))
    assert (answer["state"], answer["can_retry"]) == ("failed", False)
    assert "MB of numbers" in answer["text"]
    assert board._bytes == 0
    assert not keras.questions


@pytest.mark.parametrize(
    ("change", "verdict", "text"),
    [
        ({"max_difference": 0.0}, "equal", "equals Keras exactly, max |Δ| = 0"),
        ({"max_difference": 0.00411}, "equal", "equals Keras · max |Δ| = 4.1e-3 (largest"),
        ({"max_difference": 0.0413}, "differs", "differs from Keras: max |Δ| = 0.0413 (largest"),
        ({"max_difference": 0.00413}, "differs", "differs from Keras: max |Δ| = 4.1e-3 (largest"),
        ({"max_difference": 2e-4, "scale": 0.5}, "differs", "max |Δ| = 2.0e-4 (largest value 0.5)"),
        ({"max_difference": 9e-6, "scale": 0.0}, "equal", "max |Δ| = 9.0e-6 (largest value 0)"),
        ({"shape_differs": True}, "differs", "whose output has the shape 2 × 2 × 1"),
        ({"not_finite": 2, "disagree": 1}, "differs", "1 of 4 values are NaN or infinite in one"),
        ({"not_finite": 2}, "equal", "2 of 4 values are NaN or infinite in both"),
        (
            {"against": "definition", "params": None, "max_difference": 0.0},
            "equal",
            "equals the definition in TensorFlow exactly, max |Δ| = 0",
        ),
        (
            {"gradient": True, "max_difference": 0.0},
            "equal",
            "equals TensorFlow’s gradient exactly, max |Δ| = 0",
        ),
        (
            {"gradient": True, "shape_differs": True},
            "differs",
            "differs from TensorFlow’s gradient, which has the shape 2 × 2 × 1",
        ),
    ],
)
def test_the_verdict(change: dict[str, Any], verdict: str, text: str) -> None:
    described = checks.describe({**ANSWER, **change})
    assert described["verdict"] == verdict
    assert text in described["text"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (1, "1"), (412.3, "412"), (0.0371, "0.0371"), (12340, "12,340"),
     (999.9, "1,000"), (3.84e-6, "3.8e-6"), (2.5e12, "2.5e12")],
)  # fmt: skip
def test_numbers_are_short(value: float, text: str) -> None:
    assert checks.format_number(value) == text


@pytest.mark.keras
def test_the_real_keras_answers(lab_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNLIB_IDLE_SECONDS", "1")
    kernel = np.arange(8, dtype=np.float32).reshape(2, 2, 1, 2)
    x = np.arange(9, dtype=np.float32).reshape(3, 3, 1)
    windows = np.lib.stride_tricks.sliding_window_view(x[..., 0], (2, 2))
    output = np.einsum("hwij,ijo->hwo", windows, kernel[:, :, 0])
    arguments = {"filters": 2, "kernel_size": (2, 2), "use_bias": False}
    board, conv = Checks(), LayerCall("Conv2D", arguments, (kernel,))
    right = board.register(x, [conv], output)
    wrong = board.register(x, [conv], output + 1)
    refused = board.register(x, [LayerCall("Conv2D", {**arguments, "kernel_size": 5})], output)
    try:
        for token in (right, wrong, refused):
            board.look_up(token)
        wait_for(lambda: board.look_up(right)["state"] == "done", 120)
        assert board.look_up(right)["text"] == "equals Keras exactly, max |Δ| = 0"
        wait_for(lambda: board.look_up(wrong)["state"] == "done", 60)
        assert board.look_up(wrong)["verdict"] == "differs"
        assert board.look_up(wrong)["max_difference"] == 1
        wait_for(lambda: board.look_up(refused)["state"] == "failed", 60)
        assert "Computed output size would be zero or negative" in board.look_up(refused)["text"]
    finally:
        wait_for(lambda: not find_processes(lab_home), 60)


def find_processes(home: Path) -> list[psutil.Process]:
    """The supervisor and forkserver of this home; they end by themselves."""
    found = []
    for process in psutil.process_iter():
        try:
            named = process.environ().get("CNNLIB_HOME") == str(home)
            if named and process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found
