"""The page of one's own data: bring pictures by path, see them, remove them; mistakes are lines."""

import shutil
import threading
import time

import pytest
from streamlit.testing.v1 import AppTest

from cnnlib import settings
from cnnlib.data import import_path, is_installed, load
from cnnlib.runs.config import RunConfig
from cnnlib.runs.store import RunStore
from cnnlib.ui import jobs
from cnnlib.ui.own_data import bring
from tests.data.picture_files import draw, encode, make_files, write_folder, write_zip
from tests.data.published_files import encode_npz, make_mnist
from tests.pages.topic_page import address, errors, open_topic, press, run, text

PAGE = "own_data.py"


@pytest.fixture(autouse=True)
def _home(with_synthetic, monkeypatch):
    """A home with the synthetic set, and no jobs of other tests."""
    monkeypatch.setattr(jobs, "_jobs", {})


@pytest.fixture
def pets(tmp_path):
    return import_path(write_folder(tmp_path / "pets", make_files(count=8)))


def button(page: AppTest, key: str):
    (found,) = [each for each in page.button if each.key == key]
    return found


def wait_for_job(page: AppTest, key: str = bring.JOB) -> AppTest:
    job = jobs.get_job(key, "")
    deadline = time.monotonic() + 60
    while job.state.status == "running":
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return run(page)


def import_from(page: AppTest, path: object, name: str = "") -> AppTest:
    page.text_input(key=bring.PATH).set_value(str(path))
    page.text_input(key=bring.TITLE).set_value(name)
    press(page, "Import")
    return wait_for_job(page)


def test_a_newcomer_sees_the_form_and_what_is_here() -> None:
    page = open_topic(PAGE)
    assert errors(page) == []
    assert "Synthetic" in text(page)
    assert "always there" in text(page)
    assert [each.key for each in page.button if each.label == "Get"] == [
        "get_cifar10", "get_mnist", "get_fashion_mnist", "get_cifar100"]  # fmt: skip
    assert not [each for each in page.button if each.label == "Remove"]
    assert address(page) == {}


def test_a_folder_becomes_a_set_that_is_open_on_the_page(tmp_path) -> None:
    files = make_files(count=10) | {"cat/bad.jpg": b"?", "dog/notes.txt": b"x"}
    folder = write_folder(tmp_path / "pictures", files)
    page = open_topic(PAGE, **{"from": "path", "size": 64})
    import_from(page, f"'{folder}'", "My *first* pets")
    assert errors(page) == []
    assert (
        page.success[0].value == "My first pets is here: 20 images of 2 classes. It is open below."
    )
    assert address(page) == {"from": "path", "size": "64", "set": "my-first-pets"}
    dataset = load("my-first-pets")
    assert dataset.title == "My first pets"
    assert dataset.image_shape == (64, 64, 3)
    counts = f"{len(dataset.train)} + {len(dataset.test)} images of 2 classes, 64 × 64 × 3"
    assert counts in text(page)
    assert page.expander[0].label == "2 files were skipped"
    listed = page.dataframe[0].value
    assert sorted(listed["file"]) == ["cat/bad.jpg", "dog/notes.txt"]
    assert "dataset=my-first-pets" in text(page)


@pytest.mark.parametrize(
    ("path", "sentence"),
    [("", "Name a file or folder first"), ("/no/such/folder", "cannot be opened"),
     ("a\0b", "cannot be opened"), ("/dev/null", "neither a file nor a folder")],
)  # fmt: skip
def test_a_wrong_path_is_one_line(path, sentence) -> None:
    page = open_topic(PAGE, **{"from": "path"})
    import_from(page, path)
    (error,) = errors(page)
    assert sentence in error
    assert not page.success
    assert address(page) == {"from": "path"}
    assert not button_is_disabled(page, "Import")


def button_is_disabled(page: AppTest, label: str) -> bool:
    (found,) = [each for each in page.button if each.label == label]
    return bool(found.disabled)


