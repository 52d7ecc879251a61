"""The builder's script: adding, changing, moving; rules and ways out; saving, JSON, links."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from cnnlib.arch import zoo
from cnnlib.arch.analysis import analyze
from cnnlib.arch.arguments import MAX_SIZE
from cnnlib.arch.branch_edits import remove_branch
from cnnlib.arch.edits import change, insert, list_items
from cnnlib.arch.layers import (
    ACTIVATIONS,
    LAYER_KINDS,
    Activation,
    Add,
    Conv2D,
    Dense,
    Flatten,
    Layer,
)
from cnnlib.arch.links import MAX_BYTES, pack_spec, unpack_spec
from cnnlib.arch.pieces import make_empty_network
from cnnlib.arch.spec import Spec
from cnnlib.runs.library import list_networks, load_network, save_network
from cnnlib.ui.builder.adding import BEFORE
from cnnlib.ui.builder.keeping import make_name, read_json, write_json
from cnnlib.ui.builder.palette import PIECES, SMALL, Choice, Number, Share
from cnnlib.ui.builder.row import _Rows
from cnnlib.ui.builder.state import Place
from tests.pages.topic_page import address, errors, open_topic, press, run, text

pytestmark = pytest.mark.usefixtures("with_synthetic")
PAGE = "builder.py"
EMPTY = make_empty_network()


def open_builder(spec: Spec | None = None, **query: object) -> AppTest:
    packed = {"spec": pack_spec(spec)} if spec else {}
    return open_topic(PAGE, **packed, **query)


def network(page: AppTest) -> Spec:
    """What the address says, so what a link opens."""
    packed = address(page).get("spec")
    return unpack_spec(packed) if packed else EMPTY


def kinds(page: AppTest) -> list[str]:
    return [layer.kind for layer in network(page).layers]


def metrics(page: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in page.metric}


def choose(page: AppTest, place: str) -> None:
    """As the list in the browser does; `tests/browser/test_builder.py` clicks it."""
    item, _, inner = place.partition(".")
    page.session_state["builder_at"] = Place(int(item), int(inner or 0))
    run(page)


def add(page: AppTest, piece: str, **values: object) -> None:
    page.button_group(key="builder_add_piece").set_value(piece).run()
    for name, value in values.items():
        key = f"builder_add_{piece}_{name}"
        widget = next(w for w in (*page.number_input, *page.selectbox, *page.button_group)
                      if w.key == key)  # fmt: skip
        widget.set_value(value)
    page.button(key="builder_add_add").click()
    run(page)


# -- building --------------------------------------------------------------------------------------


def test_begins_with_the_least_that_can_be_trained() -> None:
    page = open_builder()
    assert metrics(page)["Parameters"] == f"{32 * 32 * 3 * 10 + 10:,}"
    assert address(page) == {}
    assert not errors(page)
    assert not page.button(key="builder_train").disabled


def test_lenet_from_nothing_is_the_zoos() -> None:
    page = open_builder()
    sigmoid = {"padding": "valid", "activation": "sigmoid", "kernel_size": 5}
    add(page, "conv", filters=6, **sigmoid)
    add(page, "pooling")
    add(page, "conv", filters=16, **sigmoid)
    add(page, "pooling")
    choose(page, "5")
    add(page, "dense", units=120, rate=0.0)
    page.selectbox(key="builder_edit_Dense_activation").select("sigmoid").run()
    add(page, "dense", units=84, rate=0.0)
    page.selectbox(key="builder_edit_Dense_activation").select("sigmoid").run()
    ours, zoos = (
        [{**layer.arguments, "name": layer.kind} for layer in spec.layers]
        for spec in (network(page), zoo.get("lenet5"))
    )
    assert ours == zoos
    assert metrics(page)["Parameters"] == "62,006"
    assert metrics(page)["MACs an image"] == "651,720"
    assert not errors(page)


@pytest.mark.parametrize("name", ["lenet5", "resnet34", "googlenet", "alexnet_imagenet"])
def test_any_zoo_network_can_be_begun_with(name: str) -> None:
    page = open_builder()
    page.selectbox(key="builder_start").select(name).run()
    press(page, "Start")
    assert network(page).layers == zoo.get(name).layers
    assert network(page).title == f"My {zoo.get(name).title}"
    assert metrics(page)["Parameters"] == f"{analyze(zoo.get(name)).params:,}"
    assert not [error for error in errors(page) if "at most" not in error]


def test_other_pages_say_which_network_to_begin_with() -> None:
    assert network(open_topic(PAGE, network="resnet20")).layers == zoo.get("resnet20").layers
    link = open_topic(PAGE, network="link", spec=pack_spec(zoo.get("mlp")))
    assert network(link).layers == zoo.get("mlp").layers
    save_network(Spec("mine", "Mine", (32, 32, 3), EMPTY.layers))
    assert network(open_topic(PAGE, network="saved.mine")).title == "Mine"
    (error,) = errors(open_topic(PAGE, network="saved.nobody"))
    assert "No network named 'nobody' is saved here" in error


@pytest.mark.parametrize("piece", list(PIECES))
def test_every_piece_at_both_ends_of_its_fields(piece: str) -> None:
    """Whatever is set, a network or one line; and undo leads back."""
    for end in (0, -1):
        page = open_builder()
        values = {}
        for name, field in PIECES[piece].fields.items():
            match field:
                case Number():
                    values[name] = (field.low, field.high)[end]
                case Share():
                    values[name] = (0.0, 0.95)[end]
                case Choice():
                    values[name] = field.options[end]
                case _:
                    values[name] = (["D"], ["D", "A", "C"])[end]
        add(page, piece, **values)
        assert len(errors(page)) <= 1
        assert network(page) != EMPTY
        press(page, "Undo")
        assert network(page) == EMPTY
        press(page, "Redo")
        assert network(page) != EMPTY


def test_a_block_of_no_letters_is_refused() -> None:
    page = open_builder()
    add(page, "cbapd", letters=[])
    (error,) = errors(page)
    assert "at least one layer" in error
    assert network(page) == EMPTY


@pytest.mark.parametrize("kind", list(SMALL))
def test_every_single_step(kind: str) -> None:
    page = open_builder()
    add(page, "small", kind=kind)
    assert len(kinds(page)) == 3
    assert not errors(page)


@pytest.mark.parametrize(
    "kind", [kind for kind in LAYER_KINDS if kind not in ("Add", "Concatenate")]
)
def test_every_field_of_every_kind_at_both_ends(kind: str) -> None:
    needed = {"filters": 4, "kernel_size": 3, "rate": 0.5, "units": 4}
    known = LAYER_KINDS[kind].__dataclass_fields__
    arguments = {name: value for name, value in needed.items() if name in known}
    spec = insert(EMPTY, 0, (LAYER_KINDS[kind](**arguments),))
    for end in (0, -1):
        page = open_builder(spec, at=1)
        for number in [w.key for w in page.number_input if w.key.startswith("builder_edit")]:
            widget = page.number_input(key=number)
            widget.set_value((widget.min, widget.max)[end]).run()
            assert not page.exception
            assert len(errors(page)) <= 2  # of this step, and of a step before
        for choice in [w.key for w in page.selectbox if w.key.startswith("builder_edit")]:
            page.selectbox(key=choice).select(ACTIVATIONS[end]).run()
            assert len(errors(page)) <= 1
            assert not page.exception
        assert kinds(page)[0] == kind


def test_rows_are_moved_copied_and_removed_and_the_choice_follows() -> None:
    page = open_builder(zoo.get("lenet5"), at=1)
    press(page, "Down")
    assert address(page)["at"] == "2"
    assert kinds(page)[:2] == ["MaxPooling2D", "Conv2D"]
    press(page, "Up")
    assert network(page) == zoo.get("lenet5")
    assert page.button(key="builder_do_Up").disabled
    press(page, "Copy")
    assert address(page)["at"] == "2"
    assert kinds(page)[:3] == ["Conv2D", "Conv2D", "MaxPooling2D"]
    press(page, "Remove")
    assert network(page) == zoo.get("lenet5")
    assert address(page)["at"] == "1"


def test_the_last_row_cannot_be_removed() -> None:
    page = open_builder(Spec("x", "X", (8, 8, 3), (Flatten(),)), at=1)
    assert page.button(key="builder_do_Remove").disabled
    assert page.button(key="builder_train").disabled


def test_names_are_changed_and_checked() -> None:
    page = open_builder(zoo.get("resnet18"), at=4)
    page.text_input(key="builder_edit_name").set_value("  first ").run()
    assert list_items(network(page))[3].block == "first"
    for bad in ("residual_2", "image", "<b>x</b>", "", "ü", "a b", "conv2d_1"):
        page.text_input(key="builder_edit_name").set_value(bad).run()
        assert len(errors(page)) == 1, bad
        assert list_items(network(page))[3].block == "first"
        assert page.text_input(key="builder_edit_name").value == "first"
        run(page)


def test_image_and_classes() -> None:
    page = open_builder()
    page.number_input(key="builder_image_0").set_value(8).run()
    page.number_input(key="builder_image_2").set_value(1).run()
    page.number_input(key="builder_classes").set_value(4).run()
    assert (network(page).input_shape, network(page).layers[-1].units) == ((8, 32, 1), 4)
    assert metrics(page)["Parameters"] == f"{8 * 32 * 4 + 4:,}"


def test_a_window_that_is_not_square() -> None:
    page = open_builder(insert(EMPTY, 0, (Conv2D(filters=4, kernel_size=3),)), at=1)
    page.toggle(key="builder_edit_apart").set_value(True).run()
    page.number_input(key="builder_edit_kernel_size_across").set_value(7).run()
    assert network(page).layers[0].kernel_size == (3, 7)
    page.toggle(key="builder_edit_apart").set_value(False).run()
    assert network(page).layers[0].kernel_size == (3, 3)


# -- a click that comes before the page has heard of what was done just before --------------------
#
# What is set without a run in between comes to the server together, as where a field is left by the
# click on a button: the callbacks are those of the run before. AppTest calls them from the page's
# top to its end; a state that is set by hand is what a callback before has left.


@pytest.mark.parametrize("piece", ["pooling", "cbapd", "dense"])
def test_the_piece_that_was_just_chosen_is_added(piece: str) -> None:
    page, patient = open_builder(), open_builder()
    page.button_group(key="builder_add_piece").set_value(piece)
    page.button(key="builder_add_add").click()
    run(page)
    add(patient, piece)
    assert network(page) == network(patient) != EMPTY


def test_it_is_added_where_was_just_said() -> None:
    page = open_builder(zoo.get("resnet18"), at="4.6")
    page.selectbox(key="builder_add_where_2").select(f"{BEFORE}:1")
    page.button(key="builder_add_add").click()
    run(page)
    (add_1,) = [layer for layer in network(page).layers if layer.name == "add_1"]
    assert add_1.inputs == ("batch_normalization_3", "conv2d_21")


def test_what_was_just_typed_is_saved() -> None:
    page = open_builder()
    page.number_input(key="builder_image_0").set_value(8)
    page.text_input(key="builder_title").set_value("Mine")
    press(page, "Save")
    saved = load_network("mine")
    assert (saved.title, saved.input_shape) == ("Mine", (8, 32, 3))
    assert saved == network(page)


def test_only_the_network_that_was_named_is_replaced() -> None:
    for name in ("my-network", "theirs"):
        save_network(Spec(name, "Old", (8, 8, 1), EMPTY.layers))
    page = open_builder()
    press(page, "Save")
    page.text_input(key="builder_title").set_value("Theirs")
    press(page, "Replace it")
    assert "'theirs' is taken" in errors(page)[0].replace("\\", "")
    assert load_network("theirs").title == load_network("my-network").title == "Old"


def test_a_way_out_keeps_what_was_just_typed() -> None:
    page = open_builder(at=1)
    add(page, "conv")
    page.session_state["builder_spec"] = change(network(page), "conv2d_1", filters=7)
    press(page, "Move conv2d_1 before flatten_1")
    assert not errors(page)
    assert kinds(page) == ["Conv2D", "Flatten", "Dense"]
    assert network(page).layers[0].filters == 7


def test_a_layer_that_was_just_renamed_is_still_meant() -> None:
    page = open_builder(insert(EMPTY, 0, (Conv2D(filters=4, kernel_size=3),)), at=1)
    page.text_input(key="builder_edit_name").set_value("first")
    page.number_input(key="builder_edit_Conv2D_filters").set_value(9)
    run(page)
    layer = network(page).layers[0]
    assert (layer.name, layer.filters) == ("first", 9)
    assert not errors(page)


def test_a_path_that_went_with_the_first_click_does_not_take_the_next_one_along() -> None:
    page = open_builder(zoo.get("resnet18"), at="4.6")
    press(page, "Add a path")
    press(page, "Add a path")
    left = remove_branch(network(page), "add_1", 2)
    page.session_state["builder_spec"] = left
    page.button(key="builder_do_remove_path_2").click()
    run(page)
    assert errors(page) == ["That path is not there any more."]
    assert network(page) == left


def test_undo_takes_back_what_was_just_typed_and_no_more() -> None:
    def script() -> None:
        import streamlit as st

        from cnnlib.arch.edits import change
        from cnnlib.arch.history import History
        from cnnlib.ui.builder.state import edit, open_address, step

        address = open_address()

        def type_and_undo() -> None:
            edit(address, lambda spec: change(spec, "dense_1", units=7))
            step(address, History.undo)

        def redo() -> None:
            step(address, History.redo)

        st.button("Both", on_click=type_and_undo)
        st.button("Redo", on_click=redo)
        st.caption(str(address["spec"].layers[-1].units))
        address.write()

    page = run(AppTest.from_function(script))
    press(page, "Both")
    assert page.caption[0].value == "10"
    press(page, "Redo")
    assert page.caption[0].value == "7"


def test_a_window_is_square_again_with_the_number_that_was_just_typed() -> None:
    page = open_builder(insert(EMPTY, 0, (Conv2D(filters=4, kernel_size=(3, 7)),)), at=1)
    page.session_state["builder_spec"] = change(network(page), "conv2d_1", kernel_size=3)
    page.toggle(key="builder_edit_apart").set_value(False)
    page.number_input(key="builder_edit_kernel_size_down").set_value(5)
    run(page)
    assert network(page).layers[0].kernel_size == (5, 5)
    assert not page.toggle(key="builder_edit_apart").value


# -- inside a block --------------------------------------------------------------------------------


def test_a_layer_in_a_path_is_changed_added_and_removed() -> None:
    page = open_builder(zoo.get("resnet18"), at="4.1")
    page.number_input(key="builder_edit_Conv2D_filters").set_value(32).run()
    assert network(page).layers[3].filters == 32
    press(page, "Undo")
    add(page, "small", kind="Dropout")
    assert [layer.block for layer in network(page).layers if layer.kind == "Dropout"] == [
        "residual_1"
    ]
    assert address(page)["at"] == "4.2"
    press(page, "Remove")
    assert network(page) == zoo.get("resnet18")


def test_a_layer_is_put_on_the_shortcut() -> None:
    page = open_builder(zoo.get("resnet18"), at="4.6")
    (where,) = [box for box in page.selectbox if box.label == "Where"]
    assert where.options == ["after it", "at the end of path 1", "at the end of path 2"]
    where.select(f"{BEFORE}:1")
    add(page, "small", kind="Activation")
    (add_1,) = [layer for layer in network(page).layers if layer.name == "add_1"]
    assert add_1.inputs == ("batch_normalization_3", "activation_18")


def test_paths_are_added_and_removed() -> None:
    page = open_builder(zoo.get("resnet18"), at="4.6")
    press(page, "Add a path")
    press(page, "Add a shortcut")
    (add_1,) = [layer for layer in network(page).layers if layer.name == "add_1"]
    assert len(add_1.inputs) == 4
    assert not errors(page)
    page.button(key="builder_do_remove_path_3").click().run()
    page.button(key="builder_do_remove_path_2").click().run()
    assert network(page) == zoo.get("resnet18")
    assert address(page)["at"] == "4.6"
    press(page, "Project the shortcut")
    assert analyze(network(page)).params > analyze(zoo.get("resnet18")).params


def test_a_chain_is_taken_apart() -> None:
    page = open_builder()
    add(page, "cbapd")
    assert len(list_items(network(page))) == 3
    press(page, "Take apart")
    assert len(list_items(network(page))) == 7


# -- what does not fit -----------------------------------------------------------------------------


def test_a_layer_that_does_not_fit_is_marked_and_a_way_out_is_offered() -> None:
    page = open_builder(at=1)
    add(page, "conv")
    (error,) = errors(page)
    assert error.replace("\\", "").startswith("Layer conv2d_1: Conv2D needs an input of")
    assert "The numbers are those of the layers before" in text(page)
    assert page.button(key="builder_train").disabled
    press(page, "Move conv2d_1 before flatten_1")
    assert not errors(page)
    assert kinds(page) == ["Conv2D", "Flatten", "Dense"]


def test_a_shortcut_that_does_not_fit_is_projected() -> None:
    page = open_builder()
    add(page, "residual", shortcut="plain", filters=16)
    assert "Add needs inputs of one shape" in errors(page)[0]
    press(page, "Project the shortcut")
    assert not errors(page)
    page = open_builder()
    add(page, "residual", shortcut="as needed", filters=16, strides=2)
    assert not errors(page)


def test_a_network_that_fits_but_cannot_be_trained_says_why() -> None:
    page = open_builder(Spec("x", "X", (8, 8, 3), (Flatten(), Dense(units=7))))
    assert "must give the probabilities" in page.warning[0].value
    press(page, "Take softmax in the last layer")
    assert not page.warning
    assert not page.button(key="builder_train").disabled
    huge = Spec("x", "X", (32, 32, 3), (Flatten(), Dense(units=MAX_SIZE), Dense(units=10)))
    (warning,) = open_builder(huge).warning
    assert "at most 50,000,000 parameters" in warning.value


def test_the_rows_of_the_list() -> None:
    """The data that the browser draws: one row is broken, those after it are not known."""
    from cnnlib.arch.analysis import analyze_until_error
    from cnnlib.arch.zoo.blocks import residual_block

    spec = insert(EMPTY, 0, (residual_block(16),))
    rows = _Rows(spec, *analyze_until_error(spec))
    states = [row.get("state") for row in rows.make(Place())]
    assert states == ["", "broken", "after", "after"]
    opened = rows.make(Place(1))
    assert [row["title"] for row in opened if not row["place"]] == [
        "path 1",
        "path 2: the shortcut",
    ]
    assert [row["title"] for row in opened if row.get("state") == "broken"] == ["add_1"]
    places = [row["place"] for row in opened if row["place"]]
    assert places == ["0", "1", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "2", "3"]
    shares = [row["share"] for row in _Rows(EMPTY, analyze(EMPTY), None).make(Place())]
    assert shares == [0, 0, 1]


# -- keeping, sharing, JSON ------------------------------------------------------------------------


def test_saved_under_a_name_and_begun_with_again() -> None:
    page = open_builder()
    page.text_input(key="builder_title").set_value("My *first* <net>").run()
    press(page, "Save")
    assert list_networks() == ["my-first-net"]
    assert "My \\*first\\* \\<net\\>" in page.success[0].value
    other = open_builder()
    other.selectbox(key="builder_start").select("saved.my-first-net").run()
    press(other, "Start")
    assert network(other).title == "My *first* <net>"


def test_a_name_that_is_taken_is_replaced_only_when_asked() -> None:
    save_network(Spec("my-network", "Theirs", (8, 8, 1), EMPTY.layers))
    page = open_builder()
    press(page, "Save")
    (error,) = errors(page)
    assert "'my-network' is taken" in error.replace("\\", "")
    assert load_network("my-network").title == "Theirs"
    press(page, "Replace it")
    assert load_network("my-network") == EMPTY
    press(page, "Delete from the saved ones")
    assert list_networks() == []


@pytest.mark.parametrize("title", ["", "   "])
def test_a_title_that_cannot_be(title: str) -> None:
    page = open_builder()
    page.text_input(key="builder_title").set_value(title).run()
    assert len(errors(page)) == 1
    assert network(page) == EMPTY


def test_a_classic_networks_name_cannot_be_taken() -> None:
    page = open_builder()
    page.text_input(key="builder_title").set_value("LeNet5").run()
    press(page, "Save")
    assert "must not be that of a classic network" in errors(page)[0]


@pytest.mark.parametrize(
    ("title", "name"),
    [("My LeNet-5!", "my-lenet-5"), ("Ünï", "n"), ("«»", "network"), ("a" * 80, "a" * 32),
     ("-- x --", "x")],
)  # fmt: skip
def test_names_from_titles(title: str, name: str) -> None:
    assert make_name(title) == name
    Spec.from_dict({**EMPTY.to_dict(), "name": make_name(title)})


@pytest.mark.parametrize("name", zoo.names())
def test_json_out_and_in(name: str) -> None:
    assert read_json(write_json(zoo.get(name)).encode()) == zoo.get(name)
    assert write_json(zoo.get(name)) == json.dumps(zoo.get(name).to_dict(), indent=2) + "\n"


def declare(**changes: object) -> str:
    return json.dumps({**EMPTY.to_dict(), **changes})


HOSTILE = [
    "",
    "{",
    "null",
    "[]",
    "[" * 100_000,
    "1" * 5_000,
    "NaN",
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    "x" * (MAX_BYTES + 1),
    "{}",
    declare(layers=[]),
    declare(layers=[{"kind": "Lambda", "function": "__import__('os').system('true')"}]),
    declare(layers=[{"kind": "Dense", "units": 10**30}]),
    declare(layers=[{"kind": "Dense", "units": "__import__('os')"}]),
    declare(layers=[{"kind": "Dense", "units": 2, "__class__": "x"}]),
    declare(layers=[{"kind": "Dense", "units": 2, "name": "<script>alert(1)</script>"}]),
    declare(layers=[{"kind": "Flatten"}] * 257),
    declare(layers=[{"kind": "Add", "inputs": ["image", "later"]}, {"kind": "Flatten"}]),
    declare(layers=[{"kind": "Add", "name": "a", "inputs": ["a", "a"]}]),
    declare(layers=[{"kind": "Dropout", "rate": float("nan")}]),
    declare(layers=[{"kind": ["Dense"]}]),
    declare(layers=[None]),
    declare(layers={"kind": "Flatten"}),
    declare(title="x\ny"),
    declare(title=5),
    declare(name="../../etc/passwd"),
    declare(input_shape=[0, 1, 1]),
    declare(input_shape=[10**9, 10**9, 3]),
    declare(input_shape="32"),
    declare(eval="1+1"),
]


@pytest.mark.parametrize("content", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_json_is_one_line_and_changes_nothing(content: str) -> None:
    page = open_builder()
    page.text_area(key="builder_import_text").set_value(content)
    press(page, "Open it")
    assert len(errors(page)) == 1
    assert len(errors(page)[0]) < 600
    assert network(page) == EMPTY


def test_json_that_does_not_fit_is_opened_and_shown() -> None:
    page = open_builder()
    bent = Spec("bent", "Bent", (4, 4, 1), (Conv2D(filters=2, kernel_size=9), Flatten()))
    page.text_area(key="builder_import_text").set_value(write_json(bent))
    press(page, "Open it")
    assert network(page) == bent
    assert "Layer conv2d_1" in errors(page)[0].replace("\\", "")


@pytest.mark.parametrize("form", ["sequential", "functional", "class"])
def test_the_keras_code_of_the_network(form: str) -> None:
    page = open_builder(zoo.get("lenet5"), source=1, code=form)
    (source,) = [code.value for code in page.code if "import keras" in code.value]
    assert "Conv2D(6, 5" in source or "filters=6" in source
    compile(source, "source", "exec")
    bent = insert(zoo.get("lenet5"), 6, (Conv2D(filters=3, kernel_size=3),))
    assert len(open_builder(bent, source=1).code) == 1  # only the link


# -- addresses -------------------------------------------------------------------------------------

BAD = ["", "x", "eNo", "../..", "A" * 20_000, pack_spec(EMPTY)[:-5], "%00", "é"]


@pytest.mark.parametrize(
    ("packed", "at"),
    zip(BAD, ["-1", "9999", "1.", "1.2.3", "a", "٣", "1" * 50, ""], strict=True),
)
def test_what_the_address_says_wrongly_is_passed_over(packed: str, at: str) -> None:
    page = open_topic(PAGE, spec=packed, at=at, network="nobody", x="<b>")
    assert network(page) == EMPTY
    assert errors(page) == ["This link holds no network, or not a whole one. Ask for it again."]
    assert address(page) == {}
    assert not errors(run(page))


@pytest.mark.parametrize("at", ["0", "99", "3.9", "4.99", "999.999"])
def test_a_row_that_is_not_there_is_the_nearest(at: str) -> None:
    page = open_builder(zoo.get("resnet18"), at=at)
    assert not errors(page)


def test_a_link_opens_the_same_network_and_row() -> None:
    page = open_builder(zoo.get("inception10"), at="4.1")
    page.number_input(key="builder_edit_Conv2D_filters")
    other = open_topic(PAGE, **address(page))
    assert network(other) == network(page)
    assert address(other) == address(page)
    assert other.code[0].value.endswith(f"network-builder?spec={pack_spec(zoo.get('inception10'))}")


def test_an_edit_that_would_not_fit_a_link_is_refused() -> None:
    spec = EMPTY
    while len(spec.layers) < 256:
        spec = insert(spec, 0, (Conv2D(filters=1, kernel_size=1),))
    page = open_builder(spec)
    add(page, "conv")
    assert "layers must be at most 256" in errors(page)[0]
    assert network(page) == spec


def cross(count: int) -> Spec:
    """Each layer adds up all before it: as many paths as a declaration can have."""
    names = ["a", "b"]
    layers: list[Layer] = [Activation(name="a"), Activation(name="b")]
    while len(layers) < count:
        layers.append(Add(name=f"s{len(layers)}", inputs=tuple(names)))
        names.append(layers[-1].name)
    return Spec("x", "X", (8, 8, 3), (*layers, Flatten(), Dense(units=10, activation="softmax")))


@pytest.mark.parametrize("at", ["0", "2", "2.179"])
def test_a_hostile_tangle_of_paths_is_shown_in_time(at: str) -> None:
    """Pytest's own timeout would be the first to notice; the picture alone would take hours."""
    page = open_builder(cross(180), at=at)
    assert "Too many paths cross here" in text(page)
    assert metrics(page)["Layers"] == "182"
    assert not errors(page)
