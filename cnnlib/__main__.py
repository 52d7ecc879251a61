"""The lab without a browser: `python -m cnnlib data|models|train|runs|serve`."""

import argparse
import sys
from collections.abc import Sequence

from cnnlib.commands import data, models, runs, serve, train
from cnnlib.errors import LabError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it did what was asked, 1 with one line on stderr otherwise."""
    options = make_parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except LabError as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:  # `… | head`
        sys.stderr.close()
        return 1


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m cnnlib", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="data|models|train|runs|serve")
    for command in (data, models, train, runs, serve):
        command.add_parser(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
