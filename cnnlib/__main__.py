"""The lab without a browser: `python -m cnnlib data|models|train|runs`."""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cnnlib.arch import zoo
from cnnlib.arch.analysis import analyze
from cnnlib.arch.codegen import FORMS, to_keras_source
from cnnlib.data.pictures import SIZES
from cnnlib.errors import LabError, RunError
from cnnlib.runs.config import OPTIMIZERS, RunConfig
from cnnlib.runs.files import read_checkpoint, run_folder
from cnnlib.runs.records import Event, Point, Run
from cnnlib.runs.store import RunStore

MAX_SPEC_BYTES = 1_000_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it did what was asked, 1 with one line on stderr otherwise."""
    options = _make_parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except LabError as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:  # `… | head`
        sys.stderr.close()
        return 1


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m cnnlib", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="data|models|train|runs")

    data = commands.add_parser("data", help="list data sets, import one, or remove one")
    data.set_defaults(command=_list_data)
    data_commands = data.add_subparsers(metavar="import|remove")
    importer = data_commands.add_parser(
        "import",
        help="import a folder, zip or tar of pictures (class/picture or train|test/class/picture), "
        "an official CIFAR archive or folder, or mnist.npz",
    )
    importer.add_argument("path", type=Path)
    importer.add_argument("--name", help="the data set's name here: a-z, 0-9, '-' and '_'")
    importer.add_argument(
        "--size", type=int, choices=SIZES, default=SIZES[0], help="side of the square that each "
        "picture becomes (default: %(default)s)"
    )  # fmt: skip
    importer.set_defaults(command=_import_data)
    remover = data_commands.add_parser("remove", help="remove an imported data set")
    remover.add_argument("name")
    remover.set_defaults(command=_remove_data)

    models = commands.add_parser("models", help="list the networks, or count one layer by layer")
    models.add_argument("name", nargs="?")
    models.add_argument("--json", action="store_true", help="print JSON")
    models.add_argument(
        "--spec", action="store_true", help="print its declaration as JSON, for train --spec"
    )
    models.add_argument(
        "--code", nargs="?", const="functional", choices=FORMS, help="print its Keras source"
    )
    models.set_defaults(command=_show_models)

    defaults = RunConfig()
    train = commands.add_parser("train", help="train a network; Ctrl-C stops it and keeps its work")
    train.add_argument("network", nargs="?", choices=zoo.names())
    train.add_argument(
        "--spec", metavar="FILE", type=Path, help="train the network that this JSON file declares"
    )
    train.add_argument("--dataset", default=defaults.dataset)
    train.add_argument("--limit", type=int, help="training images used (all)")
    train.add_argument("--epochs", type=int, default=defaults.epochs)
    train.add_argument("--batch-size", type=int, default=defaults.batch_size)
    train.add_argument("--optimizer", choices=OPTIMIZERS, default=defaults.optimizer)
    train.add_argument("--learning-rate", type=float, default=defaults.learning_rate)
    train.add_argument("--seed", type=int, default=defaults.seed)
    train.add_argument(
        "--augmentation", default="", help="random changes of training images: flip,shift-0.125 …"
    )
    train.add_argument("--continue-from", metavar="RUN", help="start from this run's checkpoint")
    train.add_argument("--checkpoint", choices=("last", "best"), default=defaults.checkpoint)
    train.add_argument("--json", action="store_true", help="print one JSON object a line")
    train.set_defaults(command=_train)

    runs = commands.add_parser("runs", help="list the runs, or show one")
    runs.add_argument("id", nargs="?")
    runs.add_argument("--json", action="store_true", help="print JSON")
    runs.set_defaults(command=_show_runs)
    return parser


def _list_data(options: argparse.Namespace) -> int:
    from cnnlib.data import available

    for info in available():
        print(f"{info.name:16} {info.train_count:>7,} + {info.test_count:>6,}  {info.title}")
    return 0


def _import_data(options: argparse.Namespace) -> int:
    from cnnlib.data import import_path
    from cnnlib.data.pictures import read_skipped

    dataset = import_path(
        options.path, name=options.name, size=options.size, progress=_print_progress
    )
    skipped = read_skipped(dataset.name)
    for path, reason in skipped.listed:
        print(f"Skipped {path}: {reason}")
    if skipped.count:
        print(
            f"{skipped.count:,} files were skipped; the first {len(skipped.listed):,} are listed."
        )
    print(f"{dataset.title}: {len(dataset.train.labels):,} training and "
          f"{len(dataset.test.labels):,} test images of {len(dataset.class_names)} classes, "
          f"from {dataset.source}. Its name here is {dataset.name}.")  # fmt: skip
    return 0


def _remove_data(options: argparse.Namespace) -> int:
    from cnnlib.runs.datasets import remove_dataset

    remove_dataset(options.name)
    print(f"The data set {options.name} was removed.")
    return 0


def _print_progress(share: float, text: str) -> None:
    if sys.stderr.isatty():
        end = "\n" if share >= 1 else ""
        print(f"\r{share:4.0%} {text:60.60}", end=end, file=sys.stderr, flush=True)


def _show_models(options: argparse.Namespace) -> int:
    if options.name is None:
        rows = []
        for name in zoo.names():
            summary = analyze(zoo.get(name))
            rows.append({"name": name, "params": summary.params, "macs": summary.macs})
        _print_rows(rows, as_json=options.json)
        return 0
    if options.spec:
        print(json.dumps(zoo.get(options.name).to_dict(), indent=2))
        return 0
    if options.code:
        print(to_keras_source(zoo.get(options.name), options.code), end="")
        return 0
    summary = analyze(zoo.get(options.name))
    if options.json:
        print(json.dumps(asdict(summary)))
        return 0
    for layer in summary.layers:
        shape = "×".join(str(size) for size in layer.output_shape)
        print(f"{layer.name:24} {shape:>12} {layer.params:>12,} parameters {layer.macs:>12,} MACs")
    print(f"{summary.params:,} parameters, {summary.trainable_params:,} trainable; "
          f"{summary.macs:,} MACs an image.")  # fmt: skip
    return 0


def _train(options: argparse.Namespace) -> int:
    names = ("dataset", "limit", "epochs", "batch_size", "optimizer", "learning_rate", "seed",
             "augmentation", "continue_from", "checkpoint")  # fmt: skip
    if (options.network is None) == (options.spec is None):
        raise RunError("Name a network of the lab, or a file with one of your own after --spec.")
    network = {"network": options.network} if options.network else {"spec": _read(options.spec)}
    config = RunConfig(**network, **{name: getattr(options, name) for name in names})

    from cnnlib.backend import worker
    from cnnlib.data import load

    load(config.dataset, progress=_print_progress)  # may download; the worker itself never does
    run = RunStore().create(config, status="starting")
    say = _print_json if options.json else _print_plain
    say({"event": "created", "run": run.id, "config": config.to_dict()})

    def listen(progress: dict[str, Any], points: list[Point], events: list[Event]) -> None:
        for point in points:
            say({"event": "point", **asdict(point)})
        for event in events:
            say({"event": event.kind, "time": event.time, "text": event.text})

    run = worker.run_to_end(run.id, listen)
    say({"event": "result", **_describe_run(run)})
    return 0 if run.status == "finished" else 1


def _read(path: Path) -> Any:
    """What a JSON file of a network's size holds."""
    try:
        with open(path, "rb") as file:
            text = file.read(MAX_SPEC_BYTES + 1)
        if len(text) > MAX_SPEC_BYTES:
            raise RunError(f"{path} must be at most {MAX_SPEC_BYTES:,} bytes.")
        return json.loads(text)
    except OSError as error:
        raise RunError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise RunError(f"{path} is no JSON file: {error}.") from error


