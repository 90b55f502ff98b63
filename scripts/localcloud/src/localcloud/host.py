"""LocalStack's process: its own main, without the interpreter's slow teardown."""

import os
import sys

from localstack.runtime.main import main


def run() -> None:
    """Run LocalStack until it is told to stop.

    Once its services have shut down, tearing down the interpreter takes two more seconds and
    serves no purpose.
    """
    status: object = 1
    try:
        main()
    except SystemExit as ending:
        status = ending.code or 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status if isinstance(status, int) else 1)


if __name__ == "__main__":
    run()
