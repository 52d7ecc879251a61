"""What is said of a worker process that could not say it itself."""

from pathlib import Path

import pytest

from cnnlib.backend.exits import OUT_OF_MEMORY, count_memory_kills, describe_exit
from cnnlib.runs.files import LOG, run_folder


@pytest.mark.parametrize(
    ("code", "memory_kill", "log", "words"),
    [
        (-9, True, "", OUT_OF_MEMORY),
        (-9, False, "", "ended by signal SIGKILL"),
        (-11, True, "", "ended by signal SIGSEGV"),  # somebody else was killed for memory
        (-6, False, "terminate called after throwing 'std::bad_alloc'", OUT_OF_MEMORY),
        (-6, False, "RAW: mmap error: 12", OUT_OF_MEMORY),  # TensorFlow's own allocator
        (1, False, "numpy.core._exceptions.MemoryError: Unable to allocate", OUT_OF_MEMORY),
        (1, False, "Traceback …", "exit code 1"),
        (0, False, "MemoryError", "exit code 0"),
    ],
)
def test_an_exit_is_put_into_words(lab_home: Path, code, memory_kill, log, words) -> None:
    run_folder("run").mkdir(parents=True)
    (run_folder("run") / LOG).write_text("x" * 30_000 + log, "utf-8")
    assert describe_exit("run", code, memory_kill=memory_kill) == words


def test_a_run_without_a_log_is_no_trouble(lab_home: Path) -> None:
    assert describe_exit("gone", 3, memory_kill=True) == "exit code 3"
    assert count_memory_kills() >= 0
