"""The data set page's script: what it shows and how it takes its address and bad data."""

import threading
import time

import pytest
from streamlit.testing.v1 import AppTest

from cnnlib import settings
from cnnlib.data import import_path, load
from cnnlib.errors import DatasetError
from cnnlib.ui import datasets
from cnnlib.ui.jobs import Job, JobState
from tests.data.cifar_files import make_files, write_archive
from tests.pages.dataset_page import address, captions, facts, open_page, place_of


@pytest.fixture(autouse=True)
def _home(with_synthetic, monkeypatch):
    monkeypatch.setattr(datasets, "fetch_job", Job("It failed"))


@pytest.fixture
def archive(tmp_path):
    return write_archive(tmp_path / "cifar-10-python.tar.gz", make_files())


def test_shows_the_synthetic_set_and_says_so():
    page = open_page()
    assert facts(page).startswith("**2,500** training and **500** test images of **10** classes")
    assert "**32 × 32 × 3** numbers from 0 to 255" in facts(page)
    assert "synthetic set" in page.markdown[1].value
    assert [button.label for button in page.button if "CIFAR-10" in button.label]
    assert "drawn by CNN Lab" in captions(page)
    assert not page.error


def test_shows_cifar10_without_any_offer(archive):
    import_path(archive)
    page = open_page()
    assert facts(page).startswith("**60** training")
    assert not [button for button in page.button if "CIFAR-10" in button.label]
    assert "(60, 32, 32, 3)" in captions(page)
    assert [box.value for box in page.selectbox if box.label == "Data set"] == ["cifar10"]


def test_the_address_chooses_data_set_split_class_and_image(archive):
    import_path(archive)
    page = open_page(dataset="synthetic", split="test", classes=["cat", "dog"], index="7")
    dataset = load("synthetic")
    assert "100 of 500 test images" in captions(page)
    assert "Image 7 of the test images" in captions(page)
    assert address(page) == {
        "dataset": "synthetic", "split": "test", "classes": "cat,dog", "index": "7"
    }  # fmt: skip
    name = dataset.class_names[dataset.test.labels[7]]
    assert name in [heading.value for heading in page.subheader]


@pytest.mark.parametrize(
    "query",
    [
        {"dataset": "../x"},
        {"dataset": "mnist"},
        {"split": "validation"},
        {"classes": ["zebra"]},
        {"page": "0"},
        {"page": "x"},
        {"index": "-1"},
        {"index": "2500"},
        {"index": "9" * 5000},
        {"index": "²"},
        {"index": "1.5"},
        {"view": "Infrared"},
        {"view": "channels "},
        {"paint": "infrared"},
        {"per_page": "1"},
        {"classes": "cat,,dog"},
        {"classes": "%00"},
        {"order": "size"},
        {"order": "__class__"},
        {"size": "23"},
        {"size": "129"},
        {"size": "64.5"},
        {"selection": "1-"},
        {"selection": "-1"},
        {"selection": "x"},
        {"selection": "2500"},
        {"selection": "9" * 400},
        {"collecting": "yes"},
        {"descending": "2"},
        {"verdict": "maybe"},
        {"against": "validation"},
        {"by": "name"},
        {"run": "../../etc"},
        {"run": "20261123-000000-none-0000"},
    ],
)
def test_bad_addresses_fall_back_quietly(query):
    page = open_page(**query)
    assert not page.error
    assert "2,500 training images, page 1 of" in captions(page)
    assert not page.query_params  # what is wrong leaves the address


def test_a_page_that_is_not_there_is_the_last_one():
    page = open_page(page="99999")
    assert place_of(page) == "page 53 of 53"
    assert address(page) == {"page": "53"}


def test_an_index_opens_the_page_of_the_grid_that_holds_it():
    page = open_page(index="1234")
    assert place_of(page) == "page 26 of 53"
    assert "Image 1,234 of the training images" in captions(page)
    assert address(page)["index"] == "1234"
    assert place_of(open_page(index="1234", page="2")) == "page 26 of 53"
    assert place_of(open_page(index="1234", per_page="192")) == "page 7 of 14"
    assert place_of(open_page(index="47")) == "page 1 of 53"
    assert place_of(open_page(index="48")) == "page 2 of 53"


def test_an_index_finds_its_page_within_the_filter():
    split = load("synthetic").train
    label = int(split.labels[2400])
    page = open_page(index="2400", classes=[settings.CIFAR10_CLASSES[label]])
    place = int((split.labels[:2400] == label).sum())
    assert f"{place + 1} of 250" in captions(page)
    number = place // 48 + 1
    assert place_of(page) == f"page {number} of 6"
    other = open_page(index="2400", classes=[settings.CIFAR10_CLASSES[(label + 1) % 10]])
    assert place_of(other) == "page 1 of 6"
    assert "Image 2,400 of" in captions(other)
    assert "not among those shown" in captions(other)
    assert address(other)["index"] == "2400"


def test_more_images_per_page_keep_the_chosen_one_in_sight():
    page = open_page(index="1234")
    next(box for box in page.selectbox if box.label == "Images per page").select(96).run()
    assert place_of(page) == "page 13 of 27"
    assert address(page) == {"index": "1234", "per_page": "96", "page": "13"}


