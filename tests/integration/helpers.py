"""What several of the integration tests need."""

import json
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from operations import paths
from operations.execution import Ended

FAULTY = Path(__file__).parent / "faulty"


def pack_function(package: Path) -> Path:
    """Write a zip with the library and the function that does what its input says."""
    with (
        zipfile.ZipFile(paths.ROOT / "build/zip/process.zip") as built,
        zipfile.ZipFile(package, "w") as archive,
    ):
        for name in built.namelist():
            if name.startswith("activity_dispatch/"):
                archive.writestr(name, built.read(name))
        archive.write(FAULTY / "faulty.py", "faulty.py")
    return package


def wait_until(condition: Callable[[], Any], seconds: float = 30) -> Any:
    """Return what the condition gives once it is true; fail after so many seconds."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.05)
    return found


def cause_of(ended: Ended) -> Any:
    """Return the cause of a failed execution, which is JSON."""
    assert ended.cause is not None
    return json.loads(ended.cause)
