"""A network as drawn: nothing overlaps, no line crosses a node, nothing is left out or made up."""

import json
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, assume, given, settings

from cnnlib.arch import zoo
from cnnlib.arch.analysis import analyze, analyze_until_error
from cnnlib.arch.layers import (
    Add,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Foreign,
    MaxPooling2D,
)
from cnnlib.arch.spec import INPUT, Block, Branches, Spec
from cnnlib.errors import SpecError
from cnnlib.figures.architecture.folding import (
    DETAILS,
    MOST_NODES,
    Node,
    choose_detail,
    fold,
)
from cnnlib.figures.architecture.graph import describe_node, draw_graph
from cnnlib.figures.architecture.layout import NODE_HEIGHT, NODE_WIDTH, Segment, lay_out
from cnnlib.figures.architecture.memory import make_memory_figure
from cnnlib.figures.architecture.shares import make_bars_figure, make_treemap_figure
from cnnlib.figures.architecture.volumes import (
    CAPTIONS,
    HEIGHT,
    draw_volumes,
    faces_of,
    lay_out_volumes,
)
from tests.arch.spec_draws import make_specs

Rectangle = tuple[float, float, float, float]  # left, top, right, bottom


def overlap(one: Rectangle, other: Rectangle) -> bool:
    """Whether they share more than an edge; a line is a flat rectangle."""
    return (one[0] < other[2] and other[0] < one[2]) and (one[1] < other[3] and other[1] < one[3])


def check_geometry(nodes: tuple[Node, ...], segments: tuple[Segment, ...]) -> None:
    drawn = [box.node for segment in segments for box in segment.boxes]
    assert sorted(node.name for node in drawn) == sorted(node.name for node in nodes)
    ends = {segment.boxes[-1].node.name for segment in segments}
    for segment in segments:
        boxes = {
            box.node.name: (box.x, box.y, box.x + NODE_WIDTH, box.y + NODE_HEIGHT)
            for box in segment.boxes
        }
        for one, other in combinations(boxes.values(), 2):
            assert not overlap(one, other)
        for left, top, right, bottom in boxes.values():
            assert left >= 0
            assert top >= 0
            assert right <= segment.width
            assert bottom <= segment.height
        wires = {(wire.source, wire.target) for wire in segment.wires}
        asked = {
            (source if source in boxes else None, node.name)
            for node in nodes if node.name in boxes for source in node.sources
        }  # fmt: skip
        assert wires == asked
        outside = {source for box in segment.boxes for source in box.node.sources} - set(boxes)
        assert len(outside) <= 1, "one line alone leads in"
        assert outside <= ends | {INPUT}
        for wire in segment.wires:
            target = boxes[wire.target]
            assert wire.points[-1] == (target[0], (target[1] + target[3]) / 2)
            if wire.source:
                source = boxes[wire.source]
                assert wire.points[0] == (source[2], (source[1] + source[3]) / 2)
            else:
                assert wire.points[0] == (0, segment.height / 2)
            for (x1, y1), (x2, y2) in pairwise(wire.points):
                assert x1 < x2
                piece = (x1, min(y1, y2) - 0.1, x2, max(y1, y2) + 0.1)  # a bend stays within
                assert not any(overlap(piece, box) for box in boxes.values())


@pytest.mark.parametrize("detail", DETAILS)
@pytest.mark.parametrize("name", zoo.names())
def test_the_zoo_is_drawn_without_overlaps(name: str, detail) -> None:
    spec = zoo.get(name)
    nodes = fold(spec, analyze(spec), detail)
    check_geometry(nodes, lay_out(nodes))


@given(make_specs())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
def test_any_network_is_drawn_without_overlaps(spec: Spec) -> None:
    summary, _ = analyze_until_error(spec)
    assume(summary.layers)
    for detail in DETAILS:
        nodes = fold(spec, summary, detail)
        check_geometry(nodes, lay_out(nodes))
        names = [layer.name for node in nodes for layer in node.layers]
        assert names == [row.name for row in summary.layers]


