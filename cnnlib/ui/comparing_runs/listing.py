"""The table of all runs: found, sorted, ticked."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import pandas as pd
import streamlit as st

from cnnlib.runs.comparing.measures import Measures, measure_run, read_sizes
from cnnlib.runs.records import Run
from cnnlib.ui.address import Address
from cnnlib.ui.comparing_runs import texts
from cnnlib.ui.comparing_runs.chosen import describe_name
from cnnlib.ui.people import describe_person, person_names
from cnnlib.ui.percents import PERCENT, to_percent

MOST_LISTED = 500


@dataclass(frozen=True)
class Listed:
    """A run of the table; `owner` is what people call whose it is."""

    run: Run
    found: Measures
    owner: str


def list_runs(runs: Sequence[Run]) -> list[Listed]:
    sizes, names = read_sizes(), person_names()
    return [Listed(run, measure_run(run, sizes), describe_person(run.owner, names)) for run in runs]


def choose_runs(address: Address, runs: list[Listed]) -> list[Listed]:
    """Draw the filters and the table; the runs that pass the filters."""
    st.subheader(texts.TABLE, anchor=False)
    datasets = ["", *dict.fromkeys(entry.run.config.dataset for entry in runs)]
    if address["data"] not in datasets:
        address["data"] = ""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(texts.FIND, key=address.key("find"), help=texts.FIND_HELP, max_chars=100,
                      width=260)  # fmt: skip
        st.selectbox(
            texts.DATASET, datasets, key=address.key("data"), width=200,
            format_func=lambda name: name or texts.ANY_DATASET,
        )  # fmt: skip
        with st.popover(texts.COLUMNS, icon=":material/view_column:"):
            st.pills(
                texts.COLUMNS, list(texts.COLUMN_TITLES), key=address.key("columns"),
                format_func=texts.COLUMN_TITLES.__getitem__, selection_mode="multi",
                width=420,
            )  # fmt: skip
        st.button(texts.NONE, icon=":material/deselect:", on_click=_choose_none, args=(address,),
                  disabled=not address["runs"])  # fmt: skip
    found = [entry for entry in runs if _passes(entry, address["find"], address["data"])]
    told = [texts.SHOWN.format(count=len(found), all=len(runs)), texts.TABLE_HELP]
    if len(runs) >= MOST_LISTED:
        told.append(texts.NEWEST.format(count=MOST_LISTED))
    st.caption(" ".join(told))
    if found:
        _draw_table(address, found)
    return found


def _choose_none(address: Address) -> None:
    address["runs"] = []


def _passes(entry: Listed, words: str, dataset: str) -> bool:
    run = entry.run
    if dataset and run.config.dataset != dataset:
        return False
    text = " ".join((run.title, run.config.title, run.config.dataset, run.id, run.status,
                     entry.owner, run.describe_settings(), *run.tags)).casefold()  # fmt: skip
    return all(word in text for word in words.casefold().split())


def _draw_table(address: Address, found: list[Listed]) -> None:
    """The table, its ticks those of the address.

    Streamlit knows a tick by its row's place. So a table of other runs, or one whose ticks were
    changed elsewhere, is a new widget that begins with the right ones.
    """
    ids = [entry.run.id for entry in found]
    places = [ids.index(run_id) for run_id in address["runs"] if run_id in ids]
    turn = address.key("turn")
    content = sha256(",".join(ids).encode()).hexdigest()[:12]
    key = f"{address.key('table')}_{content}_{st.session_state.get(turn, 0)}"
    if key in st.session_state and set(_read_rows(key)) != set(places):
        st.session_state[turn] = st.session_state.get(turn, 0) + 1
        key = f"{address.key('table')}_{content}_{st.session_state[turn]}"

    def take_ticks() -> None:
        ticked = [ids[place] for place in _read_rows(key)]
        kept = [run_id for run_id in address["runs"] if run_id in ticked or run_id not in ids]
        address["runs"] = [*kept, *(run_id for run_id in ticked if run_id not in kept)]

    st.dataframe(
        make_table(found),
        hide_index=True,
        key=key,
        on_select=take_ticks,
        selection_mode="multi-row",
        selection_default={"selection": {"rows": places}},
        column_order=[
            texts.RUN,
            *(title for name, title in texts.COLUMN_TITLES.items() if name in address["columns"]),
        ],
        column_config=_configure_columns(),
        placeholder="–",
        height=min(420, 38 + 35 * len(found)),
    )


def _read_rows(key: str) -> list[int]:
    return list(st.session_state[key]["selection"]["rows"])


def make_table(found: Sequence[Listed]) -> pd.DataFrame:
    """A row for each run, all columns of `texts.COLUMN_TITLES` behind its name."""
    table = pd.DataFrame([_make_row(entry) for entry in found])
    numbers = ("best", "best_loss", "last", "last_loss", "epochs", "params", "macs", "seconds",
               "rate")  # fmt: skip
    for name in numbers:
        table[name] = pd.to_numeric(table[name])
    return table.rename(columns=texts.COLUMN_TITLES)


def _make_row(entry: Listed) -> dict[str, object]:
    run, found = entry.run, entry.found
    return {
        texts.RUN: describe_name(run),
        "network": run.config.title,
        "data": run.config.dataset,
        "settings": run.describe_settings(),
        "state": run.status,
        "best": to_percent(found.best_val_accuracy),
        "best_loss": found.best_val_loss,
        "last": to_percent(found.val_accuracy),
        "last_loss": found.val_loss,
        "epochs": found.epoch,
        "params": found.params,
        "macs": found.macs,
        "seconds": found.seconds,
        "rate": found.images_per_second,
        "machine": found.machine,
        "tags": list(run.tags),
        "owner": entry.owner,
        "created": pd.Timestamp(run.created, unit="s", tz="UTC"),
    }


def _configure_columns() -> dict[str, Any]:
    forms = {"best": PERCENT, "last": PERCENT, "best_loss": "%.4f", "last_loss": "%.4f",
             "epochs": "%.3g", "params": "localized", "macs": "localized", "seconds": "%.1f",
             "rate": "%.0f"}  # fmt: skip
    config: dict[str, Any] = {
        texts.COLUMN_TITLES[name]: st.column_config.NumberColumn(
            format=form, help=texts.COLUMN_HELP.get(name)
        )
        for name, form in forms.items()
    }
    config[texts.COLUMN_TITLES["settings"]] = st.column_config.TextColumn(width="medium")
    config[texts.COLUMN_TITLES["tags"]] = st.column_config.ListColumn()
    config[texts.COLUMN_TITLES["created"]] = st.column_config.DatetimeColumn(format="distance")
    return config
