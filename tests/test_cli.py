"""The lab without a browser, as a program reads it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cnnlib.__main__ import main
from cnnlib.runs.config import RunConfig
from cnnlib.runs.files import run_folder
from cnnlib.runs.store import RunStore
from tests.data.picture_files import make_files, write_folder

ROOT = Path(__file__).parents[1]


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_models_counts_without_keras(capsys) -> None:
    assert main(["models", "baseline", "--json"]) == 0
    (summary,) = lines(capsys)
    assert summary["params"] == 198_506
    assert main(["models", "--json"]) == 0
    assert {row["name"] for row in lines(capsys)} >= {"baseline", "lenet5"}


def test_models_writes_keras_source(capsys) -> None:
    """What it prints is Python and nothing else, so that `> lenet5.py` gives a file that runs."""
    for form in ([], ["sequential"], ["functional"], ["class"]):
        assert main(["models", "lenet5", "--code", *form]) == 0
        text = capsys.readouterr().out
        compile(text, "lenet5.py", "exec")
        assert ("keras.Sequential(" in text) == (form == ["sequential"])
        assert ("(keras.Model):" in text) == (form == ["class"])


def test_runs_lists_and_shows(lab_home, capsys) -> None:
    run = RunStore().create(RunConfig(network="lenet5", limit=7))
    assert main(["runs", "--json"]) == 0
    (row,) = lines(capsys)
    assert (row["id"], row["status"], row["config"]["limit"]) == (run.id, "queued", 7)
    assert main(["runs", run.id]) == 0
    assert run.id in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["runs", "nope"], "There is no run 'nope'"),
        (["models", "nope"], "network must be one of"),
        (["models", "nope", "--code"], "network must be one of"),
        (["models", "resnet18", "--code", "sequential"], "layers one after another"),
        (["train", "baseline", "--epochs", "0"], "epochs must be"),
        (["train", "baseline", "--dataset", "nope"], "nope"),
        (["train"], "Name a network of the lab"),
        (["train", "baseline", "--spec", "x.json"], "Name a network of the lab"),
        (["train", "--spec", "/no/such.json"], "/no/such.json cannot be read"),
        (["train", "--spec", __file__], "is no JSON file"),
        (["data", "import", "/no/such/file.tar.gz"], "/no/such/file.tar.gz"),
        (["data", "remove", "nope"], "No data set 'nope'"),
        (["data", "remove", "synthetic"], "always there"),
    ],
)
def test_a_mistake_is_one_line_on_stderr(lab_home, capsys, arguments, sentence) -> None:
    assert main(arguments) == 1
    captured = capsys.readouterr()
    assert sentence in captured.err
    assert len(captured.err.strip().splitlines()) == 1
    assert captured.out == ""


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[" * 100_000, "is no JSON file"),
        (" " * 1_000_001, "at most 1,000,000 bytes"),
        ("[]", "network declaration"),
        ('{"layers": []}', "name must be a text"),
    ],
)
def test_a_hostile_file_is_one_line(lab_home, tmp_path, capsys, text, sentence) -> None:
    path = tmp_path / "net.json"
    path.write_text(text)
    assert main(["train", "--spec", str(path)]) == 1
    captured = capsys.readouterr()
    assert sentence in captured.err
    assert len(captured.err.strip().splitlines()) == 1


@pytest.mark.keras
def test_a_declaration_can_be_printed_changed_and_trained(with_synthetic, tmp_path, capsys) -> None:
    assert main(["models", "lenet5", "--spec"]) == 0
    declaration = json.loads(capsys.readouterr().out)
    declaration |= {"name": "mine", "title": "Mine"}
    declaration["layers"][0]["filters"] = 3
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(declaration))
    size = ["--dataset", "synthetic", "--limit", "50", "--epochs", "1", "--json"]
    assert main(["train", "--spec", str(path), *size]) == 0
    (run,) = RunStore().list_runs()
    assert (run.config.title, run.status) == ("Mine", "finished")
    assert run.config.spec.layers[0].filters == 3


TRAIN = ["train", "lenet5", "--dataset", "synthetic", "--limit", "200", "--json"]


@pytest.mark.keras
def test_train_prints_events_then_the_result(lab_home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cnnlib", *TRAIN, "--epochs", "2"],
        cwd=ROOT, capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert events[0]["event"] == "created"
    epochs = [e["epoch"] for e in events if e["event"] == "point" and e["key"] == "epoch/loss"]
    assert epochs == [1.0, 2.0]
    result = events[-1]
    assert (result["event"], result["status"]) == ("result", "finished")
    assert Path(result["folder"], "best.keras").exists()
    assert RunStore().get(result["id"]).status == "finished"


@pytest.mark.keras
def test_ctrl_c_stops_and_keeps_what_was_learned(lab_home: Path) -> None:
    command = subprocess.Popen(
        [sys.executable, "-m", "cnnlib", *TRAIN, "--epochs", "1000"],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, env=os.environ,
    )  # fmt: skip
    assert command.stdout is not None
    for line in command.stdout:
        if json.loads(line)["event"] == "epoch":
            break
    command.send_signal(signal.SIGINT)
    rest = [json.loads(line) for line in command.stdout]
    assert command.wait(60) == 1
    assert rest[-1]["status"] == "stopped"
    assert (run_folder(rest[-1]["id"]) / "last.keras").exists()


def test_pictures_are_imported_listed_and_removed(lab_home, tmp_path, capsys) -> None:
    folder = write_folder(tmp_path / "My pets", make_files() | {"cat/bad.jpg": b"?"})
    assert main(["data", "import", str(folder), "--size", "64", "--name", "pets"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "Skipped cat/bad.jpg: not a JPEG, PNG, WebP or BMP picture"
    assert "8 training and 2 test images of 2 classes" in printed[-1]
    assert "64 × 64" in printed[-1]
    assert main(["data"]) == 0
    assert "pets" in capsys.readouterr().out
    assert main(["data", "remove", "pets"]) == 0
    assert main(["data"]) == 0
    assert "pets  " not in capsys.readouterr().out
