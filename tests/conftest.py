"""What all tests share: a lab home of their own, and the fast ones first."""

import os
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import hypothesis
import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner import script_runner

from cnnlib.data import load

# Never the tester's own data: a test without `lab_home` must not find any home at all.
os.environ["CNNLIB_HOME"] = "/nonexistent/cnnlib-tests-need-lab_home"

# The servers of tests are on this machine: no proxy of the tester's leads there.
os.environ["no_proxy"] = os.environ["NO_PROXY"] = "127.0.0.1,localhost"

ORDER = ("page", "keras", "browser", "slow")

# A loaded machine is slow, and no fault of the code.
hypothesis.settings.register_profile("lab", deadline=None)
hypothesis.settings.load_profile("lab")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast tests answer first; within a group the order of the files stays."""
    for item in items:
        runs_scripts = hasattr(getattr(item, "module", None), "AppTest")
        if runs_scripts or "tests/pages" in item.path.as_posix():
            item.add_marker(pytest.mark.page)
    items.sort(key=lambda item: max((ORDER.index(mark) + 1 for mark in ORDER
                                     if item.get_closest_marker(mark)), default=0))  # fmt: skip


@pytest.fixture(scope="session", autouse=True)
def _scripts_without_errands() -> Iterator[None]:
    """What Streamlit does beside a page's script in a test, and a server never does so often.

    For each AppTest it reads the metadata of all installed packages. After each run, where another
    test has loaded Keras, it clears Keras' session; no server of the lab has any.
    """
    with pytest.MonkeyPatch.context() as patch:
        once = cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", once)
        patch.setattr(script_runner, "_clean_problem_modules", lambda: None)
        yield


@pytest.fixture
def lab_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty CNNLIB_HOME, and a user's home without any Keras data."""
    home = tmp_path / "lab"
    monkeypatch.setenv("CNNLIB_HOME", str(home))
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    monkeypatch.delenv("KERAS_HOME", raising=False)
    return home


@pytest.fixture(scope="session")
def drawn_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A stored synthetic data set, drawn once for all tests, and at the end as it was drawn."""
    home = tmp_path_factory.mktemp("drawn")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CNNLIB_HOME", str(home))
        load("synthetic")
    place = home / "datasets" / "synthetic"
    drawn = {path: path.read_bytes() for path in place.iterdir()}
    yield place
    written = [path.name for path, content in drawn.items() if path.read_bytes() != content]
    assert not written, f"a test wrote into files that all tests share: {written}"


@pytest.fixture
def with_synthetic(lab_home: Path, drawn_once: Path) -> Path:
    """A CNNLIB_HOME that has the synthetic data set already."""
    share_set(drawn_once, lab_home / "datasets" / "synthetic")
    return lab_home


def share_set(drawn: Path, place: Path) -> None:
    """A copy whose images are the same files: nine megabytes less to write for each test.

    Whoever wants other images there unlinks these first.
    """
    place.mkdir(parents=True)
    for path in drawn.iterdir():
        (os.link if path.name.endswith("-images.npy") else shutil.copy2)(path, place / path.name)
