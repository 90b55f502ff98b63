"""An environment in an account, as its terraform.tfvars describes it.

Terraform reads the same file. `make` needs some of it before Terraform can start: where the state is, and
which account is the right one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from operations import hcl, paths
from operations.artifacts.images import TRAINING, WORKER
from operations.errors import OperationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

FILE = "terraform.tfvars"
# Besides Lambda: those whose images are built and pushed.
BACKENDS = ("ecs", "batch", "sagemaker")
# By the names that ECS and Batch give them.
DOCKER_ARCHITECTURES = {"X86_64": "amd64", "ARM64": "arm64"}


@dataclass(frozen=True, kw_only=True)
class Environment:
    """An environment of terraform/environments that is in an account. `tags` is HCL."""

    env: str
    file: Path
    name: str
    account_id: str
    region: str
    backends: tuple[str, ...]
    architecture: str
    protected: bool
    tags: str

    @property
    def state_bucket(self) -> str:
        """As in terraform/bootstrap. Bucket names are unique in the whole partition."""
        return f"{self.name}-state-{self.account_id}-{self.region}"

    @property
    def backend_arguments(self) -> list[str]:
        """The arguments of `terraform init` that locate the state; variables cannot."""
        return [
            # terraform/bootstrap serves one environment after the other.
            "-reconfigure",
            f"-backend-config=bucket={self.state_bucket}",
            f"-backend-config=region={self.region}",
            f'-backend-config=allowed_account_ids=["{self.account_id}"]',
        ]

    def architecture_of(self, image: str) -> str:
        """Return the processor that an image must be for, as Docker names it.

        Trainings on SageMaker run on x86 only: none of its training instances has another processor.
        https://docs.aws.amazon.com/sagemaker/latest/dg/cmn-info-instance-types.html
        """
        return DOCKER_ARCHITECTURES["X86_64" if image == TRAINING else self.architecture]

    @property
    def images(self) -> list[str]:
        """The images that the backends need."""
        needed = {TRAINING if backend == "sagemaker" else WORKER for backend in self.backends}
        return sorted(needed, reverse=True)


@dataclass(frozen=True, kw_only=True)
class _Field:
    """A variable that is read here. `parse` returns None for a value that is not `allowed`.

    `default`: HCL of what is meant if the variable is missing; None: it must be there.
    """

    parse: Callable[[Any], Any]
    allowed: str
    default: Any = None


def read(env: str) -> Environment:
    """Read the environment's file. OperationError names every invalid field in it."""
    file = paths.ENVIRONMENTS / env / FILE
    shown = f"terraform/environments/{env}/{FILE}"
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise OperationError(f"{shown} is missing: it names the account that {env} is in") from None
    written = hcl.parse(text, shown)
    values = {name: field.parse(written.get(name, field.default)) for name, field in _FIELDS.items()}
    problems = [_problem(name, written) for name, value in values.items() if value is None]
    if problems:
        raise OperationError(f"{shown}: {'; '.join(problems)}")
    return Environment(env=env, file=file, **values, tags=hcl.source(written.get("tags", {})))


def _problem(name: str, written: Mapping[str, Any]) -> str:
    allowed = _FIELDS[name].allowed
    if name not in written:
        return f"{name} is missing: it must be {allowed}"
    return f"{name} must be {allowed}, not {hcl.source(written[name])}"


def _string(pattern: str) -> Callable[[Any], str | None]:
    def parse(value: Any) -> str | None:
        text = hcl.string(value)
        return text if text is not None and re.fullmatch(pattern, text) else None

    return parse


def _strings(value: Any) -> tuple[str, ...] | None:
    if not isinstance(value, list):
        return None
    texts = [text for item in value if (text := hcl.string(item)) is not None]
    return tuple(texts) if len(texts) == len(value) else None


def _backends(value: Any) -> tuple[str, ...] | None:
    names = _strings(value)
    return names if names is not None and set(names) <= set(BACKENDS) else None


_FIELDS: Mapping[str, _Field] = {
    "account_id": _Field(parse=_string("[0-9]{12}"), allowed="the 12 digits of your account, in quotes"),
    "region": _Field(parse=_string("[a-z]{2}(-[a-z]+)+-[0-9]"), allowed='a region, such as "eu-west-1"'),
    "name": _Field(
        parse=_string("[a-z][a-z0-9-]{1,22}[a-z0-9]"),
        allowed="3 to 24 lower-case letters, digits or -, in quotes, a letter first, no - at the end",
    ),
    "backends": _Field(parse=_backends, allowed='a list of "ecs", "batch" and "sagemaker", or []'),
    "architecture": _Field(parse=_string("X86_64|ARM64"), allowed='"X86_64" or "ARM64"', default='"X86_64"'),
    "protected": _Field(
        parse=lambda value: value if isinstance(value, bool) else None, allowed="true or false"
    ),
}
