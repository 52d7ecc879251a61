"""What one sweep has found so far: the picture, seeds, the runs one by one, and how to stop it."""

from collections.abc import Sequence
from contextlib import suppress

import pandas as pd
import streamlit as st

from cnnlib.data import available
from cnnlib.errors import SpecError
from cnnlib.figures.runs_compared import MOST
from cnnlib.figures.sweeps import (
    Dimension,
    Group,
    is_spread_evenly_in_log,
    make_parallel_figure,
    make_seeds_figure,
)
from cnnlib.figures.theme import PLOT_CONFIG
from cnnlib.runs.comparing.differences import compare_settings
from cnnlib.runs.comparing.seeds import group_by_seed
from cnnlib.runs.records import TRAINING, Run
from cnnlib.runs.setting_words import LABELS, describe_setting, describe_value
from cnnlib.runs.sweep_records import (
    SweepRecord,
    list_runs,
    read_accuracy,
    read_sweep,
    stop_rest,
)
from cnnlib.runs.sweeps import NUMBERS, WHOLE, Range, Sweep
from cnnlib.ui.clicks import find_clicked
from cnnlib.ui.navigation import COMPARE_RUNS, RUNS, SWEEPS, TRAIN, link_to
from cnnlib.ui.page import ASSETS, friendly_errors, plain_text
from cnnlib.ui.people import may_control
from cnnlib.ui.percents import PERCENT, to_percent
from cnnlib.ui.sweeping import texts
from cnnlib.ui.sweeping.axes import format_value, make_sweep_query
from cnnlib.ui.sweeping.naming import name_sweep
from cnnlib.ui.sweeping.place import PLACE

REFRESH_SECONDS = 3.0
_FRACTIONS = tuple(name for name in NUMBERS if name not in WHOLE)
Results = Sequence[tuple[Run, float | None]]
"""Runs with their best validation accuracies."""


def show_sweep(sweep_id: str) -> None:
    """One sweep, drawn anew while its runs train.

    Raises:
        RunError: there is no such sweep.
    """
    record = read_sweep(sweep_id)
    st.subheader(plain_text(name_sweep(record)), anchor=False)
    live = any(not run.has_ended for run in list_runs(sweep_id))
    st.fragment(_draw, run_every=REFRESH_SECONDS if live else None)(record, live)


@friendly_errors()
def _draw(record: SweepRecord, was_live: bool) -> None:
    runs = list_runs(record.id)
    if was_live and all(run.has_ended for run in runs):
        st.rerun()  # nothing changes any more
    results = [(run, read_accuracy(run)) for run in runs]
    reached = [(run, value) for run, value in results if value is not None]
    if runs:
        _say_state(record.sweep, results)
    else:
        st.info(texts.GONE, icon=":material/delete:")
    _offer_actions(record, runs, reached)
    if not runs:
        return
    if reached:
        # A picture that moved at every epoch of every run would lose what somebody marks in it.
        ended = [(run, value) for run, value in reached if run.has_ended]
        _show_pictures(record, ended or reached)
    else:
        st.info(texts.NO_RESULT, icon=":material/hourglass_empty:")
    _show_table(record, results)


def _say_state(sweep: Sweep, results: Results) -> None:
    runs = [run for run, _ in results]
    training = sum(run.status in TRAINING for run in runs)
    paused = sum(run.status == "paused" for run in runs)
    waiting = sum(run.status == "queued" for run in runs)
    now = [f"{count} {what}" for count, what in
           ((training, "training"), (paused, "paused"), (waiting, "waiting")) if count]  # fmt: skip
    words = [
        texts.STATE.format(
            ended=sum(run.has_ended for run in runs),
            all=len(runs),
            now=f"; {', '.join(now)}" if now else "",
        )
    ]
    if (best := find_best(results)) is not None:
        run, accuracy = best
        settings = ", ".join(
            describe_setting(name, getattr(run.config, name)) for name in sweep.varied
        )
        link = f"[{plain_text(settings)}]({TRAIN.address}?run={run.id})"
        best_text = texts.BEST if any(not run.has_ended for run in runs) else texts.BEST_OF_ALL
        words.append(best_text.format(accuracy=f"{accuracy:.1%}", words=link))
    st.markdown(" ".join(words))
    _, same = compare_settings([run.config for run in runs])
    if same:
        st.caption(plain_text(texts.ALL_HAVE.format(settings=", ".join(same))))


def find_best(results: Results) -> tuple[Run, float] | None:
    """The run of the highest accuracy; the earliest of several."""
    reached = [(run, value) for run, value in results if value is not None]
    return max(reached, key=lambda pair: pair[1]) if reached else None


