"""Which runs the table shows, all of it in the page's address."""

from collections.abc import Callable, Iterable, Sequence

import streamlit as st

from cnnlib.runs.records import Run
from cnnlib.ui.address import Address, Setting, choice
from cnnlib.ui.people import current_person, describe_person
from cnnlib.ui.runs_table import texts
from cnnlib.ui.runs_table.columns import COLUMNS, FIRST
from cnnlib.ui.sweeping.naming import find_name

PAGE = "runs"
ALL_COLUMNS = "all"
_MAX_LETTERS = 100
NARROWED = ("states", "network", "data", "tag", "sweep")


def open_address() -> Address:
    return Address(
        PAGE,
        [
            _text("q"),
            choice("who", texts.WHOSE),
            Setting("states", [], _words_of(texts.STATES), ",".join),
            *(_text(name) for name in NARROWED[1:]),
            Setting("columns", list(FIRST), _parse_columns, ",".join),
        ],
    )


def choose_filters(address: Address, runs: Sequence[Run]) -> None:
    """The widgets over the table; what can be chosen is what `runs` have."""
    st.text_input(
        texts.SEARCH,
        key=address.key("q"),
        placeholder=texts.SEARCH,
        label_visibility="collapsed",
        help=texts.SEARCH_HELP,
        max_chars=_MAX_LETTERS,
        icon=":material/search:",
        width=220,  # one row with the others, at 1,280 pixels
    )
    st.segmented_control(
        texts.WHOSE_LABEL,
        list(texts.WHOSE),
        format_func=texts.WHOSE.__getitem__,
        key=address.key("who"),
        label_visibility="collapsed",
        required=True,
    )
    count = sum(bool(address[name]) for name in NARROWED)
    label = texts.FILTERS.format(count=count) if count else texts.FILTER
    with st.popover(label, icon=":material/filter_alt:", key="box_filter"):
        st.pills(
            texts.STATE,
            list(texts.STATES),
            format_func=texts.STATES.__getitem__,
            selection_mode="multi",
            key=address.key("states"),
        )
        _choose(address, "network", texts.NETWORK, (run.config.title for run in runs))
        _choose(address, "data", texts.DATASET, (run.config.dataset for run in runs))
        _choose(address, "tag", texts.TAG, (tag for run in runs for tag in run.tags))
        _choose(address, "sweep", texts.SWEEP, (run.sweep or "" for run in runs), find_name)
    with st.popover(texts.COLUMNS, icon=":material/view_column:", key="box_columns"):
        st.pills(
            texts.COLUMNS,
            list(COLUMNS),
            format_func=lambda name: COLUMNS[name].label,
            selection_mode="multi",
            key=address.key("columns"),
            help=texts.COLUMNS_HELP,
        )
    address.write()


def take_filters_back(address: Address) -> None:
    """Show all runs again, in the same columns (in a callback)."""
    address.reset({}, kept=["columns"])


def read_filters(address: Address) -> tuple[object, ...]:
    """What decides which rows there are: a change of it is another table."""
    return tuple(str(address[name]) for name in ("q", "who", *NARROWED))


def select_runs(address: Address, runs: Iterable[Run], names: dict[str, str]) -> list[Run]:
    """Those that the address asks for, in their order; "who" is asked of the store."""
    rules: dict[str, Callable[[Run], bool]] = {
        "states": lambda run: run.status in address["states"],
        "network": lambda run: run.config.title == address["network"],
        "data": lambda run: run.config.dataset == address["data"],
        "tag": lambda run: address["tag"] in run.tags,
        "sweep": lambda run: run.sweep == address["sweep"],
    }
    active = [rule for name, rule in rules.items() if address[name]]
    words, me = address["q"].casefold().split(), current_person()
    return [
        run
        for run in runs
        if all(rule(run) for rule in active)
        and (not words or _holds(run, words, describe_person(run.owner, names, me)))
    ]


def _holds(run: Run, words: Sequence[str], owner: str) -> bool:
    config = run.config
    parts = (run.name, config.title, config.network, config.dataset, config.optimizer, run.note,
             " ".join(run.tags), run.id, run.sweep or "", owner, run.message or "")  # fmt: skip
    text = "\n".join(parts).casefold()
    return all(word in text for word in words)


def _choose(
    address: Address,
    name: str,
    label: str,
    found: Iterable[str],
    describe: Callable[[str], str] = str,
) -> None:
    """One of what is found, or what the address says though no run has it, or any."""
    options = sorted({"", address[name] or "", *found}, key=str.casefold)
    st.selectbox(
        label,
        options,
        format_func=lambda value: describe(value) if value else texts.ANY,
        key=address.key(name),
    )


def _text(name: str) -> Setting:
    def parse(text: str) -> str:
        if len(text) > _MAX_LETTERS or not text.isprintable():
            raise ValueError(text)
        return text

    return Setting(name, "", parse)


def _words_of(known: Iterable[str]) -> Callable[[str], list[str]]:
    allowed = list(known)

    def parse(text: str) -> list[str]:
        words = text.split(",")
        if not set(words) <= set(allowed) or len(set(words)) != len(words):
            raise ValueError(text)
        return words

    return parse


def _parse_columns(text: str) -> list[str]:
    return list(COLUMNS) if text == ALL_COLUMNS else _words_of(COLUMNS)(text)
