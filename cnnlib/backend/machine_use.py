"""How much of the machine is in use while a run trains, looked at every two seconds."""

import shutil
import subprocess
import threading
from typing import TYPE_CHECKING

import psutil
import tensorflow as tf

from cnnlib.runs.sink import StoreSink

if TYPE_CHECKING:
    from cnnlib.backend.progress import Progress

SECONDS = 2.0
MIB = 2**20


class MachineUse:
    """Reports "machine/cpu", "machine/memory" and, with a GPU, "machine/gpu" and
    "machine/gpu_memory" from a thread of its own; nothing while the run is paused."""

    def __init__(self, sink: StoreSink, progress: "Progress", every: float = SECONDS) -> None:
        self._sink = sink
        self._progress = progress
        self._every = every
        self._process = psutil.Process()
        self._gpu_tool = shutil.which("nvidia-smi") if _has_gpu() else None
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def start(self) -> None:
        psutil.cpu_percent()  # the next call tells of the time since this one
        self._thread.start()

    def stop(self) -> None:
        self._ending.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ending.wait(self._every):
            if self._progress.phase != "paused":
                self._report()

    def _report(self) -> None:
        values = {
            "cpu": psutil.cpu_percent() / 100,
            "memory": float(self._process.memory_info().rss),
        }
        if self._gpu_tool is not None:
            try:
                values["gpu"], values["gpu_memory"] = read_gpu_use(self._gpu_tool)
            except (OSError, subprocess.SubprocessError, ValueError):
                self._gpu_tool = None  # it will not answer the next time either
        progress = self._progress
        for name, value in values.items():
            self._sink.point(
                f"machine/{name}", progress.total_step, progress.epoch, value, progress.seconds
            )


def read_gpu_use(tool: str) -> tuple[float, float]:
    """(share 0..1 of the time that GPUs worked, their mean; bytes of their memory in use, in all).

    Args:
        tool: the path of `nvidia-smi`.

    Raises:
        OSError, SubprocessError, ValueError: it does not run, or does not answer in numbers.
    """
    query = "--query-gpu=utilization.gpu,memory.used", "--format=csv,noheader,nounits"
    answer = subprocess.run(
        [tool, *query], capture_output=True, text=True, timeout=10, check=True
    ).stdout
    rows = [[float(cell) for cell in line.split(",")] for line in answer.strip().splitlines()]
    if not rows or any(len(row) != 2 for row in rows):
        raise ValueError(f"nvidia-smi answered {answer!r}")
    return sum(row[0] for row in rows) / len(rows) / 100, sum(row[1] for row in rows) * MIB


def _has_gpu() -> bool:
    return bool(tf.config.list_physical_devices("GPU"))
