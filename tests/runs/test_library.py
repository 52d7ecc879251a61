"""Saved networks: kept whole, nobody's name taken by accident, names that are no paths."""

from dataclasses import replace
from pathlib import Path

import pytest

from cnnlib import settings
from cnnlib.arch import zoo
from cnnlib.arch.layers import Conv2D, Dense, Flatten
from cnnlib.arch.spec import Spec
from cnnlib.errors import LabError, RunError, SpecError
from cnnlib.runs import library
from cnnlib.runs.library import delete_network, list_networks, load_network, save_network

MINE = replace(zoo.get("resnet20"), name="mine", title="Mine")


@pytest.fixture(autouse=True)
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNLIB_HOME", str(tmp_path))


def test_what_is_saved_is_listed_and_comes_back() -> None:
    assert list_networks() == []
    save_network(MINE)
    save_network(replace(MINE, name="another"))
    assert list_networks() == ["another", "mine"]
    assert load_network("mine") == MINE
    delete_network("mine")
    delete_network("mine")
    assert list_networks() == ["another"]


def test_a_name_that_is_taken_is_replaced_only_when_asked() -> None:
    save_network(MINE)
    other = replace(MINE, title="Somebody else's")
    with pytest.raises(RunError, match="name 'mine' is taken"):
        save_network(other)
    assert load_network("mine") == MINE
    save_network(other, replace=True)
    assert load_network("mine") == other


@pytest.mark.parametrize("name", ["../x", "a/b", "", "A", "x" * 33, "mine\n", "."])
def test_a_name_is_no_path(name: str) -> None:
    with pytest.raises(RunError, match="No network named"):
        load_network(name)
    with pytest.raises(RunError, match="No network named"):
        delete_network(name)
    with pytest.raises(SpecError, match="name must be"):
        save_network(replace(MINE, name=name))


def test_a_classic_networks_name_is_not_to_be_had() -> None:
    with pytest.raises(RunError, match="classic"):
        save_network(replace(MINE, name="lenet5"))


def test_what_no_run_could_train_is_not_saved() -> None:
    with pytest.raises(SpecError, match="last layer"):
        save_network(Spec("x", "X", (8, 8, 3), (Flatten(), Dense(units=3))))
    with pytest.raises(SpecError, match="must fit"):
        save_network(Spec("x", "X", (4, 4, 3), (Conv2D(filters=1, kernel_size=5), Flatten())))
    assert list_networks() == []


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b"x" * 300_000])
def test_a_damaged_file_is_one_sentence(content: bytes) -> None:
    save_network(MINE)
    (settings.networks_dir() / "mine.json").write_bytes(content)
    with pytest.raises(LabError):
        load_network("mine")


def test_a_failed_save_leaves_the_old_network_and_no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    save_network(MINE)

    def full(self: Path, *args: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", full)
        with pytest.raises(RunError, match="No space left"):
            save_network(replace(MINE, title="New"), replace=True)
    assert load_network("mine") == MINE
    assert [path.name for path in settings.networks_dir().iterdir()] == ["mine.json"]


def test_there_is_an_end_to_how_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "MAX_SAVED", 2)
    for name in ("a", "b"):
        save_network(replace(MINE, name=name))
    with pytest.raises(RunError, match="At most 2 networks"):
        save_network(replace(MINE, name="c"))
