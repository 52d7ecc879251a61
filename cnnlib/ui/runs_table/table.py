"""The table itself: it looks at the store every few seconds, and keeps what is ticked."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from cnnlib.runs.estimating.estimates import read_sizes
from cnnlib.runs.estimating.forecast import expect_starts
from cnnlib.runs.records import Run
from cnnlib.runs.store import open_store
from cnnlib.ui.address import Address
from cnnlib.ui.clicks import find_clicked
from cnnlib.ui.navigation import TRAIN
from cnnlib.ui.page import friendly_errors
from cnnlib.ui.people import current_person, person_names
from cnnlib.ui.run_control.queue import show_queue, warn_of_full_disk
from cnnlib.ui.runs_table import texts
from cnnlib.ui.runs_table.columns import COLUMNS, NAME, Context, make_table
from cnnlib.ui.runs_table.filters import read_filters, select_runs, take_filters_back
from cnnlib.ui.runs_table.several import offer_actions

MOST = 500  # runs in the table
LOOK_SECONDS = 3.0
HEIGHT = 560  # pixels at most
_STATE = "runs_table_state"  # session state: which rows are shown under which key


def runs_table(address: Address) -> None:
    """Draw the table and what can be done with its ticked runs; it refreshes by itself.

    While nothing trains or waits, only a glance at the store is repeated.
    """
    live = bool(open_store().list_unended())
    draw = st.fragment(_draw, run_every=LOOK_SECONDS if live else None)
    draw(address, live, read_filters(address))
    if not live:
        st.fragment(_look, run_every=LOOK_SECONDS)(_glance())


@friendly_errors()
def _look(before: object) -> None:
    if _glance() != before:
        st.rerun()


def _glance() -> tuple[object, ...]:
    """What changes when a run comes, ends or goes."""
    query = "SELECT COUNT(*), MAX(created), MAX(ended) FROM runs"
    return tuple(open_store().database.connect().execute(query).fetchone())


def list_runs(address: Address) -> list[Run]:
    owner = current_person() if address["who"] == "mine" else None
    return open_store().list_runs(limit=MOST, owner=owner)


def _draw(address: Address, live: bool, filters: object) -> None:
    with friendly_errors():
        if read_filters(address) != filters:
            st.rerun()  # they were taken back in here: their widgets have to hear of it
        known = {run.id: run for run in list_runs(address)}
        names = person_names()
        found = [run.id for run in select_runs(address, known.values(), names)]
        key, shown, ticked = _keep_rows(found, filters)
        waiting = any(run.status == "queued" for run in known.values())
        images = {name: size.images for name, size in read_sizes().items()}
        context = Context(
            names, expect_starts(open_store()) if waiting else {}, images, current_person()
        )
        bar = st.container(
            horizontal=True, vertical_alignment="center", key="runs_actions", gap="small"
        )
        rows = [known.get(run_id) for run_id in shown]
        columns = address["columns"] or [NAME]
        choice = _draw_table(rows, columns, context, key) if rows else _say_none(address)
        ticked = [shown[row] for row in choice["rows"] if row < len(shown)]
        named = [cell for cell in choice["cells"] if cell[1] == NAME]
        if opened := find_clicked({"rows": [], "cells": named}, shown, key=_STATE):
            st.switch_page(TRAIN.path, query_params={"run": opened})
        with bar:
            offer_actions([known[run_id] for run_id in ticked if run_id in known], forget_ticks)
        _say_how_many(len(shown), len(known), frozen=bool(ticked) and found != shown)
        if live and not open_store().list_unended():
            st.rerun()  # a glance now and then will do
        if waiting:
            warn_of_full_disk()
            with st.expander(texts.QUEUE, icon=":material/format_list_numbered:"):
                show_queue()


def _keep_rows(found: list[str], filters: object) -> tuple[str, list[str], list[str]]:
    """(the table's key, the ids in its rows, the ticked ones).

    Streamlit knows ticks by the numbers of the rows. So the rows stay what they are, the gone ones
    too, while any is ticked; new runs appear when none is.
    """
    state: dict[str, Any] = st.session_state.setdefault(_STATE, {"number": 0, "shown": []})
    if state.get("filters") != filters:
        state["number"] += 1
        state["filters"] = filters
    key = f"runs_{state['number']}"
    rows = st.session_state.get(key, {}).get("selection", {}).get("rows", [])
    ticked = [state["shown"][row] for row in rows if row < len(state["shown"])]
    if not ticked:
        state["shown"] = found
    return key, state["shown"], ticked


def forget_ticks() -> None:
    """Another table, with nothing ticked, at the next run."""
    st.session_state[_STATE]["number"] += 1


def _draw_table(
    rows: Sequence[Run | None], chosen: Sequence[str], context: Context, key: str
) -> dict[str, Any]:
    order = [name for name in COLUMNS if name in chosen]
    height = min(HEIGHT, 35 * (len(rows) + 1) + 3)
    event: Any = st.dataframe(
        make_table(rows, order, context),
        height=height,
        hide_index=True,
        on_select="rerun",
        selection_mode=["multi-row", "single-cell"],
        key=key,
        column_config={name: COLUMNS[name].config for name in order},
        placeholder="–",
    )
    selection: dict[str, Any] = event["selection"]
    return selection


def _say_none(address: Address) -> dict[str, Any]:
    """That no run passes the filters, and the way out; as what is chosen: nothing."""
    st.info(texts.NONE_FOUND, icon=":material/search_off:")
    st.button(texts.SHOW_ALL, on_click=take_filters_back, args=(address,))
    return {"rows": [], "cells": []}


def _say_how_many(shown: int, listed: int, *, frozen: bool) -> None:
    words = [texts.SHOWN.format(shown=f"{shown:,}", all=f"{listed:,} runs")]
    if listed >= MOST:
        row = open_store().database.connect().execute("SELECT COUNT(*) FROM runs").fetchone()
        words.append(texts.NEWEST.format(most=MOST, all=row[0]))
    if frozen:
        words.append(texts.WAITING)
    st.caption(" ".join(words))
