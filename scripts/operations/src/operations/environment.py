"""What an environment in an account says of itself, in its terraform.tfvars.

Terraform reads the same file. `make` needs some of it before Terraform can start: where the state is, and
which account is the right one.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from operations import paths
from operations.errors import OperationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

FILE = "terraform.tfvars"
_LINE = re.compile(r"^(?P<name>[a-z_]+)\s*=\s*(?P<value>\S.*?)\s*$", re.MULTILINE)
_COMMENT = re.compile(r"\s*(#.*|//.*)?")
WORKER = "worker"
TRAINING = "training"


@dataclass(frozen=True, kw_only=True)
class Environment:
    """An environment of terraform/environments that is in an account. `tags` is as it is written, in HCL."""

    env: str
    file: Path
    name: str
    account_id: str
    region: str
    backends: tuple[str, ...]
    protected: bool
    tags: str

    @property
    def state_bucket(self) -> str:
        """As in terraform/bootstrap: bucket names are unique in the whole partition."""
        return f"{self.name}-state-{self.account_id}-{self.region}"

    @property
    def backend_arguments(self) -> list[str]:
        """What `terraform init` is told of the state's place, which no variable can tell it."""
        return [
            # terraform/bootstrap serves one environment after the other.
            "-reconfigure",
            f"-backend-config=bucket={self.state_bucket}",
            f"-backend-config=region={self.region}",
            f'-backend-config=allowed_account_ids=["{self.account_id}"]',
        ]

    @property
    def images(self) -> list[str]:
        """The images that the backends need."""
        needed = {TRAINING if backend == "sagemaker" else WORKER for backend in self.backends}
        return sorted(needed, reverse=True)


def read(env: str) -> Environment:
    """Read the environment's file; OperationError tells of everything in it that is wrong."""
    file = paths.ENVIRONMENTS / env / FILE
    shown = f"terraform/environments/{env}/{FILE}"
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise OperationError(f"{shown} is missing: it says which account {env} is in") from None
    written = {line["name"]: line["value"] for line in _LINE.finditer(text)}
    values = {name: _value(written.get(name)) for name in _WANTED}
    problems = [f"{name} must be {wish}" for name, (fits, wish) in _WANTED.items() if not fits(values[name])]
    if problems:
        raise OperationError(f"{shown}: {'; '.join(problems)}")
    return _environment(env, file, values, tags=written.get("tags", "{}"))


def _environment(env: str, file: Path, values: Mapping[str, Any], *, tags: str) -> Environment:
    return Environment(
        env=env,
        file=file,
        name=values["name"],
        account_id=values["account_id"],
        region=values["region"],
        backends=tuple(values["backends"]),
        protected=values["protected"],
        tags=tags,
    )


def _value(text: str | None) -> Any:
    """Return a value in HCL that is JSON too, None for any other."""
    try:
        value, end = json.JSONDecoder().raw_decode(text or "")
    except json.JSONDecodeError:
        return None
    return value if text and _COMMENT.fullmatch(text[end:]) else None


def _text(pattern: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


_WANTED: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "account_id": (_text("[0-9]{12}"), "the 12 digits of your account, in quotes"),
    "region": (_text("[a-z]{2}(-[a-z]+)+-[0-9]"), 'a region, such as "eu-west-1"'),
    "name": (
        _text("[a-z][a-z0-9-]{1,22}[a-z0-9]"),
        "3 to 24 lower-case letters, digits or -, in quotes, a letter first, no - at the end",
    ),
    "backends": (_is_list_of_texts, 'a list on one line, such as ["fargate"] or []'),
    "protected": (lambda value: isinstance(value, bool), "true or false"),
}