def _offer_actions(
    record: SweepRecord, runs: Sequence[Run], reached: Sequence[tuple[Run, float]]
) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        rest = [run for run in runs if not run.has_ended and not run.wishes.stop]
        mine = all(may_control(run) for run in rest)
        if rest and st.button(
            texts.STOP, icon=":material/stop:", key="sweep_stop", disabled=not mine,
            help=texts.STOP_HELP if mine else texts.NOT_YOURS,
        ):  # fmt: skip
            stop_rest([run for run in rest if may_control(run)])
            st.rerun()
        if reached:
            best = sorted(reached, key=lambda pair: pair[1], reverse=True)[:MOST]
            query = {"runs": ",".join(run.id for run, _ in best)}
            link_to(COMPARE_RUNS, texts.COMPARE, query)
        if runs:
            link_to(RUNS, texts.IN_TABLE, {"sweep": record.id})
        with suppress(SpecError):  # a network too long for a link
            query = make_sweep_query(record.sweep, here=next(iter(available())).name)
            if st.button(texts.AGAIN, icon=SWEEPS.icon, type="tertiary"):
                PLACE.go_to(**query)


def _show_pictures(record: SweepRecord, reached: Sequence[tuple[Run, float]]) -> None:
    config = dict(PLOT_CONFIG)
    st.markdown(f"##### {texts.PICTURE}", help=texts.PICTURE_HELP)
    st.html(ASSETS / "sweeps.css")
    dimensions = [_make_dimension(record.sweep, name, reached) for name in record.sweep.varied]
    figure = make_parallel_figure(dimensions, [value for _, value in reached])
    st.plotly_chart(figure, config=config, key="sweep_parallel")
    if record.sweep.seeds > 1:
        st.markdown(f"##### {texts.SEED_PICTURE}", help=texts.SEED_HELP)
        accuracies = {run.id: value for run, value in reached}
        axes = list(record.sweep.axes)
        groups = [
            Group(_name_settings(group[0], axes), [accuracies[run.id] for run in group])
            for group in group_by_seed([run for run, _ in reached])
        ]
        st.plotly_chart(make_seeds_figure(groups), config=config, key="sweep_seeds")


def _name_settings(run: Run, names: Sequence[str]) -> str:
    words = [describe_setting(name, getattr(run.config, name)) for name in names]
    return ", ".join(words) or run.config.title


def _make_dimension(sweep: Sweep, name: str, reached: Sequence[tuple[Run, float]]) -> Dimension:
    label = LABELS[name]
    values = [getattr(run.config, name) for run, _ in reached]
    if name == "optimizer":
        return Dimension(label, [describe_value(name, value) for value in values])
    if name == "network":
        return Dimension(label, [run.config.title for run, _ in reached])
    if name not in (*NUMBERS, "seed") or None in values:
        return Dimension(label, [format_value(name, value) for value in values])
    axis = sweep.axes.get(name)
    drawn = isinstance(axis, Range)
    log = axis.scale == "log" if isinstance(axis, Range) else is_spread_evenly_in_log(values)
    return Dimension(label, [float(value) for value in values], log, drawn)


def _show_table(record: SweepRecord, results: Results) -> None:
    st.markdown(f"##### {texts.TABLE}")
    st.caption(texts.OPEN_RUN)
    names = record.sweep.varied
    table = pd.DataFrame([_make_row(run, value, names) for run, value in results])
    choice = st.dataframe(
        table,
        hide_index=True,
        on_select="rerun",
        selection_mode=["single-row", "single-cell"],
        key="sweep_runs",
        placeholder="–",
        column_config={
            # Streamlit's own form of a number ends after four digits: 0.000114 would be 0.0001.
            **{
                _name_column(name): st.column_config.NumberColumn(format="%g")
                for name in names
                if name in _FRACTIONS
            },
            "best val. accuracy": st.column_config.NumberColumn(format=PERCENT),
            "epochs done": st.column_config.NumberColumn(format="%.3g"),
            "seconds": st.column_config.NumberColumn(format="%.1f"),
            "what happened": st.column_config.TextColumn(width="medium"),
        },
    )["selection"]
    if clicked := find_clicked(choice, [run.id for run, _ in results], key="sweep_runs"):
        st.switch_page(TRAIN.path, query_params={"run": clicked})


def _name_column(setting: str) -> str:
    return texts.AXIS_TITLES.get(setting, setting).lower()


def _make_row(run: Run, accuracy: float | None, names: Sequence[str]) -> dict[str, object]:
    settings = {
        _name_column(name): (
            getattr(run.config, name)
            if name in (*NUMBERS, "seed") and getattr(run.config, name) is not None
            else describe_value(name, getattr(run.config, name))
        )
        for name in names
    }
    return {
        **settings,
        "best val. accuracy": to_percent(accuracy),
        "epochs done": (run.progress or {}).get("epoch"),
        "seconds": run.result.get("train_seconds"),
        "state": run.status,
        "what happened": run.message or "",
    }