def test_a_skip_over_several_blocks_and_back_into_the_image() -> None:
    """What no block of the zoo has: long lines that start in the middle of others."""
    conv = {"filters": 3, "kernel_size": 3, "padding": "same"}
    layers = (
        Conv2D(name="a", **conv), Conv2D(name="b", **conv), Conv2D(name="c", **conv),
        Concatenate(name="ac", inputs=("a", "c")), Conv2D(name="d", **conv),
        Concatenate(name="bd", inputs=("b", "d")),
        Concatenate(name="all", inputs=(INPUT, "bd", "c")), Conv2D(name="end", **conv),
    )  # fmt: skip
    spec = Spec("x", "X", (8, 8, 3), layers)
    nodes = fold(spec, analyze(spec), "layers")
    segments = lay_out(nodes)
    check_geometry(nodes, segments)
    assert [len(segment.boxes) for segment in segments] == [7, 1]


def test_detail_as_room_allows() -> None:
    found = {name: choose_detail(zoo.get(name), analyze(zoo.get(name))) for name in zoo.names()}
    assert found["lenet5"] == found["baseline"] == "layers"
    assert found["vgg16"] == "steps"
    assert found["googlenet"] == found["resnet34"] == "blocks"
    for name, detail in found.items():
        assert len(fold(zoo.get(name), analyze(zoo.get(name)), detail)) <= MOST_NODES


def test_steps_are_the_notes_cbapd() -> None:
    spec = zoo.get("baseline")
    nodes = fold(spec, analyze(spec), "steps")
    letters = ["".join(layer.role for layer in node.layers) for node in nodes]
    assert letters == ["CBAPD", "flatten", "denseD", "dense"]
    assert sum(node.params for node in nodes) == analyze(spec).params


def test_a_step_ends_where_somebody_else_takes_from_it() -> None:
    layers = (
        Conv2D(name="conv", filters=3, kernel_size=1),
        BatchNormalization(name="norm"),
        Add(name="both", inputs=("conv", "norm")),
    )
    spec = Spec("x", "X", (8, 8, 3), layers)
    nodes = fold(spec, analyze(spec), "steps")
    assert [node.name for node in nodes] == ["conv", "norm", "both"]
    assert nodes[-1].sources == ("conv", "norm")


def test_an_opened_block_stands_in_a_frame_with_its_branches() -> None:
    spec = zoo.get("inception10")
    segments = lay_out(fold(spec, analyze(spec), "blocks", ["inception_2"]))
    (opened,) = [segment for segment in segments if segment.frame]
    assert opened.frame == "inception_2"
    assert len({box.y for box in opened.boxes if box.x == opened.boxes[0].x}) == 4
    assert opened.boxes[-1].node.label == "concatenate"
    assert opened.boxes[-1].middle == opened.height / 2


def list_marks(svgs: tuple[str, ...]) -> list[str]:
    """The layers of all nodes; each drawing must be XML."""
    names = []
    for svg in svgs:
        for element in ElementTree.fromstring(svg).iter():
            names += json.loads(element.get("data-layers", "[]"))
    return names


@pytest.mark.parametrize("name", zoo.names())
def test_every_layer_can_be_found_once_in_the_graph(name: str) -> None:
    spec = zoo.get(name)
    summary = analyze(spec)
    for detail in DETAILS:
        names = list_marks(draw_graph(spec, summary, detail))
        assert sorted(names) == sorted(row.name for row in summary.layers)


HOSTILE = "<script>\"'&"


def test_names_cannot_break_out() -> None:
    spec = Spec("x", HOSTILE, (4, 4, 1), (
        Block("b", (Branches(((), (Foreign(class_name=HOSTILE, name=HOSTILE, output_shape=(4, 4, 1),
                                           params=0),)), Concatenate()),)),
    ))  # fmt: skip
    summary = analyze(spec)
    for detail in DETAILS:
        svgs = draw_graph(spec, summary, detail)
        assert "<script" not in "".join(svgs)
        assert HOSTILE in list_marks(svgs)
    assert "<script" not in "".join(draw_volumes(spec, summary))
    for cost in ("params", "macs"):
        for make in (make_bars_figure, make_treemap_figure):
            assert "<script" not in make(spec, summary, cost).to_json()


