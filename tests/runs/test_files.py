from pathlib import Path

import pytest

from cnnlib.runs.files import Checkpoint, read_checkpoint, replacing, run_folder


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
