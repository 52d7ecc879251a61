"""A network on a page: its picture, its totals, its table, the sums of one layer, its shares."""

import streamlit as st

from cnnlib.arch.amounts import format_shape
from cnnlib.arch.analysis import LayerSummary, Summary
from cnnlib.arch.layers import Layer
from cnnlib.arch.reasons import SHAPE, explain_layer
from cnnlib.arch.spec import Spec
from cnnlib.arch.tables import describe_arguments, make_rows, write_csv, write_json, write_markdown
from cnnlib.figures.architecture.folding import Detail, choose_detail
from cnnlib.figures.architecture.graph import can_draw, draw_graph
from cnnlib.figures.architecture.roles import list_legend
from cnnlib.figures.architecture.shares import make_bars_figure, make_treemap_figure
from cnnlib.figures.architecture.volumes import UNDRAWN_ROLES, draw_volumes
from cnnlib.figures.theme import PLOT_CONFIG
from cnnlib.ui.address import Address
from cnnlib.ui.anatomy import show_formulas
from cnnlib.ui.architecture import texts
from cnnlib.ui.architecture.picture import network_picture
from cnnlib.ui.architecture.settings import MAX_BATCH, choose_layer
from cnnlib.ui.network_table import draw_table
from cnnlib.ui.page import plain_text
from cnnlib.ui.prose import read_text

COLUMNS = ("layer", "block", "step", "output", "parameters", "trainable", "MACs", "memory",
           "sees", "kernel", "stride", "details")  # fmt: skip
DETAIL_KEY = "lab_layer"  # of the container that tells of the chosen layer
MOST_ROWS = 14  # that the table shows without scrolling
ROW_HEIGHT = 35


