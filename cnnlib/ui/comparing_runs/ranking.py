"""What the runs of the table cost, and who is best within a budget."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from cnnlib.figures.runs_compared import CostPoint, make_scatter_figure
from cnnlib.figures.theme import PLOT_CONFIG
from cnnlib.runs.comparing.budgets import Budget, Reached, find_best
from cnnlib.ui.address import Address
from cnnlib.ui.comparing_runs import texts
from cnnlib.ui.comparing_runs.chosen import Chosen, describe_name
from cnnlib.ui.comparing_runs.curves import read_curve
from cnnlib.ui.comparing_runs.listing import Listed
from cnnlib.ui.navigation import TRAIN
from cnnlib.ui.page import plain_text
from cnnlib.ui.percents import PERCENT, to_percent
from cnnlib.ui.prose import show_text


def show_costs(address: Address, runs: Sequence[Listed], chosen: Sequence[Chosen]) -> None:
    """A point for each run: accuracy against what it cost."""
    st.subheader(texts.COSTS, anchor=False)
    show_text("comparing_runs/costs")
    see = st.container()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.segmented_control(
            texts.COST, list(texts.COST_CHOICES), format_func=texts.COST_CHOICES.__getitem__,
            key=address.key("cost"), required=True,
        )  # fmt: skip
        st.toggle(texts.LOG_COST, key=address.key("logcost"))
    looks = {entry.run.id: entry.look for entry in chosen}
    points = []
    for entry in runs:
        cost, accuracy = getattr(entry.found, address["cost"]), entry.found.best_val_accuracy
        if cost and accuracy is not None and accuracy == accuracy:
            name = f"{describe_name(entry.run)}: {entry.run.describe_settings()}"
            link = f"{TRAIN.address}?run={entry.run.id}"
            points.append(CostPoint(name, cost, accuracy, looks.get(entry.run.id), link))
    if not points:
        see.info(texts.NO_POINTS)
        return
    figure = make_scatter_figure(
        points, cost=texts.COST_CHOICES[address["cost"]], log=address["logcost"]
    )
    see.plotly_chart(figure, config=dict(PLOT_CONFIG), key=address.key("scatter"))


def warn_of_datasets(runs: Sequence[Listed]) -> None:
    """Accuracies on different data sets stand side by side: say that they do not compare."""
    datasets = list(dict.fromkeys(entry.run.config.dataset for entry in runs))
    if len(datasets) > 1:
        st.caption(plain_text(texts.DATASETS_DIFFER.format(datasets=", ".join(datasets))))


def show_budgets(address: Address, runs: Sequence[Listed]) -> None:
    """A ranking of the runs by the best that they reached within limits."""
    st.subheader(texts.BUDGETS, anchor=False)
    show_text("comparing_runs/budgets")
    fields = {
        "within_seconds": (texts.SECONDS, 10.0),
        "within_epochs": (texts.EPOCHS, 1.0),
        "within_params": (texts.PARAMS, 10_000.0),
        "within_macs": (texts.MACS, 1.0),
    }
    with st.container(horizontal=True):
        for name, (label, step) in fields.items():
            st.number_input(
                label, min_value=0.0, value=None, step=step, format="%g", key=address.key(name),
                placeholder=texts.NO_LIMIT, width=190,
            )  # fmt: skip
    macs = address["within_macs"]
    budget = Budget(
        seconds=address["within_seconds"],
        epochs=address["within_epochs"],
        params=address["within_params"],
        macs=None if macs is None else macs * 1e6,
    )
    ranked = rank(runs, budget)
    if ranked:
        st.dataframe(
            _make_table(ranked), hide_index=True, placeholder="–", key=address.key("ranking"),
            column_config=_configure_columns(), height=min(420, 38 + 35 * len(ranked)),
        )  # fmt: skip
    else:
        st.info(texts.NONE_WITHIN)
    unknown = 0 if budget.seconds is None else sum(map(_lacks_seconds, runs))
    if unknown:
        st.caption(texts.NOT_NOTED.format(count=unknown))


def rank(runs: Sequence[Listed], budget: Budget) -> list[tuple[Listed, Reached]]:
    """The runs that reached something within the budget, the best first; of equals, the quicker."""
    reached = []
    for entry in runs:
        if budget.affords(entry.found.params, entry.found.macs):
            best = find_best(budget, read_curve(entry.run, "epoch/val_accuracy"))
            if best is not None:
                reached.append((entry, best))
    return sorted(reached, key=lambda pair: (-pair[1].accuracy, pair[1].seconds or float("inf")))


def _lacks_seconds(entry: Listed) -> bool:
    curve = read_curve(entry.run, "epoch/val_accuracy")
    return bool(len(curve.values)) and not curve.seconds.any()


def _make_table(ranked: Sequence[tuple[Listed, Reached]]) -> pd.DataFrame:
    rows = [
        {
            "place": place,
            "accuracy": to_percent(best.accuracy),
            "run": describe_name(entry.run),
            "open": f"{TRAIN.address}?run={entry.run.id}",
            "epoch": best.epoch,
            "seconds": best.seconds,
            "network": entry.run.config.title,
            "params": entry.found.params,
            "macs": entry.found.macs,
        }
        for place, (entry, best) in enumerate(ranked, start=1)
    ]
    table = pd.DataFrame(rows)
    for name in ("seconds", "params", "macs"):
        table[name] = pd.to_numeric(table[name])
    return table.rename(columns=texts.RANK_COLUMNS)


def _configure_columns() -> dict[str, Any]:
    titles, column = texts.RANK_COLUMNS, st.column_config
    return {
        titles["place"]: column.NumberColumn(width=60),
        titles["run"]: column.TextColumn(width=230),  # or it would be cut where all columns fit
        titles["accuracy"]: column.NumberColumn(format=PERCENT),
        titles["epoch"]: column.NumberColumn(format="%.3g"),
        titles["seconds"]: column.NumberColumn(format="%.1f"),
        titles["params"]: column.NumberColumn(format="localized"),
        titles["macs"]: column.NumberColumn(format="localized"),
        titles["open"]: column.LinkColumn(display_text=":material/open_in_new:", width=60),
    }
