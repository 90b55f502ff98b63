"""The zip of the functions that the checks run."""

from __future__ import annotations

import zipfile
from pathlib import Path

from operations import paths
from operations.errors import OperationError

SOURCE = Path(__file__).with_name("job.py")
# The smallest function that has the library with what it depends on.
BUILT = "process"


def pack(package: Path) -> Path:
    """Write job.py and the library to a zip; the same contents give the same bytes.

    Raises OperationError when the functions' zips are not built.
    """
    built = paths.ROOT / "build/zip" / f"{BUILT}.zip"
    if not built.is_file():
        raise OperationError(f"{built.relative_to(paths.ROOT)} is missing: run `make zip` first")
    package.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(built) as library, zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in library.infolist():
            if not entry.filename.startswith(f"{BUILT}/"):
                archive.writestr(entry, library.read(entry))
        archive.writestr(zipfile.ZipInfo("job.py"), SOURCE.read_text(encoding="utf-8"))
    return package
