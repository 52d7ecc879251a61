"""The lab without a browser, as a program reads it."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import hypothesis.strategies as st
import pytest
from hypothesis import given

from cnnlib.__main__ import main, make_parser
from cnnlib.arch import zoo
from cnnlib.commands.serve import describe_address
from cnnlib.commands.train import read_config
from cnnlib.runs.config import ACCELERATIONS, OPTIMIZERS, WATCHES, RunConfig
from cnnlib.runs.export.command_line import write_command
from cnnlib.runs.files import run_folder
from cnnlib.runs.recipes import RECIPES
from cnnlib.runs.records import Point, Wishes
from cnnlib.runs.schedules import SCHEDULES
from cnnlib.runs.store import RunStore
from tests.browser.lab import find_free_port
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


CONFIGS = st.fixed_dictionaries(
    {},
    optional={
        "dataset": st.sampled_from(["cifar10", "my pets", "-x", "it's"]),
        "limit": st.none() | st.integers(1, 10**6),
        "epochs": st.integers(3, 99),
        "batch_size": st.integers(1, 512),
        "optimizer": st.sampled_from(OPTIMIZERS),
        "learning_rate": st.floats(1e-9, 10),
        "seed": st.integers(0, 2**31 - 1),
        "augmentation": st.sampled_from(["", "flip,shift-0.2", "mixup"]),
        "schedule": st.sampled_from(SCHEDULES),
        "warmup": st.floats(0, 3),
        "label_smoothing": st.floats(0, 0.5),
        "weight_decay": st.floats(0, 1),
        "patience": st.integers(0, 9),
        "acceleration": st.sampled_from(ACCELERATIONS),
        "deterministic": st.booleans(),
        "watch": st.sets(st.sampled_from(WATCHES)).map(",".join),
        "continue_from": st.none() | st.just("20261123-005755-baseline-5ed1"),
    },
)


@given(CONFIGS, st.sampled_from([{}, {"network": "vgg16"}, {"spec": zoo.get("lenet5")}]))
def test_the_command_of_a_run_says_all_its_settings(values, network) -> None:
    config = RunConfig(**network, **values)
    words = shlex.split(write_command(config))
    assert words[:4] == ["python", "-m", "cnnlib", "train"]
    assert read_config(make_parser().parse_args(words[3:])) == config


def test_a_recipe_is_what_flags_begin_with() -> None:
    def read(*words: str) -> RunConfig:
        return read_config(make_parser().parse_args(["train", "lenet5", *words]))

    assert read() == read("--recipe", "notes") == RunConfig(network="lenet5")
    fast = read("--recipe", "fast", "--batch-size", "64", "--schedule", "cosine")
    assert (fast.batch_size, fast.schedule, fast.learning_rate) == (
        64, "cosine", RECIPES["fast"].values["learning_rate"]
    )  # fmt: skip
    with pytest.raises(SystemExit):
        read("--recipe", "slow")


def test_what_a_run_is_asked_reaches_its_worker(lab_home, capsys) -> None:
    store = RunStore()
    run = store.create(RunConfig(), status="starting").id
    assert main(["runs", run, "--pause", "--learning-rate", "0.01", "--epochs", "9"]) == 0
    assert store.read_wishes(run) == Wishes(pause=True, learning_rate=0.01, epochs=9)
    assert main(["runs", run, "--resume"]) == 0
    assert store.read_wishes(run) == Wishes(learning_rate=0.01, epochs=9)
    assert main(["runs", run, "--stop"]) == 0
    assert store.read_wishes(run).stop
    capsys.readouterr()
    store.end(run, "stopped", None)
    assert main(["runs", run, "--epochs", "3"]) == 1
    assert "has stopped: nothing can be asked" in capsys.readouterr().err


def test_no_more_runs_rest_than_there_is_memory_for(lab_home, capsys, monkeypatch) -> None:
    monkeypatch.setenv("CNNLIB_SLOTS", "1")
    store = RunStore()
    ids = [store.create(RunConfig(), status="starting").id for _ in range(3)]
    assert main(["runs", *ids, "--pause"]) == 1
    assert "At most 2 runs may rest" in capsys.readouterr().err
    assert not any(store.get(run_id).wishes.pause for run_id in ids)
    assert main(["runs", *ids[:2], "--pause"]) == 0


def test_the_queue_is_listed_in_its_order_and_left(lab_home, capsys) -> None:
    store = RunStore()
    ids = [store.create(RunConfig()).id for _ in range(3)]
    store.create(RunConfig(), status="starting")
    store.queue.rearrange([ids[2], ids[0], ids[1]])
    assert main(["runs", "queue", "--json"]) == 0
    assert [row["id"] for row in lines(capsys)] == [ids[2], ids[0], ids[1]]
    assert main(["runs", ids[2], ids[0], "--stop"]) == 0
    assert store.queue.list_waiting() == [ids[1]]


def test_runs_are_exported(lab_home, tmp_path, capsys) -> None:
    store = RunStore()
    run, other = (store.create(RunConfig(limit=limit), status="starting").id for limit in (3, 4))
    store.report(run, progress={}, points=[Point("loss", 1, 0.5, 2.25, 0.1)])
    file = tmp_path / "runs.json"
    assert main(["runs", run, "--export", "json", str(file)]) == 0
    assert [found["id"] for found in json.loads(file.read_text())["runs"]] == [run]
    assert "1 run written" in capsys.readouterr().out
    assert main(["runs", run, "--export", "csv", "-"]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [f"{run},loss,1,0.5,0.1,2.25"]
    assert main(["runs", "--export", "table", "-"]) == 0  # of all runs
    rows = capsys.readouterr().out.splitlines()[1:]
    assert {row.split(",")[0] for row in rows} == {run, other}


def test_deleting_asks_or_is_told_not_to(lab_home, capsys) -> None:
    store = RunStore()
    run = store.create(RunConfig()).id
    assert main(["runs", run, "--delete"]) == 1  # nobody is there to be asked
    assert "Nothing was deleted. Add --yes" in capsys.readouterr().err
    assert main(["runs", run, "--delete", "--yes"]) == 0
    assert store.list_runs() == []
    assert not run_folder(run).exists()


@pytest.mark.parametrize(
    ("host", "sentence"),
    [
        ("127.0.0.1", "CNN Lab: http://127.0.0.1:8501"),
        ("::1", "CNN Lab: http://[::1]:8501"),
        ("0.0.0.0", "for a class: http://192.168.1.7:8501 (here: http://127.0.0.1:8501)"),
    ],
)
def test_serve_says_where_a_class_finds_the_lab(monkeypatch, host, sentence) -> None:
    monkeypatch.setattr("cnnlib.commands.serve.find_own_address", lambda: "192.168.1.7")
    assert sentence in describe_address(host, 8501)
    monkeypatch.setattr("cnnlib.commands.serve.find_own_address", lambda: None)
    assert "192" not in describe_address(host, 8501)


@pytest.mark.slow
def test_serve_serves_until_ctrl_c(lab_home, monkeypatch) -> None:
    port = find_free_port()
    monkeypatch.setenv("CNNLIB_PRELOAD", "0")
    monkeypatch.setenv("CNNLIB_IDLE_SECONDS", "0")
    server = subprocess.Popen(
        [sys.executable, "-m", "cnnlib", "serve", "--port", str(port)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert server.stdout is not None
    assert server.stdout.readline() == f"CNN Lab: http://127.0.0.1:{port}\n"
    deadline = time.monotonic() + 120
    answer = b""
    while not answer and time.monotonic() < deadline:
        try:
            with urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=10) as page:
                answer = page.read()
        except OSError:
            time.sleep(0.2)
    os.killpg(server.pid, signal.SIGINT)  # as a terminal does
    assert server.wait(60) == 0
    assert answer == b"ok"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["runs", "nope"], "There is no run 'nope'"),
        (["runs", "--stop"], "Say which runs"),
        (["runs", "nope", "--delete"], "There is no run 'nope'"),
        (["runs", "--export", "xml", "-"], "--export takes csv, json or table"),
        (["runs", "--export", "csv", "/no/such/file"], "/no/such/file cannot be written"),
        (["serve", "--port", "0"], "--port must be from 1 to 65,535"),
        (["train", "--packed-spec", "x"], "holds no network"),
        (["train", "baseline", "--warmup", "9"], "warmup must be from 0 to 5"),
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
        # A shell's background job, as which tests may run, hands on that Ctrl-C is ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
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