def _print_json(message: dict[str, Any]) -> None:
    print(json.dumps(message), flush=True)


def _print_plain(message: dict[str, Any]) -> None:
    if message["event"] == "result":
        print(f"{message['message']}\nFiles: {message['folder']}", flush=True)
    elif message["event"] != "point":
        print(message.get("text") or f"Run {message['run']}", flush=True)


def _show_runs(options: argparse.Namespace) -> int:
    store = RunStore()
    if options.id is None:
        rows = [_describe_run(run) for run in store.list_runs()]
        if options.json:
            _print_rows(rows, as_json=True)
        for run in [] if options.json else rows:
            created = time.strftime("%Y-%m-%d %H:%M", time.localtime(run["created"]))
            print(f"{run['id']:36} {created}  {run['status']:9} {run['message'] or ''}")
        return 0
    description = _describe_run(store.get(options.id))
    if options.json:
        points = [asdict(point) for point in store.points(options.id)[1]]
        _print_json({**description, "points": points})
        return 0
    for key, value in description.items():
        print(f"{key:12} {value}")
    for event in store.events(options.id):
        print(time.strftime("%H:%M:%S", time.localtime(event.time)), event.text)
    return 0


def _describe_run(run: Run) -> dict[str, Any]:
    checkpoints = {which: read_checkpoint(run.id, which) for which in ("best", "last")}
    return {
        "id": run.id,
        "status": run.status,
        "message": run.message,
        "created": run.created,
        "started": run.started,
        "ended": run.ended,
        "config": run.config.to_dict(),
        "folder": str(run_folder(run.id)),
        **{which: found and asdict(found) for which, found in checkpoints.items()},
    }


def _print_rows(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    for row in rows:
        print(json.dumps(row) if as_json else "  ".join(str(value) for value in row.values()))


if __name__ == "__main__":
    sys.exit(main())
