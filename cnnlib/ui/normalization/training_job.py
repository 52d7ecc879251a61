"""Three small networks trained by Keras in the background: asked once, kept for all sessions."""

import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnlib.errors import LabError
from cnnlib.runs import client
from cnnlib.runs.arrays import decode_array, encode_array

Floats = NDArray[np.float32]
QUESTION = "train_without_training"
WAITING, FAILED, DONE = "waiting", "failed", "done"
ATTEMPTS, PAUSE_SECONDS = 3, 1.5
STATISTICS = ("mean", "variance")


@dataclass(frozen=True)
class Trained:
    """models: name -> "mean" and "variance" -> (steps + 1, channels). keras: its version."""

    models: dict[str, dict[str, Floats]]
    keras: str


class TrainingJob:
    """One question; `state`, `warm`, `answer` and `reason` may be read at any time."""

    def __init__(self, x: Floats, momentum: float, steps: int) -> None:
        self._question: dict[str, Any] = {
            "x": encode_array(x),
            "momentum": momentum,
            "steps": steps,
        }
        self.answer = Trained({}, "")
        self.reason = ""
        self.warm = True
        self.state = FAILED
        self.start()

    def start(self) -> None:
        """Ask, unless it is asked already."""
        if self.state == FAILED:
            self.state = WAITING
            threading.Thread(target=self._ask, name="bn-demo", daemon=True).start()

    def _ask(self) -> None:
        try:
            self.answer = _read(self._ask_patiently())
            self.state = DONE
        except LabError as error:
            self.reason, self.state = f"Keras cannot be asked: {error}", FAILED
        except Exception as error:  # an answer of another form; the page must not wait for ever
            self.reason, self.state = f"The answer cannot be read: {error!r}.", FAILED

    def _ask_patiently(self) -> dict[str, Any]:
        """Again when the supervisor is just being replaced, as after an update."""
        for _ in range(ATTEMPTS - 1):
            with suppress(LabError):
                self.warm = client.is_warm()
                return client.ask(QUESTION, **self._question)
            time.sleep(PAUSE_SECONDS)
        return client.ask(QUESTION, **self._question)


def _read(answer: dict[str, Any]) -> Trained:
    models = {
        model: {name: decode_array(told[f"moving_{name}"]) for name in STATISTICS}
        for model, told in answer["models"].items()
    }
    return Trained(models, str(answer["keras"]))


@st.cache_resource(max_entries=64, show_spinner=False)
def start_job(x: Floats, momentum: float, steps: int) -> TrainingJob:
    """The job for this batch; started when it is asked for the first time."""
    return TrainingJob(x, momentum, steps)
