"""`data`: list data sets, import one, remove one."""

import argparse
from pathlib import Path

from cnnlib.commands.printing import print_progress
from cnnlib.data.pictures import SIZES


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("data", help="list data sets, import one, or remove one")
    parser.set_defaults(command=_list_data)
    parts = parser.add_subparsers(metavar="import|remove")
    importer = parts.add_parser(
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
    remover = parts.add_parser("remove", help="remove an imported data set")
    remover.add_argument("name")
    remover.set_defaults(command=_remove_data)


def _list_data(options: argparse.Namespace) -> int:
    from cnnlib.data import available

    for info in available():
        print(f"{info.name:16} {info.train_count:>7,} + {info.test_count:>6,}  {info.title}")
    return 0


def _import_data(options: argparse.Namespace) -> int:
    from cnnlib.data import import_path
    from cnnlib.data.pictures import read_skipped

    dataset = import_path(
        options.path, name=options.name, size=options.size, progress=print_progress
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
