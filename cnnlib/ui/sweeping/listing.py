"""All sweeps, the newest first."""

import pandas as pd
import streamlit as st

from cnnlib.runs.sweep_records import SweepRecord, Tally, list_sweeps, tally_sweeps
from cnnlib.ui.clicks import find_clicked
from cnnlib.ui.people import describe_person, person_names
from cnnlib.ui.percents import PERCENT, to_percent
from cnnlib.ui.sweeping import texts
from cnnlib.ui.sweeping.naming import name_sweep


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
        placeholder="–",
        column_config={
            "best val. accuracy": st.column_config.NumberColumn(format=PERCENT),
            "started": st.column_config.DatetimeColumn(format="distance"),
        },
    )["selection"]
    return find_clicked(choice, [record.id for record in records], key="sweeps_list")


def _make_row(record: SweepRecord, tally: Tally, names: dict[str, str]) -> dict[str, object]:
    varied = [texts.AXIS_TITLES[name].lower() for name in record.sweep.axes]
    if record.sweep.seeds > 1:
        varied.append(f"{record.sweep.seeds} seeds")
    return {
        "sweep": name_sweep(record),
        "best val. accuracy": to_percent(tally.best),
        "ended": f"{tally.ended} of {tally.runs}",
        "varies": ", ".join(varied),
        "started": pd.Timestamp(record.created, unit="s", tz="UTC"),
        "by": describe_person(record.owner, names),
        "network": "several" if "network" in record.sweep.axes else record.sweep.base.title,
        "data": record.sweep.base.dataset,
    }
