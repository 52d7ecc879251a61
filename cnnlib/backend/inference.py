"""Questions that the supervisor's Keras answers for pages, each in a forked child of its own."""

import json
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from cnnlib.errors import LabError
from cnnlib.runs.files import WEIGHTS, run_folder

Progress = Callable[[float, str], None]


def answer_in_child(connection: Connection, question: str, arguments: dict[str, Any]) -> None:
    """Send the messages of `cnnlib.runs.protocol` as JSON bytes; the last one is the answer."""

    def send(message: dict[str, Any]) -> None:
        connection.send_bytes(json.dumps(message).encode())

    try:
        answer = QUESTIONS[question](
            lambda share, text: send({"progress": share, "text": text}), **arguments
        )
        send({"ok": True, **answer})
    except LabError as error:
        send({"error": str(error)})
    except Exception as error:
        send({"error": f"The question failed: {type(error).__name__}: {error}"})


def export_weights(progress: Progress, *, run: str, checkpoint: str = "last") -> dict[str, Any]:
    """Write `weights.txt` into the run's folder from a checkpoint; answers its size in bytes."""
    from cnnlib.backend.exports import write_weights
    from cnnlib.backend.training import load_checkpoint

    progress(0.0, "Reading the checkpoint")
    model = load_checkpoint(run, checkpoint)
    path = run_folder(run) / WEIGHTS
    write_weights(model, path, lambda share: progress(share, "Writing the values"))
    return {"bytes": path.stat().st_size}


QUESTIONS: dict[str, Callable[..., dict[str, Any]]] = {"export_weights": export_weights}
