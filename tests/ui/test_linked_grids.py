"""The linked grids' Python side: what is refused, what is sent, what is believed of the answer."""

import base64
import itertools
import json
import math
import re
from collections import Counter

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnlib.ops.linkage import Linkage, Tap, link_all, link_one_to_one
from cnnlib.ops.windows import slide, slide_transposed
from cnnlib.ui import linked_grids as module
from cnnlib.ui.components import read_asset
from cnnlib.ui.linked_grids import Cell, Edit, Grid, Link
from cnnlib.ui.linked_grids_data import check_links
from cnnlib.ui.linked_grids_wire import make_payload, read_cell, read_edit

HTML, CSS = read_asset("linked_grids.html"), read_asset("linked_grids.css")
JS = "\n".join(read_asset(name) for name in module._SCRIPTS)
RNG = np.random.default_rng(7)


def numbers(*shape):
    return RNG.integers(-4, 5, shape).astype(np.float32)


def link_conv(shape, kernel_shape, **window):
    kh, kw, channels, filters = kernel_shape
    return Linkage(
        shape,
        (
            slide(shape[0], kh, weight_step=kw * channels * filters, **window),
            slide(shape[1], kw, weight_step=channels * filters, **window),
            link_all(channels, filters, source_step=filters, place_step=1),
        ),
    )


def make_conv(shape=(5, 6, 3), kernel_shape=(3, 3, 3, 2), **window):
    x, kernel, bias = numbers(*shape), numbers(*kernel_shape), numbers(kernel_shape[-1])
    linkage = link_conv(shape, kernel_shape, **window)
    grids = [
        Grid("input", "Input", x, editable=True),
        Grid("kernel", "Kernel", kernel, editable=True),
        Grid("bias", "Bias", bias),
        Grid("output", "Output", linkage.apply(x, kernel, bias)),
    ]
    return grids, [Link("input", "output", linkage, kernel="kernel", bias="bias")]


# -- what is sent ----------------------------------------------------------------------------------


def read_floats(text):
    return np.frombuffer(base64.b64decode(text), "<f4")


def compute_target(payload, number=0):
    """The target of a link, computed from the payload alone, as the browser does."""
    link = payload["links"][number]
    grids = {grid["id"]: grid for grid in payload["grids"]}
    source, target = grids[link["source"]], grids[link["target"]]
    values = read_floats(source["values"]).reshape(source["shape"])
    kernel = None if link["kernel"] is None else read_floats(grids[link["kernel"]]["values"])
    bias = None if link["bias"] is None else read_floats(grids[link["bias"]]["values"])
    weights = None if link["weights"] is None else read_floats(link["weights"])
    cells = math.prod(target["shape"])
    out = np.zeros(target["shape"])
    for cell, index in enumerate(np.ndindex(*target["shape"])):
        taps = itertools.product(
            *(axis[place] for axis, place in zip(link["axes"], index, strict=True))
        )
        for tap, parts in enumerate(taps):
            place = [part[0] for part in parts]
            if not all(0 <= at < size for at, size in zip(place, source["shape"], strict=True)):
                continue
            weight = 1.0
            if kernel is not None:
                weight = kernel[sum(part[1] for part in parts)]
            elif weights is not None:
                weight = weights.reshape(cells, -1)[cell, tap]
            out[index] += weight * values[tuple(place)]
        out[index] += 0 if bias is None else bias[index[-1]]
    return out


@pytest.mark.parametrize(
    "window",
    [{}, {"padding": "same"}, {"stride": 2, "padding": "same"}, {"dilation_rate": 2}],
)
def test_the_payload_alone_gives_the_output(window) -> None:
    grids, links = make_conv(**window)
    payload = json.loads(json.dumps(make_payload(grids, links, target="output")))
    np.testing.assert_allclose(compute_target(payload), grids[-1].values, rtol=1e-6)
    assert payload["target"] == "output"
    assert [grid["role"] for grid in payload["grids"] if "role" in grid] == []


def test_the_payload_of_pooling_has_the_weights() -> None:
    x = numbers(4, 4, 2)
    weights = RNG.random((8, 4)).astype(np.float32)
    axis = slide(4, 2, stride=2, weight_step=0)
    linkage = Linkage(x.shape, (axis, axis, link_one_to_one(2)), weights)
    grids = [Grid("input", "Input", x), Grid("output", "Output", linkage.apply(x))]
    payload = json.loads(json.dumps(make_payload(grids, [Link("input", "output", linkage)])))
    np.testing.assert_allclose(compute_target(payload), grids[-1].values, rtol=1e-5)


def test_the_payload_of_a_transposed_convolution() -> None:
    x, kernel = numbers(3, 3), numbers(3, 3)
    linkage = Linkage(
        x.shape, (slide_transposed(3, 3, stride=2, weight_step=3), slide_transposed(3, 3, stride=2))
    )
    output = linkage.apply(x, kernel)
    grids = [Grid("a", "A", x), Grid("k", "K", kernel), Grid("b", "B", output)]
    payload = json.loads(json.dumps(make_payload(grids, [Link("a", "b", linkage, kernel="k")])))
    np.testing.assert_allclose(compute_target(payload), output, rtol=1e-6)


