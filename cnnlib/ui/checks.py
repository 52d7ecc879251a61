"""«Equals Keras?»: the questions that pages put, and what Keras answered, for all sessions at once.

A page registers what it has computed and gets a token, the hash of all of it. Nothing is asked
until a browser looks the token up; then it is asked once, whoever looks, and the answer is kept.
"""

import hashlib
import json
import queue
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from cnnlib.errors import LabError
from cnnlib.ops.layer_calls import LayerCall
from cnnlib.runs import client
from cnnlib.runs.arrays import encode_array

WORKERS = 2  # as many questions as the supervisor answers at once
KEPT_CHECKS = 1000
KEPT_BYTES = 64_000_000  # of questions not answered yet; an answer needs next to nothing
LARGEST_QUESTION = 12_000_000  # bytes as encoded, below `protocol.MAX_LINE`
UNWATCHED_SECONDS = 10.0  # a question that nobody has looked up for so long is not asked
FAILURE_SECONDS = 30.0  # a failure older than that is asked again by itself
TOLERANCE = 1e-5  # of the largest value: float32 sums in another order differ by less

WAITING = {"state": "waiting", "text": "Asking Keras …"}
WARMING = {"state": "warming", "text": "TensorFlow is still loading …"}


@dataclass
class _Check:
    token: str
    question: dict[str, Any] | None  # None once it is answered
    size: int  # bytes of the question
    state: Literal["new", "waiting", "done", "failed"] = "new"
    answer: dict[str, Any] = field(default_factory=dict)
    looked_up: float = 0.0
    failed: float = 0.0


class Checks:
    """Questions and answers by token, the latest ones of them; safe to use from many threads."""

    def __init__(self, kept: int = KEPT_CHECKS, kept_bytes: int = KEPT_BYTES) -> None:
        self._kept, self._kept_bytes = kept, kept_bytes
        self._checks: OrderedDict[str, _Check] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()
        self._queue: queue.SimpleQueue[_Check] = queue.SimpleQueue()
        self._workers: list[threading.Thread] = []
        self._warm = True  # until a worker finds out

    def register(self, input: ArrayLike, calls: Sequence[LayerCall], output: ArrayLike) -> str:
        """See `register_comparison`."""
        check = _make_check(input, calls, output)
        with self._lock:
            if check.token in self._checks:
                self._checks.move_to_end(check.token)
                return check.token
            self._checks[check.token] = check
            self._bytes += check.size
            while len(self._checks) > self._kept or self._bytes > self._kept_bytes:
                self._bytes -= self._checks.popitem(last=False)[1].size
        return check.token

    def look_up(self, token: str, *, retry: bool = False) -> dict[str, Any] | None:
        """See `look_up`."""
        now = time.monotonic()
        with self._lock:
            check = self._checks.get(token)
            if check is None:
                return None
            self._checks.move_to_end(token)
            check.looked_up = now
            stale = check.state == "failed" and (retry or now - check.failed > FAILURE_SECONDS)
            if check.state == "new" or stale:
                check.state = "waiting"
                self._start_workers()
                self._queue.put(check)
            if check.state == "waiting":
                return WAITING if self._warm else WARMING
            return check.answer

    def _start_workers(self) -> None:
        """Daemons, whom the server's end does not wait for, as it would for an executor's."""
        while len(self._workers) < WORKERS:
            worker = threading.Thread(target=self._work, name="keras-checks", daemon=True)
            self._workers.append(worker)
            worker.start()

    def _work(self) -> None:
        while True:
            check = self._queue.get()
            with self._lock:
                if time.monotonic() - check.looked_up > UNWATCHED_SECONDS:
                    check.state = "new"  # the next look asks it
                    continue
            try:
                self._warm = client.is_warm()
                answer = describe(client.ask("compare_layers", **(check.question or {})))
                self._warm = True
            except LabError as error:
                self._end(check, "failed", _describe_failure(str(error)))
            except Exception as error:  # an answer of another form, say; the worker lives on
                reason = f"the answer cannot be read ({type(error).__name__}: {error})."
                self._end(check, "failed", _describe_failure(reason))
            else:
                self._end(check, "done", answer)

    def _end(self, check: _Check, state: Literal["done", "failed"], answer: dict[str, Any]) -> None:
        with self._lock:
            check.state, check.answer, check.failed = state, answer, time.monotonic()
            if state == "done":
                if self._checks.get(check.token) is check:
                    self._bytes -= check.size
                check.question, check.size = None, 0


_CHECKS = Checks()


