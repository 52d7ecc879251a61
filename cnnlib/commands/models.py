"""`models`: the networks, and what one of them costs, layer by layer."""

import argparse
import json
from dataclasses import asdict

from cnnlib.arch import zoo
from cnnlib.arch.analysis import analyze
from cnnlib.arch.codegen import FORMS, to_keras_source
from cnnlib.commands.printing import print_rows


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("models", help="list the networks, or count one layer by layer")
    parser.add_argument("name", nargs="?")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--spec", action="store_true", help="print its declaration as JSON, for train --spec"
    )
    parser.add_argument(
        "--code", nargs="?", const="functional", choices=FORMS, help="print its Keras source"
    )
    parser.set_defaults(command=_show_models)


def _show_models(options: argparse.Namespace) -> int:
    if options.name is None:
        rows = []
        for name in zoo.names():
            summary = analyze(zoo.get(name))
            rows.append({"name": name, "params": summary.params, "macs": summary.macs})
        print_rows(rows, as_json=options.json)
        return 0
    spec = zoo.get(options.name)
    if options.spec:
        print(json.dumps(spec.to_dict(), indent=2))
    elif options.code:
        print(to_keras_source(spec, options.code), end="")
    elif options.json:
        print(json.dumps(asdict(analyze(spec))))
    else:
        _print_layers(options.name)
    return 0


def _print_layers(name: str) -> None:
    summary = analyze(zoo.get(name))
    for layer in summary.layers:
        shape = "×".join(str(size) for size in layer.output_shape)
        print(f"{layer.name:24} {shape:>12} {layer.params:>12,} parameters {layer.macs:>12,} MACs")
    print(f"{summary.params:,} parameters, {summary.trainable_params:,} trainable; "
          f"{summary.macs:,} MACs an image.")  # fmt: skip