def test_values_of_any_type_and_order_are_sent_as_float32() -> None:
    values = np.arange(6, dtype=np.uint8).reshape(2, 3).T
    payload = make_payload([Grid("a", "A", values)], [])
    assert read_floats(payload["grids"][0]["values"]).tolist() == [0, 3, 1, 4, 2, 5]
    assert payload["grids"][0]["shape"] == [3, 2]


def test_a_large_payload_stays_small() -> None:
    grids, links = make_conv_without_values((32, 32, 3), (3, 3, 3, 128))
    check_links(grids, links)
    assert len(json.dumps(make_payload(grids, links))) < 1_000_000


def make_conv_without_values(shape, kernel_shape):
    linkage = link_conv(shape, kernel_shape, padding="same")
    grids = [
        Grid("input", "Input", numbers(*shape)),
        Grid("kernel", "Kernel", numbers(*kernel_shape)),
        Grid("output", "Output", numbers(*linkage.output_shape)),
    ]
    return grids, [Link("input", "output", linkage, kernel="kernel")]


# -- what is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"values": np.float32(1)}, "1 to 5 axes"),
        ({"values": np.zeros((2,) * 6)}, "1 to 5 axes"),
        ({"values": np.zeros((0, 3))}, r"shape \(0, 3\)"),
        ({"values": np.zeros((2, 3)), "rows": 1}, "two different axes"),
        ({"values": np.zeros((2, 3)), "cols": 2}, "two different axes"),
        ({"values": np.zeros((2, 3)), "rows": -1}, "two different axes"),
        ({"values": np.zeros((2, 3)), "axis_names": ("row",)}, "all 2 axes"),
        ({"values": np.zeros((2, 3, 2)), "sheet_names": ("red",)}, "all 2 sheets"),
        ({"values": np.zeros((2, 3, 2)), "paint": "rgb"}, "three sheets"),
        ({"values": np.zeros((2, 3, 3)), "paint": "rgb", "editable": True}, "not editable"),
    ],
)
def test_a_grid_that_cannot_be_drawn_is_refused(settings, message) -> None:
    with pytest.raises(ValueError, match=message) as error:
        Grid("odd", "Odd", **settings)
    assert "'odd'" in str(error.value)
    assert "Received" in str(error.value)


def test_a_grid_knows_its_sheets() -> None:
    assert Grid("a", "A", numbers(4)).sheet_count == 1
    assert Grid("a", "A", numbers(4, 5)).sheet_count == 1
    assert Grid("a", "A", numbers(2, 3, 4, 5), rows=1, cols=2).sheet_count == 10


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"source": "nowhere"}, "'nowhere' .source."),
        ({"target": "nowhere"}, "'nowhere' .target."),
        ({"kernel": "nowhere"}, "'nowhere' .kernel."),
        ({"bias": "nowhere"}, "'nowhere' .bias."),
        ({"source": "output", "target": "input"}, "stand before"),
        ({"source": "input", "target": "input"}, "stand before"),
        ({"kernel": "bias"}, r"kernel cells 0 to 53\. Received: 'bias' with 2 cells"),
        ({"bias": "kernel"}, r"bias of shape \(2,\)"),
        ({"linkage": link_conv((5, 5, 3), (3, 3, 3, 2))}, r"source of shape \(5, 5, 3\)"),
        ({"linkage": link_conv((5, 6, 3), (3, 3, 3, 1))}, r"target of shape \(3, 4, 1\)"),
    ],
)
def test_a_link_that_does_not_fit_is_refused(change, message) -> None:
    grids, [link] = make_conv()
    settings = {**vars(link), **change}
    with pytest.raises(ValueError, match=message):
        check_links(grids, [Link(**settings)])


@pytest.mark.parametrize("shape", [(8,), (7, 4), (8, 3)])
def test_weights_that_do_not_fit_are_refused(shape) -> None:
    axis = slide(4, 2, stride=2, weight_step=0)
    linkage = Linkage((4, 4, 2), (axis, axis, link_one_to_one(2)), np.zeros(shape, np.float32))
    grids = [Grid("a", "A", numbers(4, 4, 2)), Grid("b", "B", numbers(2, 2, 2))]
    with pytest.raises(ValueError, match="weights must have"):
        check_links(grids, [Link("a", "b", linkage)])


def test_grids_need_ids_of_their_own_and_a_target_that_is_one() -> None:
    grids, links = make_conv()
    with pytest.raises(ValueError, match="an id of its own"):
        check_links([*grids, grids[0]], links)
    with pytest.raises(ValueError, match="an id of its own"):
        check_links([], [])
    with pytest.raises(ValueError, match="target of a link"):
        check_links(grids, links, "input")
    check_links(grids, links, "output")


def test_an_axis_may_have_places_that_read_nothing() -> None:
    linkage = Linkage((2,), (((Tap(0),), (), (Tap(1),)),))
    check_links([Grid("a", "A", numbers(2)), Grid("b", "B", numbers(3))], [Link("a", "b", linkage)])


