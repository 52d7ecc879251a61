"""The picture of the chosen runs: their curves, and a legend that says how they differ."""

import html
from collections.abc import Callable

import streamlit as st

from cnnlib.figures.letters import LETTERS
from cnnlib.figures.runs_compared import HEIGHT, LOOKS
from cnnlib.runs.comparing.differences import compare_settings
from cnnlib.runs.comparing.measures import measure_run, read_sizes
from cnnlib.runs.records import Run
from cnnlib.ui.address import Address
from cnnlib.ui.comparing_runs import texts
from cnnlib.ui.comparing_runs.chosen import Chosen, describe_name, find_chosen
from cnnlib.ui.comparing_runs.curves import REFRESH_SECONDS, draw_picture
from cnnlib.ui.components import load_component, read_asset
from cnnlib.ui.navigation import TRAIN
from cnnlib.ui.page import friendly_errors, plain_text

Draw = Callable[[Address, list[Chosen]], None]
_STRIPES = "repeating-linear-gradient(90deg, {{color}} 0 {}, transparent {} {})"
_PATTERNS = {
    "solid": "{color}",
    "dash": _STRIPES.format("8px", "8px", "12px"),
    "dot": _STRIPES.format("3px", "3px", "6px"),
    "dashdot": "repeating-linear-gradient(90deg, {color} 0 8px, transparent 8px 11px, {color} 11px "
    "14px, transparent 14px 17px)",
}


def show_curves(address: Address, chosen: list[Chosen]) -> None:
    """The curves; while one of the runs is under way they are drawn anew by themselves."""
    _keep_drawing(address, chosen, _draw_curves)


def show_legend(address: Address, chosen: list[Chosen]) -> None:
    """A row for each run: its line, what it reached, and the settings that differ."""
    _keep_drawing(address, chosen, _draw_legend)


def _keep_drawing(address: Address, chosen: list[Chosen], draw: Draw) -> None:
    live = any(not entry.run.has_ended for entry in chosen)
    st.fragment(_draw, run_every=REFRESH_SECONDS if live else None)(address, draw, live)


def _draw(address: Address, draw: Draw, was_live: bool) -> None:
    with friendly_errors():
        chosen = find_chosen(address["runs"], address["seeds"])
        if was_live and all(entry.run.has_ended for entry in chosen):
            st.rerun()  # the page need not look any more
        if chosen:
            draw(address, chosen)


def _draw_curves(address: Address, chosen: list[Chosen]) -> None:
    view = ",".join((address["axis"], address["show"], *(entry.run.id for entry in chosen)))
    missing: dict[str, None] = {}
    for column, metric in zip(st.columns(2, gap="medium"), ("loss", "accuracy"), strict=True):
        log = address["log"] and metric == "loss"
        picture = draw_picture(
            chosen, metric=metric, show=address["show"], axis=address["axis"],
            smoothing=address["smooth"], seeds=address["seeds"], log=log,
        )  # fmt: skip
        missing |= dict.fromkeys(picture.missing)
        what = f"{metric}, {texts.SHOW_CHOICES[address['show']]}"
        against = texts.AXIS_TITLES[address["axis"]]
        with column:
            st.markdown(f"**{what[0].upper()}{what[1:]}**")
            load_component("moving_figure", ("load_plotly.js", "moving_figure.js"))(
                key=address.key(f"figure_{metric}"),
                height=HEIGHT,
                data={
                    "figure": picture.figure,
                    "view": f"{view},{log}",
                    "alt": f"{what}, against {against}, of {picture.lines} lines",
                },
            )
    if missing:
        st.caption(plain_text(texts.NO_SECONDS.format(names=", ".join(missing))))
    if address["seeds"] != "each" and all(entry.count == 1 for entry in chosen):
        st.caption(texts.NO_SEEDS)


def _draw_legend(address: Address, chosen: list[Chosen]) -> None:
    differences, same = compare_settings([entry.run.config for entry in chosen])
    sizes = read_sizes()
    heads = [texts.LETTER, texts.RUN, texts.STATE, texts.BEST, texts.AT_EPOCH]
    rows = []
    for i, entry in enumerate(chosen):
        found = measure_run(entry.run, sizes)
        cells = [
            _draw_swatch(entry),
            _link(entry.run),
            html.escape(describe_state(entry.run)),
            _format(found.best_val_accuracy, ".1%"),
            _format(found.best_epoch, ".3g"),
        ]
        for difference in differences:
            text = html.escape(difference.values[i])
            cells.append(f"<mark>{text}</mark>" if difference.changed[i] else text)
        rows.append("".join(f"<td>{cell}</td>" for cell in cells))
    heads += [difference.label for difference in differences]
    head = "".join(f'<th scope="col">{html.escape(text)}</th>' for text in heads)
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    st.html(f"<style>{read_asset('compared_runs.css')}</style>"
            f'<div class="lab-compared" tabindex="0"><table><thead><tr>{head}</tr></thead>'
            f"<tbody>{body}</tbody></table></div>")  # fmt: skip
    parts = []
    if differences:
        parts.append(texts.MARKED)
    if same and len(chosen) > 1:
        parts.append(texts.SAME.format(settings=", ".join(same)))
    st.caption(plain_text(" ".join(parts)))


def describe_state(run: Run) -> str:
    """«running, epoch 2.4 of 5»"""
    progress = run.progress or {}
    if run.has_ended or "epoch" not in progress:
        return run.status
    return f"{run.status}, epoch {progress['epoch']:.1f} of {progress.get('last_epoch', 0):g}"


def _draw_swatch(entry: Chosen) -> str:
    color, dash = LOOKS[entry.look]
    of = f" <small>{texts.ONE_OF.format(count=entry.count)}</small>" if entry.count > 1 else ""
    pattern = _PATTERNS[dash].format(color=color)
    return f'<i style="background:{pattern}"></i><b>{LETTERS[entry.look]}</b>{of}'


def _link(run: Run) -> str:
    address = html.escape(f"{TRAIN.address}?run={run.id}", quote=True)
    return f'<a href="{address}" target="_self">{html.escape(describe_name(run))}</a>'


def _format(value: float | None, form: str) -> str:
    return "–" if value is None or value != value else format(value, form)
