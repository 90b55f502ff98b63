"""Functions do not import this package."""

import subprocess
import sys


def test_the_dispatcher_does_not_import_the_test_doubles() -> None:
    program = (
        "import dispatcher.handler, reporter.handler, sys; print('activity_dispatch.testing' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
