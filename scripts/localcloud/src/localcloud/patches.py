"""Install the patches of `patch_table`, or leave some out.

A patch's module is imported, and its `install` called, when LocalStack loads its service.
"""

import importlib
import os

from localcloud.patch_table import PATCHES

WITHOUT_VARIABLE = "LOCALCLOUD_WITHOUT"
ALL = "all"


class UnknownPatchError(ValueError):
    """LOCALCLOUD_WITHOUT names a patch that does not exist."""


def left_out(value: str) -> frozenset[str]:
    """Parse LOCALCLOUD_WITHOUT into the patches to leave out; `all` means every one."""
    known = {patch.name for patch in PATCHES}
    names = {name.strip() for name in value.split(",") if name.strip()}
    if ALL in names:
        return frozenset(known)
    if unknown := sorted(names - known):
        raise UnknownPatchError(
            f"{WITHOUT_VARIABLE}: no such patch: {', '.join(unknown)}. "
            f"Allowed: {', '.join(sorted(known))}, or {ALL}"
        )
    return frozenset(names)


def is_left_out(name: str) -> bool:
    """Return whether LOCALCLOUD_WITHOUT names this patch."""
    return name in left_out(os.environ.get(WITHOUT_VARIABLE, ""))


def install(service: str) -> None:
    """Install one service's patches, except those that LOCALCLOUD_WITHOUT names."""
    for patch in PATCHES:
        for module in () if is_left_out(patch.name) else patch.modules(service):
            importlib.import_module(module).install()