def test_the_size_that_was_just_chosen_is_taken(tmp_path) -> None:
    page = open_topic(PAGE, **{"from": "path"})
    page.button_group(key="own_data_size").set_value("64")
    import_from(page, write_folder(tmp_path / "pets", make_files()))
    assert load("pets").image_shape == (64, 64, 3)


def test_a_typed_path_is_there_again_after_a_look_at_the_other_way() -> None:
    page = open_topic(PAGE, **{"from": "path"})
    page.text_input(key=bring.PATH).set_value("~/pets")
    for way in ("upload", "path"):
        page.button_group(key="own_data_from").set_value(way)
        run(page)
    assert page.text_input(key=bring.PATH).value == "~/pets"


def test_a_mistake_goes_when_the_next_import_works(tmp_path) -> None:
    page = open_topic(PAGE, **{"from": "path"})
    import_from(page, write_zip(tmp_path / "one.zip", make_files(("only",))))
    assert "at least 2 classes" in errors(page)[0]
    import_from(page, write_zip(tmp_path / "two.zip", make_files()))
    assert errors(page) == []
    assert is_installed("two")


def test_a_name_of_hostile_characters_is_a_name(tmp_path) -> None:
    page = open_topic(PAGE, **{"from": "path"})
    import_from(page, write_folder(tmp_path / "x", make_files()), "../<b>[a](b)</b>$x$")
    assert errors(page) == []
    assert is_installed("b-a-b-b-x")
    import_from(page, tmp_path / "x", "///")
    assert errors(page) == []
    assert address(page)["set"].startswith("set-")


def test_names_that_are_kept_do_not_replace_the_real_sets(tmp_path) -> None:
    page = open_topic(PAGE, **{"from": "path"})
    import_from(page, write_folder(tmp_path / "x", make_files()), "CIFAR10")
    assert is_installed("cifar10-pictures")
    assert not is_installed("cifar10")


def test_import_without_an_upload_is_one_line() -> None:
    page = open_topic(PAGE)
    press(page, "Import")
    assert errors(page) == ["Choose a file first."]


def test_an_upload_becomes_a_set_and_leaves_no_copy(tmp_path) -> None:
    content = write_zip(tmp_path / "x.zip", make_files(count=10)).read_bytes()
    page = open_topic(PAGE)
    page.file_uploader[0].set_value(("../My flowers.zip", content, "application/zip")).run()
    press(page, "Import")
    wait_for_job(page)
    assert errors(page) == []
    assert address(page) == {"set": "my-flowers"}
    assert len(load("my-flowers").train) == 16
    assert "zip My flowers.zip" in load("my-flowers").source
    assert list((settings.home() / "incoming").iterdir()) == []


def test_too_large_an_upload_is_one_line(tmp_path, monkeypatch) -> None:
    page = open_topic(PAGE)
    page.file_uploader[0].set_value(("x.zip", b"0" * 2_000_000, "application/zip")).run()
    monkeypatch.setattr(bring, "_upload_limit", lambda: 1)
    press(page, "Import")
    (error,) = errors(page)
    assert "x.zip" in error
    assert "may have" in error


def test_two_at_once_are_told_so(tmp_path) -> None:
    page = open_topic(PAGE, **{"from": "path"})
    page.text_input(key=bring.PATH).set_value(str(write_folder(tmp_path / "x", make_files())))
    go_on = threading.Event()
    job = jobs.get_job(bring.JOB, "")
    job.start(lambda progress: go_on.wait(30))
    press(page, "Import")
    assert errors(page) == [bring.texts.UNDER_WAY]
    assert button_is_disabled(page, "Import")
    go_on.set()
    wait_for_job(page)
    assert not is_installed("x")
    assert not page.success  # it was somebody else's


