"""verify-REPORT.json: what a user attaches to an issue. Its fields are described in docs/verify.md."""

from __future__ import annotations

import json
import platform
import re
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from operations import paths
from operations.process import run
from operations.verify.results import Status, succeeded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from operations.verify.results import Result
    from operations.verify.surroundings import Surroundings

FILE = "verify-REPORT.json"
SCHEMA = 1
SHOWN_DIGITS = 4
# An access key's id, and a task token or other long secret: nothing here should have one.
SECRETS = re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\b[A-Za-z0-9+/=]{120,}")


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run that has ended. Times in seconds; `started` as ISO 8601."""

    started: str
    seconds: float
    apply_seconds: float
    cleaned_up: bool
    estimated_usd: float
    surroundings: Surroundings
    results: Sequence[Result]


def write(ended: Run, folder: Path | None = None) -> Path:
    """Write the report into the working directory, or `folder`, and return the file."""
    file = (folder or Path.cwd()) / FILE
    text = json.dumps(document(ended), indent=2, ensure_ascii=False) + "\n"
    file.write_text(scrubbed(text, ended.surroundings.account_id), encoding="utf-8")
    return file


def document(ended: Run) -> dict[str, Any]:
    """Return the report as JSON."""
    around = ended.surroundings
    return {
        "schema": SCHEMA,
        "succeeded": succeeded(ended.results) and ended.cleaned_up,
        "cleaned_up": ended.cleaned_up,
        "started": ended.started,
        "seconds": round(ended.seconds, 1),
        "apply_seconds": round(ended.apply_seconds, 1),
        "estimated_usd": round(ended.estimated_usd, 2),
        "cloud": "local" if around.account_id is None else "aws",
        "region": around.region,
        "account": None if around.account_id is None else masked(around.account_id),
        "versions": versions(),
        "checks": [
            {
                "name": one.name,
                "status": str(one.status),
                "seconds": round(one.seconds, 1),
                "detail": one.detail,
                **({} if one.value is None else {"value": one.value}),
            }
            for one in ended.results
        ],
        "answers": {one.name: one.value for one in ended.results if one.status is Status.ANSWERED},
    }


def versions() -> dict[str, str]:
    """Return the versions that matter. `commit` is that of the checkout, "" outside git."""
    commit = run(
        ["git", "-C", paths.ROOT, "rev-parse", "--short=12", "HEAD"], timeout_seconds=30, capture=True
    )
    terraform = run(["terraform", "version", "-json"], timeout_seconds=30, capture=True)
    found = json.loads(terraform.stdout) if terraform.returncode == 0 else {}
    return {
        "project": version("operations"),
        "commit": commit.stdout.strip(),
        "python": platform.python_version(),
        "boto3": version("boto3"),
        "terraform": found.get("terraform_version", ""),
    }


def masked(account_id: str) -> str:
    return "*" * (len(account_id) - SHOWN_DIGITS) + account_id[-SHOWN_DIGITS:]


def scrubbed(text: str, account_id: str | None) -> str:
    """Return the text without the account's id, which ARNs have, and without anything like a secret."""
    if account_id is not None:
        text = text.replace(account_id, masked(account_id))
    return SECRETS.sub("(removed)", text)
