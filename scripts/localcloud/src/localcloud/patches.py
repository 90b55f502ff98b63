"""Every mend of LocalStack by name: what is wrong without it, and the module that installs it.

This table is light on purpose: the command line reads it without loading LocalStack. A mend's
module is imported, and its `install` called, when LocalStack loads the service it belongs to.
"""

import importlib
import os
from dataclasses import dataclass

WITHOUT_VARIABLE = "LOCALCLOUD_WITHOUT"
ALL = "all"


@dataclass(frozen=True, kw_only=True)
class Patch:
    """One mend. `wrong` says how LocalStack behaves without it."""

    name: str
    service: str
    module: str
    wrong: str


PATCHES = (
    Patch(
        name="loopback-only",
        service="gateway",
        module="localcloud.gateway",
        wrong="the gateway listens on every interface, whatever host GATEWAY_LISTEN names",
    ),
)


class UnknownPatchError(ValueError):
    """LOCALCLOUD_WITHOUT names something that is no patch."""


def left_out(value: str) -> frozenset[str]:
    """The patch names in a value of LOCALCLOUD_WITHOUT; `all` stands for every one."""
    known = {patch.name for patch in PATCHES}
    names = {name.strip() for name in value.split(",") if name.strip()}
    if ALL in names:
        return frozenset(known)
    if unknown := sorted(names - known):
        raise UnknownPatchError(
            f"{WITHOUT_VARIABLE} names no such patch: {', '.join(unknown)}. "
            f"There are: {', '.join(sorted(known))}, or {ALL}"
        )
    return frozenset(names)


def install(service: str) -> None:
    """Install the mends of one service, but those that LOCALCLOUD_WITHOUT names."""
    without = left_out(os.environ.get(WITHOUT_VARIABLE, ""))
    for patch in PATCHES:
        if patch.service == service and patch.name not in without:
            importlib.import_module(patch.module).install()
