"""All sweeps, the newest first."""

import pandas as pd
import streamlit as st

from cnnlib.runs.sweep_records import SweepRecord, Tally, list_sweeps, tally_sweeps
from cnnlib.ui.clicks import find_clicked
from cnnlib.ui.people import describe_person, person_names
from cnnlib.ui.sweeping import texts


def show_list() -> str | None:
    """The table; the id of the sweep that was clicked, None otherwise."""
    records = list_sweeps()
    if not records:
        st.info(texts.NOTHING, icon=":material/info:")
        return None
    st.caption(texts.OPEN)
    names, tallies = person_names(), tally_sweeps()
    rows = [_make_row(record, tallies.get(record.id, Tally()), names) for record in records]
    table = pd.DataFrame(rows)
    choice = st.dataframe(
        table,
        hide_index=True,
        on_select="rerun",
        selection_mode=["single-row", "single-cell"],
        key="sweeps_list",
        column_config={
            "best val. accuracy": st.column_config.NumberColumn(format="%.1f%%"),
            "started": st.column_config.DatetimeColumn(format="distance"),
        },
    )["selection"]
    return find_clicked(choice, [record.id for record in records], key="sweeps_list")


def name_sweep(record: SweepRecord) -> str:
    """Its title, or when it was started; as people gave it, so escape it."""
    started = pd.Timestamp(record.created, unit="s", tz="UTC")
    return record.title or texts.UNTITLED.format(date=started.strftime("%Y-%m-%d %H:%M UTC"))


def _make_row(record: SweepRecord, tally: Tally, names: dict[str, str]) -> dict[str, object]:
    varied = [texts.AXIS_TITLES[name].lower() for name in record.sweep.axes]
    if record.sweep.seeds > 1:
        varied.append(f"{record.sweep.seeds} seeds")
    return {
        "sweep": name_sweep(record),
        "varies": ", ".join(varied),
        "network": record.sweep.base.title,
        "data": record.sweep.base.dataset,
        "ended": f"{tally.ended} of {tally.runs}",
        "best val. accuracy": None if tally.best is None else 100 * tally.best,
        "whose": describe_person(record.owner, names),
        "started": pd.Timestamp(record.created, unit="s", tz="UTC"),
    }
