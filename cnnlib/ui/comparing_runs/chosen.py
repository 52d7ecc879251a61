"""Which runs are compared, and how: what the address of the page says."""

import re
from dataclasses import dataclass

import streamlit as st

from cnnlib.errors import RunNotFoundError
from cnnlib.figures.runs_compared import MOST
from cnnlib.runs.comparing.seeds import group_by_seed
from cnnlib.runs.records import Run
from cnnlib.runs.store import open_store
from cnnlib.ui.address import Address, Setting, choice, flag, whole
from cnnlib.ui.comparing_runs import texts
from cnnlib.ui.page import show_error

FIRST = 4  # of the newest runs, when the address names none
SMOOTHINGS = (1, 3, 5, 11, 25, 51, 101)
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_MOST_NAMED = 60  # runs that an address may name; what is more than `MOST` is said


@dataclass(frozen=True)
class Chosen:
    """A run that is compared.

    Attributes:
        look: the place of its line among the looks of `cnnlib.figures.runs_compared`.
        count: how many runs that line is the mean of.
    """

    run: Run
    look: int
    count: int = 1


def make_settings() -> list[Setting]:
    return [
        Setting("runs", [], _parse_ids, ",".join),
        choice("show", texts.SHOW_CHOICES),
        choice("axis", texts.AXIS_CHOICES),
        whole("smooth", 11, 1, max(SMOOTHINGS)),
        flag("log"),
        choice("seeds", texts.SEEDS_CHOICES),
        Setting("find", "", _parse_words),
        Setting("data", "", _parse_words),
        Setting("columns", list(texts.DEFAULT_COLUMNS), _parse_columns, ",".join),
        choice("cost", texts.COST_CHOICES),
        flag("logcost", True),
        Setting("within_seconds", None, _parse_amount, "{:g}".format),
        Setting("within_epochs", None, _parse_amount, "{:g}".format),
        Setting("within_params", None, _parse_amount, "{:.0f}".format),
        Setting("within_macs", None, _parse_amount, "{:g}".format),
    ]


def begin_with_newest(address: Address, runs: list[Run]) -> None:
    """Choose the newest runs, at a first visit that names none."""
    begun = address.key("begun")
    if begun not in st.session_state:
        st.session_state[begun] = True
        if not address["runs"]:
            address["runs"] = [run.id for run in runs if run.status != "queued"][:FIRST]


def find_chosen(ids: list[str], seeds: str) -> list[Chosen]:
    """The runs of an address, at most `MOST`, line by line; those that are gone are left out.

    Args:
        seeds: one of `texts.SEEDS_CHOICES`: runs that share a line have the same look.
    """
    store, runs = open_store(), []
    for run_id in ids[:MOST]:
        try:
            runs.append(store.get(run_id))
        except RunNotFoundError:
            continue
    if seeds == "each":
        return [Chosen(run, look) for look, run in enumerate(runs)]
    groups = enumerate(group_by_seed(runs))
    return [Chosen(run, look, len(group)) for look, group in groups for run in group]


def tell_what_is_missing(address: Address, chosen: list[Chosen]) -> None:
    """Say which runs of the address are not drawn, and why."""
    if len(address["runs"]) > MOST:
        st.warning(texts.TOO_MANY, icon=":material/filter_9_plus:")
    found = {entry.run.id for entry in chosen}
    for run_id in address["runs"][:MOST]:
        if run_id not in found:
            show_error(f"There is no run {run_id!r} any more.")


def describe_name(run: Run) -> str:
    """A run in a few words, told from others of its name; as people wrote it, so escape it."""
    return f"{run.title} · {run.id[-4:]}"


def _parse_ids(text: str) -> list[str]:
    ids = list(dict.fromkeys(text.split(",")))
    if len(ids) > _MOST_NAMED or not all(_ID.fullmatch(run_id) for run_id in ids):
        raise ValueError(text)
    return ids


def _parse_words(text: str) -> str:
    if len(text) > 100 or not text.isprintable():
        raise ValueError(text)
    return text


def _parse_columns(text: str) -> list[str]:
    names = list(dict.fromkeys(text.split(",")))
    if not set(names) <= set(texts.COLUMN_TITLES):
        raise ValueError(text)
    return names


def _parse_amount(text: str) -> float:
    value = float(text)
    if not 0 <= value < 1e15:
        raise ValueError(text)
    return value
