"""What the page shows of a model that was read: totals, picture, table, what is unknown."""

from collections import Counter

import streamlit as st

from cnnlib.arch.amounts import format_shape
from cnnlib.arch.analysis import LayerSummary, Summary
from cnnlib.arch.reading import Reading
from cnnlib.arch.reasons import explain_layer
from cnnlib.arch.tables import UNKNOWN, Row, make_rows
from cnnlib.figures.architecture.shares import make_treemap_figure
from cnnlib.figures.theme import PLOT_CONFIG
from cnnlib.ui.address import Address
from cnnlib.ui.anatomy import show_formulas
from cnnlib.ui.network_table import draw_table
from cnnlib.ui.page import plain_text
from cnnlib.ui.reading import texts

TABLE_HEIGHT = 420
LISTED_UNKNOWN = 12
COLUMNS = ("layer", "kind", "output", "parameters", "trainable", "MACs", "sees", "details", "note")


def show_totals(reading: Reading, summary: Summary) -> None:
    """The whole model in one row of numbers."""
    least = f"{texts.AT_LEAST} " if summary.unknown else ""
    values = sum(row.values for row in summary.layers)
    with st.container(horizontal=True, gap="medium"):
        for label, count, help in (
            (texts.PARAMS, summary.params, None),
            (texts.TRAINABLE, summary.trainable_params, None),
            (texts.MACS, summary.macs, texts.MACS_HELP),
            (texts.VALUES, values, texts.VALUES_HELP),
        ):
            st.metric(label, f"{least}{count:,}", help=help, width="content")
        field = describe_last_field(reading, summary)
        st.metric(texts.FIELD, field, help=texts.FIELD_HELP, width="content")
    for note in list_notes(reading):
        st.caption(note)


def describe_last_field(reading: Reading, summary: Summary) -> str:
    """What the last layer with height and width sees, where that is known."""
    spatial = [row for row in summary.layers if row.receptive_field]
    if not spatial or spatial[-1].name in reading.unclear:
        return UNKNOWN
    return format_shape(summary.receptive_field)


def list_notes(reading: Reading) -> list[str]:
    """What must be said of a model that is not one image in, one output out."""
    inputs = ", ".join(
        f"{plain_text(name)} ({' × '.join(map(str, shape))})"
        for name, shape in reading.inputs.items()
    )
    notes = []
    if not any(len(shape) == 3 for shape in reading.inputs.values()):
        notes.append(f"{texts.NO_IMAGE} Input: {inputs}.")
    elif len(reading.inputs) > 1:
        notes.append(texts.SEVERAL_INPUTS.format(inputs=inputs))
    if reading.outputs > 1:
        notes.append(texts.SEVERAL_OUTPUTS.format(outputs=reading.outputs))
    return notes


def show_treemap(address: Address, reading: Reading, summary: Summary) -> None:
    if summary.params:
        st.subheader(texts.WHERE, anchor=False)
        figure = make_treemap_figure(reading.spec, summary, "params")
        st.plotly_chart(figure, config=dict(PLOT_CONFIG), key=address.key("treemap"))


def show_table(
    address: Address,
    reading: Reading,
    summary: Summary,
    counts: dict[str, dict[str, int]],
) -> None:
    """Every layer; one that is ticked shows its formulas.

    Args:
        counts: title -> {layer: number}: further columns, as Keras has counted.
    """
    st.subheader(texts.LAYERS, anchor=False)
    st.caption(texts.CLICK)
    rows = make_table(reading, summary)
    for title, numbers in counts.items():
        for row in rows:
            row[title] = f"{numbers[row['layer']]:,}" if row["layer"] in numbers else ""
    key = address.key("table")
    columns = (*COLUMNS[:4], *counts, *COLUMNS[4:])
    draw_table(rows, columns, key=key, on_select=_stay, height=TABLE_HEIGHT)
    chosen = st.session_state[key]["selection"]["rows"] if key in st.session_state else []
    if chosen and chosen[0] < len(summary.layers):
        explain_row(reading, summary.layers[chosen[0]])


def _stay() -> None:
    """The page runs again with the layer that was picked; nothing else is to be done."""


def explain_row(reading: Reading, row: LayerSummary) -> None:
    """The formulas of one layer, or why there are none."""
    st.markdown(f"**{plain_text(row.name)}** ({plain_text(row.kind)})")
    (layer,) = (layer for layer in reading.spec.layers if layer.name == row.name)
    formulas = explain_layer(layer, row) if row.name not in reading.reused else ()
    if formulas:
        show_formulas(formulas)
    else:
        st.caption(plain_text(describe_layer(reading, row)) or "No formula: it has no weights.")


def make_table(reading: Reading, summary: Summary) -> list[Row]:
    """A row for each layer; numbers that nobody knows are None."""
    found = {row["layer"]: row for row in make_rows(reading.spec)}
    table = []
    for row in summary.layers:
        made = dict(found[row.name], kind=row.kind, note=describe_layer(reading, row))
        made["output"] = format_shape(row.output_shape) or UNKNOWN
        if row.known:
            made.update(parameters=row.params, trainable=row.trainable_params)
        if row.name in reading.unclear:
            made["sees"] = UNKNOWN
        table.append(made)
    return table


def describe_layer(reading: Reading, row: LayerSummary) -> str:
    """What must be known of a layer beside its numbers."""
    notes = [reading.reasons.get(row.name, ""), reading.remarks.get(row.name, "")]
    if row.name in reading.reused:
        notes.append(texts.REUSED.format(name=row.name.split("#")[0]))
    elif row.name in reading.frozen:
        notes.append(texts.FROZEN)
    return " ".join(filter(None, notes))


def show_unknown(reading: Reading, summary: Summary, stored: dict[str, int]) -> None:
    """Each unknown layer, why, and how many numbers the file holds for it."""
    if not summary.unknown:
        return
    st.subheader(f"{texts.UNKNOWN}: {len(summary.unknown)}", anchor=False)
    lines = list_unknown(reading, summary, stored)
    shown = lines[:LISTED_UNKNOWN]
    if len(lines) > len(shown):
        shown.append(f"… and {len(lines) - len(shown)} kinds more, in the table.")
    st.warning(f"{texts.UNKNOWN_LEAD}\n" + "\n".join(f"- {line}" for line in shown))


def list_unknown(reading: Reading, summary: Summary, stored: dict[str, int]) -> list[str]:
    """A line for each kind and reason."""
    found: Counter[tuple[str, str]] = Counter()
    names: dict[tuple[str, str], list[str]] = {}
    for row in summary.unknown:
        key = (row.kind, reading.reasons.get(row.name, ""))
        found[key] += 1
        names.setdefault(key, []).append(row.name)
    lines = []
    for (kind, reason), count in found.most_common():
        own = names[kind, reason]
        numbers = [stored[name] for name in own if name in stored]
        held = f" The file holds {sum(numbers):,} numbers for it." if numbers else ""
        which = own[0] if count == 1 else f"{count} layers, {own[0]} first"
        lines.append(f"**{plain_text(kind)}** ({plain_text(which)}): {plain_text(reason)}{held}")
    return lines