def test_the_index_is_forgotten_when_better_data_arrives(archive):
    page = open_page(index="40")
    import_path(archive)
    page.run()
    assert facts(page).startswith("**60** training")
    assert "index" not in page.query_params


def test_a_damaged_copy_is_one_line(archive):
    import_path(archive)
    (settings.datasets_dir() / "cifar10" / "train-labels.npy").write_bytes(b"")
    page = open_page()
    assert len(page.error) == 1
    assert "damaged" in page.error[0].value
    assert "Traceback" not in page.error[0].value


def wait_for_job() -> JobState:
    for _ in range(1200):
        if datasets.fetch_job.state.status != "running":
            break
        time.sleep(0.05)
    return datasets.fetch_job.state


def submit_path(page: AppTest, path: str) -> None:
    page.text_input[0].input(path)
    next(button for button in page.button if button.label == "Import").click()
    page.run()


def test_importing_a_file_from_the_page(archive):
    page = open_page()
    submit_path(page, str(archive))
    assert wait_for_job().status == "done"
    page.run()
    assert facts(page).startswith("**60** training")
    assert not page.text_input


def test_a_wrong_file_is_one_line_on_the_page(tmp_path):
    (tmp_path / "notes.txt").write_text("hello")
    page = open_page()
    submit_path(page, str(tmp_path / "notes.txt"))
    assert wait_for_job().status == "failed"
    page.run()
    assert len(page.error) == 1
    assert "notes.txt" in page.error[0].value
    assert facts(page).startswith("**2,500** training")


def test_the_typed_path_stays_while_the_import_runs_and_when_it_has_failed(monkeypatch):
    go_on = threading.Event()

    def fail(path, progress):
        go_on.wait(20)
        raise DatasetError("It failed.")

    monkeypatch.setattr(datasets, "import_path", fail)
    page = open_page()
    submit_path(page, "~/notes.txt")
    offered = [button for button in page.button if button.label.startswith(("Import", "Get the"))]
    assert [button.disabled for button in offered] == [True, True]
    assert page.text_input[0].value == "~/notes.txt"
    go_on.set()
    assert wait_for_job().status == "failed"
    page.run()
    assert [error.value for error in page.error] == ["It failed."]
    assert page.text_input[0].value == "~/notes.txt"


@pytest.mark.parametrize("blank", ["  ", '""'])
def test_no_path_is_one_line_and_no_older_one_stays(blank, tmp_path):
    page = open_page()
    submit_path(page, blank)
    assert datasets.fetch_job.state.status == "idle"
    assert [error.value for error in page.error] == ["Name a file or folder first."]
    submit_path(page, str(tmp_path / "nothing"))
    wait_for_job()
    page.run()
    assert len(page.error) == 1
    assert "nothing" in page.error[0].value
    submit_path(page, blank)
    assert [error.value for error in page.error] == ["Name a file or folder first."]


def test_a_quoted_folder_that_holds_the_archive_is_imported(archive):
    page = open_page()
    submit_path(page, f" '{archive.parent}' ")
    assert wait_for_job().status == "done"
    page.run()
    assert facts(page).startswith("**60** training")


def test_a_failure_is_shown_to_who_asked_only(tmp_path):
    page, other = open_page(), open_page()
    submit_path(page, str(tmp_path / "nothing"))
    assert wait_for_job().status == "failed"
    assert len(page.run().error) == 1
    assert not other.run().error
    assert not open_page().error


def offer(compact: bool) -> None:
    from cnnlib.ui.datasets import offer_cifar10

    offer_cifar10(compact=compact)


@pytest.mark.parametrize(("compact", "kind"), [(True, "secondary"), (False, "primary")])
def test_the_offer_has_a_quiet_form(compact, kind):
    page = AppTest.from_function(offer, kwargs={"compact": compact}).run()
    button = next(button for button in page.button if "Get the real" in button.label)
    assert button.proto.type == kind
    assert "synthetic set" in page.markdown[0].value
    assert (len(page.markdown[0].value) < 90) == compact
    assert page.text_input


def test_a_failed_download_is_one_line(monkeypatch):
    monkeypatch.setenv("CNNLIB_CIFAR10_URL", "http://127.0.0.1:9/x")
    monkeypatch.setattr("cnnlib.data.download.PAUSE_SECONDS", 0.01)
    page = open_page()
    next(button for button in page.button if "Get the real" in button.label).click()
    page.run()
    assert wait_for_job().status == "failed"
    page.run()
    assert len(page.error) == 1
    assert "cannot reach it" in page.error[0].value
    assert [button for button in page.button if "Get the real" in button.label]


def test_a_data_set_is_opened_once_until_it_is_imported_anew(archive, tmp_path):
    import_path(archive)
    first = datasets.open_dataset("cifar10")
    assert datasets.open_dataset("cifar10") is first
    import_path(write_archive(tmp_path / "b.tar.gz", make_files(rows=3)))
    assert len(datasets.open_dataset("cifar10").train) == 15