def test_a_set_opens_and_closes(pets) -> None:
    page = open_topic(PAGE, set="pets")
    assert "Source: folder pets" in text(page)
    button(page, "show_pets").click().run()
    assert address(page) == {}
    assert "Source: folder pets" not in text(page)
    button(page, "show_synthetic").click().run()
    assert address(page) == {"set": "synthetic"}
    assert errors(page) == []


def test_remove_asks_twice(pets) -> None:
    page = open_topic(PAGE, set="pets")
    button(page, "remove_pets").click().run()
    assert "Remove pets from this machine for good?" in page.warning[0].value
    assert is_installed("pets")
    button(page, "remove_no").click().run()
    assert not page.warning
    button(page, "remove_pets").click().run()
    button(page, "remove_yes_pets").click().run()
    assert not is_installed("pets")
    assert errors(page) == []
    assert address(page) == {}
    assert "pets" not in text(page)


def test_a_set_that_a_run_uses_cannot_be_removed(pets) -> None:
    page = open_topic(PAGE)
    button(page, "remove_pets").click().run()
    store = RunStore()
    queued = store.create(RunConfig(dataset="pets"))
    button(page, "remove_yes_pets").click().run()  # the run came in between
    assert queued.id in errors(page)[0]
    assert is_installed("pets")
    run(page)
    assert errors(page) == []
    assert button(page, "remove_pets").disabled
    store.end(queued.id, "stopped", None)
    run(page)
    assert not button(page, "remove_pets").disabled


def test_a_set_that_somebody_else_removed_meanwhile(pets) -> None:
    page = open_topic(PAGE, set="pets")
    button(page, "remove_pets").click().run()
    shutil.rmtree(settings.datasets_dir() / "pets")
    run(page)
    assert errors(page) == []
    assert "pets" not in text(page)


def test_a_damaged_set_is_one_line(pets) -> None:
    (settings.datasets_dir() / "pets" / "train-images.npy").write_bytes(b"?")
    page = open_topic(PAGE, set="pets")
    (error,) = errors(page)
    assert "damaged" in error


@pytest.mark.parametrize(
    "query",
    [{"from": "nowhere"}, {"size": "1000000"}, {"size": "-1"}, {"set": "../../etc"},
     {"set": "nope"}, {"set": ""}, {"set": "x" * 500}],
)  # fmt: skip
def test_a_hostile_address_is_passed_over(query) -> None:
    page = open_topic(PAGE, **query)
    assert errors(page) == []
    assert address(page) == {}


def test_mnist_comes_from_a_copy_of_keras(tmp_path) -> None:
    copy = tmp_path / "user" / ".keras" / "datasets" / "mnist.npz"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(encode_npz(make_mnist()))
    page = open_topic(PAGE)
    button(page, "get_mnist").click().run()
    wait_for_job(page, "bring mnist")
    assert errors(page) == []
    assert address(page) == {"set": "mnist"}
    assert "28 × 28 × 1" in text(page)
    assert "get_mnist" not in [each.key for each in page.button]


def test_without_a_network_it_says_which_file_to_copy(monkeypatch) -> None:
    monkeypatch.setenv("CNNLIB_KERAS_DATASETS_URL", "http://127.0.0.1:9/nothing")
    monkeypatch.setattr("cnnlib.data.download.PAUSE_SECONDS", 0.01)
    page = open_topic(PAGE)
    button(page, "get_mnist").click().run()
    wait_for_job(page, "bring mnist")
    (error,) = errors(page)
    assert "cannot reach it" in error
    assert "copy mnist.npz to this machine" in error.replace("\\", "")
    assert not is_installed("mnist")


def test_a_set_of_very_many_classes_shows_some(tmp_path) -> None:
    files = {f"class {n}/{k}.png": encode(draw(n)) for n in range(60) for k in range(2)}
    import_path(write_zip(tmp_path / "many.zip", files), size=64)
    page = open_topic(PAGE, set="many")
    assert "… and 30 more classes." in text(page)
    assert errors(page) == []
