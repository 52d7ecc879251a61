"""`train`: train a network here and now, and print how it goes."""

import argparse
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from cnnlib.arch import zoo
from cnnlib.arch.links import unpack_spec
from cnnlib.commands.printing import print_json, print_progress, read_json
from cnnlib.commands.runs import describe_run
from cnnlib.errors import RunError
from cnnlib.runs.config import ACCELERATIONS, CHECKPOINTS, OPTIMIZERS, WATCHES, RunConfig
from cnnlib.runs.recipes import NOTES, RECIPES
from cnnlib.runs.records import Event, Point
from cnnlib.runs.schedules import SCHEDULES
from cnnlib.runs.store import RunStore

# Every setting of `RunConfig` but the network: its kind of value, or its choices, and a help text.
SETTINGS: dict[str, tuple[type | tuple[str, ...], str]] = {
    "dataset": (str, "a name that `data` lists"),
    "limit": (int, "training images used"),
    "epochs": (int, ""),
    "batch_size": (int, "images a step"),
    "optimizer": (OPTIMIZERS, ""),
    "learning_rate": (float, ""),
    "seed": (int, "of weights, order of images, dropout and augmentation"),
    "augmentation": (str, "random changes of training images: flip,shift-0.125 …"),
    "schedule": (SCHEDULES, "how the learning rate goes with the epochs"),
    "warmup": (float, "epochs in which the learning rate climbs to where its schedule begins"),
    "label_smoothing": (float, "share of a training label that is spread over all classes"),
    "weight_decay": (float, "share of each kernel a step takes away, times the learning rate"),
    "patience": (int, "epochs without a lower validation loss after which it stops; 0: never"),
    "acceleration": (ACCELERATIONS, "measured: XLA or bfloat16 where it is faster here"),
    "deterministic": (bool, "the same settings give the very same history on this machine"),
    "watch": (str, f"what is measured beside loss and accuracy, of {','.join(WATCHES)}"),
    "continue_from": (str, "start from this run's checkpoint"),
    "checkpoint": (CHECKPOINTS, "which of that run's checkpoints"),
}


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "train", help="train a network; Ctrl-C stops it and keeps its work"
    )
    parser.add_argument("network", nargs="?", choices=zoo.names())
    parser.add_argument(
        "--spec", metavar="FILE", type=Path, help="train the network that this JSON file declares"
    )
    parser.add_argument(
        "--packed-spec", metavar="TEXT", help="train the network of a link, its `spec=` part"
    )
    parser.add_argument(
        "--recipe", choices=tuple(RECIPES), default=NOTES.name, help="settings to begin with; "
        "those that are said beside it go before (default: %(default)s)"
    )  # fmt: skip
    defaults = {field.name: field.default for field in fields(RunConfig)}
    for name, (kind, meaning) in SETTINGS.items():
        # What is not said is not set: a recipe, or the settings' own defaults, have their turn.
        options: dict[str, Any] = {"default": argparse.SUPPRESS}
        if kind is bool:
            options["action"] = argparse.BooleanOptionalAction
        elif isinstance(kind, tuple):
            options["choices"] = kind
        else:
            options["type"] = kind
        flag = "--" + name.replace("_", "-")
        parser.add_argument(
            flag, help=f"{meaning} (default: {_describe_default(defaults[name])})", **options
        )
    parser.add_argument("--name", default="", help="what the run is called")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")
    parser.set_defaults(command=_train)


def _describe_default(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return "none" if value is None or value == "" else str(value)


def read_config(options: argparse.Namespace) -> RunConfig:
    """The settings that a command line says.

    Raises:
        LabError: no network or two, a file that holds none, or a setting that breaks its rule.
    """
    given = [options.network, options.spec, options.packed_spec]
    if sum(value is not None for value in given) != 1:
        raise RunError("Name a network of the lab, or a file with one of your own after --spec.")
    values = {name: getattr(options, name) for name in SETTINGS if hasattr(options, name)}
    if options.network is not None:
        values["network"] = options.network
    elif options.spec is not None:
        values["spec"] = read_json(options.spec)
    else:
        values["spec"] = unpack_spec(options.packed_spec)
    return RunConfig(**{**RECIPES[options.recipe].changes, **values})


def _train(options: argparse.Namespace) -> int:
    config = read_config(options)

    from cnnlib.backend import worker
    from cnnlib.data import load

    load(config.dataset, progress=print_progress)  # may download; the worker itself never does
    run = RunStore().create(config, status="starting", name=options.name)
    say = print_json if options.json else _print_plain
    say({"event": "created", "run": run.id, "config": config.to_dict()})

    def listen(progress: dict[str, Any], points: list[Point], events: list[Event]) -> None:
        for point in points:
            say({"event": "point", **asdict(point)})
        for event in events:
            say({"event": event.kind, "time": event.time, "text": event.text})

    run = worker.run_to_end(run.id, listen)
    say({"event": "result", **describe_run(run)})
    return 0 if run.status == "finished" else 1


def _print_plain(message: dict[str, Any]) -> None:
    if message["event"] == "result":
        print(f"{message['message']}\nFiles: {message['folder']}", flush=True)
    elif message["event"] != "point":
        print(message.get("text") or f"Run {message['run']}", flush=True)