# -- what the browser says -------------------------------------------------------------------------

GRIDS = {
    "kernel": Grid("kernel", "Kernel", numbers(2, 3), editable=True),
    "output": Grid("output", "Output", numbers(4, 4)),
}


def test_an_edit_is_read() -> None:
    sent = {"grid": "kernel", "index": [1, 2], "value": -3}
    edit = read_edit(sent, GRIDS)
    assert edit == Edit("kernel", (1, 2), -3.0)
    assert isinstance(edit.value, float)


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "kernel",
        [],
        {},
        {"grid": "kernel", "index": [1, 2]},
        {"grid": "nowhere", "index": [1, 2], "value": 1},
        {"grid": ["kernel"], "index": [1, 2], "value": 1},
        {"grid": "output", "index": [1, 2], "value": 1},  # not editable
        {"grid": "kernel", "index": [2, 2], "value": 1},
        {"grid": "kernel", "index": [-1, 2], "value": 1},
        {"grid": "kernel", "index": [1], "value": 1},
        {"grid": "kernel", "index": [1, 2, 0], "value": 1},
        {"grid": "kernel", "index": [1.0, 2.0], "value": 1},
        {"grid": "kernel", "index": [True, False], "value": 1},
        {"grid": "kernel", "index": "12", "value": 1},
        {"grid": "kernel", "index": {"0": 1}, "value": 1},
        {"grid": "kernel", "index": [1, 2], "value": "1"},
        {"grid": "kernel", "index": [1, 2], "value": None},
        {"grid": "kernel", "index": [1, 2], "value": True},
        {"grid": "kernel", "index": [1, 2], "value": float("nan")},
        {"grid": "kernel", "index": [1, 2], "value": float("-inf")},
        {"grid": "kernel", "index": [1, 2], "value": 1e6 + 1},
        {"grid": "kernel", "index": [1, 2], "value": 10**400},
    ],
)
def test_an_edit_that_cannot_be_is_passed_over(sent) -> None:
    assert read_edit(sent, GRIDS) is None


def test_a_cell_is_read() -> None:
    assert read_cell({"grid": "output", "index": [3, 0]}, GRIDS) == Cell("output", (3, 0))
    assert read_cell({"grid": "output", "index": [4, 0]}, GRIDS) is None
    assert read_cell({"grid": "", "index": []}, GRIDS) is None


# -- the component ---------------------------------------------------------------------------------


def test_the_component_mounts_with_the_cell_of_the_address() -> None:
    def page() -> None:
        import numpy as np
        import streamlit as st

        from cnnlib.ops.linkage import Linkage
        from cnnlib.ops.windows import slide
        from cnnlib.ui.linked_grids import Grid, Link, linked_grids

        linkage = Linkage((4, 4), (slide(4, 2, weight_step=2), slide(4, 2)))
        x, kernel = np.ones((4, 4)), np.ones((2, 2))
        result = linked_grids(
            [
                Grid("in", "In", x),
                Grid("k", "K", kernel),
                Grid("out", "Out", linkage.apply(x, kernel)),
            ],
            [Link("in", "out", linkage, kernel="k")],
            key="grids",
            cell=st.session_state.get("start", (2, 1)),
        )
        st.write(f"{result.cell}")

    app = AppTest.from_function(page, default_timeout=30).run()
    assert not app.exception
    mounted = app.main.children[0].proto
    assert mounted.component_name == "cnnlab.linked_grids"
    data = json.loads(mounted.json)
    assert data["cell"] == {"grid": "out", "index": [2, 1]}
    assert data["target"] == "out"
    assert app.markdown[0].value == "Cell(grid='out', index=(2, 1))"
    app.session_state["start"] = (3, 1)  # outside
    app.run()
    assert app.markdown[0].value == "None"


def test_html_css_and_script_agree() -> None:
    parts = set(re.findall(r'data-part="([\w-]+)"', HTML))
    used = set(re.findall(r"(?:this\.|{ )parts\.(\w+)", JS)) | set(
        re.findall(r'parts\["([\w-]+)"\]', JS)
    )
    assert used <= parts
    classes = set(re.findall(r"\.(lab-grids[\w-]*)", CSS))
    written = set(re.findall(r"lab-grids[\w-]*", HTML + JS))
    assert classes <= written | {"lab-grids-scale-signed", "lab-grids-scale-gray"}
    assert all(
        name.startswith("lab-grids") for name in re.findall(r"\.([a-z][\w-]+)[^{};]*\{", CSS)
    )


def test_no_name_is_declared_twice_in_the_one_script() -> None:
    names = re.findall(r"^(?:async )?(?:function\*?|class|const|let) (\w+)", JS, re.MULTILINE)
    assert [name for name, count in Counter(names).items() if count > 1] == []


def test_nothing_comes_from_elsewhere() -> None:
    assert not re.search(r"https?://|import\(|^import ", HTML + CSS + JS, re.MULTILINE)


def test_every_room_is_small() -> None:
    lengths = {name: read_asset(name).count("\n") for name in module._SCRIPTS}
    assert max(lengths.values()) <= 330, lengths
