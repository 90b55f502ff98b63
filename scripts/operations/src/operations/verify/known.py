"""KNOWN=FILE: the checks that a cloud is known not to pass, and why."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from operations.errors import OperationError
from operations.verify.results import Result, Status

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


@dataclass(frozen=True, kw_only=True)
class Known:
    """Why a check is known not to pass. `run`: whether to try it all the same."""

    reason: str
    run: bool = True


def read(name: str, checks: Collection[str]) -> Mapping[str, Known]:
    """Read a TOML file of `check = "reason"`, or `check = { reason = "...", run = false }`.

    `checks` are the names that may be listed. OperationError names what is wrong. Without a name: nothing.
    """
    if not name:
        return {}
    try:
        document = tomllib.loads(Path(name).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise OperationError(f"KNOWN={name} cannot be read: {error}") from None
    return {check: _entry(name, check, value, checks) for check, value in document.items()}


def _entry(name: str, check: str, value: object, checks: Collection[str]) -> Known:
    if check not in checks:
        raise OperationError(f"{name} lists {check!r}, which is no check: they are {', '.join(checks)}")
    if isinstance(value, str):
        value = {"reason": value}
    if not isinstance(value, dict) or not isinstance(value.get("reason"), str) or not value["reason"].strip():
        raise OperationError(f"{name}: {check} must be a reason in quotes, not {value!r}")
    run = value.get("run", True)
    unknown = sorted(set(value) - {"reason", "run"})
    if unknown or not isinstance(run, bool):
        raise OperationError(
            f"{name}: {check} may set only reason and run, which is true or false: {value!r}"
        )
    return Known(reason=value["reason"], run=run)


def judged(result: Result, known: Known | None) -> Result:
    """Return the result as it is reported: a failure that is known is no failure."""
    if known is None or result.status is Status.NOT_APPLICABLE:
        return result
    if result.status is Status.FAILED:
        return replace(result, status=Status.KNOWN, detail=f"{known.reason} ({result.detail})")
    return replace(result, detail=f"{result.detail} (listed as known, remove it: {known.reason})")


def not_run(check: str, known: Known) -> Result:
    return Result(name=check, status=Status.KNOWN, seconds=0.0, detail=f"not run: {known.reason}")
