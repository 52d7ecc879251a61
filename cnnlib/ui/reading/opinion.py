"""Keras' opinion on a model's file: asked when the learner wants it, in a process of its own."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

import streamlit as st

from cnnlib.arch.analysis import Summary
from cnnlib.arch.reading import Reading
from cnnlib.errors import RunError
from cnnlib.runs import client
from cnnlib.ui.address import Address
from cnnlib.ui.page import friendly_errors, plain_text
from cnnlib.ui.prose import show_text
from cnnlib.ui.reading import texts
from cnnlib.ui.reading.source import Source

Answer = dict[str, Any]


def offer_opinion(address: Address, source: Source) -> Answer | None:
    """A button to ask; what Keras answered about this very file."""
    st.subheader(texts.KERAS, anchor=False)
    show_text("reading/about")
    kept = address.key("opinion")
    if st.button(texts.ASK, icon=":material/fact_check:", help=texts.ASK_HELP,
                 key=address.key("ask")):  # fmt: skip
        with friendly_errors(), st.spinner(texts.ASKING):
            st.session_state[kept] = (source.identity, ask_keras(source))
    return get_opinion(address, source)


def get_opinion(address: Address, source: Source) -> Answer | None:
    """What was answered before about this file."""
    identity, answer = st.session_state.get(address.key("opinion"), (None, None))
    return answer if identity == source.identity else None


def ask_keras(source: Source) -> Answer:
    """Hand Keras a copy of the file, which is gone afterwards.

    Raises:
        RunError: it does not answer, or its answer is none.
    """
    with tempfile.TemporaryDirectory(prefix="cnnlab-") as folder:
        path = Path(folder) / f"model{source.suffix}"
        with source.open() as file, path.open("wb") as copy:
            shutil.copyfileobj(file, copy)
        answer = client.ask("read_model", path=str(path))
    if "layers" not in answer:
        raise RunError("Keras gave no answer. Try again.")
    return answer


def show_opinion(reading: Reading, summary: Summary, answer: Answer) -> None:
    """Whether Keras counts the same, and what the file holds."""
    verdict, text = judge(reading, summary, answer)
    {"equal": st.success, "differs": st.error, "cannot": st.info}[verdict](text)
    if answer["stored_total"] is not None:
        lines = [texts.STORED.format(total=answer["stored_total"])]
        unknown = [answer["stored"].get(row.name, 0) for row in summary.unknown]
        if sum(unknown):
            lines.append(texts.STORED_UNKNOWN.format(numbers=sum(unknown)))
        st.caption(" ".join(lines))


def judge(reading: Reading, summary: Summary, answer: Answer) -> tuple[str, str]:
    """(verdict, one line): «equal», «differs», or «cannot» where Keras does not load the file."""
    if answer["layers"] is None:
        return "cannot", f"Keras does not load it: {plain_text(answer['reason'])}"
    known = [row for row in summary.layers if row.known and row.name not in reading.reused]
    wrong = [
        row.name
        for row in known
        if row.name in answer["layers"]
        and answer["layers"][row.name] != [row.params, row.trainable_params]
    ]
    total = f"Keras {answer['keras']} counts {answer['params']:,} parameters"
    learned = f"{answer['trainable_params']:,} of them trainable"
    if wrong:
        names = plain_text(", ".join(wrong[:3]))
        return "differs", f"{total}, {learned}; the lab counts other numbers for {names}."
    if not summary.unknown:
        mine = (summary.params, summary.trainable_params)
        if mine == (answer["params"], answer["trainable_params"]):
            return "equal", f"{total}, {learned}: as many as the lab, layer by layer."
        return "differs", f"{total}, {learned}; the lab counts {mine[0]:,} and {mine[1]:,}."
    gap, count = answer["params"] - summary.params, len(summary.unknown)
    others = "the unknown one has" if count == 1 else f"the {count} unknown ones have"
    return "equal", (
        f"{total}, {learned}. Every layer that the lab knows has as many as there; "
        f"{others} the other {gap:,}."
    )
