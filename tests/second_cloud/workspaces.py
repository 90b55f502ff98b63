"""Terraform folders that are copied, applied, planned and destroyed beside those of the checkout.

Copies, because another test may use the folders of the checkout at the same time.
"""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from operations import paths

LIMIT_SECONDS = 300
CHANGES = 2


@dataclass(frozen=True, kw_only=True)
class Change:
    """An attribute that a plan would change."""

    kind: str
    attribute: str


@dataclass(kw_only=True)
class Workspace:
    """A folder with a state of its own. `variables` has those of Terraform and of the environment."""

    folder: Path
    variables: Mapping[str, str]
    seconds: dict[str, float] = field(default_factory=dict)

    def apply(self) -> dict[str, Any]:
        """Apply everything; return the outputs."""
        self._run(paths.TERRAFORM_INIT, self.folder)
        self._terraform("apply", "-auto-approve", "-input=false", "-no-color", "-parallelism=30")
        outputs = json.loads(self._terraform("output", "-json"))
        return {name: output["value"] for name, output in outputs.items()}

    def planned(self) -> set[Change]:
        """What a plan would change now."""
        self._terraform("plan", "-input=false", "-no-color", "-parallelism=30", "-out=again.tfplan")
        plan = json.loads(self._terraform("show", "-json", "again.tfplan"))
        return {change for resource in plan["resource_changes"] for change in _changes(resource)}

    def destroy(self, *, forgotten: str) -> None:
        """Remove everything but resources whose type begins with `forgotten`, which Terraform forgets."""
        listed = self._terraform("state", "list").splitlines()
        if kept := [address for address in listed if f".{forgotten}" in address and ".data." not in address]:
            print("not destroyed, because this cloud can not:", *kept)
            self._terraform("state", "rm", *kept)
        self._terraform("destroy", "-auto-approve", "-input=false", "-no-color", "-parallelism=30")

    def _terraform(self, *arguments: str) -> str:
        return self._run("terraform", f"-chdir={self.folder}", *arguments)

    def _run(self, *command: str | Path) -> str:
        began = time.monotonic()
        done = subprocess.run(
            command,
            env={**os.environ, **self.variables, "CHECKPOINT_DISABLE": "1", "GOGC": "400"},
            capture_output=True,
            text=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{command}: {done.stdout[-3000:]} {done.stderr}"
        self.seconds[str(command[2] if len(command) > 2 else command[0])] = time.monotonic() - began
        return done.stdout


def _changes(resource: Mapping[str, Any]) -> Iterator[Change]:
    change = resource["change"]
    if change["actions"] in (["no-op"], ["read"]):
        return
    before, after, unknown = (change.get(name) or {} for name in ("before", "after", "after_unknown"))
    for name in {**before, **after, **unknown}:
        if _meaning(before.get(name)) != _meaning(after.get(name)):
            yield Change(kind=resource["type"], attribute=name)


def _meaning(value: Any) -> Any:
    """The value of a JSON document; the provider writes the keys of some in random order."""
    try:
        return json.loads(value)
    except (TypeError, ValueError):
        return value


def copied(source: Path, root: Path) -> Path:
    """Copy a folder of Terraform files to the same place below another root, with what they call."""
    copy = root / source.relative_to(paths.ROOT)
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns(".terraform*", "tests", "*.md", "*.tfstate*"))
    for called in ("terraform/modules", "terraform/examples"):
        if not (link := root / called).exists():
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(paths.ROOT / called)
    return copy


def overridden(folder: Path, files: Path) -> Path:
    """Put more files into a copied folder; Terraform merges those named *_override.tf into its blocks."""
    for file in files.glob("*.tf"):
        shutil.copy(file, folder)
    return folder
