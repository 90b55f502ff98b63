"""Which command stands for an image where containers are processes of this machine."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcloud.compute.configuration import IMAGES_VARIABLE, ConfigurationError

_FIELDS = {"argv", "command", "cwd", "env"}


@dataclass(frozen=True, kw_only=True)
class LocalImage:
    """What an image holds, in terms of this machine: ENTRYPOINT, CMD, WORKDIR and ENV."""

    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    working_directory: str | None = None
    environment: Mapping[str, str]


def load(value: str) -> dict[str, LocalImage]:
    """The mapping in LOCALCLOUD_IMAGES: JSON, or the path of a file that holds the JSON.

    {"part of an image's name": {"argv": [...], "command": [...], "cwd": "...", "env": {...}}}
    with every field optional: {"busybox": {}} runs a command as it is given, on this machine.
    """
    if not value.strip():
        return {}
    try:
        text = value if value.lstrip().startswith("{") else Path(value).read_text("utf-8")
        document = json.loads(text)
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{IMAGES_VARIABLE} cannot be read: {error}") from error
    return {name: _local_image(name, fields) for name, fields in document.items()}


def find(images: Mapping[str, LocalImage], image: str) -> LocalImage | None:
    """The entry for an image: of those whose name is part of the image's, the longest."""
    fitting = [name for name in images if name in image]
    return images[max(fitting, key=len)] if fitting else None


def reference(image: str) -> str:
    """The full reference that a container engine makes of an image's name."""
    registry, slash, rest = image.partition("/")
    if not slash or not ("." in registry or ":" in registry or registry == "localhost"):
        registry, rest = "docker.io", image if slash else f"library/{image}"
    named = ":" in rest.rpartition("/")[2] or "@" in rest
    return f"{registry}/{rest}" if named else f"{registry}/{rest}:latest"


def _local_image(name: str, fields: Any) -> LocalImage:
    if not isinstance(fields, dict) or (unknown := fields.keys() - _FIELDS):
        raise ConfigurationError(
            f"{IMAGES_VARIABLE}: {name!r} must be an object of {', '.join(sorted(_FIELDS))}"
            + (f", without {', '.join(sorted(unknown))}" if isinstance(fields, dict) else "")
        )
    for field in ("argv", "command"):
        words = fields.get(field, [])
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise ConfigurationError(f"{IMAGES_VARIABLE}: {name!r}: {field} must be a list of text")
    return LocalImage(
        entrypoint=tuple(fields.get("argv", [])),
        command=tuple(fields.get("command", [])),
        working_directory=fields.get("cwd"),
        environment={key: str(item) for key, item in fields.get("env", {}).items()},
    )
