"""A base image without a registry: this machine's Python 3.13 and a few tools, packed and imported.

For tests on machines that reach no registry; deployed images are built on the official one. It holds Python
with pip in /usr/local, a shell and small tools, the libraries that they need, and the certificates of the
authorities that this machine trusts.
"""

from __future__ import annotations

import hashlib
import io
import os
import platform
import shutil
import ssl
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from operations.artifacts.tools import engine_architecture, image_exists
from operations.errors import OperationError

NAME = "activity-dispatch-base"
PYTHON = Path("usr/local")
LEFT_OUT = frozenset(
    {"__pycache__", "test", "tests", "idlelib", "tkinter", "turtledemo", "lib2to3", "ensurepip"}
)
TOOLS = (
    "sh", "bash", "cat", "chmod", "cp", "date", "dd", "dirname", "echo", "env", "false", "grep", "head", "id",
    "kill", "ln", "ls", "mkdir", "mktemp", "mv", "printf", "ps", "pwd", "rm", "sed", "seq", "setsid", "sleep",
    "sort", "stat", "tail", "tee", "touch", "tr", "true", "uname", "wc", "yes",
)  # fmt: skip
# Loaded by name at run time, or by what wheels bring, so ldd does not list them.
MORE_LIBRARIES = (
    "libnss_dns.so.2", "libnss_files.so.2", "libresolv.so.2", "libgcc_s.so.1", "libstdc++.so.6",
    "libpthread.so.0", "libdl.so.2", "librt.so.1", "libutil.so.1", "libm.so.6",
)  # fmt: skip
CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"
TEXTS = {
    "etc/passwd": "root:x:0:0:root:/:/bin/sh\n",
    "etc/group": "root:x:0:\n",
    "etc/nsswitch.conf": "hosts: files dns\n",
}
PATH = "/usr/local/bin:/usr/bin:/bin"


# What `uname -m` calls the processors that Docker calls so.
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def ensure(architecture: str) -> str:
    """Build the base image unless it exists; return its name. It is for this machine's processor only."""
    if not sys.platform.startswith("linux"):
        raise OperationError("a base image can be packed only on Linux: set BASE_IMAGE to an image's name")
    ours = ARCHITECTURES.get(platform.machine(), platform.machine())
    if {ours, engine_architecture()} != {architecture}:
        raise OperationError(
            f"BASE_IMAGE=packed packs this machine's Python, which is for {ours}, in an engine on"
            f" {engine_architecture()}, and the image must be for {architecture}: set BASE_IMAGE to the name"
            " of an image"
        )
    with tempfile.TemporaryFile() as archive:
        _write(archive)
        name = f"{NAME}:{_hash(archive)}"
        if not image_exists(name):
            archive.seek(0)
            command = ["docker", "import", f"--change=ENV PATH={PATH}", "-", name]
            done = subprocess.run(command, stdin=archive, capture_output=True, check=False)
            if done.returncode != 0:
                raise OperationError("the base image cannot be imported", detail=done.stderr.decode())
    return name


def _write(archive: io.IOBase) -> None:
    with tarfile.open(fileobj=archive, mode="w") as tar:
        binaries = [*_add_python(tar), *_add_tools(tar)]
        _add_libraries(tar, binaries)
        for name, text in TEXTS.items():
            _add_bytes(tar, name, text.encode())
        _add_bytes(tar, CERTIFICATES, _certificates().read_bytes())
        tmp = tarfile.TarInfo("tmp")
        tmp.type, tmp.mode = tarfile.DIRTYPE, 0o1777
        tar.addfile(tmp)


def _add_python(tar: tarfile.TarFile) -> list[Path]:
    """Add the interpreter and its library; return the files that may need shared libraries."""
    prefix = Path(sys.base_prefix)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    executable = prefix / "bin" / version
    tar.add(executable, PYTHON / "bin" / version, filter=_plain)
    for link in ("python", "python3"):
        _add_link(tar, PYTHON / "bin" / link, version)
    library = prefix / "lib" / version
    for path in sorted(library.iterdir()):
        if path.name not in LEFT_OUT and path.name != "site-packages" and not path.name.startswith("config-"):
            tar.add(path, PYTHON / "lib" / version / path.name, filter=_plain)
    pip = library / "site-packages/pip"
    if not pip.is_dir():
        raise OperationError(f"{executable} has no pip: set BASE_IMAGE to an image's name")
    tar.add(pip, PYTHON / "lib" / version / "site-packages/pip", filter=_plain)
    return [executable, *sorted((library / "lib-dynload").glob("*.so"))]


def _add_tools(tar: tarfile.TarFile) -> list[Path]:
    found = []
    for tool in TOOLS:
        path = shutil.which(tool)
        if path is not None:
            found.append(Path(path).resolve())
            tar.add(found[-1], f"usr/bin/{tool}", filter=_plain)
    _add_link(tar, Path("bin"), "usr/bin")
    return found


def _add_libraries(tar: tarfile.TarFile, binaries: list[Path]) -> None:
    libraries = {name: path for binary in binaries for name, path in _needed(binary).items()}
    folder = libraries["libc.so.6"].parent
    for name in MORE_LIBRARIES:
        if (folder / name).exists():
            libraries[name] = folder / name
    for name, path in sorted(libraries.items()):
        # Beside the C library, where the loader looks by default. The loader itself keeps its path.
        target = path if "ld-" in name else folder / name
        tar.add(path.resolve(), str(target).lstrip("/"), filter=_plain)


def _needed(binary: Path) -> dict[str, Path]:
    """Parse what ldd prints: `name => /path (address)`, and the loader as `/path (address)`."""
    done = subprocess.run(["ldd", str(binary)], capture_output=True, text=True, check=False)
    needed = {}
    for line in done.stdout.splitlines():
        name, _, path = line.partition("=>")
        where = (path or name).split("(")[0].strip()
        if where.startswith("/"):
            needed[Path(name.split("(")[0].strip()).name] = Path(where)
    return needed


def _certificates() -> Path:
    candidates = (os.environ.get("SSL_CERT_FILE"), ssl.get_default_verify_paths().cafile, f"/{CERTIFICATES}")
    found = [Path(path) for path in candidates if path and Path(path).is_file()]
    if not found:
        raise OperationError("no CA certificates were found: set SSL_CERT_FILE to a file that has them")
    return found[0]


def _plain(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Drop what is not needed, owners and times: the same Python gives the same image."""
    if LEFT_OUT & set(Path(entry.name).parts):
        return None
    entry.uid = entry.gid = entry.mtime = 0
    entry.uname = entry.gname = ""
    return entry


def _add_bytes(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(data), 0o644
    tar.addfile(entry, io.BytesIO(data))


def _add_link(tar: tarfile.TarFile, name: Path, target: str) -> None:
    entry = tarfile.TarInfo(str(name))
    entry.type, entry.linkname, entry.mode = tarfile.SYMTYPE, target, 0o777
    tar.addfile(entry)


def _hash(archive: io.IOBase) -> str:
    archive.seek(0)
    return hashlib.file_digest(archive, "sha256").hexdigest()[:16]  # type: ignore[arg-type]
