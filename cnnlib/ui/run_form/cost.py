"""What a run costs, said before it starts: time, the queue before it, memory."""

import psutil
import streamlit as st

from cnnlib.arch.amounts import format_bytes, format_seconds
from cnnlib.arch.costs import estimate_memory
from cnnlib.arch.spec import Spec
from cnnlib.data import DatasetInfo
from cnnlib.runs.config import RunConfig
from cnnlib.runs.estimating.estimates import SIMILAR, Estimate, estimate_run
from cnnlib.runs.estimating.forecast import expect_new_start
from cnnlib.runs.records import TRAINING
from cnnlib.runs.store import open_store
from cnnlib.runs.store.queueing import Limits
from cnnlib.ui.page import friendly_errors
from cnnlib.ui.people import current_person
from cnnlib.ui.run_form import texts
from cnnlib.ui.run_form.measure import LATER, UNDER_WAY, want_measurement

LOOK_SECONDS = 2.0  # how often the form looks whether a measurement has come
QUEUE_SECONDS = 10.0  # and, without one, how the queue stands


def show_cost(config: RunConfig, spec: Spec, info: DatasetInfo) -> None:
    """Draw it; the time fills in by itself when a step has been measured."""
    steps = -(-min(config.limit or info.train_count, info.train_count) // config.batch_size)
    estimate = estimate_run(config)
    waits = estimate is None or estimate.rough
    every = LOOK_SECONDS if waits else QUEUE_SECONDS
    st.fragment(_draw, run_every=every)(config, spec, steps)
    _warn_of_memory(config, spec)


@friendly_errors()
def _draw(config: RunConfig, spec: Spec, steps: int) -> None:
    estimate = estimate_run(config)
    wanted = None
    if estimate is None or estimate.rough:
        wanted = want_measurement(config, spec)
    st.markdown(f"{_say_time(config, estimate)}; {_say_queue()}")
    words = [_say_steps(steps, config.epochs), *_say_source(estimate)]
    disturbed = estimate is not None and estimate.disturbed
    if wanted == UNDER_WAY and not disturbed:
        words.append(texts.MEASURING)
    elif wanted == LATER and not disturbed:
        words.append(texts.MEASURED_LATER)
    if Limits.from_settings().slots > 1:
        words.append(texts.TOGETHER)
    st.caption(" ".join(words))


def format_about(seconds: float) -> str:
    """Two digits are as sure as it gets: «71 s», «2 min 10 s»."""
    return format_seconds(float(f"{seconds:.2g}"))


def _say_time(config: RunConfig, estimate: Estimate | None) -> str:
    if estimate is None:
        return texts.UNKNOWN
    epochs = _count(config.epochs, "epoch")
    return texts.ABOUT.format(time=format_about(estimate.seconds), epochs=epochs)


def _say_queue() -> str:
    runs = open_store().list_unended()
    waiting = sum(run.status == "queued" for run in runs)
    training = sum(run.status in TRAINING for run in runs)
    if not waiting and training < Limits.from_settings().slots:
        return texts.NOW
    before = _count(waiting + training, "run")
    wait = expect_new_start(open_store(), current_person())
    if wait is None:
        return texts.BEFORE.format(runs=before)
    return texts.STARTS.format(runs=before, wait=format_about(wait))


def _say_steps(steps: int, epochs: int) -> str:
    return texts.STEPS.format(steps=_count(steps, "step"), all=steps * epochs)


def _say_source(estimate: Estimate | None) -> list[str]:
    if estimate is None:
        return []
    runs = "run" if estimate.runs == 1 else f"{estimate.runs} runs"
    if estimate.source != SIMILAR:
        runs = _count(estimate.runs, "run")
    words = [texts.SOURCES[estimate.source].format(runs=runs)]
    if estimate.disturbed:
        words.append(texts.DISTURBED)
    return [*words, texts.LEAVES_OUT] if estimate.leaves_out else words


def _warn_of_memory(config: RunConfig, spec: Spec) -> None:
    needed = estimate_memory(spec, config.batch_size, config.optimizer).total
    memory = psutil.virtual_memory()
    if needed > memory.total:
        text = texts.TOO_LARGE.format(needed=format_bytes(needed), total=format_bytes(memory.total))
    elif needed > memory.available:
        text = texts.TIGHT.format(needed=format_bytes(needed), free=format_bytes(memory.available))
    else:
        return
    st.warning(text, icon=":material/memory:")


def _count(number: int, what: str) -> str:
    return f"1 {what}" if number == 1 else f"{number:,} {what}s"