def test_what_is_told_of_a_node() -> None:
    spec = zoo.get("baseline")
    node = fold(spec, analyze(spec), "steps")[0]
    assert describe_node(node).splitlines() == [
        "conv2d_1: Conv2D, 5 × 5, padding same",
        "batch_normalization_1: BatchNormalization",
        "activation_1: Activation, relu",
        "max_pooling2d_1: MaxPooling2D, 2 × 2, stride 2, padding same",
        "dropout_1: Dropout, rate 0.2",
        "Output 16 × 16 × 6",
        "480 parameters, 460,800 MACs",
    ]


# -- boxes --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", zoo.names())
def test_boxes_stand_side_by_side_and_compare(name: str) -> None:
    spec = zoo.get(name)
    groups = lay_out_volumes(spec, analyze(spec))
    assert groups[0].volumes[0].shape == spec.input_shape
    assert groups[-1].volumes[0].shape == analyze(spec).layers[-1].output_shape
    for group in groups:
        for one, other in pairwise(group.volumes):
            assert one.x + one.width < other.x
        for volume in group.volumes:
            corners = [point for _, face in faces_of(volume) for point in face]
            assert min(x for x, _ in corners) >= 0
            assert max(x for x, _ in corners) <= group.width
            assert min(y for _, y in corners) >= 0
            assert max(y for _, y in corners) <= HEIGHT - CAPTIONS
    images = [volume for group in groups for volume in group.volumes if len(volume.shape) == 3]
    for one, other in combinations(images, 2):
        assert (one.shape[0] >= other.shape[0]) == (one.height >= other.height)
        assert (one.shape[2] >= other.shape[2]) == (one.width >= other.width)


def test_lenets_boxes_are_those_of_the_figure_everybody_knows() -> None:
    spec = zoo.get("lenet5")
    captions = [group.caption for group in lay_out_volumes(spec, analyze(spec))]
    assert captions[:4] == [
        ("image", "32×32×3"),
        ("5×5 conv, 6", "28×28×6"),
        ("max 2×2, /2", "14×14×6"),
        ("5×5 conv, 16", "10×10×16"),
    ]


def test_convolutions_that_are_alike_share_their_caption() -> None:
    spec = zoo.get("vgg16_imagenet")
    groups = lay_out_volumes(spec, analyze(spec))
    assert [len(group.volumes) for group in groups][:11] == [1, 2, 1, 2, 1, 3, 1, 3, 1, 3, 1]
    assert groups[1].caption == ("2 · 3×3 conv, 64", "224×224×64")
    assert len(list_marks(draw_volumes(spec, analyze(spec)))) == 22  # without two dropouts


# -- shares -------------------------------------------------------------------------------------


@pytest.mark.parametrize("cost", ["params", "macs"])
@pytest.mark.parametrize("name", ["mlp", "vgg16", "googlenet", "resnet18_imagenet"])
def test_bars_and_areas_add_up(name: str, cost) -> None:
    spec = zoo.get(name)
    summary = analyze(spec)
    total = getattr(summary, cost)
    (bars,) = make_bars_figure(spec, summary, cost).data
    assert sum(bars.x) == total
    assert len(set(bars.y)) == len(bars.y)
    (tree,) = make_treemap_figure(spec, summary, cost).data
    children = dict.fromkeys(tree.ids, 0)
    for parent, value in zip(tree.parents, tree.values, strict=True):
        if parent is not None:
            children[parent] += value
    sums = dict(zip(tree.ids, tree.values, strict=True))
    assert sums[""] == children[""] == total
    assert all(children[i] in (0, sums[i]) for i in tree.ids)


def test_memory_is_one_bar_of_its_parts() -> None:
    from cnnlib.arch.costs import estimate_memory

    memory = estimate_memory(zoo.get("lenet5"), 32)
    figure = make_memory_figure(memory)
    assert sum(trace.x[0] for trace in figure.data) == memory.total
    assert figure.data[0].name == "weights 248 KB"


def test_a_network_that_stops_fitting_is_drawn_as_far_as_it_goes() -> None:
    layers = (Conv2D(filters=2, kernel_size=3), MaxPooling2D(pool_size=9))
    spec = Spec("x", "X", (8, 8, 3), layers)
    with pytest.raises(SpecError):
        analyze(spec)
    summary, _ = analyze_until_error(spec)
    assert list_marks(draw_graph(spec, summary, "layers")) == ["conv2d_1"]
    assert len(draw_volumes(spec, summary)) == 2
