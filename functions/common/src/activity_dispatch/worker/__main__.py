"""Lets `python -m activity_dispatch.worker -- COMMAND ARGS` stand for `task-worker -- COMMAND ARGS`."""

import sys

from activity_dispatch.worker.container.cli import main

if __name__ == "__main__":
    sys.exit(main())
