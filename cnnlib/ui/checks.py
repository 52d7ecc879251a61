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
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from cnnlib.errors import LabError
from cnnlib.ops.layer_calls import Calls
from cnnlib.runs import client
from cnnlib.ui.comparisons import LARGEST_QUESTION, count_bytes, make_comparison
from cnnlib.ui.verdicts import describe, format_number

__all__ = [
    "Checks",
    "describe",
    "format_number",
    "look_up",
    "register_comparison",
    "register_question",
]

WORKERS = 2  # as many questions as the supervisor answers at once
KEPT_CHECKS = 1000
KEPT_BYTES = 64_000_000  # of questions not answered yet; an answer needs next to nothing
UNWATCHED_SECONDS = 10.0  # a question that nobody has looked up for so long is not asked
FAILURE_SECONDS = 30.0  # a failure older than that is asked again by itself

WAITING = {"state": "waiting", "text": "Asking Keras …"}
WARMING = {"state": "warming", "text": "TensorFlow is still loading …"}

Describe = Callable[[dict[str, Any]], dict[str, Any]]
"""From Keras' answer to what `look_up` says of it when done."""


@dataclass
class _Check:
    token: str
    name: str  # one of `cnnlib.backend.inference.QUESTIONS`
    question: dict[str, Any] | None  # its arguments; None once it is answered
    describe: Describe
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

    def register(
        self,
        input: ArrayLike,
        calls: Calls,
        output: ArrayLike,
        *,
        batched: bool = False,
        training: bool = False,
        upstream: ArrayLike | None = None,
    ) -> str:
        """See `register_comparison`."""
        size = count_bytes(input, calls, output, upstream)
        if size > LARGEST_QUESTION:
            return self._add(_refuse(size))
        comparison = make_comparison(input, calls, output, batched, training, upstream)
        return self.register_question("compare_layers", comparison, describe)

    def register_question(self, name: str, arguments: dict[str, Any], describe: Describe) -> str:
        """See `register_question`."""
        text = json.dumps(arguments, sort_keys=True, default=_make_plain)
        token = hashlib.sha256(f"{name} {text}".encode()).hexdigest()[:32]
        return self._add(_Check(token, name, json.loads(text), describe, len(text)))

    def _add(self, check: _Check) -> str:
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
                answer = check.describe(client.ask(check.name, **(check.question or {})))
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


def register_comparison(
    input: ArrayLike,
    calls: Calls,
    output: ArrayLike,
    *,
    batched: bool = False,
    training: bool = False,
    upstream: ArrayLike | None = None,
) -> str:
    """Register what the lab computed, to be compared with Keras; nothing is asked yet.

    Args:
        input: what goes into the first layer: (H, W, C), say.
        calls: the Keras layers, one after another, with their weights; or one definition.
        output: what the lab says comes out of the last one; with `upstream` the gradient by input.
        batched: whether the arrays have the batch axis in front: (N, H, W, C), say.
        training: whether Keras runs as in training: BatchNormalization by the batch's statistics.
        upstream: a gradient by the layers' output: then TensorFlow's gradient is compared.

    Returns:
        The token for `keras_badge`: the same for the same content, in every session.
    """
    return _CHECKS.register(
        input, calls, output, batched=batched, training=training, upstream=upstream
    )


def register_question(name: str, arguments: dict[str, Any], describe: Describe) -> str:
    """Register any other question, to be asked when a browser looks the token up.

    Args:
        name: one of `cnnlib.backend.inference.QUESTIONS`.
        arguments: plain data; the same ones give the same token, in every session.
        describe: makes of the answer what `look_up` gives when done.
    """
    return _CHECKS.register_question(name, arguments, describe)


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


def _describe_failure(reason: str, *, can_retry: bool = True) -> dict[str, Any]:
    text = f"Keras cannot be asked: {reason}"
    return {"state": "failed", "text": text, "can_retry": can_retry}


def _refuse(size: int) -> _Check:
    """A check that is answered before it is asked."""
    reason = f"this setting has {size / 1e6:.0f} MB of numbers. Take a smaller one."
    answer = _describe_failure(reason, can_retry=False)
    return _Check(f"too-large-{size}", "", None, describe, 0, "done", answer)


def _make_plain(value: Any) -> Any:
    """NumPy's numbers as Python's, for JSON."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise TypeError(f"A layer's arguments must be plain data. Received: {value!r}.")
