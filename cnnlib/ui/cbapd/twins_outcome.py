"""A pair of twins that is trained or has been: their curves, and what these tell in words."""

import plotly.graph_objects as go
import streamlit as st

from cnnlib.data import available
from cnnlib.errors import LabError
from cnnlib.figures.theme import PLOT_CONFIG
from cnnlib.figures.twins import make_twins_figure
from cnnlib.runs.export.formats import read_curves
from cnnlib.runs.twins import (
    Outcome,
    Pair,
    compute_standard_error,
    read_outcome,
    read_outcomes_by_seed,
)
from cnnlib.ui.cbapd import twins_texts as texts
from cnnlib.ui.datasets import open_dataset
from cnnlib.ui.live_run import live_run
from cnnlib.ui.navigation import TRAIN
from cnnlib.ui.page import plain_text


def show_pair(pair: Pair, guess: str | None) -> None:
    """Live, side by side, while one of them trains or waits; then one over the other."""
    config = pair[0].config
    first, second = (plain_text(run.config.title) for run in pair)
    st.markdown(
        texts.PAIR.format(
            first=first,
            second=second,
            dataset=plain_text(_title_of(config.dataset)),
            settings=pair[0].describe_settings(),
        )
    )
    if not all(run.has_ended for run in pair):
        for column, run in zip(st.columns(2, gap="large"), pair, strict=True):
            with column:
                live_run(run.id, key=f"twins_live_{run.config.network}", status=run.status)
        return
    ids = tuple(run.id for run in pair)
    names = tuple(run.config.title.split(":")[0] for run in pair)
    st.plotly_chart(_draw(ids, names), key="twins_curves", config=dict(PLOT_CONFIG))
    _tell(pair, guess)
    with st.container(horizontal=True):
        for run, title in zip(pair, (first, second), strict=True):
            link = texts.LINK.format(title=title, address=TRAIN.address, run=run.id)
            st.markdown(link, width="content")


@st.cache_data(max_entries=32, show_spinner=False)
def _draw(ids: tuple[str, ...], names: tuple[str, ...]) -> go.Figure:
    """The curves of runs that have ended, and so do not change any more."""
    curves = [(name, read_curves(run_id)) for name, run_id in zip(names, ids, strict=True)]
    return make_twins_figure(curves)


def _title_of(dataset: str) -> str:
    """The data set's title; its name once it is gone."""
    return next((info.title for info in available() if info.name == dataset), dataset)


def _tell(pair: Pair, guess: str | None) -> None:
    for run in pair:
        if run.status != "finished":
            message = plain_text(run.message or "")
            title = plain_text(run.config.title)
            st.warning(texts.UNFINISHED.format(title=title, status=run.status, message=message))
    outcome = read_outcome(pair)
    if outcome is None:
        st.info(texts.NO_EPOCH)
        return
    lines = [_describe_difference(outcome, guess)]
    if count := _count_validation_images(pair):
        lines.append(_describe_images(outcome, count))
    lines.append(_describe_seeds(pair))
    st.markdown("  \n".join(lines))


def _describe_difference(outcome: Outcome, guess: str | None) -> str:
    values = {"epoch": outcome.epoch, "first": outcome.first, "second": outcome.second}
    if outcome.points == 0:
        return texts.EVEN.format(**values)
    winner = "b" if outcome.points > 0 else "a"
    text = texts.AHEAD.format(winner=winner.upper(), points=abs(outcome.points), **values)
    if guess:
        text += " " + texts.GUESSED[guess == winner].format(guess=guess.upper())
    return text


def _describe_images(outcome: Outcome, count: int) -> str:
    error = max(compute_standard_error(share, count) for share in (outcome.first, outcome.second))
    more = round(count * abs(outcome.second - outcome.first))
    return texts.IN_IMAGES.format(more=more, count=count, error=100 * error)


def _count_validation_images(pair: Pair) -> int | None:
    """None once the data set is gone."""
    config = pair[0].config
    try:
        return len(open_dataset(config.dataset).take(config.limit).test)
    except LabError:
        return None


def _describe_seeds(pair: Pair) -> str:
    """What the same twins did with other seeds, as far as they have been tried."""
    outcomes = read_outcomes_by_seed(pair)
    if len(outcomes) < 2:
        return texts.ONE_SEED
    points = [outcome.points for outcome in outcomes.values()]
    told = ", ".join(f"{seed}: {outcome.points:+.1f}" for seed, outcome in outcomes.items())
    text = texts.SEEDS.format(count=len(outcomes), differences=told)
    if min(points) > 0 or max(points) < 0:
        return f"{text} {texts.SAME_SIGN.format(winner='B' if points[0] > 0 else 'A')}"
    return f"{text} {texts.BOTH_SIGNS if min(points) < 0 < max(points) else texts.A_TIE}"
