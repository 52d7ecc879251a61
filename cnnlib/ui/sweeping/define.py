"""The form of a new sweep: what all runs have, what varies, what it costs, and Start."""

import streamlit as st

from cnnlib.data import DatasetInfo, available
from cnnlib.runs.config import MAX_EPOCHS, RunConfig
from cnnlib.runs.estimating.estimates import Estimate, Estimator
from cnnlib.runs.store.queueing import Limits
from cnnlib.runs.sweep_records import SweepRecord, check_sweep, submit_sweep
from cnnlib.runs.sweeps import MAX_TITLE
from cnnlib.ui.address import Address
from cnnlib.ui.page import friendly_errors
from cnnlib.ui.people import current_person
from cnnlib.ui.run_address import run_settings
from cnnlib.ui.run_form import texts as form_texts
from cnnlib.ui.run_form.cost import LOOK_SECONDS, QUEUE_SECONDS, format_about
from cnnlib.ui.run_form.details import choose_details
from cnnlib.ui.run_form.measure import want_measurement
from cnnlib.ui.run_form.once import start_once
from cnnlib.ui.run_form.recipe import choose_recipe
from cnnlib.ui.run_form.what import choose_what, read_config, tidy
from cnnlib.ui.sweeping import texts
from cnnlib.ui.sweeping.axes import axis_settings, read_sweep
from cnnlib.ui.sweeping.controls import choose_axes
from cnnlib.ui.sweeping.place import PARAMETER

PAGE = "sweep"


def sweep_form() -> SweepRecord | None:
    """Draw the form; the new sweep when Start was pressed, None otherwise."""
    infos = {info.name: info for info in available()}
    settings = [*run_settings(next(iter(infos))), *axis_settings()]
    address = Address(PAGE, settings, beside=(PARAMETER,))
    tidy(address, infos)
    st.markdown(f"##### {texts.VARIES}")
    choose_axes(address)
    outcome = st.container()
    st.markdown(f"##### {texts.BASE}")
    what, how = st.columns([3, 2], gap="large")
    with what:
        choose_what(address, infos)
    with how:
        choose_recipe(address)
        st.number_input(form_texts.EPOCHS, 1, MAX_EPOCHS, key=address.key("epochs"),
                        help=form_texts.EPOCHS_HELP)  # fmt: skip
    with st.expander(form_texts.MORE, icon=":material/tune:"):
        title = choose_details(address, name=texts.TITLE, max_name=MAX_TITLE)
    address.write()
    with outcome:
        return _offer_start(address, infos, title)


def _offer_start(address: Address, infos: dict[str, DatasetInfo], title: str) -> SweepRecord | None:
    sweep, configs = None, None
    with friendly_errors():
        base, _ = read_config(address, infos)
        sweep = read_sweep(address, base)
        configs = check_sweep(sweep, owner=current_person())
    if configs is not None:
        _show_cost(configs)
    label = texts.NO_START if configs is None else texts.START.format(runs=count_runs(len(configs)))
    pressed = st.button(label, type="primary", icon=":material/play_arrow:",
                        disabled=configs is None, key=address.key("_start"))  # fmt: skip
    if pressed and sweep is not None:
        with friendly_errors():
            return start_once(
                address.key("_started"),
                (sweep, title),
                lambda: submit_sweep(sweep, title=title, owner=current_person()),
            )
    return None


def count_runs(number: int) -> str:
    return "1 run" if number == 1 else f"{number:,} runs"


def _show_cost(configs: list[RunConfig]) -> None:
    every = LOOK_SECONDS if _find_unsure(configs, _estimate(configs)) else QUEUE_SECONDS
    st.fragment(_draw_cost, run_every=every)(configs)


@friendly_errors()
def _draw_cost(configs: list[RunConfig]) -> None:
    estimates = _estimate(configs)
    if unsure := _find_unsure(configs, estimates):
        info = next(info for info in available() if info.name == unsure.dataset)
        want_measurement(unsure, unsure.make_spec(info.image_shape, len(info.class_names)))
    known = [estimate.seconds for estimate in estimates if estimate is not None]
    runs = count_runs(len(configs))
    if not known:
        st.markdown(texts.COST_UNKNOWN.format(runs=runs) + ". " + texts.QUEUE)
        return
    slots = min(Limits.from_settings().slots, len(configs))
    seconds = sum(known) / slots
    if len(known) < len(configs):
        text = texts.COST_PART.format(runs=runs, known=len(known), time=format_about(seconds))
    else:
        places = "one" if slots == 1 else str(slots)
        text = texts.COST.format(runs=runs, time=format_about(seconds), places=places)
    words = [f"{text}."]
    if max(known) > 1.5 * min(known):
        low, high = format_about(min(known)), format_about(max(known))
        words.append(texts.LOWEST.format(low=low, high=high))
    st.markdown(" ".join(words))
    st.caption(texts.QUEUE)


def _estimate(configs: list[RunConfig]) -> list[Estimate | None]:
    estimator = Estimator()
    return [estimator.estimate(config) for config in configs]


def _find_unsure(configs: list[RunConfig], estimates: list[Estimate | None]) -> RunConfig | None:
    """The first whose time is not known, or not well."""
    for config, estimate in zip(configs, estimates, strict=True):
        if estimate is None or estimate.rough:
            return config
    return None
