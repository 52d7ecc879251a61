"""What happened to a run, and what it takes to get the same again."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from cnnlib.arch.amounts import format_bytes
from cnnlib.runs.export.command_line import write_command
from cnnlib.runs.records import Event, Run
from cnnlib.runs.store import open_store
from cnnlib.ui.prose import show_text
from cnnlib.ui.run_control import texts

WHEN_WIDTH = 160  # pixels: a date and a time, and all the rest for what happened
_CHANGES = ("learning_rate", "epochs", "fallback")  # kinds of events that no command repeats


def show_past(run: Run) -> None:
    """Two closed boxes under the run."""
    events = open_store().events(run.id)
    with st.expander(texts.HAPPENED, icon=":material/history:"):
        _show_events(events)
    with st.expander(texts.AGAIN, icon=":material/replay:"):
        st.code(
            run.facts.get("command") or write_command(run.config),
            language=None,
            wrap_lines=True,
        )
        for name in list_remarks(run, events):
            show_text(f"running/{name}")
        rows = describe_facts(run)
        st.dataframe(
            pd.DataFrame({"what": list(rows), "value": list(rows.values())}),
            hide_index=True,
            key="run_facts",
        )


def list_remarks(run: Run, events: Sequence[Event]) -> list[str]:
    """The names of what there is to say about getting the same again."""
    remarks = ["again_exactly" if run.config.deterministic else "again"]
    if run.config.continue_from:
        remarks.append("again_continued")
    if run.status == "stopped" or any(event.kind in _CHANGES for event in events):
        remarks.append("again_changed")
    return remarks


def _show_events(events: Sequence[Event]) -> None:
    st.dataframe(
        pd.DataFrame(
            {
                "when": pd.to_datetime([event.time for event in events], unit="s", utc=True),
                "what": [event.text for event in events],
            }
        ),
        hide_index=True,
        key="run_events",
        column_config={
            "when": st.column_config.DatetimeColumn(
                format="YYYY-MM-DD HH:mm:ss", timezone=st.context.timezone, width=WHEN_WIDTH
            ),
            "what": st.column_config.TextColumn(width="large"),
        },
    )


def describe_facts(run: Run) -> dict[str, str]:
    """What the run's worker found, line by line; the seed alone before it has begun."""
    facts = run.facts
    machine: Mapping[str, Any] = facts.get("machine") or {}
    fast: Mapping[str, Any] = facts.get("acceleration") or {}
    lines = {"seed": str(run.config.seed)}
    add = lines.__setitem__
    if facts.get("dataset_fingerprint"):
        add("data", f"{run.config.dataset}, fingerprint {facts['dataset_fingerprint']}")
    if facts.get("train_images"):
        images = f"{facts['train_images']:,} to train on, {facts.get('val_images', 0):,} to check"
        add("images", images)
    if facts.get("versions"):
        add("versions", ", ".join(f"{name} {v}" for name, v in facts["versions"].items()))
    if machine:
        words = [machine.get("processor"), machine.get("system")]
        words.append(f"{machine['cores']} cores" if machine.get("cores") else None)
        memory = machine.get("memory_bytes")
        words += [format_bytes(memory) if memory else None, *machine.get("gpus", [])]
        add(f"machine {machine.get('host', '')}".strip(), ", ".join(map(str, filter(None, words))))
    if facts.get("threads"):
        add("threads", str(facts["threads"]))
    if (facts.get("replicas") or 1) > 1:
        add("GPUs at once", str(facts["replicas"]))
    if fast:
        jit = "with XLA" if fast.get("jit_compile") else "without XLA"
        add("arithmetic", f"{fast.get('precision', 'float32')}, {jit}")
    return lines
