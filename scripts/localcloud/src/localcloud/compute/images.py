"""Which command replaces an image when containers run as processes on this machine."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcloud.compute.configuration import IMAGES_VARIABLE, ConfigurationError
from localcloud.compute.containers import ContainerStartError

_FIELDS = {"argv", "command", "cwd", "env"}


@dataclass(frozen=True, kw_only=True)
class LocalImage:
    """An image's ENTRYPOINT, CMD, WORKDIR and ENV, translated to this machine."""

    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    working_directory: str | None = None
    environment: Mapping[str, str]


def load(value: str) -> dict[str, LocalImage]:
    """Parse LOCALCLOUD_IMAGES: JSON, or the path of a JSON file.

    {"part of an image's name": {"argv": [...], "command": [...], "cwd": "...", "env": {...}}}
    Every field is optional: {"busybox": {}} runs the given command unchanged on this machine.
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
    """Return the entry for an image: the longest key that is part of the image's name."""
    fitting = [name for name in images if name in image]
    return images[max(fitting, key=len)] if fitting else None


def reference(image: str) -> str:
    """Return the full reference that a container engine derives from an image's name."""
    registry, slash, rest = image.partition("/")
    if not slash or not ("." in registry or ":" in registry or registry == "localhost"):
        registry, rest = "docker.io", image if slash else f"library/{image}"
    named = ":" in rest.rpartition("/")[2] or "@" in rest
    return f"{registry}/{rest}" if named else f"{registry}/{rest}:latest"


def cannot_pull(image: str) -> ContainerStartError:
    """Return the error for an image that does not exist, in ECS's wording."""
    name = reference(image)
    return ContainerStartError(
        "CannotPullContainerError",
        "pull image manifest has been retried 1 time(s): failed to resolve ref "
        f"{name}: {name}: not found",
    )


def _local_image(name: str, fields: Any) -> LocalImage:
    if not isinstance(fields, dict) or (unknown := fields.keys() - _FIELDS):
        raise ConfigurationError(
            f"{IMAGES_VARIABLE}: {name!r} must be an object of {', '.join(sorted(_FIELDS))}"
            + (f", without {', '.join(sorted(unknown))}" if isinstance(fields, dict) else "")
        )
    for field in ("argv", "command"):
        words = fields.get(field, [])
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise ConfigurationError(
                f"{IMAGES_VARIABLE}: {name!r}: {field} must be a list of strings"
            )
    return LocalImage(
        entrypoint=tuple(fields.get("argv", [])),
        command=tuple(fields.get("command", [])),
        working_directory=fields.get("cwd"),
        environment={key: str(item) for key, item in fields.get("env", {}).items()},
    )
