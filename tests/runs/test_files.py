from pathlib import Path

import pytest

from cnnlib.runs import files
from cnnlib.runs.files import (
    Checkpoint,
    read_checkpoint,
    replacing,
    run_folder,
    saving_checkpoint,
)


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    target = tmp_path / "last.keras"
    target.write_bytes(b"old")

    def write_half() -> None:
        with replacing(target) as temporary:
            temporary.write_bytes(b"ne")
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        write_half()
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_good_write_replaces_the_file(tmp_path: Path) -> None:
    target = tmp_path / "last.keras"
    with replacing(target) as temporary:
        assert temporary.suffix == ".keras"
        temporary.write_bytes(b"new")
        assert not target.exists()
    assert target.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("note", ["", "{", "[]", '{"epoch": 1}', '{"surprise": 1}'])
def test_a_damaged_note_means_no_checkpoint(lab_home: Path, note: str) -> None:
    folder = run_folder("a-run")
    folder.mkdir(parents=True)
    (folder / "last.keras").write_bytes(b"model")
    (folder / "last.json").write_text(note)
    assert read_checkpoint("a-run", "last") is None
    (folder / "last.json").write_text('{"epoch": 1.5, "val_loss": null, "val_accuracy": null}')
    assert read_checkpoint("a-run", "last") == Checkpoint(1.5, None, None)


def test_a_disk_that_takes_the_model_and_not_its_note_keeps_the_older_pair(
    lab_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = run_folder("a-run")
    folder.mkdir(parents=True)

    def save(content: bytes, epoch: float) -> None:
        with saving_checkpoint("a-run", "last", Checkpoint(epoch, None, None)) as temporary:
            temporary.write_bytes(content)

    def refuse(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    save(b"first", 1.0)
    with monkeypatch.context() as patch:
        patch.setattr(files, "_write_note", refuse)
        with pytest.raises(OSError, match="No space"):
            save(b"second", 2.0)
    assert (folder / "last.keras").read_bytes() == b"first"
    assert read_checkpoint("a-run", "last").epoch == 1.0
    save(b"second", 2.0)
    assert (folder / "last.keras").read_bytes() == b"second"
    assert read_checkpoint("a-run", "last").epoch == 2.0
    assert not list(folder.glob(".*"))