def show_picture(address: Address, spec: Spec, summary: Summary) -> None:
    """The graph or the boxes; a click on a layer chooses it, one on a block opens or closes it."""
    detail: Detail = (
        choose_detail(spec, summary) if address["detail"] == "auto" else address["detail"]
    )
    graph = address["picture"] == "graph"
    blocks = list(dict.fromkeys(row.block for row in summary.layers if row.block))

    def choose(layer: str) -> None:
        address["layer"] = layer

    def turn(block: str) -> None:
        opened = set(address["open"]) if detail == "blocks" else set(blocks)
        address["open"] = tuple(name for name in blocks if name in opened ^ {block})
        address["detail"] = "blocks"

    if not can_draw(summary):
        st.caption(texts.NOT_DRAWN)
        return
    network_picture(
        draw_graph(spec, summary, detail, address["open"])
        if graph
        else draw_volumes(spec, summary),
        legend=list_legend(
            row.role
            for row in summary.layers
            if graph or not (row.block or row.role in UNDRAWN_ROLES)
        ),
        selected=address["layer"],
        on_layer=choose,
        on_block=turn,
        key=address.key("drawing"),
        label=spec.title,
        detail=DETAIL_KEY,
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _choose(address, "picture", texts.PICTURE, texts.PICTURES, texts.PICTURE_HELP)
        if graph:
            _choose(address, "detail", texts.DETAIL, texts.DETAILS, texts.DETAIL_HELP)
    st.caption(texts.HINT)


def show_totals(summary: Summary) -> None:
    weighted = sum(row.role in ("C", "dense") for row in summary.layers)
    with st.container(horizontal=True, gap="medium"):
        _metric(texts.PARAMS, f"{summary.params:,}")
        _metric(texts.TRAINABLE, f"{summary.trainable_params:,}")
        _metric(texts.MACS, f"{summary.macs:,}", texts.MACS_HELP)
        _metric(texts.LAYERS, str(len(summary.layers)), texts.LAYERS_HELP.format(weighted=weighted))
        _metric(texts.FIELD, format_shape(summary.receptive_field), texts.FIELD_HELP)
    if summary.unknown:
        st.warning(texts.UNKNOWN.format(count=len(summary.unknown)))


def _metric(label: str, value: str, help: str | None = None) -> None:
    st.metric(label, value, help=help, width="content")


def show_layer(address: Address, spec: Spec, summary: Summary) -> None:
    """One layer: choose it, and why it has the numbers that it has."""
    names = [row.name for row in summary.layers]
    with st.container(border=True, key=DETAIL_KEY):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.selectbox(texts.LAYER, names, key=address.key("layer"), width=300)
            place = names.index(address["layer"])
            layer, row = spec.layers[place], summary.layers[place]
            st.markdown(_describe_layer(layer, row))
        formulas = explain_layer(layer, row)
        shape = [formula for formula in formulas if formula.name in SHAPE]
        with st.container(key="lab_sums"):
            show_formulas([formula for formula in formulas if formula not in shape])
            show_formulas(shape)
        st.caption(read_text("networks/symbols"))


def _describe_layer(layer: Layer, row: LayerSummary) -> str:
    kernel, stride, details = describe_arguments(layer)
    told = [kernel, f"stride {stride}" if stride else "", details]
    call = ", ".join(filter(None, [f"**{plain_text(layer.kind)}**", *told]))
    sources = " and ".join(
        f"`{source}` ({format_shape(shape)})"
        for source, shape in zip(row.sources, row.input_shapes, strict=True)
    )
    return f"{call}. {texts.INPUT.format(sources=sources, output=format_shape(row.output_shape))}."


def show_table(address: Address, spec: Spec, summary: Summary) -> None:
    """All layers; a picked row's layer is the chosen one."""
    key = address.key("table")
    rows = make_rows(spec, batch_size=address["batch"], summary=summary)
    names = [row["layer"] for row in rows]

    def take() -> None:
        picked = st.session_state[key]["selection"]["rows"]
        if picked and picked[0] < len(names):
            address["layer"] = names[picked[0]]

    st.session_state[key] = {"selection": {"rows": [names.index(address["layer"])]}}
    blocks = any(row["block"] for row in rows)
    columns = [column for column in COLUMNS if column != "block" or blocks]
    height = None if len(rows) <= MOST_ROWS else ROW_HEIGHT * (MOST_ROWS + 1)
    draw_table(rows, columns, key=key, on_select=take, height=height)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input(texts.BATCH, 1, MAX_BATCH, key=address.key("batch"),
                        help=texts.BATCH_HELP, width=170)  # fmt: skip
        for kind, content, mime in (
            ("CSV", write_csv(rows), "text/csv"),
            ("JSON", write_json(spec, rows, summary), "application/json"),
            ("Markdown", write_markdown(rows), "text/markdown"),
        ):
            ending = "md" if kind == "Markdown" else kind.lower()
            st.download_button(
                f"{texts.EXPORT} {kind}", content, f"{spec.name}.{ending}", mime,
                key=address.key(f"export_{ending}"), icon=":material/download:", on_click="ignore",
                type="tertiary",
            )  # fmt: skip
    st.caption(texts.TABLE_HINT)


def show_shares(address: Address, spec: Spec, summary: Summary) -> None:
    """Which block or layer has how many of the parameters, or of the MACs."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _choose(address, "cost", texts.COST, texts.COSTS)
        _choose(address, "chart", texts.CHART, texts.CHARTS)
    cost = address["cost"]
    if not getattr(summary, cost):
        st.info(texts.NO_COST)
        return
    make_figure = make_bars_figure if address["chart"] == "bars" else make_treemap_figure
    config = {**PLOT_CONFIG, "displayModeBar": False}
    st.plotly_chart(make_figure(spec, summary, cost), config=config, key=address.key("shares"))


def _choose(
    address: Address, name: str, label: str, words: dict[str, str], help: str | None = None
) -> None:
    st.segmented_control(
        label, list(words), format_func=words.__getitem__, key=address.key(name), help=help,
        required=True,
    )  # fmt: skip


def correct_layer(address: Address, summary: Summary) -> None:
    """Another network may have no layer of the chosen name."""
    if address["layer"] not in {row.name for row in summary.layers}:
        address["layer"] = choose_layer(summary)
