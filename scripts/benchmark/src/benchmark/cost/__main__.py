"""`python -m benchmark.cost tables|measure`: the Makefile's `docs` and `measure`."""

from __future__ import annotations

import argparse
import sys

from benchmark.cost import measure, tables
from operations import exits, paths


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmark.cost", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, command, text in (
        ("tables", _tables, "update the computed tables of the docs"),
        ("measure", _measure, "measure on the local cloud what docs/cost.md is computed from"),
    ):
        commands.add_parser(name, help=text, description=text).set_defaults(command=command)
    return exits.run_command(parser.parse_args().command)


def _tables() -> int:
    for file in tables.documents(paths.ROOT):
        if tables.write(file):
            print(f"{file.relative_to(paths.ROOT)}: updated")
    return 0


def _measure() -> int:
    measure.measure()
    return 0


if __name__ == "__main__":
    sys.exit(main())