def register_comparison(input: ArrayLike, calls: Sequence[LayerCall], output: ArrayLike) -> str:
    """Register what the lab computed, to be compared with Keras; nothing is asked yet.

    Args:
        input: what goes into the first layer, without the batch axis: (H, W, C), say.
        calls: the Keras layers, one after another, with their weights.
        output: what the lab says comes out of the last one, without the batch axis.

    Returns:
        The token for `keras_badge`: the same for the same content, in every session.
    """
    return _CHECKS.register(input, calls, output)


def look_up(token: str, *, retry: bool = False) -> dict[str, Any] | None:
    """What is known of a check, at once; None for a token that is not (or no longer) known.

    The first look has the question asked in the background, and so has `retry` after a failure.

    Returns:
        state: "waiting", "warming" (TensorFlow is loading), "done" or "failed".
        text: a sentence for people.
        When done also `verdict`: "equal" or "differs"; `details`: pairs of texts; and the answer
        of `cnnlib.backend.comparison.compare`. When failed `can_retry`.
    """
    return _CHECKS.look_up(token, retry=retry)


def describe(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer of Keras with the verdict on it, in words."""
    shape = _format_shape(answer["output_shape"])
    details = [
        ["Keras output", shape],
        ["Parameters", f"{answer['params']:,}"],
        ["Forward pass", f"{1000 * answer['seconds']:.2g} ms"],
        ["Keras", answer["keras"]],
        ["TensorFlow", answer["tensorflow"]],
    ]
    verdict, text = _judge(answer, shape)
    return {**answer, "state": "done", "verdict": verdict, "text": text, "details": details}


def _judge(answer: dict[str, Any], shape: str) -> tuple[str, str]:
    if answer["shape_differs"]:
        return "differs", f"differs from Keras, whose output has the shape {shape}"
    if answer["disagree"]:
        return "differs", (
            f"differs from Keras: {answer['disagree']:,} of {answer['values']:,} values are "
            f"NaN or infinite in one of the two only"
        )
    difference, scale = answer["max_difference"], answer["scale"]
    largest = f" (largest value {format_number(scale)})"
    if difference > TOLERANCE * max(scale, 1.0):
        return "differs", f"differs from Keras: max |Δ| = {format_number(difference)}{largest}"
    if answer["not_finite"]:
        return "equal", (
            f"equals Keras · max |Δ| = {format_number(difference)} "
            f"({answer['not_finite']:,} of {answer['values']:,} values are NaN or infinite in both)"
        )
    if difference == 0:
        return "equal", "equals Keras exactly, max |Δ| = 0"
    return "equal", f"equals Keras · max |Δ| = {format_number(difference)}{largest}"


def format_number(value: float) -> str:
    """Two or three digits of a number that is not negative: 412, 0.37, 3.8e-6, 12,340."""
    if value == 0 or 0.01 <= value < 999.5:
        return f"{value:.3g}"
    if 999.5 <= value < 1e6:
        return f"{value:,.0f}"
    digits, exponent = f"{value:.1e}".split("e")
    return f"{digits}e{int(exponent)}"


def _format_shape(shape: Sequence[int]) -> str:
    return " × ".join(str(n) for n in shape) or "()"


def _describe_failure(reason: str, *, can_retry: bool = True) -> dict[str, Any]:
    text = f"Keras cannot be asked: {reason}"
    return {"state": "failed", "text": text, "can_retry": can_retry}


def _make_check(input: ArrayLike, calls: Sequence[LayerCall], output: ArrayLike) -> _Check:
    arrays = [input, output, *(weight for call in calls for weight in call.weights)]
    size = sum(np.size(array) for array in arrays) * 16 // 3  # base64 of float32
    if size > LARGEST_QUESTION:
        reason = f"this setting has {size / 1e6:.0f} MB of numbers. Take a smaller one."
        answer = _describe_failure(reason, can_retry=False)
        return _Check(f"too-large-{size}", None, 0, "done", answer)
    question = {
        "input": encode_array(input),
        "calls": [
            {
                "layer": call.layer,
                "arguments": call.arguments,
                "weights": [encode_array(weight) for weight in call.weights],
            }
            for call in calls
        ],
        "output": encode_array(output),
    }
    text = json.dumps(question, sort_keys=True, default=_make_plain)
    token = hashlib.sha256(text.encode()).hexdigest()[:32]
    return _Check(token, json.loads(text), len(text))


def _make_plain(value: Any) -> Any:
    """NumPy's numbers as Python's, for JSON."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise TypeError(f"A layer's arguments must be plain data. Received: {value!r}.")
