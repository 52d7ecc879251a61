from pathlib import Path

import pytest

from tests.data.cifar_files import make_files, write_archive


@pytest.fixture(autouse=True)
def _own_home(lab_home: Path) -> None:
    """Every test of this folder has a lab home and a user's home of its own."""


@pytest.fixture
def tiny_archive(tmp_path: Path) -> Path:
    return write_archive(tmp_path / "cifar-10-python.tar.gz", make_files())


@pytest.fixture
def user_home(lab_home: Path, tmp_path: Path) -> Path:
    return tmp_path / "user"
