"""The supervisor: one detached process per CNNLIB_HOME that forks a worker per run or question.

    python -m cnnlib.backend.supervisor

It imports no Keras itself. A forkserver beside it does, once, and forks children that have it
loaded. Where forking is not safe (macOS) or missing (Windows), children are spawned and load Keras
themselves. It ends by itself when no app holds a line to it and nothing is left to do. When it
dies, its workers train on, and its successor watches over them.
"""

import errno
import json
import logging
import multiprocessing
import os
import secrets
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from typing import Any

from filelock import Timeout

from cnnlib import settings
from cnnlib.backend import inference, worker
from cnnlib.backend.exits import count_memory_kills, describe_exit
from cnnlib.backend.guard import Guard
from cnnlib.backend.serving import Handler, Server
from cnnlib.runs import liveness, protocol
from cnnlib.runs.disk import is_disk_full
from cnnlib.runs.store import RunStore
from cnnlib.runs.store.queueing import Limits
from cnnlib.runs.store.truth import describe_lost_worker

TICK_SECONDS = 0.5
QUESTIONS_AT_ONCE = 2

logger = logging.getLogger(__name__)


class Supervisor:
    """Claims waiting runs while slots are free, watches their workers, and forks for questions."""

    def __init__(self) -> None:
        self.code = protocol.code_fingerprint()
        self.secret = secrets.token_hex(16)
        self.root = str(protocol.library_root())
        self.leases: dict[object, bool] = {}  # held lines: whether of an app of `root`
        self.retiring = False
        self.ended = False
        self.warm = threading.Event()
        self._store = RunStore()
        self._guard = Guard(self._store)
        self._workers: dict[str, BaseProcess] = {}
        self._memory_kills = count_memory_kills()
        self._wake = threading.Event()
        self._questions = threading.BoundedSemaphore(QUESTIONS_AT_ONCE)
        self._asking: set[object] = set()  # conversations whose question is being answered
        self._troubles: dict[str, str] = {}
        self._context = _choose_context()
        self._needed_at = time.monotonic()

    def wake(self) -> None:
        self._wake.set()

    def supervise(self) -> None:
        """Work until nobody needs it any more."""
        threading.Thread(target=self._warm_up, daemon=True).start()
        while not self._may_end():
            self._try("reap", self._reap)
            self._try("guard", lambda: self._guard.look(self._workers))
            self._try("start", self._start_waiting_runs)
            self._wake.wait(TICK_SECONDS)
            self._wake.clear()
        self.ended = True

    def _try(self, name: str, part: Callable[[], None]) -> None:
        """A part of a round. Whatever it meets, the other parts go on, and the next round tries
        again; the log hears of the same trouble once."""
        try:
            part()
            self._troubles.pop(name, None)
        except Exception as error:
            if self._troubles.get(name) != repr(error):
                outside = isinstance(error, sqlite3.Error | OSError)  # no fault of the code
                logger.warning("Part %r was cut short: %r", name, error, exc_info=not outside)
            self._troubles[name] = repr(error)

    def _warm_up(self) -> None:
        """Start the forkserver and wait until it has loaded what it preloads."""
        if self._context.get_start_method() == "forkserver" and settings.preload():
            from cnnlib.backend.warmth import report_warm

            child = self._context.Process(target=report_warm)
            child.start()
            child.join()
        self.warm.set()
        logger.info("Warm.")

    def _start_waiting_runs(self) -> None:
        if is_disk_full(settings.home()):
            # Else all that wait would be started, and fail, one after another.
            raise OSError(errno.ENOSPC, "The disk is full; what waits goes on waiting")
        while not self.retiring and (
            run_id := self._store.queue.claim_next(Limits.from_settings())
        ):
            child = self._context.Process(target=worker.run_in_child, args=(run_id,), name=run_id)
            try:
                child.start()
            except (OSError, EOFError) as error:  # the forkserver died; the next start makes one
                logger.warning("Run %s could not be started (%r); it waits again.", run_id, error)
                self._store.queue.requeue(run_id)
                return
            self._workers[run_id] = child
            logger.info("Run %s started as process %s.", run_id, child.pid)

    def _reap(self) -> None:
        for run_id, child in list(self._workers.items()):
            if child.exitcode is None or liveness.is_run_alive(run_id):
                continue
            child.join()
            kills = count_memory_kills()
            cause = describe_exit(run_id, child.exitcode, memory_kill=kills > self._memory_kills)
            self._memory_kills = kills
            # A worker that ended well has written its own end; the store keeps the first word.
            self._store.end(run_id, "failed", describe_lost_worker(run_id, cause))
            del self._workers[run_id]
            logger.info("Run %s ended with exit code %s.", run_id, child.exitcode)

    def _may_end(self) -> bool:
        if self.retiring:  # its workers train on, and its successor watches over them
            return True
        if self._workers or self._asking or self.leases or self._guard.watched:
            self._needed_at = time.monotonic()
            return False
        return time.monotonic() - self._needed_at > settings.idle_seconds()

    def answer(self, question: str, arguments: dict[str, Any], stream: protocol.Stream) -> None:
        """Fork a child for a question and pass its messages on."""
        if question not in inference.QUESTIONS:
            protocol.write_line(stream, {"error": f"Unknown question. Received: {question!r}."})
            return
        self._asking.add(stream)
        try:
            with self._questions:
                self._answer_in_child(question, arguments, stream)
        finally:
            self._asking.discard(stream)

    def _answer_in_child(
        self, question: str, arguments: dict[str, Any], stream: protocol.Stream
    ) -> None:
        receiver, sender = self._context.Pipe(duplex=False)
        child = self._context.Process(
            target=inference.answer_in_child, args=(sender, question, arguments)
        )
        child.start()
        sender.close()
        try:
            while receiver.poll(protocol.ANSWER_SECONDS):
                message = json.loads(receiver.recv_bytes())
                protocol.write_line(stream, message)
                if "progress" not in message:
                    return
            limit = f"{protocol.ANSWER_SECONDS:g} s"
            protocol.write_line(stream, {"error": f"There was no answer within {limit}."})
        except EOFError:
            protocol.write_line(stream, {"error": "The answering process ended. Try again."})
        finally:
            receiver.close()
            child.kill()  # it has nothing to tidy up; a hanging one may not hear less
            child.join()

    def finish_answers(self) -> None:
        """Wait for the questions that are still being answered; each has its time limit."""
        while self._asking:
            time.sleep(TICK_SECONDS)


def _choose_context() -> Any:
    """Fork from a preloaded server where that is safe, spawn elsewhere."""
    if "forkserver" in multiprocessing.get_all_start_methods() and sys.platform != "darwin":
        context = multiprocessing.get_context("forkserver")
        if settings.preload():
            context.set_forkserver_preload(["cnnlib.backend.preload"])
        return context
    return multiprocessing.get_context("spawn")


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    lock = liveness.supervisor_lock()
    try:
        lock.acquire(timeout=1)
    except Timeout:
        return  # the other one serves
    supervisor = Supervisor()
    with Server((protocol.HOST, 0), Handler) as server:
        server.supervisor = supervisor
        threading.Thread(target=server.serve_forever, daemon=True).start()
        protocol.write_address(
            protocol.Address(server.server_address[1], supervisor.secret, supervisor.code)
        )
        logger.info("Serving %s as process %s.", settings.home(), os.getpid())
        supervisor.supervise()
    logger.info("Nobody needs this supervisor any more.")
    protocol.address_path().unlink(missing_ok=True)
    lock.release()
    supervisor.finish_answers()


if __name__ == "__main__":
    main()
