"""Mounts of processes, which see this machine's own file system."""

import re
from collections.abc import Sequence

from localcloud.compute.containers import ContainerSpec, Mount


def environment(spec: ContainerSpec) -> dict[str, str]:
    """Return a container's environment with the folders that it would have mounted."""
    named = {item.variable: str(item.host) for item in spec.mounts if item.variable}
    values = replaced(list(spec.environment.values()), spec.mounts)
    return {**dict(zip(spec.environment, values, strict=True)), **named}


def replaced(texts: Sequence[str], mounts: Sequence[Mount]) -> list[str]:
    """Return the texts with each mount's folder in the place of its path."""
    folders = {item.path.rstrip("/"): str(item.host) for item in mounts if not item.variable}
    if not folders:
        return list(texts)
    # The longest first: one volume may be mounted inside another.
    paths = "|".join(re.escape(path) for path in sorted(folders, key=len, reverse=True))
    pattern = re.compile(rf"(?<![\w./-])({paths})(?![\w.-])")
    return [pattern.sub(lambda found: folders[found[1]], text) for text in texts]
